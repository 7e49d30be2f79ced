"""What a new policy changes, as one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from socialcare.model import OUTCOMES
from socialcare.simulate.comparing.changes import MEANING
from socialcare.simulate.comparing.difference import Changed, Difference
from socialcare.simulate.comparing.told import Verdict, ranked
from socialcare.simulate.findings.exhibits import SAMPLES
from socialcare.simulate.pages.cards import Book, Card, changed_card
from socialcare.simulate.pages.markup import Child, tag
from socialcare.simulate.pages.page import Section, page
from socialcare.simulate.pages.tables import Row, table
from socialcare.simulate.pages.words import OUTCOME, many, share

_CAUSES = 100
_SHOWN = 2


def diff_page(verdict: Verdict) -> str:
    """The whole page."""
    one = verdict.difference
    book = Book(SAMPLES)
    sections = [_changes(verdict, book), _matrix(one, book), _causes(one, book), _statements(one)]
    company = one.new.company.get("name")
    title = f"What would change for {company}" if company else "What would change"
    lead = f"Two policies over the same {many(one.mentions, 'mention')}"
    if one.since is not None and one.until is not None:
        days = dict.fromkeys(f"{at.day} {at:%b %Y}" for at in (one.since, one.until))
        lead += f", {' to '.join(days)}"
    foot = tag("p", f"Old policy {one.old.hash[:12]}, new policy {one.new.hash[:12]}. Nothing was sent.")
    return page(
        title, f"{lead}. Nothing was sent.", [each for each in sections if each is not None], book, foot
    )


def _changes(verdict: Verdict, book: Book) -> Section:
    one = verdict.difference
    rows: list[Row] = [
        [
            [tag("b", name.replace("_", " ")), tag("div", meaning, class_="quiet")],
            book.number(one.counts[name], _cards(one.kinds.get(name, ())), name.replace("_", " ")),
            share(one.counts[name], one.mentions),
        ]
        for name, meaning in MEANING.items()
    ]
    body: list[Child] = [
        tag(
            "p",
            f"{one.any_changed:,} of {many(one.mentions, 'mention')} change ({share(one.any_changed, one.mentions)}).",
            class_="lead",
        ),
        table(
            "Mentions by what changes for them; one may be in several lines",
            ["what changes", "mentions", "share"],
            rows,
        ),
    ]
    if one.counterfactual:
        body.append(
            tag(
                "p",
                f"Counted apart: {many(one.counterfactual, 'mention')} ({one.counterfactual_changed:,} changed) that follow a changed public answer. "
                "They are counterfactual: after the other answer they might not have been written.",
            )
        )
    body += [tag("p", f"Exceeded: {each.written}") for each in verdict.exceeded]
    return Section("changes", "What changes", body)


def _matrix(one: Difference, book: Book) -> Section:
    used = [each for each in OUTCOMES if any(each in cell for cell in one.matrix)]
    rows: list[Row] = []
    for old in used:
        cells: list[Child] = []
        for new in used:
            drawer = one.matrix.get((old, new))
            about = f"{OUTCOME[old]} before, {OUTCOME[new]} now"
            cells.append(book.number(drawer.count, _cards(drawer), about) if drawer is not None else 0)
        rows.append([OUTCOME[old], *cells])
    return Section(
        "matrix",
        "From where to where",
        [
            table(
                "A row is where mentions ended with the old policy, a column where they end with the new one",
                ["old \\ new", *(OUTCOME[each] for each in used)],
                rows,
            )
        ],
    )


def _causes(one: Difference, book: Book) -> Section | None:
    found = ranked(one)
    if not found:
        return None
    body: list[Child] = [
        table(
            "Each changed mention is counted with the statement that most likely makes the difference",
            ["statement", "mentions"],
            [
                [str(cause), book.number(drawer.count, _cards(drawer), str(cause))]
                for cause, drawer in found[:_CAUSES]
            ],
        )
    ]
    for cause, drawer in found[:_CAUSES]:
        samples = [draw(None) for _, draw in _cards(list(drawer)[:_SHOWN])]
        body.append(
            tag("details", tag("summary", tag("code", str(cause))), tag("div", *samples, class_="inside"))
        )
    return Section("causes", "Because of what", body)


def _statements(one: Difference) -> Section | None:
    caused = {cause for cause, _ in ranked(one)}
    quiet = [each for each in one.statements if each not in caused]
    if not quiet:
        return None
    return Section(
        "quiet",
        "Changed, and without effect here",
        [
            tag("p", "These statements differ, and no mention of this archive shows it:"),
            tag("ul", *(tag("li", str(each)) for each in quiet)),
        ],
    )


def _cards(drawer: Iterable[Changed]) -> Iterator[Card]:
    return map(changed_card, drawer)
