"""When something was posted: the ways in which archives write it, and what holds where they do not."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from operator import attrgetter

from msgspec import ValidationError, convert
from msgspec.structs import replace

from socialcare.intake.door import BadRow
from socialcare.model import Mention, Reject

UNTIMED = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time that the row does not have, until `timed` gives it the row before's."""

_PATIENCE = 1_000
"""Rows at the beginning of a file that wait for the first row with a time."""

LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1
    )
}
_TWITTER = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?) ?(Z|[+-]\d\d:?\d\d)?")
_EPOCH = re.compile(r"\d{10}(\d{3})?")
_AFTER_SECONDS = frozenset(".Zz+-")
_ONLY_MENTIONS = {Mention}
_IS_GUESSED = attrgetter("at_is_guessed")


def moment(written: str) -> datetime:
    """A time as archives write it: RFC 3339, ISO 8601, Twitter's `Sun Nov 05 22:58:13 +0000 2017`, or epoch (milli)seconds.

    Without a zone it is taken as UTC.
    """
    text = written.strip()
    try:
        found = _rfc3339(text) or _iso(text) or _twitter(text) or _epoch(text)
        if found is not None and UNTIMED <= (at := found.astimezone(UTC)) < LATEST:
            return at
    except (ValueError, OverflowError, KeyError):
        pass
    raise BadRow(f"it cannot be told when `{text[:40]}` was; write times as `2026-10-31 18:05:00 +0000`")


def timed(rows: Iterable[Mention | Reject]) -> Iterator[Mention | Reject]:
    """The rows, each without a time given that of the row before, flagged.

    At the beginning of a file, where there is none before, it is that of the first row that has one, if that comes within
    the first thousand; else they stand at the epoch.
    """
    return chain.from_iterable(timed_lists([row] for row in rows))


def timed_lists(lists: Iterable[list[Mention | Reject]]) -> Iterator[list[Mention | Reject]]:
    """As `timed`, over rows that come in lists: one without an untimed row costs next to nothing."""
    waiting: list[Mention | Reject] | None = []
    last = UNTIMED
    for rows in lists:
        end = rows[-1] if rows else None
        if not waiting and isinstance(end, Mention) and _are_timed(rows):
            last, waiting = end.at, None
            yield rows
            continue
        ready: list[Mention | Reject] = []
        for row in rows:
            untimed = isinstance(row, Mention) and row.at_is_guessed
            if isinstance(row, Mention) and not untimed:
                last = row.at
            if waiting is None:
                ready.append(replace(row, at=last) if untimed else row)
            elif last is not UNTIMED or len(waiting) >= _PATIENCE:
                ready += [*_all_at(last, waiting), row]
                waiting = None
            else:
                waiting.append(row)
        yield ready
    yield list(_all_at(last, waiting or []))


def _are_timed(rows: list[Mention | Reject]) -> bool:
    return set(map(type, rows)) == _ONLY_MENTIONS and not any(map(_IS_GUESSED, rows))


def _all_at(at: datetime, rows: list[Mention | Reject]) -> Iterator[Mention | Reject]:
    for row in rows:
        yield replace(row, at=at) if isinstance(row, Mention) else row


def _rfc3339(text: str) -> datetime | None:
    """As msgspec reads it, so that a decoder may do it at once."""
    if text[19:20] not in _AFTER_SECONDS:
        return None
    try:
        found = convert(text, datetime)
    except ValidationError:
        return None
    return found if found.tzinfo else None


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    at = datetime.fromisoformat(found[1] + (found[2] or "+00:00") if len(found[1]) > 10 else found[1])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _twitter(text: str) -> datetime | None:
    found = _TWITTER.fullmatch(text)
    if found is None:
        return None
    month, day, hour, minute, second, sign, hours, minutes, year = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
    return datetime(
        int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=timezone(offset)
    )


def _epoch(text: str) -> datetime | None:
    found = _EPOCH.fullmatch(text)
    if found is None:
        return None
    return datetime.fromtimestamp(int(text) / (1000 if found[1] else 1), UTC)
