"""What X charges for an act with pay-per-use credits, in US dollars.

Source: the pricing page of X's developer documentation as of 22 August 2026.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

POST = Decimal("0.015")
POST_WITH_URL = Decimal("0.200")
SUMMONED_REPLY = Decimal("0.010")

PRICES: Mapping[str, Decimal] = MappingProxyType(
    {
        "reply": POST,
        "quote": POST,
        "post": POST,
        "repost": Decimal("0.015"),
        "dm": Decimal("0.015"),
        "delete": Decimal("0.010"),
        "read_post": Decimal("0.005"),
        "read_user": Decimal("0.010"),
        "read_dm_event": Decimal("0.010"),
        "read_like": Decimal("0.001"),
        "read_owned": Decimal("0.001"),
    }
)
"""Act → price. `read_owned` is a post of a timeline whose owner also owns the app, such as its own mentions."""

_WITH_TEXT = frozenset({"reply", "quote", "post"})


def price(act: str, *, has_url: bool, summoned: bool) -> Decimal:
    """The price of one act in US dollars; an act that X does not see costs nothing.

    `summoned`: the author mentioned or quoted us. A reply to such an author is cheaper and, as the documentation's
    calculator says, free of the surcharge for a URL.
    """
    if act == "reply" and summoned:
        return SUMMONED_REPLY
    if act in _WITH_TEXT and has_url:
        return POST_WITH_URL
    return PRICES.get(act, Decimal(0))
