"""What is removed with a mention that is gone, and what is shown of a decision that came to nothing."""

from types import ModuleType

import msgspec
from sqlalchemy import select

from socialcare.delivery import cancelling
from socialcare.service.inbox import waiting
from socialcare.store.database import Database
from socialcare.store.decisions import keep_decisions
from socialcare.store.tables import DECISION, MENTION


async def test_what_was_decided_about_a_mention_that_is_gone_forgets_its_author(
    database: Database, stage: ModuleType
) -> None:
    await database.run(lambda c: stage.arrive(c, stage.mention(1)))
    decision = stage.decided(1, author="x:7", fields={"intent": "praise"})
    await database.run(lambda c: keep_decisions(c, [decision]))
    await database.run(stage.change(MENTION, state="gone"))

    assert await database.run(cancelling.purge) == 1

    body = await database.look(lambda c: c.execute(select(DECISION.c.body)).scalar_one())
    left = msgspec.json.decode(body)
    assert (left["author"], left["fields"], left["id"]) == ("", {}, decision.id)
    assert await database.look(lambda c: c.execute(select(MENTION.c.body)).scalar_one()) is None


async def test_a_mention_that_nothing_answered_is_shown_with_the_reason(
    database: Database, stage: ModuleType
) -> None:
    await database.run(lambda c: stage.arrive(c, stage.mention(1)))
    decision = stage.decided(1, outcome="inbox", reason="a competitor is named")
    await database.run(lambda c: keep_decisions(c, [decision]))
    await database.run(stage.change(MENTION, state="done"))

    (item,) = await database.look(waiting)

    assert (item.waits, item.why) == ("inbox", "a competitor is named")
