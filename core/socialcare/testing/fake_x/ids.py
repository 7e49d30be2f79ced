"""Ids as X makes them: the moment in the upper bits, so that a later post has a larger id."""

from __future__ import annotations

from hashlib import sha256

EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 from which X counts."""


class Ids:
    """Ids that follow from a seed and the moments asked for: the same calls give the same ids.

    Layout of an id: 41 bits milliseconds since `EPOCH`, 10 bits machine, 12 bits number within the millisecond
    (Twitter's announcement of Snowflake, 2010).
    """

    def __init__(self, seed: int) -> None:
        self._machine = (seed & 0x3FF) << 12
        self._used: dict[int, int] = {}

    def at(self, moment: float) -> str:
        """A new id for a moment in epoch seconds."""
        millisecond = max(int(moment * 1000) - EPOCH, 0)
        while self._used.get(millisecond, 0) > 0xFFF:
            millisecond += 1
        number = self._used.get(millisecond, 0)
        self._used[millisecond] = number + 1
        return str(millisecond << 22 | self._machine | number)


def person_id(username: str, seed: int) -> str:
    """The id of the account of that name, the same in every run of the same seed."""
    digest = sha256(f"{seed} {username.lower()}".encode(errors="surrogatepass")).hexdigest()
    return str(10**17 + int(digest[:14], 16) % 10**17)


def moment_of(post_id: str) -> float:
    """The moment in epoch seconds at which an id was made."""
    return ((int(post_id) >> 22) + EPOCH) / 1000
