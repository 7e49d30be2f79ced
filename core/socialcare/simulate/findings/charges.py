"""What the platforms would charge for what a policy says and for reading what it was said about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from socialcare.model import ActionRecord
from socialcare.ports import Channel
from socialcare.seam import attempt

READING = "read_owned"
"""The act of reading a mention of ours, as channels name it."""


@dataclass(slots=True)
class Charge:
    """How often an act was done, and what it would cost in US dollars."""

    acts: int = 0
    dollars: float = 0.0


@dataclass(slots=True)
class Charges:
    """The bill of a dry run, by platform and act."""

    channels: Mapping[str, Channel]
    items: dict[tuple[str, str], Charge] = field(default_factory=lambda: defaultdict(Charge))
    _reading: dict[str, float] = field(default_factory=dict)

    def read(self, platform: str) -> None:
        """A mention was read."""
        if platform not in self._reading:
            self._reading[platform] = self._price(platform, READING, "", summoned=False)
        self._add(platform, READING, self._reading[platform])

    def say(self, platform: str, action: ActionRecord, *, summoned: bool) -> None:
        """Something was said; `summoned` means that its author had addressed us."""
        price = self._price(platform, action.action, action.text or "", summoned=summoned)
        self._add(platform, action.action, price)

    @property
    def dollars(self) -> float:
        """The whole bill."""
        return sum(one.dollars for one in self.items.values())

    def _price(self, platform: str, act: str, text: str, *, summoned: bool) -> float:
        channel = self.channels.get(platform)
        price = attempt(partial(channel.price, act, text, summoned=summoned)) if channel is not None else 0.0
        return price if isinstance(price, float | int) else 0.0

    def _add(self, platform: str, act: str, price: float) -> None:
        if price:
            item = self.items[platform, act]
            item.acts += 1
            item.dollars += price
