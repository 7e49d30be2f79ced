"""Reads what an operator compares with: words, phrases, patterns, numbers, spans of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from socialcare.diagnostics import suggestion
from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.language.words import bare, needle, phrase
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.names import Read, Target
from socialcare.policy.reading.operators import OPERATORS, Takes
from socialcare.policy.reading.operators import takes as takes_of
from socialcare.policy.reading.scalars import SPAN
from socialcare.policy.reading.shapes import Name, Number, Truth
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode


def read_operand(word: str, node: Node, target: Target, reading: Reading) -> Read | None:
    """What stands under an operator, or `None` after reporting; what is written in many rules is read once."""
    if reading.answers or isinstance(node, MapNode):
        return _read_operand(
            word, node, target, reading
        )  # the same path may be another look-up's answer elsewhere
    texts = node.text if isinstance(node, TextNode) else tuple(map(_text_of, node.items))
    key = (target.path, word, texts)
    read = reading.names.operands.get(key)
    if read is None:
        read = _read_operand(word, node, target, reading)
        if read is not None:
            reading.names.operands[key] = read
    return read


def _text_of(node: Node) -> str | None:
    return node.text if isinstance(node, TextNode) else None


def _read_operand(word: str, node: Node, target: Target, reading: Reading) -> Read | None:
    takes = takes_of(word, target.sort)
    if takes == "list":
        return _from_list(node, "words", target, reading)
    if takes in _OF_WORDS:
        if isinstance(node, MapNode) and node.keys() == ["in"]:
            return _from_list(node.entries[0][1], takes, target, reading)
        return _of_words(word, node, takes, target, reading)
    if not isinstance(node, TextNode):
        reading.wrong_form(node, f"one value under `{word}`")
        return None
    value = _single(takes, node, reading)
    return None if value is None else Read(value, (node.text.strip(),))


def _single(takes: Takes, node: TextNode, reading: Reading) -> Any:  # Any: a number, a truth or a name
    if takes == "truth":
        return Truth().read(node, reading)
    if takes == "calendar":
        return Name("calendar").read(node, reading)
    if takes == "span":
        span = SPAN.read(node, reading)
        return None if span is None else span.total_seconds()
    return Number().read(node, reading)


def _of_words(word: str, node: Node, takes: Takes, target: Target, reading: Reading) -> Read | None:
    items: Sequence[Node] = node.items if isinstance(node, ListNode) else [node]
    if not items:
        reading.problems.error("SC222", node.place, f"the list under `{word}` is empty")
        return None
    values: list[Any] = []
    written: list[str] = []
    for item in items:
        if not isinstance(item, TextNode):
            reading.wrong_form(item, f"a text under `{word}`", fix=_quoted(item))
            continue
        value = _value(item, item.text, takes, target, reading)
        if value is not None:
            values.append(value)
            written.append(item.text.strip())
    return Read(_joined(takes, values), tuple(written)) if len(values) == len(items) else None


def _quoted(node: Node) -> str:
    if isinstance(node, MapNode) and len(node.entries) == 1 and isinstance(node.entries[0][1], TextNode):
        return f'if it is one text, quote it: "{node.keys()[0]}: {node.entries[0][1].text}"'
    return ""


def _from_list(node: Node, takes: Takes, target: Target, reading: Reading) -> Read | None:
    if isinstance(node, ListNode):
        fix = "write the words under the operator itself, or name them once under `lists:`"
        reading.wrong_form(node, "the name of a list after `in`", fix=fix)
        return None
    name = reading.known_name(node, "list")
    if name is None or not isinstance(node, TextNode):
        return None
    known = reading.names.lists.get(name)
    if known is None:
        return None  # the list itself is wrong, and that has been reported
    values = [_value(node, text, takes, target, reading, source=name) for text in known.words]
    if any(value is None for value in values):
        return None
    return Read(_joined(takes, values), (name,), name)


def _joined(takes: Takes, values: Sequence[Any]) -> Any:  # Any: as in Read
    if takes == "words":
        return frozenset(values)
    return tuple(dict.fromkeys(values)) if len(values) > 1 else tuple(values)


_REMEMBERED = 16_384
"""Words and patterns that are read once, however many rules look for them."""


def _value(
    node: TextNode, text: str, takes: Takes, target: Target, reading: Reading, source: str = ""
) -> Any:  # Any: as in Read
    """One word of an operand; `source` is the list that a word at another place came from."""
    if not text.strip():
        reading.problems.error("SC222", node.place, "a text is missing here")
        return None
    if takes == "words" and target.values:
        return _closed(node, text, target, reading, source)
    try:
        return _OF_WORDS[takes](text)
    except Flaw as flaw:
        reading.flaw(
            "SC213" if takes == "patterns" else "SC206",
            node,
            flaw,
            where=f" (in the list `{source}`)" if source else "",
        )
        return None


_OF_WORDS: dict[Takes, Callable[[str], Any]] = {  # Any: as in Read
    "phrases": lru_cache(_REMEMBERED)(phrase),
    "strings": needle,
    "patterns": lru_cache(_REMEMBERED)(Pattern),
    "words": bare,
}


def _closed(node: TextNode, text: str, target: Target, reading: Reading, source: str) -> str | None:
    word = bare(text)
    if word in _bare_words(target.values):
        return word
    provider = reading.vocabulary.providers.get(target.path.split(".")[0])
    origin = f" (from {provider})" if provider else ""
    where = f" in the list `{source}`" if source else ""
    reading.problems.error(
        "SC203",
        node.place,
        f"unknown {target.path} `{text}`{where}",
        label=suggestion(text, target.values) + origin,
    )
    return None


@lru_cache(64)
def _bare_words(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(bare, values))


def examples_for(target: Target, text: str) -> str:
    """Ways to write a test of a number, with the operators to choose from."""
    words = [
        word
        for word in OPERATORS
        if word in ("at_least", "at_most", "above", "below", "equals", "reaches", "within")
    ]
    fitting = [
        word
        for word in words
        if target.sort in OPERATORS[word].sorts or (word == "equals" and target.sort != "time")
    ]
    return ", ".join(f"`{target.path}: {{{word}: {text}}}`" for word in fitting)
