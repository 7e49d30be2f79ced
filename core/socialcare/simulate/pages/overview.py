"""The top of a report: where mentions ended, how many went unanswered, when they came, and which hours hurt."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from socialcare.model import OUTCOMES
from socialcare.simulate.findings.exhibits import Drawer, Exhibit
from socialcare.simulate.findings.findings import Findings
from socialcare.simulate.findings.timeline import Span, Unit
from socialcare.simulate.pages.cards import Book
from socialcare.simulate.pages.charts import Column, bar, columns
from socialcare.simulate.pages.markup import Child, Markup, tag
from socialcare.simulate.pages.page import Section
from socialcare.simulate.pages.tables import table
from socialcare.simulate.pages.words import OUTCOME, WEEKDAYS, many, share
from socialcare.simulate.report import SOURCE_TEXTS
from socialcare.simulate.summary import Summary

_SHADES = 6
_WORST = 5
_REASONS = 8
_TIME = {
    "hour": "{0:%a} {0.day} {0:%b %Y}, {0:%H}:00",
    "day": "{0:%a} {0.day} {0:%b %Y}",
    "week": "week of {0.day} {0:%b %Y}",
    "month": "{0:%b %Y}",
    "year": "{0:%Y}",
    "century": "the century from {0:%Y}",
}


def outcomes(summary: Summary, findings: Findings, book: Book) -> Section:
    """Shares of the six outcomes, and the unanswered rate beside that of the source texts."""
    rows = []
    for outcome in OUTCOMES:
        drawer = findings.numbers.of("outcome", outcome)
        part = drawer.count / summary.mentions if summary.mentions else 0.0
        name = OUTCOME[outcome]
        rows.append(
            tag(
                "tr",
                tag("th", tag("span", class_=f"dot {outcome}"), name, scope="row", role="rowheader"),
                tag("td", book.drawer(drawer, f"Mentions that ended as {name}"), class_="r", role="cell"),
                tag("td", share(drawer.count, summary.mentions), class_="r", role="cell"),
                tag("td", bar([(outcome, part)], f"{part:.0%}"), class_="wide", role="cell"),
                role="row",
            )
        )
    heads = [
        tag("th", word, scope="col", role="columnheader", class_=kind)
        for word, kind in (("outcome", None), ("mentions", "r"), ("share", "r"), ("", "wide"))
    ]
    heads[-1] = tag("td", role="cell")
    found = tag(
        "table",
        tag("caption", "Every mention has one outcome. They add up to all mentions."),
        tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
        tag("tbody", *rows, role="rowgroup"),
        class_="outcomes stack",
        role="table",
    )
    return Section(
        "outcomes",
        "What would have come of them",
        [
            tag("div", _unanswered(summary, findings, book), tag("div", found), class_="head"),
            _reasons(findings, book),
        ],
    )


def over_time(findings: Findings, book: Book) -> Section | None:
    """Volume by outcome over time."""
    spans = list(findings.timeline)
    if len(spans) < 2:
        return None
    unit = findings.timeline.unit
    ends = [
        _moment(at.start, unit).removeprefix(f"{at.start:%a} ")
        for at in (spans[0], spans[len(spans) // 2], spans[-1])
    ]
    chart = columns(
        [
            Column(_moment(span.start, unit), [(outcome, _count(span, outcome)) for outcome in OUTCOMES])
            for span in spans
        ],
        f"Mentions by {unit} and outcome; the table below has the numbers",
        ends,
    )
    used = [outcome for outcome in OUTCOMES if any(_count(span, outcome) for span in spans)]
    rows = [
        [
            _moment(span.start, unit),
            span.count,
            *(
                book.drawer(
                    span.outcomes.get(each, Drawer()), f"{_moment(span.start, unit)}: {OUTCOME[each]}"
                )
                for each in used
            ),
        ]
        for span in spans
        if span.count
    ]
    numbers = table(f"Mentions by {unit}", [unit, "all", *(OUTCOME[each] for each in used)], rows)
    return Section(
        "time",
        "When they came",
        [
            tag(
                "ul",
                *(tag("li", tag("span", class_=f"dot {each}"), OUTCOME[each]) for each in used),
                class_="legend",
            ),
            chart,
            tag("details", tag("summary", f"The numbers, by {unit}"), tag("div", numbers, class_="inside")),
        ],
    )


def hours(findings: Findings, book: Book) -> Section | None:
    """The hours of the week in which mentions went unanswered."""
    cells = {
        (int(day), int(hour)): drawer for (day, hour), drawer in findings.numbers.under("unanswered hour")
    }
    if not cells:
        return None
    most = max(drawer.count for drawer in cells.values())
    head = tag(
        "tr",
        tag("td", role="cell"),
        *(tag("th", f"{hour:02}", scope="col", role="columnheader") for hour in range(24)),
        role="row",
    )
    rows = [
        tag(
            "tr",
            tag("th", name[:3], scope="row", role="rowheader"),
            *(_cell(day, hour, cells.get((day, hour)), most, book) for hour in range(24)),
            role="row",
        )
        for day, name in enumerate(WEEKDAYS)
    ]
    zone = findings.setting.policy.zone
    field = tag(
        "table",
        tag(
            "caption",
            f"Mentions that were neither answered nor ignored, by weekday and hour ({zone}). Arrow keys walk from hour to hour.",
        ),
        tag("thead", head, role="rowgroup"),
        tag("tbody", *rows, role="rowgroup"),
        class_="heat",
        role="table",
    )
    return Section("hours", "The hours that hurt", [_worst(cells, findings, book), field])


def _unanswered(summary: Summary, findings: Findings, book: Book) -> Markup:
    waiting = findings.numbers.of("unanswered")
    number = book.drawer(
        waiting, "Mentions that were neither answered nor ignored", shown=f"{summary.unanswered:.1%}"
    )
    held = summary.outcomes["held"]
    parts = [
        (outcome, summary.outcomes[outcome] / max(1, summary.wanting))
        for outcome in OUTCOMES
        if outcome not in ("answered", "ignored")
    ]
    return tag(
        "div",
        tag("h3", "Unanswered"),
        tag("p", number, class_="big"),
        tag(
            "div",
            tag("span", "this policy"),
            bar(parts, f"this policy: {summary.unanswered:.0%}"),
            tag("b", f"{summary.unanswered:.0%}"),
            tag("span", "source texts"),
            bar([("source", SOURCE_TEXTS)], f"source texts: {SOURCE_TEXTS:.0%}"),
            tag("b", f"{SOURCE_TEXTS:.0%}"),
            class_="versus",
        ),
        tag(
            "p",
            f"Of the {many(summary.wanting, 'mention')} that were not ignored; {share(held, summary.wanting)} were held and may still "
            f"be let go. None is lost: the others are with people, or need no answer. {SOURCE_TEXTS:.0%} of customers’ tweets to companies went unanswered, say the texts that this "
            "product was made from.",
            class_="quiet",
        ),
    )


def _reasons(findings: Findings, book: Book) -> Markup:
    found: list[Child] = []
    for outcome in OUTCOMES:
        reasons = findings.numbers.under("reason", outcome)
        if not reasons:
            continue
        rows = [
            [reason or "–", book.drawer(drawer, f"{OUTCOME[outcome]}: {reason}")]
            for (reason,), drawer in reasons[:_REASONS]
        ]
        if more := sum(drawer.count for _, drawer in reasons[_REASONS:]):
            rows.append([f"{many(len(reasons) - _REASONS, 'other reason')}", more])
        found.append(table(f"Why {OUTCOME[outcome]}", ["reason", "mentions"], rows))
    return tag("details", tag("summary", "Why they ended there"), tag("div", *found, class_="inside"))


def _cell(day: int, hour: int, drawer: Drawer[Exhibit] | None, most: int, book: Book) -> Markup:
    if drawer is None:
        return tag("td", tag("span", "·", aria_label="0"), role="cell")
    shade = max(1, round(_SHADES * drawer.count / most))
    link = book.drawer(drawer, f"Unanswered, {WEEKDAYS[day]} {hour:02}:00 to {hour:02}:59")
    return tag("td", link, role="cell", class_=f"h{shade}")


def _worst(cells: dict[tuple[int, int], Drawer[Exhibit]], findings: Findings, book: Book) -> Markup:
    ranked = sorted(cells.items(), key=lambda pair: (-pair[1].count, pair[0]))[:_WORST]
    told = []
    for (day, hour), drawer in ranked:
        every = findings.numbers.of("hour", str(day), str(hour)).count
        name = f"{WEEKDAYS[day]} {hour:02}:00"
        told.append(
            [f"{name} (", book.drawer(drawer, f"Unanswered, {name} to {hour:02}:59"), f" of {every:,})"]
        )
    listed = chain.from_iterable([*each, ", "] for each in told)
    return tag("p", "Most went unanswered on ", [*listed][:-1], ".")


def _count(span: Span, outcome: str) -> int:
    return span.outcomes[outcome].count if outcome in span.outcomes else 0


def _moment(at: datetime, unit: Unit) -> str:
    return _TIME[unit].format(at)
