"""What a YAML file holds, with the place of every part; scalars keep their source text, untyped."""

from typing import Literal

import msgspec

from socialcare.diagnostics import Place

Style = Literal["plain", "single", "double", "literal", "folded"]


class TextNode(msgspec.Struct, eq=False, gc=False):
    """A scalar as text: whether `no` or `09:30` is a word or a time is for the schema to say.

    An absent value is the text "" in the style "plain".
    """

    text: str
    place: Place
    style: Style


class ListNode(msgspec.Struct, eq=False, gc=False):
    """A list and the place of its first character."""

    items: "list[Node]"
    place: Place


class MapNode(msgspec.Struct, eq=False, gc=False):
    """A map with unique keys in the order written, and the place of its first character."""

    entries: "list[tuple[TextNode, Node]]"
    place: Place

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
