"""What a fake X that runs as a process is told: by a script file at the start, then by orders; and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Annotated, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct

from socialcare.diagnostics.spelling import did_you_mean
from socialcare.testing.fake_x.endpoints import ENDPOINTS
from socialcare.testing.fake_x.ids import EPOCH
from socialcare.testing.fake_x.rates import Limit
from socialcare.testing.fake_x.scripts import ANSWERS, Step
from socialcare.testing.fake_x.world import Tier, World

T = TypeVar("T")

Name = Annotated[str, Meta(min_length=1)]
Moment = Annotated[float, Meta(ge=EPOCH / 1000, le=(EPOCH + 2**41) / 1000)]
"""Epoch seconds for which X has ids."""

_ENDPOINTS = tuple(one.name for one in ENDPOINTS)
_CHOICES: dict[str, Collection[str]] = {"answer": ANSWERS, "tier": get_args(Tier)}


class Mistake(Exception):  # noqa: N818 - what somebody got wrong, and no failure of ours
    """An order that cannot be carried out; its text is one line that says why."""


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that somebody posts; `at` is in epoch seconds, now where it is left out."""

    author: Name
    text: str
    mentioning: list[Name] = []
    in_reply_to: str | None = None
    quoting: str | None = None
    at: Moment | None = None
    lang: str = "en"


class NewText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a post says from now on."""

    text: str


class Note(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A direct message."""

    sender: Name
    recipient: Name
    text: str


class Setting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A script file: our accounts, what goes wrong, the limits that are not X's own, and what is posted at the start."""

    accounts: tuple[Name, ...] = ("AcmeCare",)
    steps: list[Step] = []
    limits: dict[str, Limit] = {}
    posts: list[Order] = []
    tier: Tier = "self-serve"
    lag: float = 0.0
    duplicates_within: float = 86_400.0


def read(raw: bytes, shape: type[T]) -> T:
    """JSON in its shape.

    Raises:
        Mistake: it is no JSON, a field is missing, unknown or of another type, or a word or an endpoint is none that exists.
    """
    try:
        found = msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise Mistake(_said(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Mistake(f"it is no JSON: {_lower(str(error))}") from error
    if isinstance(found, Setting):
        _demand_endpoints([*(one.on for one in found.steps), *found.limits])
    elif isinstance(found, list):
        _demand_endpoints(one.on for one in found if isinstance(one, Step))
    return found


def place(world: World, order: Order) -> str:
    """Let somebody post. Returns the id of the post.

    Raises:
        Mistake: what it answers or quotes is not there.
    """
    for other in (order.in_reply_to, order.quoting):
        if other is not None:
            demand_post(world, other)
    return world.post(
        order.author,
        order.text,
        mentioning=order.mentioning,
        in_reply_to=order.in_reply_to,
        quoting=order.quoting,
        at=order.at,
        lang=order.lang,
    ).id


def demand_post(world: World, number: str) -> None:
    """Raises `Mistake` where there is no post of that id."""
    if number not in world.posts:
        raise Mistake(f"there is no post `{number}`")


def _demand_endpoints(names: Iterable[str]) -> None:
    for name in names:
        if name not in _ENDPOINTS:
            raise Mistake(f"there is no endpoint `{name}`{_known(name, _ENDPOINTS)}")


def _said(message: str) -> str:
    """What msgspec found, and what could have stood there."""
    found = re.fullmatch(r"Invalid enum value '(.*)' - at `\$.*?(\w+)`", message)
    if found is None or found[2] not in _CHOICES:
        return _lower(message)
    return f"`{found[1]}` is no {found[2]}{_known(found[1], _CHOICES[found[2]])}"


def _known(word: str, known: Collection[str]) -> str:
    guess = did_you_mean(word, known)
    return (f"; did you mean `{guess}`?" if guess else ";") + f" known: {', '.join(known)}"


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
