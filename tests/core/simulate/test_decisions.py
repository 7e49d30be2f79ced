"""The decision record: what every line has, in which order, and that the page describes all of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import OUTCOMES, ActionRecord, Decision, FieldValue, Mention, Slot, State
from socialcare.simulate.decisions import DecisionWriter
from socialcare.simulate.replay import replay

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]

PAGE = Path(__file__).parents[3] / "docs" / "decisions-format.md"
ALWAYS = [
    "id", "event", "mention", "at", "platform", "account", "author", "outcome", "reason", "fired", "actions", "fields", "policy",
]  # fmt: skip
TEXTS = ["open?", "hello", "broken and open", "advert", "novel"]


async def lines(
    desk: Desk, past: Iterable[Mention], unsealed: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    file = BytesIO()
    writer = DecisionWriter(file, unsealed or {})
    async for _, decisions in replay(past, desk):
        writer.write_all(decisions)
    assert writer.written == file.getvalue().count(b"\n")
    return [json.loads(line) for line in file.getvalue().splitlines()]


async def test_every_record_begins_with_the_same_keys(desk_for: DeskFor, mentions: Mentions) -> None:
    found = await lines(desk_for(), mentions(TEXTS))
    assert [list(one)[: len(ALWAYS)] for one in found] == [ALWAYS] * len(TEXTS)
    for one in found:
        for action in one["actions"]:
            assert list(action)[:5] == ["action", "rule", "slot", "state", "by"]
        for value in one["fields"].values():
            assert list(value)[:2] == ["value", "confidence"]


async def test_an_answer_is_told_with_its_text_and_rule(desk_for: DeskFor, mentions: Mentions) -> None:
    (one,) = await lines(desk_for(), mentions(["When do you open?"]))
    assert (one["mention"], one["at"], one["account"], one["author"]) == (
        "0001",
        "2026-03-02T10:01:00Z",
        "main",
        "user_1",
    )
    assert (one["outcome"], one["fired"]) == ("answered", ["hours"])
    assert one["actions"][0] == {
        "action": "reply",
        "rule": "hours",
        "slot": "public",
        "state": "allowed",
        "by": [],
        "text": "We are open 9 to 18.",
    }


async def test_the_input_is_kept_where_asked_for(desk_for: DeskFor, mentions: Mentions) -> None:
    (one,) = await lines(desk_for(keep_input=True), mentions(["open?"]))
    assert one["input"]["event"]["text"] == "open?"
    assert "input" not in (await lines(desk_for(), mentions(["open?"])))[0]


async def test_every_decision_carries_why_a_built_in_guard_is_off(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    found = await lines(desk_for(), mentions(["open?"]), {"x.no_strangers": "we asked them"})
    assert found[0]["unsealed"] == {"x.no_strangers": "we asked them"}


async def test_every_key_is_described_on_the_page(desk_for: DeskFor, mentions: Mentions) -> None:
    page = PAGE.read_text("utf-8")
    found = await lines(desk_for(keep_input=True), mentions(TEXTS), {"a": "b"})
    keys = {key for one in found for key in one}
    keys |= {key for one in found for action in one["actions"] for key in action}
    keys |= {key for one in found for value in one["fields"].values() for key in value}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []


WORDS = st.sampled_from(["", "x", "rule a", '"}\n', "é\\", "evidence"]) | st.text(max_size=3)
LISTS = st.lists(WORDS, max_size=2).map(tuple)
MAPS = st.dictionaries(WORDS, WORDS, max_size=2)
TIMES = st.datetimes(timezones=st.just(UTC))
VALUES = st.sampled_from([None, True, 0, 1.0, 2.5, "", "a", ("b",), {"evidence": [], "provider": ""}]) | TIMES
PAYLOADS = st.sampled_from([{}, {"a": None}, {"tags": frozenset("ba")}, MappingProxyType({"to": ["x"]})])
ACTIONS = st.builds(
    ActionRecord,
    action=WORDS,
    rule=WORDS,
    slot=st.sampled_from([None, *get_args(Slot)]),
    state=st.sampled_from(get_args(State)),
    by=LISTS,
    text=st.none() | WORDS,
    payload=PAYLOADS,
    until=st.none() | TIMES,
    reason=st.none() | WORDS,
    id=st.none() | WORDS,
)
FOUND = st.builds(FieldValue, VALUES, st.sampled_from([0.0, 0.685, 1.0]), LISTS, WORDS) | st.builds(
    FieldValue, VALUES
)
ALONE = st.builds(
    Decision,
    id=WORDS,
    mention=WORDS,
    at=TIMES,
    account=WORDS,
    author=WORDS,
    outcome=st.sampled_from(OUTCOMES),
    policy=WORDS,
    reason=WORDS,
    event=st.sampled_from(["mention", "tick", "control"]),
    platform=WORDS,
    hop=st.integers(1, 2),
    fired=LISTS,
    actions=st.lists(ACTIONS, max_size=3).map(tuple),
    fields=st.dictionaries(WORDS, FOUND, max_size=3),
    unknown=LISTS,
    outranked=MAPS,
    gated=MAPS,
    near=LISTS,
    problems=LISTS,
    shadow=st.lists(ACTIONS, max_size=2).map(tuple),
    input=st.sampled_from([None, {"event": {"type": "tick"}, "fields": {}}]),
)
LEAST = st.builds(
    Decision,
    id=WORDS,
    mention=WORDS,
    at=TIMES,
    account=WORDS,
    author=WORDS,
    outcome=st.just("inbox"),
    policy=WORDS,
)
DECISIONS = LEAST | ALONE | st.builds(lambda one, then: replace(one, then=then), ALONE, LEAST | ALONE)


def as_the_page_says(decision: Decision) -> dict[str, Any]:
    """A record, key by key: the first always, the others where they hold something."""
    first = ALWAYS[: ALWAYS.index("fired") + 1]
    line = {name: getattr(decision, name) for name in first}
    line["actions"] = [action_as_the_page_says(one) for one in decision.actions]
    line["fields"] = {
        name: {"value": one.value, "confidence": one.confidence}
        | some(evidence=one.evidence, provider=one.provider)
        for name, one in decision.fields.items()
    }
    line["policy"] = decision.policy
    names = ["unknown", "outranked", "gated", "near", "problems"]
    return line | some(
        hop=decision.hop if decision.hop > 1 else None,
        **{name: getattr(decision, name) for name in names},
        shadow=[action_as_the_page_says(one) for one in decision.shadow],
        then=as_the_page_says(decision.then) if decision.then is not None else None,
        input=decision.input,
    )


def action_as_the_page_says(action: ActionRecord) -> dict[str, Any]:
    line = {name: getattr(action, name) for name in ("action", "rule", "slot", "state", "by")}
    line |= {} if action.text is None else {"text": action.text}
    line |= some(payload=action.payload)
    rest = {"until": action.until, "reason": action.reason, "id": action.id}
    return line | {name: value for name, value in rest.items() if value is not None}


def some(**named: Any) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value}


def plain(thing: Any) -> Any:
    return sorted(thing) if isinstance(thing, frozenset) else dict(thing)


@given(st.lists(DECISIONS, max_size=3), MAPS)
def test_what_is_written_is_what_the_page_says_byte_for_byte(
    decisions: list[Decision], unsealed: dict[str, str]
) -> None:
    file = BytesIO()
    writer = DecisionWriter(file, unsealed)
    writer.write_all(decisions)
    records = [as_the_page_says(one) | some(unsealed=unsealed) for one in decisions]
    assert file.getvalue() == b"".join(msgspec.json.encode(one, enc_hook=plain) + b"\n" for one in records)
    assert writer.written == len(decisions)
    assert writer.until == (decisions[-1].at if decisions else None)
