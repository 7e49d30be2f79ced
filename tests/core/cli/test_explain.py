"""`socialcare explain`: what it says of decisions over a few mentions."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare.cli.main import main

Golden = Callable[[str, str], None]
Explain = Callable[..., str]

POLICY = """socialcare: 1
accounts: {main: AcmeCo, help: AcmeHelp}
people: {manager: m@acme.example}
lists: {staff: [anna]}
calendars:
  night: {week: {every day: 22:00-07:00}}
  day: {week: {every day: 09:00-18:00}}
signals:
  customer: {none: [{author.handle: {in: staff}}]}
  sad: {any: [{text: {has: [awful, broken]}}, {author.followers: {above: 50000, if_missing: false}}]}
guards:
  night: {when: {time: {inside: night}}, hold: [reply], until: day, because: Nobody wants an answer at three.}
  quiet: {when: {flags.left_alone: true}, forbid: [reply], except: [stop]}
rules:
  hours:
    rank: question
    when: {all: [customer], text: {has: [open, close], ends_with: "?"}}
    do: {reply: We are open 9 to 18.}
  sorry:
    rank: complaint
    when: {all: [sad, customer]}
    limit: {at_most: 1, per: author, in: 24h, but_still: [open_case]}
    do: {reply: We are sorry., open_case: {to: manager, answer_within: 2h}}
  stop:
    rank: legal
    when: {text: {has: leave me alone}}
    do: {reply: Understood., remember: {flags.left_alone: true}}
  refunds: {when: {account: main, text: {has: refund}}, do: {handover: {to: help}}}
  refunds.help: {when: {account: help, text: {has: refund}}, do: {reply: Refunds take a week.}}
  tried: {status: shadow, when: {text: {has: open}}, do: {label: tried}}
  old: {status: off, when: {text: {has: open}}, do: {label: old}}
  tip: {at: {every: day, time: 09:30}, do: {post: A tip a day.}}
"""

MENTIONS = [
    ("11", "2026-03-02T14:00:00.000Z", "jo", "@AcmeCo when do you open?"),
    ("12", "2026-03-02T15:00:00.000Z", "kim", "@AcmeCo my lamp is broken"),
    ("13", "2026-03-02T16:00:00.000Z", "kim", "@AcmeCo awful, still broken. Do you ever close?"),
    ("14", "2026-03-02T17:00:00.000Z", "lee", "@AcmeCo leave me alone"),
    (
        "15",
        "2026-03-02T23:00:00.000Z",
        "mo",
        "@AcmeCo call me on 615-555-0147 or mo@example.org\u202e when you open?",
    ),
    ("16", "2026-03-03T12:00:00.000Z", "lee", "@AcmeCo it is broken"),
    ("17", "2026-03-03T13:00:00.000Z", "ann", "@AcmeCo where is my refund"),
    ("19", "2026-03-03T15:00:00.000Z", "ann", "@AcmeCo awful. When do you open?"),
    ("18", "2026-03-03T14:00:00.000Z", "AcmeHelp", "@AcmeCo we are open"),
    ("2099", "2026-03-03T23:30:00.000Z", "cy", "@AcmeCo when do you open?"),
]

ASKS, COMPLAINS, AGAIN, AT_NIGHT, OPTED_OUT, HANDED_OVER, OURS, BOTH, WAITS = (
    "11",
    "12",
    "13",
    "15",
    "16",
    "17",
    "18",
    "19",
    "2099",
)


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Explain:
    """What is printed of a mention; the hash of the policy is left out."""
    monkeypatch.chdir(tmp_path)
    Path("socialcare.toml").write_text("[plugins.archive]\n[plugins.actions]\n[plugins.x]\n")
    Path("rules").mkdir()
    Path("rules/care.yaml").write_text(POLICY)
    users = [
        {"id": str(100 + place), "username": who}
        for place, who in enumerate(sorted({who for _, _, who, _ in MENTIONS}))
    ]
    author = {user["username"]: user["id"] for user in users}
    rows = [
        {"id": key, "created_at": at, "author_id": author[who], "text": text}
        for key, at, who, text in MENTIONS
    ]
    Path("past.json").write_text(json.dumps({"data": rows, "includes": {"users": users}}))

    def run(mention: str, *more: str) -> str:
        assert main(["explain", "--over", "past.json", "--mention", mention, *more]) == 0
        return re.sub(r"\(policy [0-9a-f]+\)", "(policy …)", capsys.readouterr().out)

    return run


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        (ASKS, "fired"),
        (AGAIN, "gated"),
        (AT_NIGHT, "held"),
        (OPTED_OUT, "forbidden"),
        (HANDED_OVER, "handed-over"),
        (WAITS, "waits"),
        (OURS, "ours"),
    ],
)
def test_a_decision_is_told_rule_by_rule(explain: Explain, golden: Golden, mention: str, name: str) -> None:
    golden(f"explain-{name}.txt", explain(mention))


@pytest.mark.parametrize(
    ("mention", "rule", "name"),
    [
        (ASKS, "sorry", "failed"),
        (AGAIN, "sorry", "gated"),
        (OPTED_OUT, "sorry", "forbidden"),
        (COMPLAINS, "sorry", "fired"),
        (HANDED_OVER, "hours", "near"),
        (ASKS, "tried", "shadow"),
        (ASKS, "old", "off"),
        (BOTH, "hours", "outranked"),
    ],
)
def test_one_rule_is_told_with_the_least_that_would_have_to_change(
    explain: Explain, golden: Golden, mention: str, rule: str, name: str
) -> None:
    golden(f"why-not-{name}.txt", explain(mention, "--why-not", rule))


def test_all_that_can_stop_a_rule_is_listed(
    explain: Explain, capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    assert main(["explain", "--can-stop", "hours"]) == 0
    golden("can-stop.txt", capsys.readouterr().out)
    assert main(["explain", "--can-stop", "hours", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {guard["guard"] for guard in found["guards"]} >= {
        "night",
        "quiet",
        "sealed.bots",
        "x.no_strangers",
    }
    assert found["before"] == {"public": ["sorry", "stop"]}


def test_a_program_reads_how_holds_ended(explain: Explain) -> None:
    ended = json.loads(explain(AT_NIGHT, "--format", "json"))
    assert [one["outcome"] for one in ended["later"]] == ["answered"]
    assert not ended["waits"]
    assert json.loads(explain(WAITS, "--format", "json"))["waits"]


def test_the_link_to_a_post_will_do_for_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    row = {"id": "2029215781614629138", "text": "@AcmeCo hello", "created_at": "2026-03-02T14:00:00.000Z"}
    Path("past.jsonl").write_text(json.dumps(row))
    Path("rules").mkdir()
    Path("rules/care.yaml").write_text(POLICY)
    link = "https://x.com/jo/status/2029215781614629138/photo/1?s=20"
    assert main(["explain", "--over", "past.jsonl", "--mention", link]) == 0
    assert "mention 2029215781614629138, " in capsys.readouterr().out


def test_more_is_told_on_demand(explain: Explain) -> None:
    assert "old (rules/care.yaml" not in explain(ASKS)
    assert "old (rules/care.yaml" in explain(ASKS, "-v")


def test_a_program_reads_the_same(explain: Explain) -> None:
    found = json.loads(explain(AGAIN, "--format", "json"))
    (explanation,) = found["explanations"]
    gated = next(rule for rule in explanation["rules"] if rule["rule"] == "sorry")
    assert (gated["standing"], gated["detail"]) == ("gated", "limit")
    assert gated["until"] == "2026-03-03T15:00:00+00:00"
    one = json.loads(explain(ASKS, "--format", "json", "--why-not", "sorry"))
    (rule,) = one["explanations"][0]["rules"]
    assert (rule["standing"], rule["distance"]) == ("failed", 1)


def test_personal_data_is_not_printed_and_nothing_acts_on_the_terminal(explain: Explain) -> None:
    for more in ([], ["--format", "json"], ["--why-not", "hours"]):
        printed = explain(AT_NIGHT, *more)
        assert "615-555" not in printed
        assert "mo@example.org" not in printed
        assert "\u202e" not in printed


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--over", "past.json", "--mention", "99"], "10 mentions were read; the nearest id is `19`"),
        (["--over", "past.json"], "say which mention of which files"),
        (["--mention", "11"], "say which mention of which files"),
        (["--over", "past.json", "--mention", "11", "--why-not", "sory"], "did you mean `sorry`?"),
        (["--can-stop", "hour"], "did you mean `hours`?"),
        (["--can-stop", "night"], "`night` is a guard, not a rule; `socialcare read night` tells of it"),
        (["--over", "nowhere.json", "--mention", "11"], "nowhere.json"),
    ],
)  # fmt: skip
def test_a_wrong_name_is_told_with_the_way_out(
    explain: Explain, capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    assert main(["explain", *args]) == 2
    assert said in capsys.readouterr().err
