"""The examples of the rule language load, pass their own tests, and do not depend on how they are written down."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from shutil import copytree
from types import ModuleType

import pytest
import yaml

from socialcare.diagnostics import Problems
from socialcare.model import Decision
from socialcare.opening import sealed_guards
from socialcare.policy.load import load
from socialcare.testing import Rehearsal, loaded
from socialcare.trial.run import cases_of, run

HERE = Path(__file__).parent
Examples = Callable[..., Rehearsal]

MENTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("@AcmeCo Do you have a store near Nashville?", {}),
    ("@AcmeCo any shop close by?", {}),
    ("@AcmeCo how long is the warranty?", {}),
    ("@AcmeCo how can I track my parcel?", {}),
    ("@AcmeCo my refund has not arrived, this is terrible", {}),
    ("@AcmeHelp my refund has not arrived, this is terrible", {}),
    ("@AcmeCo Third sales call this week. Worst company ever!", {"author.followers": 70_000}),
    ("@AcmeCo thank you so much, I love my HX200, best heater!", {}),
    ("@AcmeCo is the Trail Bike any good? Would you recommend it?", {}),
    ("@AcmeCo stop replying, leave me alone", {}),
    ("@AcmeCo Globex is cheaper", {}),
    ("@AcmeCo call me at 555-0142", {}),
    ("@AcmeCo did I win?", {"author.handle": "prize_pat"}),
    ("@AcmeCo hello", {"author.handle": "acme_anna"}),
)


def plans(rehearsal: Rehearsal) -> list[Decision]:
    """What is decided of some mentions in turn, two of an author."""
    return [
        rehearsal.tell(text, author=f"a{n // 2}", conversation=str(n), fields=pins)
        for n, (text, pins) in enumerate(MENTIONS)
    ]


def test_they_load_without_a_diagnostic(acme: ModuleType) -> None:
    settings = {"places": {"stores": "stores.csv"}}
    brought = loaded("actions", "intent", "places", "x", acme, settings=settings, folder=HERE)
    problems = Problems()
    policy = load(HERE / "policy", brought.vocabulary, problems, sealed=sealed_guards(brought))
    assert problems.items == []
    assert policy is not None
    assert len(policy.rules) == 16


def test_they_pass_their_own_tests(examples: Examples) -> None:
    rehearsal = examples()
    report = asyncio.run(run(cases_of(rehearsal.desk.setting.policy), rehearsal.desk))
    assert [
        (r.name, [(f.expected, f.happened, f.why) for f in r.failures])
        for r in report.results
        if not r.is_fine
    ] == []
    assert len(report.results) == 7


@pytest.mark.parametrize("seed", range(3))
def test_they_give_the_same_plan_in_any_order_of_statements_and_files(
    examples: Examples, tmp_path: Path, seed: int
) -> None:
    shuffled = tmp_path / "policy"
    copytree(HERE / "policy", shuffled)
    random = Random(seed)
    files = sorted(shuffled.glob("*.yaml"))
    names = random.sample(range(10, 10 + len(files)), len(files))
    for number, file in zip(names, files, strict=True):
        content = yaml.safe_load(file.read_text("utf-8"))
        for table in ("rules", "guards", "signals", "counts", "lists"):
            entries = list(content.get(table, {}).items())
            random.shuffle(entries)
            if entries:
                content[table] = dict(entries)
        top = list(content.items())
        random.shuffle(top)
        text = yaml.safe_dump(dict(top), sort_keys=False, allow_unicode=True)
        file.unlink()
        (shuffled / f"{number}.yaml").write_text(text, "utf-8")
    assert plans(examples(shuffled)) == plans(examples())
