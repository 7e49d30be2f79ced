"""What the brand did about the same mentions, and what platforms would charge."""

from __future__ import annotations

from socialcare.model import OUTCOMES
from socialcare.simulate.findings.beside import Comparison
from socialcare.simulate.findings.charges import READING
from socialcare.simulate.findings.findings import Findings
from socialcare.simulate.pages.cards import Book, card
from socialcare.simulate.pages.markup import Child, tag
from socialcare.simulate.pages.page import Section
from socialcare.simulate.pages.tables import Row, table
from socialcare.simulate.pages.words import OUTCOME, dollars, many, share, waiting
from socialcare.simulate.summary import Summary

_MONTH = 30.0


def brand(beside: Comparison, book: Book) -> Section | None:
    """The mentions that the brand answered, and what the policy makes of them."""
    if not beside.answered:
        return None
    rows = [
        [
            OUTCOME[each],
            book.beside(beside.outcomes[each], f"The brand answered; the policy: {OUTCOME[each]}"),
            share(beside.outcomes[each].count, beside.answered),
        ]
        for each in OUTCOMES
        if each in beside.outcomes
    ]
    body: list[Child] = []
    half, most = beside.waited(0.5), beside.waited(0.9)
    if half is not None and most is not None:
        body.append(
            tag(
                "p",
                f"People waited {waiting(half)} for the brand (median), and nine in ten at most {waiting(most)}. "
                "What the policy answers at once it answers in seconds.",
            )
        )
    body.append(
        table(
            f"What the policy makes of the {many(beside.answered, 'mention')} that the brand answered",
            ["the policy", "mentions", "share"],
            rows,
        )
    )
    if beside.compared:
        kinds = [
            [
                name,
                share(kind.agreement, 1),
                book.beside(kind.both, f"Both: {name}"),
                book.beside(kind.policy_only, f"Only the policy: {name}"),
                book.beside(kind.brand_only, f"Only the brand: {name}"),
                book.beside(kind.neither, f"Neither: {name}"),
            ]
            for name, kind in beside.kinds.items()
        ]
        body.append(tag("h3", f"Where both answer: {many(beside.compared, 'mention')}"))
        body.append(
            table(
                "What each answer does, read off its words (English). Agreement: both do it, or neither does. Held answers count as drafted.",
                ["the answer …", "agreement", "both", "policy only", "brand only", "neither"],
                kinds,
            )
        )
    return Section("brand", "Beside what the brand did", body)


def bill(summary: Summary, findings: Findings, book: Book) -> Section | None:
    """A forecast of what the platforms charge."""
    charges = findings.charges
    if not charges.items:
        return None
    ranked = sorted(charges.items.items(), key=lambda pair: (-pair[1].dollars, pair[0]))
    items: list[Row] = []
    for (platform, act), one in ranked:
        name = "reading a mention" if act == READING else act
        cards = map(card, findings.numbers.of("said", platform, act))
        items.append(
            [f"{platform}: {name}", book.number(one.acts, cards, f"{platform}: {name}"), dollars(one.dollars)]
        )
    days = (summary.until - summary.since).total_seconds() / 86400 if summary.since and summary.until else 0.0
    told = f"{dollars(charges.dollars)} for this archive"
    if days >= 1:
        told += f", {dollars(charges.dollars / days * _MONTH)} for thirty days like it"
    return Section(
        "bill",
        "What the platform would charge",
        [
            tag(
                "p",
                told
                + ". By the prices that the channels know; reading is billed as reading one’s own mentions, and what is held only once it is let go.",
            ),
            table("The bill by act, in US dollars", ["act", "times", "dollars"], items),
        ],
    )
