"""The frame of a page: its head, its sections, the mentions behind its numbers, and nothing from anywhere else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from socialcare.simulate.pages.cards import Book
from socialcare.simulate.pages.markup import Child, Markup, join, tag, trusted

_STYLE = "report.css"
_SCRIPT = "report.js"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page, with a heading that the list of contents names; `name` is where links lead."""

    name: str
    title: str
    body: Sequence[Child]


def page(title: str, lead: Child, sections: Sequence[Section], book: Book, foot: Child) -> str:
    """A whole page. Its policy of content lets nothing run or load but the style and the script written here."""
    style, script = (Path(__file__).with_name(name).read_text("utf-8") for name in (_STYLE, _SCRIPT))
    allowed = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=allowed),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="robots", content="noindex"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", trusted(style)),
    )
    contents = [tag("li", tag("a", each.title, href=f"#{each.name}")) for each in sections]
    body = tag(
        "body",
        tag("a", "Skip to the report", class_="skip", href="#report"),
        tag("header", tag("h1", title), tag("p", lead, class_="lead")),
        tag("nav", tag("ul", *contents), aria_label="Contents"),
        tag("main", *map(_section, sections), _mentions(book), id="report"),
        tag("footer", foot),
        _dialog(),
        tag("script", trusted(script)),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _section(section: Section) -> Markup:
    heading = tag("h2", section.title, id=f"{section.name}-title")
    return tag("section", heading, *section.body, id=section.name, aria_labelledby=f"{section.name}-title")


def _mentions(book: Book) -> Markup:
    explained = tag(
        "p",
        "A sample of the mentions behind every number above, the same in every report on the same archive. "
        "A number opens those behind it.",
        class_="quiet",
    )
    cards = tag(
        "details",
        tag("summary", f"{len(book.cards):,} mentions"),
        tag("div", join(book.cards), class_="inside"),
    )
    return _section(Section("mentions", "The mentions behind the numbers", [explained, cards]))


def _dialog() -> Markup:
    words = tag("div", tag("h2", id="these-title"), tag("p", class_="count"))
    bar = tag("div", words, tag("button", "Close", type="button"), class_="bar")
    return tag(
        "dialog",
        bar,
        tag("div", class_="these", tabindex=0, role="group", aria_label="Mentions"),
        aria_labelledby="these-title",
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
