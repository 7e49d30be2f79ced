"""What waits for a person: all of it, most urgent first, until somebody ends it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from socialcare.model import Mention
from socialcare.sending import Answer
from socialcare.service import inbox
from socialcare.service.run import Service
from socialcare.service.words import Said, answer_to, say
from socialcare.store.tables import AUDIT, EFFECT

Made = Callable[..., Mention]

URGENT = """\
socialcare: 1
accounts: {main: AcmeShop}
rules:
  hours: {when: {text: {has: open}}, do: {reply: We are open 9 to 6.}}
  angry: {when: {text: {has: worst}}, do: {urgency: 4, label: angry}}
  loud: {when: {text: {has: bad}}, do: {urgency: 2}}
"""


class Desk:
    """Who looks at what waits, and ends it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.database = service.database

    async def ask(self, *mentions: Mention) -> None:
        await self.service.intake.accept(mentions, "line", None)
        while await self.service.decide():
            pass

    async def waiting(self, **choice: Any) -> list[inbox.Item]:
        return await self.database.look(partial(inbox.waiting, **choice))

    async def shown(self, ref: str) -> inbox.Item:
        found = await self.database.look(partial(inbox.item, ref=ref))
        assert found is not None
        return found

    async def done(self, one: inbox.Item) -> str | None:
        said = Said("done", one.ref, "mara", None, one.version if one.action else None)
        number = await self.database.run(partial(say, said=said))
        await self.service.decide()
        return await self.database.look(partial(answer_to, number=number))


@pytest.fixture
def desk(service: Service) -> Desk:
    return Desk(service)


@pytest.fixture
async def refused(desk: Desk, care: Any, mention: Made) -> inbox.Item:
    """An answer that the platform did not take."""
    care.platform.script = [Answer(kind="refused", reason="not summoned", status=403)]
    await desk.ask(mention(1))
    await desk.service.speaker.speak_once()
    (one,) = await desk.waiting()
    return one


async def test_what_the_platform_refused_waits_until_somebody_has_dealt_with_it(
    desk: Desk, refused: inbox.Item
) -> None:
    assert (refused.waits, refused.why) == ("refused", "not summoned")
    assert await desk.done(refused) == f"`{refused.ref}` is done"
    assert await desk.waiting() == []
    shown = await desk.shown(refused.ref)
    assert (shown.waits, shown.why) == ("handled", "not summoned")
    assert shown.seen[-1].endswith("done mara")


async def test_what_came_too_late_waits_too(desk: Desk, mention: Made) -> None:
    await desk.ask(mention(1))
    late = EFFECT.update().values(expires_at=0.0)
    await desk.database.run(lambda connection: connection.execute(late).rowcount)
    await desk.service.speaker.speak_once()
    (one,) = await desk.waiting()
    assert (one.waits, one.why) == ("expired", "not sent in time")
    await desk.done(one)
    assert await desk.waiting() == []


async def test_a_mention_shows_what_became_of_its_answer(desk: Desk, refused: inbox.Item) -> None:
    shown = await desk.shown(refused.mention)
    assert shown.seen == (f"reply by hours, {refused.ref}: refused: not summoned",)


async def test_a_mention_that_nothing_answered_leaves_the_list_when_it_is_done(
    desk: Desk, mention: Made
) -> None:
    await desk.ask(mention(1, "hello?"), mention(2, "hello?"))
    first, second = await desk.waiting()
    assert await desk.done(first) == "`x:1001` is done"
    assert await desk.waiting() == [second]
    shown = await desk.shown("x:1001")
    assert (shown.waits, shown.why, shown.they) == ("handled", "done by mara", "@AcmeShop hello?")
    asked = select(AUDIT.c.by).where(AUDIT.c.what == "done")
    assert await desk.database.look(lambda connection: list(connection.execute(asked).scalars())) == ["mara"]


async def test_what_the_rules_call_urgent_comes_first(care: Any, mention: Made) -> None:
    care.write(URGENT)
    async with care.awake() as service:
        desk = Desk(service)
        await desk.ask(mention(1, "hello"), mention(2, "so bad"), mention(3, "the worst, bad"))
        found = await desk.waiting()
        assert [(one.ref, one.urgency) for one in found] == [("x:1003", 4), ("x:1002", 2), ("x:1001", 0)]
        shown = await desk.shown("x:1003")
        assert set(shown.seen) == {"urgency 4 by angry", "label by angry"}


async def test_what_nobody_knows_the_fate_of_comes_before_all_that_is_urgent(
    care: Any, mention: Made
) -> None:
    care.write(URGENT)
    async with care.awake() as service:
        desk = Desk(service)
        await desk.ask(mention(1, "the worst"), mention(2))
        asked = EFFECT.update().values(state="NEEDS_HUMAN")
        await desk.database.run(lambda connection: connection.execute(asked).rowcount)
        assert [one.waits for one in await desk.waiting()] == ["needs_human", "inbox"]


async def test_what_waits_for_longer_can_be_left_out(desk: Desk, mention: Made, clock: Any) -> None:
    await desk.ask(mention(1, "hello?"))
    await clock.advance(3 * 3600)
    await desk.service.beat()
    await desk.ask(mention(2, "hello?"))
    assert [one.ref for one in await desk.waiting(within=timedelta(hours=2))] == ["x:1002"]
    assert len(await desk.waiting(within=timedelta(hours=4))) == 2


async def test_what_was_refused_a_second_time_waits_a_second_time(
    desk: Desk, refused: inbox.Item, care: Any, clock: Any
) -> None:
    assert await desk.done(refused) is not None
    await clock.advance(1)
    edited = Said("edit", refused.ref, "mara", "Until 8!", None)
    await desk.database.run(partial(say, said=edited))
    care.platform.script = [Answer(kind="refused", reason="not summoned", status=403)]
    await desk.service.decide()
    for _ in "ab":  # looks whether the mention is still there, then sends
        await desk.service.speaker.speak_once()
    (again,) = await desk.waiting()
    assert (again.waits, again.we) == ("refused", "Until 8!")


async def test_a_case_shows_what_they_said_although_it_was_edited_since(desk: Desk, mention: Made) -> None:
    first = mention(1, "my parcel is lost")
    edits = [replace(first, id=str(1001 + n), root="1001", text=f"@AcmeShop lost, {n}") for n in (1, 2)]
    await desk.ask(edits[0])
    await desk.ask(edits[1])
    (case,) = await desk.waiting()
    assert (case.waits, case.mention) == ("case", "x:1002")
    assert case.they.startswith("@AcmeShop lost")
