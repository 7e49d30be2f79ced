"""What was left to people: what the inbox has in common, and how many may have read the complaints that nobody answered."""

from __future__ import annotations

from socialcare.simulate.findings.findings import FOLLOWERS, SEEN_BY, Findings
from socialcare.simulate.findings.inbox import Group
from socialcare.simulate.pages.cards import Book, card
from socialcare.simulate.pages.markup import Child, Markup, tag
from socialcare.simulate.pages.page import Section
from socialcare.simulate.pages.tables import table
from socialcare.simulate.pages.words import many, share


def inbox(findings: Findings, book: Book) -> Section | None:
    """Groups of mentions, each with the condition that a rule for it could begin with."""
    every = findings.inbox.all.count
    if not every:
        return None
    groups, rest = findings.inbox.groups()
    read = findings.inbox.read
    told = (
        f"The {many(read, 'mention')} of the inbox"
        if read == every
        else f"{read:,} of the {every:,} mentions of the inbox, drawn at random,"
    )
    verb = "is" if read == 1 else "are"
    lead = tag(
        "p",
        f"{told} {verb} grouped by words that they share and that rules do not already answer: what the next rule could be about.",
    )
    if not groups:
        body: list[Child] = [tag("p", f"The {many(read, 'mention')} of the inbox have no words in common.")]
    else:
        body = [lead, tag("div", *(_group(group, read, book) for group in groups), class_="groups")]
        body.append(tag("p", f"{many(rest, 'mention')} ({share(rest, read)}) in no group.", class_="quiet"))
    accounts = [(name[0], drawer) for name, drawer in findings.numbers.under("account") if name[1] == "inbox"]
    if len(accounts) > 1:
        rows = [
            [name or "none named", book.drawer(drawer, f"Inbox of {name or 'no account'}")]
            for name, drawer in accounts[:10]
        ]
        body.append(table("The inbox by account (the ten fullest)", ["account", "mentions"], rows))
    return Section("inbox", "What reached the inbox", body)


def reach(findings: Findings, book: Book) -> Section | None:
    """The complaints that nobody answered, by how many may have read them."""
    found = findings.reach
    if not findings.has_intent or not found.complaints:
        return None
    complaints = book.drawer(findings.numbers.of("unanswered complaint"), "Complaints that nobody answered")
    told = f"{SEEN_BY:.0%} of an author’s followers see a post, and {SEEN_BY:.0%} of {FOLLOWERS} more for each time it was shared"
    if found.guessed:
        told += f"; {found.guessed:,} authors of whom the archive does not say count as having {FOLLOWERS} followers"
    rows = [
        [
            [tag("bdi", f"@{one.author}"), ": ", tag("bdi", _short(one.text))],
            book.number(round(people), [card(one)], f"Complaint of @{one.author}", shown=f"{people:,.0f}"),
        ]
        for people, one in found.loudest
    ]
    return Section(
        "reach",
        "Complaints that nobody answered",
        [
            tag(
                "p", complaints, f" complaints, which about {found.people:,.0f} people may have read: {told}."
            ),
            table("The loudest of them, by people who may have read it", ["complaint", "people"], rows),
        ],
    )


def _group(group: Group, read: int, book: Book) -> Markup:
    number = book.number(group.count, map(card, group.exhibits), f"Inbox: “{group.phrase}”")
    parts = [f"mostly {group.intent}"] if group.intent else []
    if len(group.accounts) > 1:
        parts.append(", ".join(f"{name or 'no account'} {count:,}" for name, count in group.accounts))
    words = '"' + group.phrase + '"'
    intent = f"intent: {group.intent}, " if group.intent not in ("", "other") else ""
    near = tag("p", "Nearest rule: ", tag("code", group.near), class_="quiet") if group.near else None
    return tag(
        "div",
        tag("h3", f"“{group.phrase}”"),
        tag(
            "p", number, f" mentions, {share(group.count, read)}" + (f"; {'; '.join(parts)}" if parts else "")
        ),
        near,
        tag("pre", f"when: {{{intent}text: {{has: {words}}}}}"),
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else f"{flat[:90]}…"
