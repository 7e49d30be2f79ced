"""The rules of the benchmark as a company would write them, in YAML: labels only, or with replies, memory and guards."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.workload import Atom, Rule

FIELDS = {
    "intent": "intent",
    "lang": "language",
    "author.verified": "author.verified",
    "author.followers": "author.followers",
    "author.statuses": "author.posts",
    "metrics.likes": "mention.likes",
    "metrics.retweets": "mention.retweets",
    "metrics.replies": "mention.replies",
}

HEAD = "socialcare: 1\naccounts: {main: brand}\n"
A_FILE = 2_000
"""Rules in one file, which may have 1 MB."""

CARE = """\
company: {name: Brand, email: care@brand.example}
calendars:
  open_hours: {zone: Europe/London, week: {every day: "07:00-22:00"}}
  night: {zone: Europe/London, week: {every day: "22:00-07:00"}}
signals:
  famous: {author.followers: {above: 100000, if_missing: false}}
counts:
  week: {of: mention, per: author, in: 7d}
guards:
  pace: {limit: {at_most: 2, of: [reply], per: author, in: 1d}, otherwise: to_inbox, because: Nobody wants three answers a day.}
  night: {when: {time: {inside: night}}, hold: [reply], until: open_hours, expires: 3d, because: Nobody is there to follow up.}
  famous: {when: {all: [famous]}, forbid: [reply], because: What we say to many is said by a person.}
"""
RANKS = ("complaint", "question", "praise", "normal")
REPLIES = (
    "Thanks {{ author.handle }}, we have passed this on to the team that looks after it.",
    "Sorry to hear that, {{ author.handle }}. Please write to {{ company.email }} and we will sort it out.",
    "Hi {{ author.handle }}, could you tell us a little more, so that the right people can look into it?",
    'Thank you {{ author.first_name | default: "for writing" }}! {{ company.name }} is glad to hear from you.',
)


def write_labels(rules: Sequence[Rule], folder: Path) -> None:
    """A policy that only labels: every match can be seen in the decision."""
    _write(folder, "", rules, [f"    do: {{label: {rule['id']}}}\n" for rule in rules])


def write_care(rules: Sequence[Rule], folder: Path) -> None:
    """The same rules, of which every fourth replies, every tenth has a limit and as many read a count, under three guards."""
    _write(folder, CARE, rules, [_cared(at, rule) for at, rule in enumerate(rules)])


def _cared(at: int, rule: Rule) -> str:
    lines = f"    rank: {RANKS[at % len(RANKS)]}\n"
    if at % 10 == 3:
        lines += "    limit: {at_most: 3, per: author, in: 1d}\n"
    reply = f", reply: {json.dumps(REPLIES[at // 4 % len(REPLIES)])}" if at % 4 == 0 else ""
    return f"{lines}    do: {{label: {rule['id']}{reply}}}\n"


def _write(folder: Path, shared: str, rules: Sequence[Rule], rest: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for begin in range(0, len(rules), A_FILE):
        lines = [HEAD + shared if begin == 0 else "socialcare: 1\n", "rules:\n"]
        for at in range(begin, min(begin + A_FILE, len(rules))):
            count = "counts.week: {at_most: 5}" if shared and at % 10 == 7 else None
            lines += [f"  {rules[at]['id']}:\n    when:\n", *_when(rules[at], count), rest[at]]
        (folder / f"rules-{begin // A_FILE + 1:02}.yaml").write_text("".join(lines), "utf-8")


def _when(rule: Rule, more: str | None) -> Iterator[str]:
    """The lines of a condition: what all must hold stands field by field, a field that is tested again stands in `all`."""
    must = [_condition(atom) for atom in rule["all"]]
    if more is not None:
        must.append(more)
    first = {condition.partition(":")[0]: condition for condition in reversed(must)}
    for condition in first.values():
        yield f"      {condition}\n"
    again = [condition for condition in must if condition not in first.values()]
    for key, conditions in (
        ("all", again),
        ("any", _alternatives(rule["any"])),
        ("none", _alternatives(rule["none"])),
    ):
        if conditions:
            yield f"      {key}:\n"
            yield from (f"        - {condition}\n" for condition in conditions)


def _alternatives(atoms: Sequence[Atom]) -> list[str]:
    """One condition of all words, and one each of the other tests."""
    words = [atom["value"] for atom in atoms if atom["op"].startswith("contains")]
    others = [_condition(atom) for atom in atoms if not atom["op"].startswith("contains")]
    return ([f"text: {{has: {_quoted(words)}}}"] if words else []) + others


def _condition(atom: Atom) -> str:
    match atom["op"]:
        case "contains_word" | "contains_phrase":
            return f"text: {{has: {_quoted(atom['value'])}}}"
        case "regex":
            return f"text: {{matches: {_pattern(atom['value'])}}}"
        case "gte":
            return f"{FIELDS[atom['field']]}: {{at_least: {atom['value']}}}"
        case _:
            return f"{FIELDS[atom['field']]}: {_quoted(atom['value'])}"


def _pattern(source: str) -> str:
    return "'" + source.replace("'", "''") + "'"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
