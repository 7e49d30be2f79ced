"""The one place where plugin code is called: a barrier for what it raises, a deadline, a breaker, a look at what it returns.

What is pure is called in line and gives the same answer every time, so that a dry run depends neither on the machine's
speed nor on the size of a batch: no deadline, no breaker. What reads the outside has both.
"""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import isawaitable, iscoroutine
from pathlib import Path
from typing import TypeAlias

from socialcare.errors import SocialcareError
from socialcare.model import Field, FieldValue, Mention, Value, Vocabulary
from socialcare.ports import Classifier, Lookup, Question
from socialcare.values import Check, check_of, kind_of, wrong_field_value

_LONGEST_REASON = 200
_MOST_PASSED = 2_000
_NOT_THEIRS = re.compile(r"^<|[/\\](?:pluggy|importlib|socialcare)[/\\]")
"""Files on the way from us to a plugin's own code."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Instead of an answer: why there is none. What failed is unknown, which is not the same as absent.

    `kind` is what failures of the same sort share, whatever they say.
    """

    reason: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong in a plugin, to be shown once: where, why the first time, and how often."""

    plugin: str
    what: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Provider:
    """A classifier, the plugin that brought it, and those of its fields that are left to it."""

    plugin: str
    classifier: Classifier
    fields: Mapping[str, Field]
    checks: Mapping[str, Check] = field(init=False, repr=False, compare=False)
    name: str = field(init=False, repr=False, compare=False)
    """What a value carries as its provider: `plugin@version`."""
    passed: dict[tuple[str, int], tuple[FieldValue, FieldValue]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Values that were good before, by field and identity, and as they were stamped: most classifiers give few objects."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", {name: check_of(one) for name, one in self.fields.items()})
        object.__setattr__(self, "name", f"{self.plugin}@{self.classifier.version}")


Told: TypeAlias = dict[tuple[str, str, str], tuple[str, int]]
"""Plugin, place and kind of failures; the reason of the first, and how many there were."""


class Failures:
    """What went wrong, counted by plugin, place and kind, so that a thousand times is one line."""

    def __init__(self) -> None:
        self._seen: Told = {}

    def add(self, plugin: str, what: str, failed: Failed) -> None:
        """Count one; the reason told is that of the first of its kind."""
        key = (plugin, what, failed.kind or failed.reason)
        reason, count = self._seen.get(key, (failed.reason, 0))
        self._seen[key] = (reason, count + 1)

    def take(self) -> Told:
        """All that was counted, as plain data; the count begins anew."""
        told, self._seen = self._seen, {}
        return told

    def add_all(self, told: Told) -> None:
        """Count what was counted elsewhere."""
        for key, (reason, count) in told.items():
            first, before = self._seen.get(key, (reason, 0))
            self._seen[key] = (first, before + count)

    def __iter__(self) -> Iterator[Failure]:
        """One by one, in the order in which each was first seen."""
        for (plugin, what, _), (reason, count) in self._seen.items():
            yield Failure(plugin=plugin, what=what, reason=reason, count=count)


@dataclass(slots=True)
class _Breaker:
    """Leaves alone for a while what keeps failing, counted in calls and not in time, to be repeatable."""

    patience: int
    pause: int
    in_a_row: int = 0
    to_skip: int = 0

    def skips(self) -> bool:
        """Whether this call is left out."""
        if self.to_skip == 0:
            return False
        self.to_skip -= 1
        return True

    def note(self, *, failed: bool) -> None:
        """Count what a call came to."""
        self.in_a_row = self.in_a_row + 1 if failed else 0
        if self.in_a_row >= self.patience:
            self.to_skip = self.pause


class Seam:
    """Calls what plugins brought, and collects in `failures` what went wrong.

    `deadline` is in seconds, for what reads the outside; after `patience` failures in a row that is left alone for
    `pause` calls, and then tried once more.
    """

    def __init__(
        self, vocabulary: Vocabulary, *, deadline: float = 2.0, patience: int = 5, pause: int = 50
    ) -> None:
        self.failures = Failures()
        self._providers = vocabulary.providers
        self._deadline = deadline
        self._patience = patience
        self._pause = pause
        self._breakers: dict[tuple[str, str], _Breaker] = {}
        self._results = {name: check_of(one.result) for name, one in vocabulary.lookups.items()}

    async def ask(
        self, lookup: Lookup, question: Question, *, deadline: float | None = None
    ) -> Sequence[Mapping[str, Value]] | Failed:
        """What a look-up answers, best first; empty is known to be absent, and so is a question that lacks an argument.

        An answer that is not what the look-up declares is a failure: texts are proved to fit by what is declared.
        """
        arguments = {p.name: p.default for p in lookup.parameters} | dict(question.arguments)
        if any(p.required and arguments[p.name] is None for p in lookup.parameters):
            return ()
        asked = Question(arguments=arguments, mention=question.mention, at=question.at)
        plugin = self._providers.get(lookup.name, lookup.name).partition("@")[0]
        what = f"look-up `{lookup.name}`"
        if lookup.reads_outside:
            answers = await self._outside(plugin, what, lambda: lookup.find(asked), deadline)
        else:
            answers = await attempt_awaiting(lambda: lookup.find(asked))
        result = answers if isinstance(answers, Failed) else self._answers(lookup, answers)
        if isinstance(result, Failed):
            self.failures.add(plugin, what, result)
        return result

    async def classify(
        self, provider: Provider, mentions: Sequence[Mention], *, deadline: float | None = None
    ) -> list[dict[str, FieldValue]]:
        """One map of field to value a mention; what failed, or is not what the classifier declares, is left out: unknown."""
        if not provider.fields:
            return [{} for _ in mentions]
        classifier, what = provider.classifier, f"classifier `{provider.classifier.name}`"
        if classifier.reads_outside:
            call = lambda: classifier.classify(mentions)  # noqa: E731 - one of two calls of the same barrier
            found = await self._outside(provider.plugin, what, call, deadline)
        else:
            found = attempt(lambda: classifier.classify(mentions))
        rows = found if isinstance(found, Failed) else _rows(found, len(mentions))
        if not isinstance(rows, Failed):
            return [self._checked(provider, what, row) for row in rows]
        if not classifier.reads_outside and len(mentions) > 1:  # one bad mention costs the others nothing
            return [(await self.classify(provider, [mention]))[0] for mention in mentions]
        self.failures.add(provider.plugin, what, rows)
        return [{} for _ in mentions]

    async def fields(
        self, providers: Sequence[Provider], mentions: Sequence[Mention]
    ) -> list[dict[str, FieldValue]]:
        """What all classifiers together say of each mention."""
        if len(providers) == 1:
            return await self.classify(providers[0], mentions)
        filled: list[dict[str, FieldValue]] = [{} for _ in mentions]
        for provider in providers:
            for values, found in zip(filled, await self.classify(provider, mentions), strict=True):
                values.update(found)
        return filled

    def tell(self, plugin: str, what: str, call: Callable[[], object]) -> None:
        """Call a plugin that has no say: what it raises is collected and changes nothing."""
        result = attempt(call)
        if isinstance(result, Failed):
            self.failures.add(plugin, what, result)

    async def _outside(
        self, plugin: str, what: str, call: Callable[[], object], deadline: float | None
    ) -> object:
        breaker = self._breakers.setdefault((plugin, what), _Breaker(self._patience, self._pause))
        if breaker.skips():
            return Failed(f"not asked, as it failed {breaker.patience} times in a row")
        result = await attempt_awaiting(call, self._deadline if deadline is None else deadline)
        breaker.note(failed=isinstance(result, Failed))
        return result

    def _answers(self, lookup: Lookup, answers: object) -> Sequence[Mapping[str, Value]] | Failed:
        if not isinstance(answers, list | tuple):
            return Failed(f"answered with {kind_of(answers)} instead of a list of records")
        check = self._results.get(lookup.name) or check_of(lookup.result)
        for answer in answers:
            if answer is None or (wrong := check(answer)):
                return Failed(f"its answer {'is no record' if answer is None else wrong}")
        return answers

    def _checked(self, provider: Provider, what: str, row: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        """Those values that are what the classifier declared, stamped with their provider."""
        values: dict[str, FieldValue] = {}
        passed = provider.passed
        for name, found in row.items():
            if (before := passed.get((name, id(found)))) is not None:
                values[name] = before[1]
                continue
            if name not in provider.checks:
                if all(name != one.name for one in provider.classifier.fields):
                    self.failures.add(
                        provider.plugin, what, Failed(f"it fills `{name}`, which it does not declare")
                    )
                continue
            if wrong := wrong_field_value(found, provider.checks[name]):
                self.failures.add(provider.plugin, what, Failed(f"its `{name}` {wrong}", name))
                continue
            stamped = FieldValue(found.value, found.confidence, found.evidence, provider.name)
            values[name] = stamped
            if len(passed) < _MOST_PASSED:
                passed[name, id(found)] = (found, stamped)
        return values


def attempt(call: Callable[[], object]) -> object:
    """What a call of plugin code gives, whatever that may be, or a `Failed`."""
    try:
        return call()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the seam: a plugin may raise anything, and nobody else notices
        return _failed(error)


async def attempt_awaiting(call: Callable[[], object], deadline: float | None = None) -> object:
    """What an awaited call of plugin code gives within `deadline` seconds, or a `Failed`."""
    limit = asyncio.timeout(deadline)
    try:
        async with limit:
            result = call()
            return await result if isawaitable(result) else result
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the seam: a plugin may raise anything, and nobody else notices
        return Failed(f"no answer within {deadline:g} s") if limit.expired() else _failed(error)


def _failed(error: BaseException) -> Failed:
    """The reason in one line: what was raised, and where in the plugin."""
    if isinstance(error, SocialcareError):
        return Failed(str(error))
    said = " ".join(str(error).split())
    kind = type(error).__name__
    cut = said if len(said) <= _LONGEST_REASON else said[:_LONGEST_REASON] + "…"
    frames = [
        one for one in traceback.extract_tb(error.__traceback__) if not _NOT_THEIRS.search(one.filename)
    ]
    place = f" at {'/'.join(Path(frames[-1].filename).parts[-2:])}:{frames[-1].lineno}" if frames else ""
    return Failed(f"`{kind}{': ' if cut else ''}{cut}`{place}", f"{kind}{place}")


def _rows(found: object, wanted: int) -> Sequence[Mapping[str, FieldValue]] | Failed:
    """The rows of a classifier, if it returned one map a mention."""
    if iscoroutine(found):
        found.close()
        return Failed("returned a coroutine: what must be awaited declares `reads_outside`")
    if not isinstance(found, list | tuple):
        return Failed(f"returned {kind_of(found)} instead of a list of maps")
    if len(found) != wanted:
        return Failed(f"returned {len(found)} maps for {wanted} mentions", "another number of maps")
    if not all(isinstance(row, Mapping) for row in found):
        return Failed("returned a list of something else than maps")
    return found
