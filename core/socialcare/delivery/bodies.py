"""An effect as it is stored, and the hash to which an approval is bound."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from socialcare.policy.deciding import state
from socialcare.policy.deciding.state import Subject
from socialcare.sending import Effect
from socialcare.store.sql import name_of
from socialcare.store.tables import STATE

_EFFECT = msgspec.json.Decoder(Effect)


class Approval(Struct, frozen=True, omit_defaults=True):
    """Who agreed to what: the people, and the hash of the body."""

    by: tuple[str, ...]
    hash: str


def written(effect: Effect) -> bytes:
    """An effect as it is stored."""
    return msgspec.json.encode(effect)


def read(body: bytes) -> Effect:
    """An effect as it was stored."""
    return _EFFECT.decode(body)


def hash_of(effect: Effect) -> str:
    """What an approval agrees to: who says what to whom."""
    mention = effect.mention.id if effect.mention is not None else None
    said = [effect.platform, effect.account, effect.action, mention, effect.text, effect.payload]
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def approval(body: bytes | None) -> Approval | None:
    """The approval of an effect, if a person's word was needed."""
    return None if body is None else msgspec.json.decode(body, type=Approval)


def barred(connection: Connection, authors: Collection[str], bars: Collection[str]) -> set[str]:
    """Those of the authors who have opted out."""
    keys = {name_of(state.flags(Subject("", author))): author for author in authors if author}
    if not keys:
        return set()
    found = connection.execute(select(STATE.c.key, STATE.c.data).where(STATE.c.key.in_(list(keys))))
    return {keys[row.key] for row in found if _bars(msgspec.json.decode(row.data), bars)}


def _bars(flags: Mapping[str, object], bars: Collection[str]) -> bool:
    return any(flags.get(bar) for bar in bars)


def held_key(effect: str) -> str:
    """The key under which the decider keeps a held action."""
    return name_of(state.held(effect))
