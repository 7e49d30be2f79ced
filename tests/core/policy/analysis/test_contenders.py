"""What a glance at two rules leaves out, no proof would have found."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.analysis.contenders import Index, contenders
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.statements import Policy

WORDS = ["late", "very late", "parcel", "late parcel", "par*", "open", "shop"]
PATTERNS = [r"late\b", r"\d+", "parcel|open"]

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)
tests = st.one_of(
    words.map(lambda some: {"text": {"has": some}}),
    words.map(lambda some: {"text": {"has": some, "if_missing": True}}),
    words.map(lambda some: {"text": {"has_all": some}}),
    st.sampled_from(PATTERNS).map(lambda source: {"text": {"matches": source}}),
    st.sampled_from(["late parcel", "open", "parcel"]).map(lambda text: {"text": {"exactly": text}}),
    st.sampled_from(["late", "arc"]).map(lambda text: {"text": {"contains": text}}),
    st.sampled_from(["question", "complaint"]).map(lambda intent: {"intent": intent}),
    st.sampled_from([5, 50]).map(lambda number: {"author.followers": {"at_least": number}}),
)
groups = st.fixed_dictionaries(
    {}, optional={name: st.lists(tests, min_size=1, max_size=3) for name in ("all", "any", "none")}
).filter(bool)
policies = st.lists(groups, min_size=2, max_size=5).map(
    lambda conditions: {
        "rules": {
            f"r{place}": {"when": when, "do": {"reply": "Hm."}} for place, when in enumerate(conditions)
        }
    }
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=policies)
def test_a_glance_leaves_out_nothing_that_can_be_proved(
    data: dict[str, Any], read: Callable[[str], Policy], vocabulary: Vocabulary
) -> None:
    ground = Ground(read(json.dumps(data)[1:-1]), vocabulary, Problems())
    found = contenders(ground)
    index, atoms = Index(found), ground.solver.atoms
    for one in found:
        implied = index.implied_by(one)
        for other in found:
            proof = ground.solver.find(atoms.true(one.rule.when), atoms.not_true(other.rule.when))
            if proof.verdict == "no":
                assert not one.shows_without(other.rule.when)
                assert other is one or other in implied or not one.wordy


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=policies)
def test_every_rule_finds_the_ones_that_a_glance_leaves_open(
    data: dict[str, Any], read: Callable[[str], Policy], vocabulary: Vocabulary
) -> None:
    found = contenders(Ground(read(json.dumps(data)[1:-1]), vocabulary, Problems()))
    index = Index(found)
    for one in found:
        assert index.implied_by(one) == [
            other for other in found if other is not one and one.may_imply(other)
        ]
