"""Mastodon as far as deciding needs it: what fits into a post, what is clickable, and its law. It costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from socialcare import Entity
from socialcare_mastodon.settings import MastodonSettings
from socialcare_mastodon.text import entities, length


@dataclass(slots=True)
class Mastodon:
    """The channel `mastodon`. A name has 30 characters at most, and a server's domain 253."""

    limit: int | None
    guards: str
    name: str = "mastodon"
    doc: str = "Mastodon: posts of 500 characters or what the server allows, of which a link is 23"
    handle_length: int = 30 + 1 + 253
    actions: frozenset[str] = frozenset({"reply", "dm", "post", "repost"})

    def weighted_length(self, text: str) -> int:
        """The length of a text as Mastodon counts it."""
        return length(text)

    def entities(self, text: str) -> Sequence[Entity]:
        """What Mastodon would make clickable, in order."""
        return entities(text)

    def price(self, action: str, text: str, *, summoned: bool) -> float:  # noqa: ARG002 - whatever it is
        """Nothing."""
        return 0.0


def channel(settings: MastodonSettings) -> Mastodon:
    """Mastodon as our server has it."""
    guards = resources.files("socialcare_mastodon").joinpath("guards.yaml").read_text(encoding="utf-8")
    return Mastodon(limit=settings.limit, guards=guards)
