"""What a YAML file holds, with the place of every part; scalars keep their source text, untyped."""

from typing import Literal

import msgspec

from socialcare.diagnostics import Place

Style = Literal["plain", "single", "double", "literal", "folded"]


class _Placed(msgspec.Struct, eq=False, gc=False):
    """Where a node begins, both counted from 1; few nodes are asked for more than that."""

    file: str
    line: int
    column: int
    length: int

    @property
    def place(self) -> Place:
        """Its characters in the first line of it; of a list or map the first character."""
        return Place(self.file, self.line, self.column, self.length)


class TextNode(_Placed, eq=False, gc=False):
    """A scalar as text: whether `no` or `09:30` is a word or a time is for the schema to say.

    An absent value is the text "" in the style "plain".
    """

    text: str
    style: Style


class ListNode(_Placed, eq=False, gc=False):
    """A list."""

    items: "list[Node]"


class MapNode(_Placed, eq=False, gc=False):
    """A map with unique keys in the order written."""

    entries: "list[tuple[TextNode, Node]]"

    def get(self, key: str) -> "Node | None":
        """Return the value under a key, or None."""
        for name, value in self.entries:
            if name.text == key:
                return value
        return None

    def keys(self) -> list[str]:
        """Return the keys in the order written."""
        return [name.text for name, _ in self.entries]


Node = TextNode | ListNode | MapNode


def word_at(node: Node, text: str) -> TextNode:
    """A bare word that nobody wrote, in the place of what was written instead."""
    return TextNode(node.file, node.line, node.column, node.length, text, "plain")


def map_at(node: Node, entries: "list[tuple[TextNode, Node]]") -> MapNode:
    """A map of other entries in the place of a node."""
    return MapNode(node.file, node.line, node.column, node.length, entries)
