"""What was done and by whom: rows that are only added, each hashed with the one before; personal parts can be erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from secrets import token_hex
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, select, update

from socialcare.delivery.locks import one_at_a_time
from socialcare.store.database import now
from socialcare.store.tables import AUDIT

_FIRST = "0" * 64


class Head(NamedTuple):
    """The last row at a moment: kept outside the database, it shows when the chain was cut short or written anew."""

    seq: int
    hash: str


class Broken(NamedTuple):
    """The first row that is not as it was written, and what is wrong with it."""

    seq: int
    why: str


def append(
    connection: Connection,
    what: str,
    subject: str,
    *,
    by: str = "",
    body: Mapping[str, object] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Add a row: `what` was done to `subject`, the id of an effect or the name of an account, by a person or a worker.

    Of `personal` (texts, handles) only salted hashes enter the chain, so that they can be erased without breaking it.
    """
    one_at_a_time(connection, "audit")
    last = head(connection) or Head(0, _FIRST)
    salted = {name: (token_hex(16), text) for name, text in (personal or {}).items()}
    shown = dict(body or {})
    if salted:
        shown["personal"] = {name: _salted(salt, text) for name, (salt, text) in salted.items()}
    row: dict[str, Any] = {  # Any: the columns of `audit`
        "seq": last.seq + 1,
        "at": now(connection),
        "what": what,
        "subject": subject,
        "by": by,
        "body": msgspec.json.encode(shown),
        "prev_hash": last.hash,
    }
    kept = msgspec.json.encode(salted) if salted else None
    connection.execute(AUDIT.insert().values(**row, hash=_hash(**row), personal=kept))


def head(connection: Connection) -> Head | None:
    """The last row, to be kept outside the database once a day."""
    asked = select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
    last = connection.execute(asked).one_or_none()
    return None if last is None else Head(*last)


def verify(connection: Connection, anchors: Collection[Head] = ()) -> Broken | None:
    """The first row that is not as it was written, of the chain and of the heads that were kept outside.

    Rows at the beginning may be missing, as they are kept for a time only; after them none.
    """
    known = dict(anchors)
    before: Head | None = None
    asked = select(AUDIT).order_by(AUDIT.c.seq).execution_options(yield_per=1000)
    with connection.execute(asked) as rows:
        for row in rows:
            if before is not None and row.seq != before.seq + 1:
                return Broken(before.seq + 1, "is missing")
            if why := _wrong(row, before, known.get(row.seq)):
                return Broken(row.seq, why)
            before = Head(row.seq, row.hash)
    last = before.seq if before is not None else 0
    lost = min((seq for seq in known if seq > last), default=None)
    return None if lost is None else Broken(last + 1, f"is missing, as all others up to {lost}")


def erase(connection: Connection, subjects: Collection[str]) -> int:
    """Forget what is personal in the rows about these subjects; how many rows."""
    about = AUDIT.c.subject.in_(list(subjects)) & AUDIT.c.personal.is_not(None)
    return connection.execute(update(AUDIT).where(about).values(personal=None)).rowcount


def _wrong(row: Row[Any], before: Head | None, anchor: str | None) -> str:  # Any: a row of `audit`
    expected = before.hash if before is not None else _FIRST if row.seq == 1 else row.prev_hash
    if row.prev_hash != expected:
        return "does not follow the row before it"
    columns = {
        name: getattr(row, name) for name in ("seq", "at", "what", "subject", "by", "body", "prev_hash")
    }
    if _hash(**columns) != row.hash:
        return "was changed"
    if anchor is not None and anchor != row.hash:
        return "is not the one that was kept outside"
    if row.personal is None:
        return ""
    kept: dict[str, tuple[str, str]] = msgspec.json.decode(row.personal, type=dict[str, tuple[str, str]])
    shown = msgspec.json.decode(row.body).get("personal", {})
    if {name: _salted(salt, text) for name, (salt, text) in kept.items()} != shown:
        return "has other personal parts"
    return ""


def _salted(salt: str, text: str) -> str:
    return sha256(f"{salt}{text}".encode()).hexdigest()


def _hash(seq: int, at: float, what: str, subject: str, by: str, body: bytes, prev_hash: str) -> str:
    return sha256(msgspec.json.encode([seq, at, what, subject, by, body.decode(), prev_hash])).hexdigest()
