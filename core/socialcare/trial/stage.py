"""Sets the stage for a test: its mentions as the flow takes them, its look-ups, its clock.

What a test does not say is settled here: it is noon on a Wednesday in the policy's zone, an author `customer` writes to the
first account of the policy, nobody has shared, liked or answered it yet, and all steps are one conversation with that
author and account. What is said of the author or of the account holds for the later steps too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from socialcare.desk import Desk
from socialcare.model import Author, Choice, Field, FieldValue, Mention, Parameter, Tick, Value, Vocabulary
from socialcare.policy.cases import Case, Step
from socialcare.policy.statements import Policy
from socialcare.ports import Lookup, Question
from socialcare.seam import Seam
from socialcare.store.memory import MemoryStore

Record = Mapping[str, Value]
Answers = dict[str, Sequence[Record]]

DAY = datetime(2026, 3, 4, tzinfo=UTC)
NOON = time(12)
"""The moment of a test that names none: inside anybody's opening hours, far from holidays and changes of the clock."""

_AUTHOR = "customer"
_US = "us"
_CONVERSATION = "1"


@dataclass(frozen=True, slots=True)
class Scene:
    """A step as an event, and what is pinned of the mention."""

    step: Step
    event: Mention | Tick
    pins: Mapping[str, FieldValue]


@dataclass(slots=True)
class Given:
    """A look-up that answers what the test says: nothing where it says nothing."""

    name: str
    doc: str
    example: str
    parameters: Sequence[Parameter]
    result: Field
    choice: Choice | None
    tags: str | None
    answers: Answers
    asked: set[str]
    reads_outside: bool = False

    async def find(self, question: Question) -> Sequence[Record]:  # noqa: ARG002 - the answer stands already
        """The answers given."""
        self.asked.add(self.name)
        return list(self.answers.get(self.name, ()))


def stage(desk: Desk, answers: Answers, asked: set[str]) -> Desk:
    """A desk for tests: look-ups answer from `answers`, and every rollout is complete."""
    words = replace(desk.setting.vocabulary, lookups=_given(desk.setting.vocabulary, answers, asked))
    setting = replace(desk.setting, vocabulary=words, rollout=100.0)
    return replace(desk, setting=setting, seam=Seam(words), store=MemoryStore(), account=None, assume={})


def _given(vocabulary: Vocabulary, answers: Answers, asked: set[str]) -> dict[str, Lookup]:
    return {
        name: Given(
            name=one.name,
            doc=one.doc,
            example=one.example,
            parameters=one.parameters,
            result=one.result,
            choice=one.choice,
            tags=one.tags,
            answers=answers,
            asked=asked,
        )
        for name, one in vocabulary.lookups.items()
    }


def for_case(case: Case, desk: Desk) -> Desk:
    """The stage for one test: a store of its own; the test of a rule that is off or in shadow shows what it would do live."""
    setting = desk.setting
    rule = setting.policy.rules.get(case.rule) if case.rule is not None else None
    if rule is not None and rule.status != "live":
        rules = {**setting.policy.rules, rule.id: replace(rule, status="live")}
        setting = replace(setting, policy=replace(setting.policy, rules=rules))
    return replace(desk, setting=setting, store=MemoryStore(), pins={}, keep_input=True)


def begins(case: Case, policy: Policy) -> datetime:
    """The moment of a test's first step, in UTC."""
    named = _named_moment(case.steps[0])
    return (named or datetime.combine(DAY, NOON, tzinfo=ZoneInfo(policy.zone))).astimezone(UTC)


def scenes(case: Case, desk: Desk) -> Iterator[Scene]:
    """The steps of a test as events, in order of time."""
    at = begins(case, desk.setting.policy)
    facts: dict[str, FieldValue] = {}
    for number, step in enumerate(case.steps, start=1):
        at = (_named_moment(step) or at + step.after).astimezone(UTC)
        facts |= {path: value for path, value in step.fields.items() if _lasts(path)}
        if step.mention is None:
            yield Scene(step, Tick(at=at), {})
            continue
        pins = {**facts, **step.fields}
        mention = _mention(str(number), step.mention, pins, at, desk)
        yield Scene(step, mention, {path: value for path, value in pins.items() if path not in _TOLD})


_TOLD = frozenset({"account", "text", "time", "public", "author.handle"})
"""What the mention itself is made to say, so that everything that follows from it agrees."""


def _lasts(path: str) -> bool:
    return path == "account" or path.startswith("author.")


def _named_moment(step: Step) -> datetime | None:
    if step.given.at is not None:
        return step.given.at
    pinned = step.fields.get("time")
    return pinned.value if pinned is not None and isinstance(pinned.value, datetime) else None


def _mention(number: str, text: str, pins: Mapping[str, FieldValue], at: datetime, desk: Desk) -> Mention:
    platform = _word(pins, "platform") or "x"
    handle = (_word(pins, "author.handle") or _AUTHOR).lstrip("@")
    entities = desk.channel(platform).entities(text)
    mentioned = tuple(entity.text.lstrip("@＠") for entity in entities if entity.kind == "handle")
    public = pins.get("public")
    return Mention(
        id=number,
        text=text,
        author=Author(id=handle.casefold(), handle=handle, name=_word(pins, "author.name")),
        at=at,
        platform=platform,
        account=_account(_word(pins, "account"), mentioned, desk),
        kind="message" if public is not None and public.value is False else "post",
        conversation=_CONVERSATION,
        mentioned=mentioned,
        retweets=0,
        likes=0,
        replies=0,
    )


def _account(pinned: str | None, mentioned: Sequence[str], desk: Desk) -> str | None:
    """What the source names: the account the test says; else none if the text names one of ours; else our first."""
    accounts = desk.setting.policy.accounts
    if pinned is not None:
        return accounts.get(pinned, pinned)
    if any(desk.company.account(handle) is not None for handle in mentioned):
        return None
    return next(iter(accounts.values()), mentioned[0] if mentioned else _US)


def _word(pins: Mapping[str, FieldValue], path: str) -> str | None:
    found = pins.get(path)
    return str(found.value) if found is not None and found.value is not None else None
