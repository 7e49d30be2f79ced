"""Guards that no rule of the starter policy runs into by itself, tried with rules that would."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from socialcare.cli.main import main

ROOT = Path(__file__).parents[2]
EAGER = """
rules:
  eager.share:
    rank: safety
    wins_over: [safety.danger, safety.private_data, safety.recall]
    when: {text: {has: sharethis}}
    do: {repost: true}
  eager.sell:
    rank: safety
    wins_over: [safety.danger, safety.private_data, safety.recall]
    when: {text: {has: sellthis}}
    do: {reply: {say: Our sale begins on Monday., counts_as: promotion}}
"""
SHARING = """
tests:
  - name: praise is not shared without a word
    steps:
      - mention: {text: "@AcmeCo sharethis, wonderful", intent: praise}
        expect: {forbidden_by: [praise.no_bare_repost]}
  - name: criticism is not shared
    steps:
      - mention: {text: "@AcmeCo sharethis, awful", intent: complaint}
        expect: {forbidden_by: [complaint.no_share]}
  - name: other words are shared
    steps:
      - mention: {text: "@AcmeCo sharethis", intent: other}
        expect: {repost: true}
  - name: in a flood of complaints nothing is shared
    steps:
      - mention: {text: "@AcmeCo sharethis", intent: other}
        given: {counts.complaints_1h: 60}
        expect: {forbidden_by: [crisis.no_posts]}
"""


@pytest.fixture
def eager(tmp_path: Path) -> Path:
    """The starter policy with two rules that share and sell whatever asks them to."""
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    shutil.copy(ROOT / "socialcare.toml", tmp_path)
    (folder / "eager.yaml").write_text(EAGER, encoding="utf-8")
    (folder / "eager.test.yaml").write_text(SHARING, encoding="utf-8")
    return tmp_path


def guards_of(deployment: Path, rows: list[tuple[str, str, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """State and guards of the public act on each mention: rows of time, author and text, each a conversation of its own."""
    lines = ["id,at,who,text", *(f'{1000 + n},{at},{who},"{text}"' for n, (at, who, text) in enumerate(rows))]
    (deployment / "past.csv").write_text("\n".join(lines), encoding="utf-8")
    out = deployment / "decisions.jsonl"
    mapped = "id=id,created_at=at,author=who,text=text"
    over = str(deployment / "past.csv")
    args = ["simulate", "-q", "--policy", str(deployment), "--as", "main", "--over", over]
    assert main([*args, "--map", mapped, "--decisions", str(out)]) == 0
    decisions = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    acts = [
        act
        for decision in decisions
        if decision["event"] == "mention"
        for act in decision["actions"]
        if act["slot"] == "public"
    ]
    return [(act["state"], tuple(act["by"])) for act in acts]


def test_what_is_shared_passes_the_guards(eager: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["test", str(eager)])
    assert "eager.test.yaml ....\n" in capsys.readouterr().out


def test_no_more_than_two_posts_a_day_are_shared(eager: Path) -> None:
    rows = [(f"2026-10-20T1{n}:00:00Z", f"fan{n}", "@AcmeCo sharethis") for n in range(4, 8)]
    assert guards_of(eager, rows) == [("allowed", ())] * 2 + [("forbidden", ("share.cap",))] * 2


def test_a_second_advert_waits_until_ten_other_things_were_said(eager: Path) -> None:
    rows = [(f"2026-10-20T1{n}:00:00Z", f"fan{n}", "@AcmeCo sellthis") for n in range(4, 6)]
    assert guards_of(eager, rows) == [("allowed", ()), ("forbidden", ("mix",))]


def test_the_brake_holds_what_would_leave_in_one_breath(eager: Path) -> None:
    rows = [(f"2026-10-20T15:0{n // 20}:{n % 20:02}Z", f"fan{n}", "@AcmeCo thank you!") for n in range(100)]
    states = Counter(guards_of(eager, rows))
    assert states == {("allowed", ()): 90, ("held", ("brake",)): 10}
