"""What people say is done once, to what they saw, and answered in one line."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from socialcare.delivery import bodies, lanes, switch
from socialcare.errors import Interrupted
from socialcare.listening import Gone
from socialcare.model import Mention
from socialcare.sending import Answer
from socialcare.service import inbox
from socialcare.service.run import Service, is_busy
from socialcare.service.words import NOTHING, Said, answer_to, say
from socialcare.store.retention import erase_author
from socialcare.store.tables import AUDIT, EFFECT, WORD

Made = Callable[..., Mention]


class People:
    """Who looks at what waits and says what becomes of it."""

    def __init__(self, service: Service, clock: Any) -> None:
        self.service = service
        self.database = service.database
        self.clock = clock

    async def ask(self, *mentions: Mention) -> None:
        await self.service.intake.accept(mentions, "line", None)
        while await self.service.decide():
            pass

    async def waiting(self) -> list[inbox.Item]:
        return await self.database.look(inbox.waiting)

    async def one(self) -> inbox.Item:
        (found,) = await self.waiting()
        return found

    async def say(self, word: Any, one: inbox.Item, text: str | None = None, by: str = "mara") -> int:
        return await self.database.run(partial(say, said=Said(word, one.ref, by, text, one.version)))

    async def answer(self, number: int) -> str | None:
        return await self.database.look(partial(answer_to, number=number))

    async def told(self, word: Any, one: inbox.Item, text: str | None = None, by: str = "mara") -> str | None:
        number = await self.say(word, one, text, by)
        await self.service.decide()
        return await self.answer(number)

    async def row(self) -> Any:
        rows = await self.database.look(lambda connection: connection.execute(select(EFFECT)).all())
        (row,) = rows
        return row

    async def state(self) -> str:
        return str((await self.row()).state)


@pytest.fixture
def people(service: Service, clock: Any) -> People:
    return People(service, clock)


@pytest.fixture
async def held(people: People, mention: Made) -> inbox.Item:
    """An answer to somebody loud, for which a person has to be asked."""
    await people.ask(mention(1, followers=5_000))
    return await people.one()


@pytest.fixture
async def lost(people: People, care: Any, mention: Made) -> inbox.Item:
    """An answer of which nobody knows whether it is out, for long enough that a person is asked."""
    care.platform.script = [Answer(kind="unknown", reason="the line broke")]
    await people.ask(mention(1))
    await people.service.speaker.speak_once()
    assert await people.state() == "UNKNOWN"
    for _ in range(40):
        await people.clock.advance(60)
        await people.service.speaker.reconcile()
    await people.service.beat()
    return await people.one()


async def test_what_is_held_is_shown_with_what_holds_it(held: inbox.Item) -> None:
    assert (held.waits, held.why, held.action, held.rule) == ("held", "loud", "reply", "hours")
    assert (held.handle, held.author, held.mention) == ("jo1", "x:a1", "x:1001")
    assert (held.they, held.we) == ("@AcmeShop are you open?", "We are open 9 to 6.")


async def test_an_approved_answer_goes_out(people: People, care: Any, held: inbox.Item) -> None:
    answer = await people.told("approve", held)
    assert answer == f"`{held.ref}` is allowed: rule hours"
    assert await people.state() == "READY"
    await people.service.speaker.speak_once()  # looks whether the mention is still there
    await people.service.speaker.speak_once()
    assert [post.text for post in care.platform.posts] == ["We are open 9 to 6."]
    assert await people.waiting() == []


async def test_only_those_whom_the_guard_names_can_approve(people: People, held: inbox.Item) -> None:
    answer = await people.told("approve", held, by="jo")
    assert answer == f"{NOTHING}`{held.ref}` is held by loud, of which mara may `approve` it"
    assert await people.state() == "HELD"


async def test_a_night_is_not_approved_and_loudness_not_released(
    people: People, mention: Made, held: inbox.Item
) -> None:
    answer = await people.told("release", held)
    assert answer == f"{NOTHING}`{held.ref}` is held by loud, of which mara may `approve` it"
    await people.clock.advance(6 * 3600)
    await people.service.beat()
    await people.ask(mention(2))
    (night,) = [one for one in await people.waiting() if one.handle == "jo2"]
    answer = await people.told("approve", night)
    assert answer == f"{NOTHING}`{night.ref}` is held by late, from which `release` lets it go now"


async def test_what_another_guard_holds_still_is_said_so(people: People, mention: Made) -> None:
    await people.clock.advance(6 * 3600)
    await people.service.beat()
    await people.ask(mention(1, followers=5_000))
    one = await people.one()
    answer = await people.told("edit", one, "Until 8!")
    assert answer == (
        f"these are its words now; `{one.ref}` is still held by late, from which `release` lets it go now"
    )
    assert (await people.one()).we == "Until 8!"


async def test_an_edit_that_cannot_go_out_leaves_the_words_as_they_were(
    people: People, held: inbox.Item
) -> None:
    answer = await people.told("edit", held, "long " * 60)
    assert answer == f"{NOTHING}too long: 299 of 280; what `{held.ref}` says is as it was"
    assert (await people.one()).we == held.we


async def test_an_edited_answer_goes_out_in_these_words_and_filtered(
    people: People, care: Any, held: inbox.Item
) -> None:
    await people.told("edit", held, "Until 8\u202e tonight!")
    row = await people.row()
    effect, approval = bodies.read(row.body), bodies.approval(row.approval)
    assert effect.text == "Until 8 tonight!", "S14: the filter for what goes out is asked last"
    assert approval == bodies.Approval(("mara",), bodies.hash_of(effect))
    for _ in "ab":
        await people.service.speaker.speak_once()
    assert [post.text for post in care.platform.posts] == [effect.text]


async def test_an_approval_is_bound_to_the_text(people: People, care: Any, held: inbox.Item) -> None:
    await people.told("approve", held)
    row = await people.row()
    other = bodies.written(replace(bodies.read(row.body), text="Something else."))
    change = EFFECT.update().values(body=other)
    await people.database.run(lambda connection: connection.execute(change).rowcount)
    for _ in "ab":
        await people.service.speaker.speak_once()
    assert care.platform.posts == []
    assert await people.state() == "NEEDS_HUMAN"


async def test_a_rejected_answer_stays_in(people: People, care: Any, held: inbox.Item) -> None:
    answer = await people.told("reject", held)
    assert answer is not None
    assert answer.startswith(f"`{held.ref}` is forbidden")
    assert await people.state() == "CANCELLED"
    await people.service.speaker.speak_once()
    assert care.platform.posts == []


@pytest.mark.parametrize("word", ["approve", "reject"])
async def test_a_word_said_twice_is_done_once(people: People, held: inbox.Item, word: str) -> None:
    first, second = await people.say(word, held), await people.say(word, held)
    await people.service.decide()
    assert await people.answer(first) != await people.answer(second)
    again = await people.answer(second)
    assert again is not None
    assert again.startswith(f"{NOTHING}`{held.ref}` is {(await people.state()).lower()}")


async def test_of_two_words_at_once_the_first_is_done(people: People, held: inbox.Item) -> None:
    numbers = [await people.say("approve", held), await people.say("reject", held, by="jo")]
    await people.service.decide()
    assert await people.state() == "READY"
    first, second = [await people.answer(number) for number in numbers]
    assert first == f"`{held.ref}` is allowed: rule hours"
    assert second == f"{NOTHING}`{held.ref}` is ready: nothing more to do"


async def test_a_word_about_an_older_version_is_refused(people: People, held: inbox.Item) -> None:
    change = EFFECT.update().values(version=EFFECT.c.version + 1)
    await people.database.run(lambda connection: connection.execute(change).rowcount)
    for word in ("approve", "reject", "release"):
        assert (
            await people.told(word, held) == f"{NOTHING}`{held.ref}` was changed after you saw it: look again"
        )
    assert await people.state() == "HELD"


async def test_after_the_mention_was_deleted_nothing_is_approved(
    people: People, care: Any, held: inbox.Item
) -> None:
    gone = Gone(id="1001", platform="x", at=held.since)
    await people.service.intake.accept([gone], "line", None)
    await people.service.speaker.sweep()
    answer = await people.told("approve", held)
    assert answer == f"{NOTHING}`{held.ref}` is cancelled: the mention is gone"
    await people.service.speaker.speak_once()
    assert care.platform.posts == []


async def test_a_deletion_between_the_word_and_its_sending_is_heard(
    people: People, care: Any, held: inbox.Item
) -> None:
    await people.told("approve", held)
    gone = Gone(id="1001", platform="x", at=held.since)
    await people.service.intake.accept([gone], "line", None)
    await people.service.speaker.speak_once()
    assert care.platform.posts == []
    assert await people.state() == "CANCELLED"


async def test_a_night_can_be_cut_short_by_release(people: People, care: Any, mention: Made) -> None:
    await people.clock.advance(6 * 3600)
    await people.service.beat()
    await people.ask(mention(1))
    assert await people.told("release", await people.one()) is not None
    assert await people.state() == "READY"


async def test_what_is_nobodys_can_be_sent_again_once(people: People, care: Any, lost: inbox.Item) -> None:
    assert (lost.waits, lost.handle) == ("needs_human", "jo1")
    assert await people.told("retry", lost) == f"`{lost.ref}` goes out again"
    assert await people.told("retry", lost) == f"{NOTHING}`{lost.ref}` is ready: nothing more to do"
    for _ in "ab":
        await people.service.speaker.speak_once()
    assert len(care.platform.posts) == 1
    assert await people.state() == "SENT"


async def test_what_is_known_not_to_be_there_goes_out_in_other_words_and_filtered(
    people: People, care: Any, lost: inbox.Item
) -> None:
    assert await people.told("edit", lost, "Until 8\u202e tonight!") == f"`{lost.ref}` goes out again"
    for _ in "ab":
        await people.service.speaker.speak_once()
    assert [post.text for post in care.platform.posts] == ["Until 8 tonight!"]
    row = await people.row()
    assert bodies.approval(row.approval) == bodies.Approval(("mara",), bodies.hash_of(bodies.read(row.body)))


async def test_other_words_need_those_whom_the_guards_name(people: People, lost: inbox.Item) -> None:
    for word in ("edit", "retry"):
        answer = await people.told(word, lost, "Until 8!", by="jo")
        assert answer == f"{NOTHING}by guard loud mara has to agree to other words"
    assert await people.state() == "NEEDS_HUMAN"


async def test_other_words_that_cannot_go_out_are_refused(people: People, lost: inbox.Item) -> None:
    assert await people.told("edit", lost, "long " * 60) == f"{NOTHING}too long: 299 of 280"
    assert await people.state() == "NEEDS_HUMAN"


async def test_what_is_there_is_settled_with_its_link(people: People, care: Any, lost: inbox.Item) -> None:
    link = "https://x.com/AcmeShop/status/42/"
    assert await people.told("settle", lost, link) == f"`{lost.ref}` is there"
    row = await people.row()
    assert (row.state, row.remote_id) == ("SENT", "42")
    await people.service.speaker.speak_once()
    assert care.platform.posts == []


async def test_what_is_let_be_is_not_sent(people: People, care: Any, lost: inbox.Item) -> None:
    assert await people.told("settle", lost) == f"`{lost.ref}` is let be"
    await people.service.speaker.speak_once()
    assert (await people.state(), care.platform.posts) == ("CANCELLED", [])


async def test_a_paused_account_holds_what_it_would_say_until_it_is_resumed(
    people: People, mention: Made
) -> None:
    async def account(word: Any, name: str) -> str | None:
        number = await people.database.run(partial(say, said=Said(word, name, "mara")))
        await people.service.decide()
        return await people.answer(number)

    assert await account("pause", "main") == "account `main` is paused"
    await people.ask(mention(1))
    assert await people.state() == "HELD"
    assert (
        await account("resume", "man")
        == f"{NOTHING}the policy has no account `man`; did you mean `main`? known: main"
    )
    assert await account("resume", "main") == "account `main` is resumed"
    assert await people.state() == "READY"


async def test_an_account_that_the_platform_stopped_speaks_again_once_it_is_resumed(
    people: People, care: Any, mention: Made
) -> None:
    care.platform.script = [Answer(kind="paused", reason="X has no credit of ours: buy some", status=402)]
    await people.ask(mention(1), mention(2))
    await people.service.speaker.speak_once()
    await people.clock.advance(60)
    assert not await people.service.speaker.speak_once()
    number = await people.database.run(partial(say, said=Said("resume", "main", "mara")))
    await people.service.decide()
    said = "account `main` is resumed; what had stopped it: X has no credit of ours: buy some"
    assert await people.answer(number) == said
    while await people.service.speaker.speak_once():
        pass
    assert sorted(str(post.in_reply_to) for post in care.platform.posts) == ["1001", "1002"]


async def test_an_account_that_stopped_is_resumed_though_the_policy_has_it_no_more(people: People) -> None:
    shut = partial(lanes.close, account="old", lane="*", until=None, reason="no keys", by="w1")
    await people.database.run(shut)
    number = await people.database.run(partial(say, said=Said("resume", "old", "mara")))
    await people.service.decide()
    assert await people.answer(number) == "account `old` is resumed; what had stopped it: no keys"
    assert await people.database.look(lanes.closed) == []


async def test_a_rule_that_was_refused_too_often_is_resumed_by_a_person(
    people: People, care: Any, mention: Made
) -> None:
    async def told(rule: str) -> str | None:
        number = await people.database.run(partial(say, said=Said("resume_rule", rule, "mara")))
        await people.service.decide()
        return await people.answer(number)

    care.platform.script = [Answer(kind="refused", reason="not asked for", status=403)] * 5
    await people.ask(*(mention(number) for number in range(1, 7)))
    while await people.service.speaker.speak_once():
        pass
    assert care.platform.posts == []
    assert await told("hours") == "rule `hours` is resumed"
    while await people.service.speaker.speak_once():
        pass
    assert len(care.platform.posts) == 1
    assert await told("hours") == f"{NOTHING}rule `hours` had not stopped"
    assert (
        await told("hour")
        == f"{NOTHING}the policy has no rule `hour`; did you mean `hours`? known: hours, lost"
    )


async def test_a_word_that_cannot_be_done_keeps_nothing_else_waiting(
    people: People, mention: Made, lost: inbox.Item, logged: list[Any]
) -> None:
    """What nobody foresees: here, an approval that cannot be read."""
    change = EFFECT.update().values(approval=b"none", state="HELD")
    await people.database.run(lambda connection: connection.execute(change).rowcount)
    wrong = await people.say("approve", lost)
    other = await people.database.run(partial(say, said=Said("pause", "main", "mara")))
    await people.ask(mention(2))
    assert await people.answer(wrong) == f"{NOTHING}it cannot be done; the log of `socialcare run` says why"
    assert await people.answer(other) == "account `main` is paused"
    assert ("a word cannot be done", "approve") in [(line["event"], line.get("word")) for line in logged]
    assert len(await people.database.look(lambda connection: connection.execute(select(EFFECT)).all())) == 2


async def test_a_word_waits_while_the_database_is_away(people: People, held: inbox.Item) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise Interrupted("away")

    number = await people.say("approve", held)
    decider = people.service.decider
    assert decider is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decider, "decide", away)
        with pytest.raises(Interrupted):
            await people.service.decide()
    assert await people.answer(number) is None
    await people.service.decide()
    assert await people.answer(number) == f"`{held.ref}` is allowed: rule hours"


async def test_words_are_done_while_a_flood_waits(people: People, mention: Made) -> None:
    flood = [mention(number) for number in range(1_200)]
    await people.service.intake.accept(flood, "line", None)
    number = await people.database.run(partial(say, said=Said("pause", "main", "mara")))
    await people.service.decide()
    assert await people.answer(number) == "account `main` is paused"


async def test_only_the_worker_of_the_first_shard_does_what_people_say(
    people: People, held: inbox.Item
) -> None:
    people.service.worker.shards = {
        number: fence for number, fence in people.service.worker.shards.items() if number
    }
    assert await people.told("approve", held) is None
    await people.service.beat()
    await people.service.decide()
    assert await people.state() == "READY"


async def test_what_was_said_and_by_whom_stands_in_the_audit_trail(people: People, held: inbox.Item) -> None:
    await people.told("approve", held)
    asked = select(AUDIT.c.what, AUDIT.c.by).where(AUDIT.c.subject == held.ref).order_by(AUDIT.c.seq)
    rows = await people.database.look(lambda connection: connection.execute(asked).all())
    assert ("approved", "mara") in [tuple(row) for row in rows]


async def test_a_deletion_ends_nothing_else(people: People, care: Any, mention: Made) -> None:
    await people.ask(mention(1), mention(2))
    gone = Gone(id="1001", platform="x", at=mention(1).at)
    await people.service.intake.accept([gone], "line", None)
    await people.service.speaker.sweep()
    while await people.service.speaker.speak_once():
        pass
    assert [post.in_reply_to for post in care.platform.posts] == ["1002"]


# ---- what is shown --------------------------------------------------------------------------------------------------


async def test_an_answer_is_found_by_the_beginning_of_its_id(people: People, held: inbox.Item) -> None:
    def item(ref: str) -> Any:
        return people.database.look(partial(inbox.item, ref=ref))

    assert (await item(held.ref[:4])).ref == held.ref
    assert (await item(held.ref)).ref == held.ref
    assert await item("zz") is None
    assert await item("%") is None


async def test_of_several_with_that_beginning_the_one_that_waits_is_meant(
    people: People, mention: Made
) -> None:
    await people.ask(mention(1), mention(2), mention(3, followers=5_000))
    found = await people.database.look(partial(inbox.item, ref=""))
    assert found is not None
    assert found.waits == "held"


async def test_a_mention_that_nothing_answers_is_shown_with_the_nearest_rule(
    people: People, mention: Made
) -> None:
    await people.ask(mention(1, "hello?"))
    one = await people.one()
    assert (one.ref, one.waits, one.handle) == ("x:1001", "inbox", "jo1")
    assert one.why.startswith("no rule matched")
    assert await people.database.look(partial(inbox.item, ref="x:1001")) == one
    assert await people.database.look(partial(inbox.item, ref="x:9")) is None


async def test_what_is_most_urgent_comes_first_and_kinds_can_be_chosen(
    people: People, care: Any, mention: Made, lost: inbox.Item
) -> None:
    await people.ask(mention(2, followers=5_000), mention(3, "hello?"))
    assert [one.waits for one in await people.waiting()] == ["needs_human", "held", "inbox"]
    chosen = await people.database.look(partial(inbox.waiting, kinds=frozenset({"held"})))
    assert [one.waits for one in chosen] == ["held"]


async def test_what_is_known_of_an_answer_is_shown_oldest_first(people: People, lost: inbox.Item) -> None:
    found = await people.database.look(partial(inbox.item, ref=lost.ref))
    assert found is not None
    assert "unknown the line broke" in found.seen[0]
    assert len(found.seen) > 1


async def test_what_was_erased_is_not_shown(people: People, held: inbox.Item) -> None:
    await people.database.run(partial(erase_author, author="x:a1"))
    found = await people.database.look(partial(inbox.item, ref=held.ref))
    assert found is not None
    assert (found.they, found.we, found.handle, found.author) == ("(its text was removed)", None, "", "")


async def test_nothing_is_busy_that_only_a_person_can_mend(people: People, held: inbox.Item) -> None:
    def busy() -> Any:
        return people.database.look(is_busy)

    assert not await busy()
    await people.say("approve", held)
    assert await busy()
    await people.service.decide()
    assert await busy()

    await people.database.run(partial(switch.kill, reason="stop", by="mara"))
    assert not await busy()


async def test_a_word_that_was_done_is_not_done_again(people: People, held: inbox.Item) -> None:
    await people.told("reject", held)
    await people.service.decide()
    rows = await people.database.look(lambda connection: connection.execute(select(WORD)).all())
    assert [row.done_at is not None for row in rows] == [True]


async def test_a_case_is_listed_with_its_owner_and_clock_and_closed_by_a_word(
    people: People, mention: Made
) -> None:
    await people.ask(replace(mention(1), text="@Acme my parcel is lost"))
    (case,) = [one for one in await people.waiting() if one.waits == "case"]
    assert (case.action, case.they) == ("open_case", "@Acme my parcel is lost")
    assert case.why.startswith("of mara, to be answered by ")
    await people.clock.advance(2 * 3600 + 1)
    await people.service.beat()
    await people.service.decide()
    (late,) = [one for one in await people.waiting() if one.waits == "case"]
    assert late.why.startswith("of mara, not answered by ")
    assert await people.told("close", late) == f"the case `{late.ref}` is closed"
    assert await people.told("close", late) == f"{NOTHING}there is no case `{late.ref}`"
    assert not [one for one in await people.waiting() if one.waits == "case"]
