"""Plugins that stand in where a test brings none: a channel that counts characters, fields that nobody fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from socialcare.hookspecs import Settings, hookimpl
from socialcare.model import Field, FieldValue, Mention
from socialcare.ports import Channel, Entity


@dataclass(slots=True)
class CharacterChannel:
    """A platform of 280 characters, each of which counts one, on which nothing is clickable."""

    name: str = "x"
    doc: str = "a stand-in that counts characters"
    limit: int | None = 280
    handle_length: int = 15
    actions: frozenset[str] = frozenset({"reply", "quote", "repost", "post", "dm"})
    guards: str = ""

    def weighted_length(self, text: str) -> int:
        """The number of characters."""
        return len(text)

    def entities(self, text: str) -> Sequence[Entity]:  # noqa: ARG002 - whatever it is
        """None."""
        return ()

    def price(self, action: str, text: str, *, summoned: bool) -> float:  # noqa: ARG002 - whatever it is
        """Nothing."""
        return 0.0


class Counting:
    """The plugin of that channel."""

    @hookimpl
    def register_channels(self, settings: Settings) -> Sequence[Channel]:  # noqa: ARG002 - there is nothing to set
        """It."""
        return [CharacterChannel()]


@dataclass(slots=True)
class Unfilled:
    """A classifier that declares fields and fills none."""

    fields: Sequence[Field]
    name: str = "declared"
    version: str = "1"
    reads_outside: bool = False

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        """Nothing about anything."""
        return [{} for _ in mentions]


class Declared:
    """The plugin of fields that a test only pins."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields

    @hookimpl
    def register_classifiers(self, settings: Settings) -> Sequence[Unfilled]:  # noqa: ARG002 - there is nothing to set
        """Their declaration."""
        return [Unfilled(self._fields)]
