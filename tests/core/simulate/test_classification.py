from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import Author, Mention
from socialcare.simulate.classification import classified

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]


async def test_every_field_is_told_whatever_the_rules_need(desk_for: DeskFor, mentions: Mentions) -> None:
    desk = desk_for("socialcare: 1\nrules: {a: {when: {text: {has: open}}, do: {label: a}}}\n")
    lines = [
        one
        async for batch in classified(mentions(["When do you open?", "Hi"]), desk, batch=1)
        for one in batch
    ]
    assert [one.mention for one in lines] == ["0001", "0002"]
    fields = lines[0].fields
    assert fields["intent"].value == "question"
    assert fields["intent"].evidence
    assert {"text", "author.handle", "language", "addressed", "place"} <= fields.keys()


async def test_what_nobody_says_is_left_out(desk_for: DeskFor, mentions: Mentions) -> None:
    plain, rich = mentions(["a", "b"])
    rich = replace(rich, author=Author(id="2", followers=7))
    (first, second), *_ = [batch async for batch in classified([plain, rich], desk_for())]
    assert "author.followers" not in first.fields
    assert second.fields["author.followers"].value == 7
