"""The decision record: what every line has, in which order, and that the page describes all of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from socialcare.desk import Desk
from socialcare.model import Mention
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
        for decision in decisions:
            writer.write(decision)
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
