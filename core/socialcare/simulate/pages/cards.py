"""The mentions behind the numbers of a page: each stands in it once, and every number leads to its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from socialcare.simulate.comparing.difference import Changed
from socialcare.simulate.findings.beside import Beside
from socialcare.simulate.findings.exhibits import SAMPLES, Answer, Drawer, Exhibit
from socialcare.simulate.pages.markup import Child, Markup, tag
from socialcare.simulate.pages.words import OUTCOME, waiting

Card = tuple[str, Callable[[str | None], Markup]]
"""What a card is about, and how it is drawn with a given id."""


@dataclass(slots=True)
class Book:
    """The cards of a page; at most `most` lie behind one number."""

    most: int = SAMPLES
    cards: list[Markup] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def number(self, count: float, cards: Iterable[Card], about: str, *, shown: str | None = None) -> Child:
        """A number that leads to its cards; without a card it is only a number."""
        text = shown if shown is not None else f"{count:,}"
        places = [self._place(card) for card in islice(cards, self.most)]
        if not places:
            return text
        few = f"{len(places)} of {count:,}, drawn at random" if len(places) < count else f"all {count:,}"
        return tag(
            "a",
            text,
            class_="n",
            href=f"#m{places[0]}",
            data_m=" ".join(map(str, places)),
            data_t=about,
            data_c=few,
        )

    def drawer(self, drawer: Drawer[Exhibit], about: str, *, shown: str | None = None) -> Child:
        """The number of a drawer, which leads to what is in it."""
        return self.number(drawer.count, map(card, drawer), about, shown=shown)

    def beside(self, drawer: Drawer[Beside], about: str) -> Child:
        """The same, of mentions with the brand's own reply."""
        return self.number(drawer.count, map(beside_card, drawer), about)

    def _place(self, one: Card) -> int:
        name, draw = one
        if name not in self._places:
            place = self._places[name] = len(self.cards) + 1
            self.cards.append(draw(f"m{place}"))
        return self._places[name]


def card(exhibit: Exhibit) -> Card:
    """A mention, what the policy would have said, and why."""
    return exhibit.name, lambda name: drawn(exhibit, name)


def beside_card(beside: Beside) -> Card:
    """A mention, with what the brand said beside what the policy would have."""
    told = "the brand" if beside.waited is None else f"the brand, after {waiting(beside.waited)}"
    reply = _says("brand", told, beside.reply)
    return f"beside {beside.exhibit.name}", lambda name: drawn(beside.exhibit, name, reply)


def changed_card(changed: Changed) -> Card:
    """A mention, with what each of two policies does about it."""

    def draw(name: str | None) -> Markup:
        both = [("before", changed.old), ("now", changed.new)]
        parts: list[Child] = []
        for word, one in both:
            ended = tag(
                "span", tag("span", class_=f"dot {one.outcome}"), OUTCOME.get(one.outcome, one.outcome)
            )
            parts += [tag("p", tag("b", word), " ", ended, class_="who"), *map(answer, one.answers)]
        told = ", ".join(each.replace("_", " ") for each in changed.changes)
        why = tag("p", f"Changes: {told}. Because of {'; '.join(map(str, changed.causes))}.", class_="why")
        return tag("article", _who(changed.new), quoted(changed.new.text), *parts, why, class_="m", id=name)

    return f"changed {changed.new.name}", draw


def drawn(exhibit: Exhibit, name: str | None, *more: Child) -> Markup:
    """A mention as it stands in a page."""
    return tag(
        "article",
        _who(exhibit),
        quoted(exhibit.text),
        *map(answer, exhibit.answers),
        *more,
        _why(exhibit),
        class_="m",
        id=name,
    )


def quoted(text: str) -> Markup:
    """Somebody's words, in the direction in which they are written."""
    return tag("blockquote", text, dir="auto")


def answer(one: Answer) -> Markup:
    """What a rule would have done."""
    kept = f"{one.state} by {', '.join(one.by)}" if one.by else one.state
    told = one.action + (f" by {one.rule}" if one.rule else "")
    if one.state != "allowed":
        told += f", {kept}" + (f": {one.why}" if one.why else "")
    return _says(one.state, told, one.text)


def _says(kind: str, told: str, text: str) -> Markup:
    return tag("div", tag("p", told), quoted(text) if text else None, class_=f"says {kind}")


def _who(exhibit: Exhibit) -> Markup:
    about = [part for part in (f"to {exhibit.account}" if exhibit.account else "", exhibit.at) if part]
    outcome = tag(
        "span", tag("span", class_=f"dot {exhibit.outcome}"), OUTCOME.get(exhibit.outcome, exhibit.outcome)
    )
    return tag(
        "p", tag("b", tag("bdi", f"@{exhibit.author}")), " ", " · ".join(about), " · ", outcome, class_="who"
    )


def _why(exhibit: Exhibit) -> Markup:
    told = [f"Why: {exhibit.reason}." if exhibit.reason else ""]
    if exhibit.fired:
        told.append(f"Fired: {', '.join(exhibit.fired)}.")
    if exhibit.clues:
        told.append(f"Read off the words: {'; '.join(exhibit.clues)}.")
    return tag("p", " ".join(filter(None, told)), class_="why")
