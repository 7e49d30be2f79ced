"""What became of every rule: how often it spoke, to whom it lost, what kept it back, and what it would have said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from socialcare.policy.explaining.english import read_rule
from socialcare.policy.statements import Rule
from socialcare.simulate.findings.findings import Findings
from socialcare.simulate.pages.cards import Book, card, drawn
from socialcare.simulate.pages.markup import Child, Markup, tag
from socialcare.simulate.pages.page import Section
from socialcare.simulate.pages.tables import table
from socialcare.simulate.pages.words import many
from socialcare.simulate.summary import RuleFigures, Summary

_FIGURES = (
    ("fired", "fires"),
    ("won", "wins"),
    ("outranked", "outranked"),
    ("forbidden", "forbidden"),
    ("held", "held"),
    ("limited", "limited"),
    ("gated", "gated"),
    ("shadow", "shadow"),
)
_ALWAYS = ("fires", "wins", "outranked", "forbidden")
_SAMPLES = 3
_SAMPLED = 60
"""Rules with samples in place; those of the others are behind their numbers."""


def rules(summary: Summary, findings: Findings, book: Book) -> Section:
    """All rules that fired, the busiest first, and those that did not."""
    alive = summary.rules.keys() - summary.dead_rules
    ranked = sorted(alive, key=lambda name: (-summary.rules[name].fires, -summary.rules[name].shadow, name))
    shown = [
        (word, figure)
        for word, figure in _FIGURES
        if figure in _ALWAYS or any(getattr(summary.rules[name], figure) for name in alive)
    ]
    rows = [
        [
            tag("code", name),
            *(_number(summary.rules[name], name, word, figure, findings, book) for word, figure in shown),
        ]
        for name in ranked
    ]
    body: list[Child] = [
        table(
            "Decisions in which each rule matched (fired), took the answer (won), lost it to another rule (outranked), or had "
            "something kept back.",
            ["rule", *(word for word, _ in shown)],
            rows,
        )
        if rows
        else tag("p", "No rule fired."),
        *_only_losing(summary, findings, book),
        *_dead(summary),
    ]
    if ranked:
        body.append(tag("h3", "Rule by rule"))
        for place, name in enumerate(ranked):
            body.append(_rule(name, summary, findings, book, samples=_SAMPLES if place < _SAMPLED else 0))
    return Section("rules", "Rules", body)


def losers(summary: Summary) -> list[str]:
    """The rules that matched, and lost the answer to another rule every time."""
    return sorted(name for name, one in summary.rules.items() if one.outranked and not one.wins)


def _number(one: RuleFigures, name: str, word: str, figure: str, findings: Findings, book: Book) -> Child:
    drawer = findings.numbers.of("rule", name, figure)
    return book.number(getattr(one, figure), map(card, drawer), f"{name}: {word}")


def _only_losing(summary: Summary, findings: Findings, book: Book) -> Iterator[Child]:
    names = losers(summary)
    if not names:
        return
    yield tag("h3", f"{many(len(names), 'rule')} only ever lost")
    items = []
    for name in names:
        winners = [
            [tag("code", winner), " (", book.drawer(drawer, f"{name} lost to {winner}"), ")"]
            for (winner,), drawer in findings.numbers.under("outranked", name)
        ]
        items.append(tag("li", tag("code", name), ", to ", _listed(winners)))
    yield tag("p", "They matched, and another rule took the answer every time. Is their rank right?")
    yield tag("ul", *items)


def _dead(summary: Summary) -> Iterator[Child]:
    names = summary.dead_rules
    if not names:
        return
    yield tag("h3", f"{many(len(names), 'rule')} never fired")
    yield tag("p", "They are not wrong, but nobody has seen them work.", class_="quiet")
    told = []
    for name in names:
        one = summary.rules[name]
        stopped = one.limited + one.gated
        why = f" (matched {stopped:,} times, stopped by a gate)" if stopped else ""
        told.append([tag("code", name), why])
    yield tag("p", _listed(told))


def _rule(name: str, summary: Summary, findings: Findings, book: Book, *, samples: int) -> Markup:
    rule = findings.setting.policy.rules.get(name)
    one = summary.rules[name]
    inside: list[Child] = []
    if rule is not None:
        inside += _told(rule, findings)
    inside += _kept_back(name, findings, book)
    drawer = findings.numbers.of("rule", name, "wins")
    found = list(drawer) or list(findings.numbers.of("rule", name, "fires"))
    if found and samples:
        said = "Some of its answers" if drawer.count else "Some mentions it fired for"
        inside.append(tag("h4", said))
        different = {each.text: each for each in reversed(found)}
        inside += [drawn(each, None) for each in [*reversed(different.values())][:samples]]
    status = tag("span", rule.status, class_="badge") if rule is not None and rule.status != "live" else None
    fired = one.fires or one.shadow
    return tag(
        "details",
        tag(
            "summary",
            tag("code", name),
            " ",
            tag("span", f"{fired:,} fired, {one.wins:,} won", class_="quiet"),
            " ",
            status,
        ),
        tag("div", *inside, class_="inside"),
    )


def _told(rule: Rule, findings: Findings) -> Iterator[Child]:
    place = f"{rule.place.file}:{rule.place.line}"
    yield tag(
        "p", f"Written in {place}" + (f", owned by {rule.owner}" if rule.owner else "") + ".", class_="quiet"
    )
    setting = findings.setting
    yield tag("pre", read_rule(rule, setting.policy, setting.vocabulary).strip())


def _kept_back(name: str, findings: Findings, book: Book) -> Iterator[Child]:
    numbers = findings.numbers
    told: list[Child] = [
        *(
            ["forbidden by ", tag("code", by), ": ", book.drawer(one, f"{name}: forbidden by {by}")]
            for (by,), one in numbers.under("forbidden", name)
        ),
        *(
            ["held by ", tag("code", by), ": ", book.drawer(one, f"{name}: held by {by}")]
            for (by,), one in numbers.under("held", name)
            if by
        ),
        *(
            ["lost to ", tag("code", winner), ": ", book.drawer(one, f"{name} lost to {winner}")]
            for (winner,), one in numbers.under("outranked", name)
        ),
        *(
            ["stopped by its own gate, ", gate, ": ", book.drawer(one, f"{name}: {gate}")]
            for (gate,), one in numbers.under("gate", name)
        ),
    ]
    if told:
        yield tag("h4", "What kept it back")
        yield tag("ul", *(tag("li", each) for each in told))


def _listed(parts: Sequence[Child]) -> list[Child]:
    found: list[Child] = []
    for part in parts:
        found += [part, ", "]
    return found[:-1]
