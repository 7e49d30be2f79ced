from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, select

from socialcare.delivery import audit
from socialcare.delivery.audit import Broken, Head
from socialcare.store.database import Database
from socialcare.store.tables import AUDIT


@pytest.fixture
async def trail(database: Database) -> None:
    """Three rows, the second with personal parts."""
    await database.run(partial(audit.append, what="effect", subject="d1.0", by="w1", body={"to": "READY"}))
    told = {"text": "hello Ann"}
    await database.run(partial(audit.append, what="approved", subject="d1.0", by="maria", personal=told))
    await database.run(partial(audit.append, what="effect", subject="d2.0", by="w1", body={"to": "SENT"}))


def altered(seq: int, **columns: object) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(AUDIT.update().where(AUDIT.c.seq == seq).values(**columns))


async def test_an_untouched_trail_is_whole(database: Database, trail: None) -> None:
    assert await database.look(audit.verify) is None
    head = await database.look(audit.head)
    assert head is not None
    assert head.seq == 3


@pytest.mark.parametrize(
    ("column", "value"), [("what", "else"), ("subject", "d9.0"), ("by", "eve"), ("body", b"{}"), ("at", 1.0)]
)
async def test_S39_a_row_that_was_changed_is_named(
    database: Database, trail: None, column: str, value: object
) -> None:
    await database.run(altered(2, **{column: value}))
    assert await database.look(audit.verify) == Broken(2, "was changed")


async def test_S39_a_row_that_is_missing_is_named(database: Database, trail: None) -> None:
    await database.run(lambda connection: connection.execute(AUDIT.delete().where(AUDIT.c.seq == 2)))
    assert await database.look(audit.verify) == Broken(2, "is missing")


async def test_S39_a_trail_that_was_cut_short_does_not_reach_the_head_kept_outside(
    database: Database, trail: None
) -> None:
    head = await database.look(audit.head)
    assert head is not None
    await database.run(lambda connection: connection.execute(AUDIT.delete().where(AUDIT.c.seq == 3)))
    assert await database.look(audit.verify) is None
    found = await database.look(partial(audit.verify, anchors=[head]))
    assert found == Broken(3, "is missing, as all others up to 3")


async def test_S39_a_trail_that_was_written_anew_is_not_the_one_kept_outside(
    database: Database, trail: None
) -> None:
    found = await database.look(partial(audit.verify, anchors=[Head(2, "other")]))
    assert found == Broken(2, "is not the one that was kept outside")


async def test_S37_what_is_personal_can_be_erased_and_the_trail_stays_whole(
    database: Database, trail: None
) -> None:
    assert await database.run(partial(audit.erase, subjects=["d1.0"])) == 1
    assert await database.look(audit.verify) is None
    rows = await database.look(lambda connection: connection.execute(select(AUDIT)).all())
    assert not any(b"Ann" in (row.personal or b"") + row.body for row in rows)


async def test_personal_parts_that_were_changed_are_noticed(database: Database, trail: None) -> None:
    await database.run(altered(2, personal=b'{"text": ["salt", "hello Bob"]}'))
    assert await database.look(audit.verify) == Broken(2, "has other personal parts")


async def test_rows_at_the_beginning_may_be_gone_when_their_time_is_over(
    database: Database, trail: None
) -> None:
    await database.run(lambda connection: connection.execute(AUDIT.delete().where(AUDIT.c.seq == 1)))
    assert await database.look(audit.verify) is None
