"""Builds HTML from values: every text is escaped unless it was built here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

from socialcare.diagnostics.excerpt import visible

_VOID = frozenset(("br", "hr", "link", "meta", "rect", "line", "circle", "path"))


class Markup(str):
    """HTML that is safe as it stands; only `tag`, `join` and `trusted` make it."""

    __slots__ = ()


Child: TypeAlias = "Markup | str | int | float | Iterable[Child] | None"
"""What an element can hold: markup, a text, a number, nothing, or several of them."""


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """An element. Attributes are spelled as in HTML, with `_` for `-` and one behind words of Python (`class_`).

    One that is `None` or false is left out, one that is true has no value.
    """
    opened = f"<{name}{''.join(_attribute(word, value) for word, value in attributes.items())}"
    return Markup(f"{opened}/>" if name in _VOID else f"{opened}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Markup:
    """Several things in a row."""
    return Markup("".join(map(_inside, children)))


def trusted(text: str) -> Markup:
    """What is HTML, style or script of our own already."""
    return Markup(text)


def inert(text: str) -> str:
    """A text in which nothing acts: markup is escaped, controls and marks that turn a line round are written out."""
    return escape(visible(text, keep="\n\t"))


def _inside(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return inert(child)
    if isinstance(child, int | float):
        return f"{child:,}"
    return join(child)


def _attribute(word: str, value: str | float | bool | None) -> str:  # noqa: FBT001 - as above
    name = word.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{inert(str(value))}"'
