"""Decides mentions apart from each other as they are read, before they are put in order, for a policy to which each is a case of its own.

Then only what was read twice, the order of the lines and the figures are left, and a mention is decided while it is still in the
caches of the processor.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from operator import attrgetter

from socialcare.desk import Desk
from socialcare.model import Decision, Mention
from socialcare.pipeline import decide
from socialcare.policy.deciding.courses import course
from socialcare.policy.statements import Policy
from socialcare.ports import Change, Entry, Key
from socialcare.simulate.decisions import DecisionWriter
from socialcare.simulate.replay import BATCH
from socialcare.simulate.rows import Row
from socialcare.simulate.summary import Summary
from socialcare.store.packed import Packed

_LINE = attrgetter("line")


class Surprise(Exception):  # noqa: N818 - nothing is wrong: the mentions have to be decided in order
    """Something depends on the order after all."""


def is_apart(desk: Desk) -> bool:
    """Whether every mention that is read once is decided as if it were the only one, and nobody is spoken to."""
    setting = desk.setting
    rules = setting.engine.rules
    return (
        desk.forgets
        and not desk.scheduled
        and not desk.outside
        and all(rule.status == "live" and course(rule, setting).always is not None for rule in rules)
    )


def alone(desk: Desk) -> Desk:
    """The desk, with a store to which every mention is the first; what it has made ready stays."""
    other = copy(desk)
    object.__setattr__(other, "store", _Nothing())
    return other


def decided_here(
    mentions: Iterable[Mention], desk: Desk, unsealed: Mapping[str, str], *, batch: int = BATCH
) -> Iterator[list[Row]]:
    """Each batch of mentions, decided apart; `unsealed` stands in each line of the decisions file.

    Raises:
        Surprise: a plugin failed.
    """
    desk, rest = alone(desk), iter(mentions)
    while some := list(islice(rest, batch)):
        yield asyncio.run(decided_apart(some, desk, unsealed))
        if desk.seam.failures.take():
            raise Surprise


async def decided_apart(mentions: Sequence[Mention], desk: Desk, unsealed: Mapping[str, str]) -> list[Row]:
    """Mentions in any order, each decided as the first of its kind; `unsealed` stands in each line of the decisions file."""
    decisions = await decide(mentions, desk)
    if len(decisions) < len(mentions):  # one stands there twice
        decisions = [one for mention in mentions for one in await decide([mention], desk)]
    file = io.BytesIO()
    DecisionWriter(file, unsealed).write_all(decisions)
    return list(map(_row, mentions, decisions, file.getvalue().splitlines(keepends=True)))


def _row(mention: Mention, decision: Decision, line: bytes) -> Row:
    return Row(
        mention.at,
        mention.platform,
        mention.id,
        blake2b(mention.key.encode("utf-8", "surrogatepass"), digest_size=12).digest(),
        mention.at_is_guessed,
        decision.outcome,
        decision.reason,
        decision.account,
        decision.unknown,
        decision.fired,
        line,
    )


def put_together(
    ordered: Iterable[Row], policy: Policy, write: Callable[[bytes, int, datetime], None]
) -> Summary:
    """The figures of rows in order; `write` is given the lines of those read for the first time, how many they are, and until when."""
    summary = Summary(policy)
    rest, known = iter(ordered), Packed()
    while rows := list(islice(rest, BATCH)):
        first = _first(rows, known)
        summary.see_apart(rows, first)
        if first:
            write(b"".join(map(_LINE, first)), len(first), first[-1].at)
    return summary


def _first(rows: list[Row], known: Packed) -> list[Row]:
    """The rows that are not known, which are known from then on."""
    first = []
    for row in rows:
        if row.key not in known:
            known.put(row.key, b"")
            first.append(row)
    return first


class _Nothing:
    """A store that remembers nothing."""

    async def read(self, keys: Collection[Key]) -> dict[Key, Entry]:  # noqa: ARG002 - as in `Store`
        return {}

    async def commit(
        self, changes: Mapping[Key, Change], expected: Mapping[Key, int], decisions: Sequence[Decision] = ()
    ) -> None:
        pass

    async def due(self, until: float) -> list[tuple[float, Key]]:  # noqa: ARG002 - as in `Store`
        return []
