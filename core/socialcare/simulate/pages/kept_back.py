"""What was kept back: by guards, limits and holds, by what platforms would refuse, and by texts that did not work out."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from socialcare.policy.statements import Guard
from socialcare.simulate.findings.findings import Findings
from socialcare.simulate.pages.cards import Book, card
from socialcare.simulate.pages.markup import Child, tag
from socialcare.simulate.pages.page import Section
from socialcare.simulate.pages.tables import Row, table
from socialcare.simulate.pages.words import many
from socialcare.simulate.summary import Summary

_FATES = (
    ("released", "let go later"),
    ("lapsed", "lapsed"),
    ("refused", "forbidden in the end"),
)


def kept_back(summary: Summary, findings: Findings, book: Book) -> Section | None:
    """Guards by what they are for, what became of holds, and the texts that could not go out."""
    policy = findings.setting.policy
    channels = findings.setting.channels
    groups: dict[str, list[Row]] = {"platform": [], "limit": [], "built in": [], "own": []}
    for name, figures in sorted(
        summary.guards.items(), key=lambda pair: (-pair[1].forbade - pair[1].held, pair[0])
    ):
        guard = policy.guards.get(name)
        row = [
            [
                tag("code", name),
                tag("div", guard.because, class_="quiet") if guard and guard.because else None,
            ],
            book.number(
                figures.forbade,
                map(card, findings.numbers.of("guard", name, "forbidden")),
                f"Forbidden by {name}",
            ),
            book.number(
                figures.held, map(card, findings.numbers.of("guard", name, "held")), f"Held by {name}"
            ),
        ]
        groups[_group(guard, channels.keys())].append(row)
    captions = {
        "platform": "What the platform itself would refuse: not summoned, a private message to somebody who did not write first, …",
        "limit": "Limits and budgets that were used up",
        "built in": "What is built in: one reply a conversation, no bots, nothing old",
        "own": "The policy’s own guards",
    }
    body: list[Child] = [
        table(captions[group], ["guard", "forbade", "held"], rows) for group, rows in groups.items() if rows
    ]
    body += [*_holds(summary, findings, book), *_texts(summary, findings, book)]
    return Section("kept-back", "What was kept back", body) if body else None


def _group(guard: Guard | None, channels: Collection[str]) -> str:
    if guard is None:
        return "own"
    if guard.sealed:
        return "platform" if guard.id.partition(".")[0] in channels else "built in"
    return "limit" if guard.limit is not None or guard.budget is not None else "own"


def _holds(summary: Summary, findings: Findings, book: Book) -> Iterator[Child]:
    held = summary.held
    if not held.actions:
        return
    rows: list[Row] = [
        [
            told,
            book.number(
                getattr(held, word), map(card, findings.numbers.of("held", word)), f"Held, then {told}"
            ),
        ]
        for word, told in _FATES
    ]
    rows.append(
        [
            "still waiting when the archive ends",
            book.number(held.waiting, map(card, findings.still_held), "Still held at the end"),
        ]
    )
    yield tag("h3", f"What became of {many(held.actions, 'held action')}")
    yield table(
        "Nobody approves anything in a dry run: what waits for a person waits until its time is up.",
        ["fate", "actions"],
        rows,
    )


def _texts(summary: Summary, findings: Findings, book: Book) -> Iterator[Child]:
    rows: list[Row] = []
    for name, one in sorted(summary.rules.items()):
        if one.too_long:
            drawer = findings.numbers.of("rule", name, "too_long")
            rows.append(
                [
                    [tag("code", name), ": too long; say what then with ", tag("code", "if_too_long")],
                    book.drawer(drawer, f"{name}: too long"),
                ]
            )
    for (rule, name), drawer in findings.numbers.under("missing"):
        rows.append(
            [
                [
                    tag("code", rule),
                    ": no value for ",
                    tag("code", name),
                    "; give it a ",
                    tag("code", "default"),
                ],
                book.drawer(drawer, f"{rule}: no value for {name}"),
            ]
        )
    if rows:
        yield tag("h3", "Texts that did not work out")
        yield table("They were held, and a person has to finish them.", ["text", "times"], rows)
