from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from socialcare.diagnostics import Problems
from socialcare.model import FieldValue, Vocabulary
from socialcare.policy.cases import Bounds, Case, Step
from socialcare.policy.load import load
from socialcare.policy.statements import Policy

Read = Callable[[str], Policy]
Reported = Callable[[str], list[tuple[str, int, int, str]]]

DATA = (
    "zone: Europe/Berlin\npeople: {duty: d@acme.example}\naccounts: {main: AcmeCo, help: AcmeHelp}\n"
    "counts: {talks: {of: interaction}}\nsignals: {cross: {sentiment: {below: 0}}}\n"
    "formulas: {reach: {calc: 2 * author.followers, if_missing: 0}}\nguards: {quiet: {when: {intent: praise}, forbid: reply}}\n"
)
RULE = "rules:\n  r:\n    do: {reply: Hi!, remember: {flags.seen: true}}\n"


def case(read: Read, written: str) -> Case:
    return read(f"{DATA}{RULE}    tests:\n      - {written}\n").rules["r"].cases[0]


def step(read: Read, written: str) -> Step:
    return case(read, written).steps[0]


def test_a_test_is_a_mention_and_what_is_expected(read: Read) -> None:
    found = case(read, "{mention: 'Are you open?', expect: {fires: true}}")
    assert (found.name, found.rule, found.steps[0].mention) == ("Are you open?", "r", "Are you open?")
    assert found.steps[0].expect.fires is True


def test_a_mention_pins_fields_by_path_or_nested(read: Read) -> None:
    found = step(
        read,
        "{mention: {text: hi, intent: praise, author.followers: 3, author: {is_us: true}, product: {name: HX200}, place: nothing, "
        "sentiment: {value: -0.5, confidence: 0.7}, personal_data: [phone]}, expect: {fires: true}}",
    )
    assert {path: (value.value, value.confidence) for path, value in found.fields.items()} == {
        "intent": ("praise", 1.0), "author.followers": (3.0, 1.0), "author.is_us": (True, 1.0), "product": ({"name": "HX200"}, 1.0),
        "place": (None, 1.0), "sentiment": (-0.5, 0.7), "personal_data": (("phone",), 1.0),
    }  # fmt: skip
    assert isinstance(found.fields["intent"], FieldValue)


def test_the_world_is_given(read: Read) -> None:
    given = step(
        read,
        "{mention: hi, given: {nearest_store: {name: Peachtree, km: 400}, faq_answer: nothing, flags.seen: true, "
        "counts.talks: 3, fired: {r: 3h ago}, at: 2026-11-02 10:00}, expect: {fires: true}}",
    ).given
    assert given.lookups == {"nearest_store": ({"name": "Peachtree", "km": 400.0},), "faq_answer": ()}
    assert (given.flags, given.counts, given.fired) == (
        {"seen": True},
        {"talks": 3},
        {"r": timedelta(hours=3)},
    )
    assert given.at == datetime(2026, 11, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"))


def test_expectations_name_outcomes_actions_fields_and_guards(read: Read) -> None:
    expect = step(
        read,
        "{mention: hi, expect: {outcome: answered, reply: {contains: Hi, matches: '^Hi'}, open_case: {answer_within: 2h, joined: true}, "
        "urgency: 2, label: [a, b], ignore: true, reach: 12, intent: praise, never: [repost], forbidden_by: quiet, "
        "then: {account: help, never: [handover]}}}",
    ).expect
    assert expect.outcome == "answered"
    assert expect.actions["reply"]["contains"] == ("Hi",)
    assert expect.actions["reply"]["matches"].search("Hi!") is not None
    assert expect.actions["open_case"] == {"answer_within": 7200.0, "joined": True}
    assert (expect.actions["urgency"], expect.actions["ignore"]) == (2, True)
    assert expect.fields == {"reach": 12.0, "intent": "praise"}
    assert (expect.never, expect.forbidden_by) == (("repost",), ("quiet",))
    assert expect.then is not None
    assert (expect.then.account, expect.then.never) == ("help", ("handover",))


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("{mention: hi}", "SC207", "a test needs `expect`"),
        ("{expect: {fires: true}}", "SC207", "a test needs `mention`"),
        ("{mention: {txt: hi}, expect: {fires: true}}", "SC202", "unknown field `txt`"),
        ("{mention: {author: {folowers: 3}}, expect: {fires: true}}", "SC202", "unknown field `author.folowers`"),
        ("{mention: {intent: prais}, expect: {fires: true}}", "SC203", "unknown intent `prais`"),
        ("{mention: {product: {nam: x}}, expect: {fires: true}}", "SC201", "unknown key `nam` in `product`"),
        ("{mention: hi, given: {nearest_stor: nothing}, expect: {fires: true}}", "SC201", "unknown key `nearest_stor` in `given`"),
        ("{mention: hi, given: {nearest_store: {nam: x}}, expect: {fires: true}}", "SC201", "unknown key `nam` in `store`"),
        ("{mention: hi, given: {flags.sen: true}, expect: {fires: true}}", "SC215", "nothing sets the flag `flags.sen`"),
        ("{mention: hi, given: {counts.talk: 3}, expect: {fires: true}}", "SC202", "unknown field `counts.talk`"),
        ("{mention: hi, given: {fired: {r: 3h}}, expect: {fires: true}}", "SC206", "`3h` is not a time gone by such as `3h ago`"),
        ("{mention: hi, given: {fired: {s: 3h ago}}, expect: {fires: true}}", "SC204", "unknown rule `s`"),
        ("{mention: hi, expect: {fire: true}}", "SC201", "unknown key `fire` in `expect`"),
        ("{mention: hi, expect: {outcome: answerd}}", "SC206", "`answerd` is not an outcome"),
        ("{mention: hi, expect: {never: [repyl]}}", "SC220", "unknown action `repyl`"),
        ("{mention: hi, expect: {forbidden_by: quite}}", "SC204", "unknown guard `quite`"),
        ("{mention: hi, expect: {reply: {contain: Hi}}}", "SC201", "unknown key `contain` in what is expected of `reply`"),
        ("{mention: hi, expect: {reply: {matches: '('}}}", "SC213", "a `(` is never closed"),
        ("{mention: hi, expect: {reach: many}}", "SC206", "`many` is not a number"),
        ("{mention: hi, expct: {fires: true}, expect: {fires: true}}", "SC201", "unknown key `expct` in a test"),
    ],
)  # fmt: skip
def test_a_test_that_makes_no_sense_is_refused(
    reported: Reported, written: str, code: str, message: str
) -> None:
    found = reported(f"{DATA}{RULE}    tests:\n      - {written}\n")
    assert [(each[0], each[3]) for each in found] == [(code, message)]


def test_conversations_stand_in_files_of_their_own(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "care.yaml").write_text(f"socialcare: 1\n{DATA}{RULE}", encoding="utf-8")
    (tmp_path / "care.test.yaml").write_text(
        "tests:\n  - name: they come back\n    steps:\n"
        "      - {at: 2026-11-02 10:00, mention: hi, expect: {fires: true}}\n"
        "      - {wait: 6h}\n      - {after: 1h, mention: again, expect: {never: reply}}\n",
        encoding="utf-8",
    )
    policy = load(tmp_path, vocabulary, Problems())
    assert policy is not None
    steps = policy.conversations[0].steps
    assert [(each.mention, each.after) for each in steps] == [
        ("hi", timedelta()), (None, timedelta(hours=6)), ("again", timedelta(hours=1)),
    ]  # fmt: skip
    assert steps[0].given.at == datetime(2026, 11, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"))


def test_tests_do_not_stand_at_the_top_of_a_file_of_statements(reported: Reported) -> None:
    assert [each[0] for each in reported("tests: [{mention: hi, expect: {fires: true}}]\n")] == ["SC201"]


def test_simulations_bound_figures(read: Read) -> None:
    found = read(
        f"{DATA}{RULE}simulations:\n  november:\n    over: past/november.jsonl\n"
        "    expect: {rules: {r: {fires: {at_least: 150, at_most: 260}, too_long: {at_most: 5%}}}, everyone: {over_limit: {equals: 0}}}\n"
    ).simulations["november"]
    assert found.over == ("past/november.jsonl",)
    assert found.rules == {"r": {"fires": Bounds(150.0, 260.0), "too_long": Bounds(None, 0.05)}}
    assert found.everyone == {"over_limit": Bounds(None, None, 0.0)}


@pytest.mark.parametrize(
    ("expect", "code"),
    [
        ("{rules: {s: {fires: {at_least: 1}}}}", "SC204"),
        ("{rules: {r: {fired: {at_least: 1}}}}", "SC206"),
        ("{everyone: {over_limit: {equal: 0}}}", "SC201"),
        ("{everyone: {over_limit: 0}}", "SC205"),
    ],
)
def test_a_simulation_that_makes_no_sense_is_refused(reported: Reported, expect: str, code: str) -> None:
    found = reported(f"{DATA}{RULE}simulations:\n  november: {{over: past.jsonl, expect: {expect}}}\n")
    assert [each[0] for each in found] == [code]
