"""On what terms an action may be carried out: by whom, how often, at what price, and what is known of repeating it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from socialcare.sending import Effect, Limited, Sender, Window

WRITE_WITHIN = 5.0
"""Seconds of steady time from the intent within which the first byte is written, or none is."""

LEASE = 30.0
"""Seconds for which a worker has an effect, beside those that its request takes."""

IDLE = 60.0
"""Seconds after which a server drops a connection on which nothing came: who sleeps longer wakes on a dead one."""

QUIET = 20.0
"""Seconds of quiet where the platform itself keeps a second request from doing it twice."""

DAY = 86_400.0


def _free(_effect: Effect) -> float:
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Term:
    """The terms of one action.

    `lane` is what is closed when the platform wants no more of it: actions that share a rate limit share a lane. `money` is
    the most an account may spend a day on everything, `price` what one effect costs, in US dollars. `max_age` is in seconds.
    `public` says that people outside see it; what they do not see, and no one can look up, is repeated until it succeeded.
    `resend_once` allows a second request where two look-ups after the quiet time found nothing.
    """

    sender: Sender
    lane: str
    public: bool = True
    windows: tuple[Window, ...] = ()
    money: float | None = None
    price: Callable[[Effect], float] = _free
    max_age: float = DAY
    resend_once: bool = False

    @property
    def repeats(self) -> bool:
        """Whether it is done at least once: whoever receives it knows it again by the effect's id."""
        return not self.public and self.sender.idempotency == "none" and self.sender.look_up == "none"

    @property
    def lease(self) -> float:
        """How long a worker has an effect, in seconds."""
        return LEASE + self.sender.most_seconds

    @property
    def quiet(self) -> float:
        """Seconds after which no request of an abandoned attempt can be under way, and what it did would be seen."""
        if self.sender.idempotency != "none":
            return QUIET
        return self.lease + self.sender.most_seconds + IDLE + self.sender.lag


Word: TypeAlias = tuple[str, str]
"""Platform and action; the platform is `""` for what needs none."""


@dataclass(frozen=True)
class Terms:
    """The terms of every action that some sender carries out; what has none stays in the decision.

    `bars` are the flags by which an author opts out.
    """

    entries: Mapping[Word, Term] = field(default_factory=dict)
    bars: frozenset[str] = frozenset({"opted_out"})

    def of(self, platform: str, action: str) -> Term | None:
        """The terms of an action on a platform."""
        return self.entries.get((platform, action)) or self.entries.get(("", action))

    def of_effect(self, effect: Effect) -> Term | None:
        """The terms of an effect."""
        return self.of(effect.platform, effect.action)

    def lanes(self) -> Iterator[tuple[Word, str]]:
        """Every word with its lane."""
        return ((word, term.lane) for word, term in self.entries.items())


def terms_of(
    senders: Iterable[Sender],
    *,
    max_age: float = DAY,
    money: float | None = None,
    resend: Collection[str] = (),
    prices: Mapping[str, Callable[[Effect], float]] | None = None,
    bars: Collection[str] = ("opted_out",),
) -> Terms:
    """The terms under which senders work: every action of a sender shares its lane.

    `resend` names senders that may send a second time, `prices` go by the name of the sender.
    """
    entries = {
        (sender.platform, action): Term(
            sender=sender,
            lane=sender.name,
            public=bool(sender.platform),
            windows=tuple(sender.windows) if isinstance(sender, Limited) else (),
            money=money,
            price=(prices or {}).get(sender.name, _free),
            max_age=max_age,
            resend_once=sender.name in resend,
        )
        for sender in senders
        for action in sorted(sender.actions)
    }
    return Terms(entries, frozenset(bars))
