"""Whether tests of one subject can come out in a given way together, and a value with which they do.

A value is tried with the matcher's own comparison, so that nothing is believed of an operator but what it does. For every type
but texts and calendars a few values stand for all, and the answer is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

from socialcare.model import FieldValue, Value
from socialcare.policy.analysis import values
from socialcare.policy.analysis.logic import FALSE, TRUE, UNKNOWN
from socialcare.policy.analysis.subjects import Subject, Subjects
from socialcare.policy.analysis.texts import Texts
from socialcare.policy.analysis.worlds import NOW, Picks, world_for_one
from socialcare.policy.deciding.naive import compare
from socialcare.policy.statements import Comparison

Verdict = Literal["no", "undecided", "yes"]
Wanted: TypeAlias = tuple[Comparison, int]
"""A test, and the set of what it may be."""

_ORDER: tuple[Verdict, ...] = ("no", "undecided", "yes")


@dataclass(frozen=True, slots=True)
class Found:
    """Whether it can be, and with what."""

    verdict: Verdict
    picks: Picks = field(default_factory=dict)


NO, UNDECIDED = Found("no"), Found("undecided")


@dataclass(frozen=True, slots=True)
class Theory:
    """The theory of a policy's subjects."""

    subjects: Subjects
    texts: Texts = field(default_factory=Texts)

    def solve(self, group: str, wanted: Sequence[Wanted], hints: Sequence[str] = ()) -> Found:
        """Whether the tests of one group can all be as wanted; `hints` are texts to try first."""
        root = self.subjects.of(group)
        known = self._record(root, wanted) if root.sort == "record" else self._known(root, wanted, hints)
        return self._or_missing(known, root, wanted)

    def _or_missing(
        self, known: Found, subject: Subject, wanted: Sequence[Wanted], *, part: bool = False
    ) -> Found:
        """With a value, or without one; a part is not unknown by itself."""
        found = known
        if found.verdict != "yes" and subject.may_be_absent:
            found = _better(found, self._first(_sure(subject.path, None, wanted), wanted))
        if found.verdict != "yes" and subject.may_be_unknown and not part:
            found = _better(found, self._first([{subject.path: None}], wanted))
        return found

    def _record(self, root: Subject, wanted: Sequence[Wanted]) -> Found:
        """A record that is there, and its parts."""
        parts: dict[str, list[Wanted]] = {}
        for one in wanted:
            parts.setdefault(one[0].path, []).append(one)
        own = parts.pop(root.path, [])
        found = self._first(_sure(root.path, {}, own), own)
        inner: dict[str, Value] = {}
        for path, tests in parts.items():
            if found.verdict == "no":
                return found
            subject = self.subjects.of(path)
            held = self._or_missing(self._known(subject, tests), subject, tests, part=True)
            inner[path.removeprefix(f"{root.path}.")] = _value(held, path)
            found = Found(min(found.verdict, held.verdict, key=_ORDER.index), found.picks)
        sure = found.picks.get(root.path)
        picks = {root.path: FieldValue(inner, sure.confidence)} if sure is not None else {}
        return Found(found.verdict, picks)

    def _known(self, subject: Subject, wanted: Sequence[Wanted], hints: Sequence[str] = ()) -> Found:
        """With a value: what is asked of it and of its confidence do not hang together."""
        of_confidence = [one for one in wanted if one[0].of == "confidence"]
        there = [one for one in wanted if one[0].op == "exists"]
        rest = [one for one in wanted if one[0].of == "value" and one[0].op != "exists"]
        if not all(_bit(test.operand) & members for test, members in there):
            return NO
        sure = self._first(_sure(subject.path, "", of_confidence), of_confidence)
        if sure.verdict == "no":
            return NO
        found = self._value(subject, rest, hints)
        if found.verdict != "yes":
            return found
        confidence = held.confidence if (held := sure.picks[subject.path]) is not None else 1.0
        return Found("yes", {subject.path: FieldValue(_value(found, subject.path), confidence)})

    def _value(self, subject: Subject, wanted: Sequence[Wanted], hints: Sequence[str]) -> Found:
        path = subject.path
        if subject.sort == "text":
            return self._text(path, wanted, hints)
        if subject.sort == "moment":
            return self._moment(path, wanted)
        if subject.sort == "time":
            return self._time(path, wanted)
        if subject.sort == "count":
            return self._count(path, wanted)
        names = tuple(self.subjects.policy.accounts) if path == "account" else ()
        tried = values.candidates(subject, [test for test, _ in wanted], names)
        return self._first(({path: FieldValue(value)} for value in tried), wanted)

    def _text(self, path: str, wanted: Sequence[Wanted], hints: Sequence[str]) -> Found:
        split = _split(wanted)
        if split is None or not self.texts.may_be(*split):
            return NO
        tried = ({path: FieldValue(text)} for text in self.texts.candidates(*split, hints))
        return _or_undecided(self._first(tried, wanted))

    def _moment(self, path: str, wanted: Sequence[Wanted]) -> Found:
        """Calendars are closed books, but that inside is not outside; the moments of two weeks are tried."""
        split = _split(wanted)
        if split is None:
            return NO
        yes, no = ({(test.op, test.operand) for test in tests} for tests in split)
        inside = {name for op, name in yes if op == "inside"} | {name for op, name in no if op == "outside"}
        outside = {name for op, name in yes if op == "outside"} | {name for op, name in no if op == "inside"}
        if inside & outside:
            return NO
        calendars = self.subjects.policy.calendars
        days = [day for name in inside | outside for day in calendars[name].days]
        return _or_undecided(
            self._first(({path: FieldValue(moment)} for moment in values.moments(days)), wanted)
        )

    def _time(self, path: str, wanted: Sequence[Wanted]) -> Found:
        """A time as long ago as is wanted; or no moment to count back from."""
        ages = values.ages([float(test.operand) for test, _ in wanted])
        found = self._first(({path: FieldValue(NOW - timedelta(seconds=age))} for age in ages), wanted)
        timeless: Picks = {path: FieldValue(NOW), "time": None}
        return found if found.verdict == "yes" else self._first([timeless], wanted)

    def _count(self, path: str, wanted: Sequence[Wanted]) -> Found:
        """A whole number from 0; to arrive at it, the mention must count."""
        ours = self.subjects.policy.counts[path.removeprefix("counts.")].of == "our_post"
        for total in values.totals([float(test.operand) for test, _ in wanted]):
            picks = {path: FieldValue(float(total))}
            for adds in (False, True) if total and not ours else (False,):
                if self._fits(picks, wanted, adds=adds):
                    return Found("yes", picks)
        return NO

    def _first(self, tries: Iterable[Picks], wanted: Sequence[Wanted]) -> Found:
        """The first of some picks with which all tests are as wanted."""
        return next((Found("yes", picks) for picks in tries if self._fits(picks, wanted)), NO)

    def _fits(self, picks: Picks, wanted: Sequence[Wanted], *, adds: bool = False) -> bool:
        world = world_for_one(picks, self.subjects.policy, adds=adds)
        return all(_bit(compare(test, world)) & members for test, members in wanted)


def _value(found: Found, path: str) -> Value:
    held = found.picks.get(path)
    return held.value if held is not None else None


def _sure(path: str, value: Value, wanted: Sequence[Wanted]) -> list[Picks]:
    """A value with every confidence that makes a difference."""
    bounds = [float(test.operand) for test, _ in wanted if test.of == "confidence"]
    return [{path: FieldValue(value, sure)} for sure in values.shares(bounds)]


def _better(one: Found, other: Found) -> Found:
    return max(other, one, key=lambda found: _ORDER.index(found.verdict))


def _or_undecided(found: Found) -> Found:
    return found if found.verdict == "yes" else UNDECIDED


def _split(wanted: Sequence[Wanted]) -> tuple[list[Comparison], list[Comparison]] | None:
    """The tests that must be true and those that must be false; `None` where one could only be unknown."""
    if any(members == UNKNOWN for _, members in wanted):
        return None
    true = [test for test, members in wanted if not members & FALSE]
    false = [test for test, members in wanted if not members & TRUE]
    return true, false


def _bit(truth: bool | None) -> int:  # noqa: FBT001 - a truth is what it is about
    return UNKNOWN if truth is None else TRUE if truth else FALSE
