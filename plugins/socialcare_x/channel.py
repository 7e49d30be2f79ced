"""X as far as deciding needs it: what fits into a post, what may be said to whom, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from socialcare import Entity
from socialcare_x.entities import entities
from socialcare_x.live.settings import LiveSettings
from socialcare_x.prices import price
from socialcare_x.text import LIMIT, weighted_length

Tier = Literal["self-serve", "enterprise"]
"""How the company's access to X is paid: by use, or by a contract that also lifts some restrictions."""


class XSettings(LiveSettings):
    """The table `[plugins.x]` of `socialcare.toml`; deciding needs the tier alone."""

    tier: Tier = "self-serve"


_ACTIONS: dict[Tier, frozenset[str]] = {
    "self-serve": frozenset({"reply", "dm", "post", "repost"}),
    "enterprise": frozenset({"reply", "dm", "post", "repost", "quote"}),
}
"""What the tiers allow; quoting, liking and following left self-serve on 20 April 2026 (X's changelog)."""

_GUARDS: dict[Tier, tuple[str, ...]] = {
    "self-serve": ("guards.yaml", "guards_self_serve.yaml"),
    "enterprise": ("guards.yaml",),
}


@dataclass(slots=True)
class X:
    """The channel `x`. A handle has 15 characters at most, its `@` not counted."""

    actions: frozenset[str]
    guards: str
    name: str = "x"
    doc: str = (
        "X: posts of 280 weighted characters, replies to those who mention us, messages to those who wrote"
    )
    limit: int | None = LIMIT
    handle_length: int = 15

    def weighted_length(self, text: str) -> int:
        """The length of a text as X counts it."""
        return weighted_length(text)

    def entities(self, text: str) -> Sequence[Entity]:
        """What X would make clickable, in order; indices in code points."""
        return entities(text)

    def price(self, action: str, text: str, *, summoned: bool) -> float:
        """What X charges for the act, in US dollars."""
        has_url = any(entity.kind == "url" for entity in entities(text))
        return float(price(action, has_url=has_url, summoned=summoned))


def channel(settings: XSettings) -> X:
    """X as the settings have it."""
    package = resources.files("socialcare_x")
    texts = (package.joinpath(name).read_text(encoding="utf-8") for name in _GUARDS[settings.tier])
    return X(actions=_ACTIONS[settings.tier], guards="".join(texts))
