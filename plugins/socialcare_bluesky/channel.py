"""Bluesky as far as deciding needs it: what fits into a post, what is clickable, and its law. It costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources

from socialcare import Entity
from socialcare_bluesky.names import LONGEST_HANDLE
from socialcare_bluesky.text import LIMIT, entities, length


def _guards() -> str:
    return resources.files("socialcare_bluesky").joinpath("guards.yaml").read_text(encoding="utf-8")


@dataclass(slots=True)
class Bluesky:
    """The channel `bluesky`."""

    name: str = "bluesky"
    doc: str = "Bluesky: posts of 300 graphemes, replies to those who tagged us"
    limit: int | None = LIMIT
    handle_length: int = LONGEST_HANDLE
    actions: frozenset[str] = frozenset({"reply", "quote", "post", "repost"})
    guards: str = field(default_factory=_guards)

    def weighted_length(self, text: str) -> int:
        """The length of a text in graphemes, or more where it has more bytes than so many graphemes may have."""
        return length(text)

    def entities(self, text: str) -> Sequence[Entity]:
        """What becomes clickable, in order."""
        return entities(text)

    def price(self, action: str, text: str, *, summoned: bool) -> float:  # noqa: ARG002 - whatever it is
        """Nothing."""
        return 0.0
