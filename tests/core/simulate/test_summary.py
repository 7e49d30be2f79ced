"""What is counted, over a small archive whose every decision is known."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import Author, Mention
from socialcare.simulate.run import run
from socialcare.simulate.summary import figures

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]


async def test_outcomes_and_the_unanswered_rate(desk_for: DeskFor, mentions: Mentions) -> None:
    """Unanswered is (mentions - ignored - answered) / (mentions - ignored)."""
    summary = await run(mentions(["open?", "advert", "hello", "hello", "novel"]), desk_for())
    assert dict(summary.outcomes) == {"answered": 1, "ignored": 1, "inbox": 2, "held": 1}
    assert summary.unanswered == 3 / 4
    assert figures(summary)["unanswered"] == 3 / 4


async def test_our_own_posts_and_rows_read_again_are_no_mentions(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    first, second = mentions(["open?", "we are open"])
    ours = replace(second, author=Author(id="9", handle="acmeco"))
    summary = await run([first, first, ours], desk_for())
    assert (summary.mentions, summary.own_posts, summary.read_again) == (1, 1, 1)


async def test_what_became_of_each_rule(desk_for: DeskFor, mentions: Mentions) -> None:
    summary = await run(mentions(["open?", "open and broken", "broken", "novel"]), desk_for())
    hours, apology, long = (summary.rules[name] for name in ("hours", "apology", "long"))
    assert (hours.fires, hours.wins, hours.outranked) == (2, 1, 1)
    assert (apology.fires, apology.wins, apology.outranked, apology.unresolved) == (2, 2, 0, 2)
    assert (long.held, long.too_long) == (1, 1)
    assert summary.missing == {("apology", "author.first_name"): 2}


async def test_a_rule_that_never_fired_is_dead(desk_for: DeskFor, mentions: Mentions) -> None:
    summary = await run(mentions(["open?"]), desk_for())
    assert "never" in summary.dead_rules
    assert "hours" not in summary.dead_rules


async def test_a_field_that_no_mention_has_is_named(desk_for: DeskFor, mentions: Mentions) -> None:
    past = list(mentions(["open?", "hello"]))
    known = replace(past[0], author=replace(past[0].author, followers=5))
    assert "author.followers" in (await run(past, desk_for())).lacking
    assert "author.followers" not in (await run([known, past[1]], desk_for())).lacking


async def test_accounts_that_the_policy_does_not_name_are_counted(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    past = [replace(one, account="Rival", mentioned=()) for one in mentions(["open?", "hello"])]
    assert dict((await run(past, desk_for())).unnamed_accounts) == {"Rival": 2}
    assert not (await run(past, desk_for(account="main"))).unnamed_accounts


async def test_what_became_of_what_was_held(desk_for: DeskFor, mentions: Mentions) -> None:
    night = datetime(2026, 3, 2, 23, tzinfo=UTC)
    first, second, third = mentions(["open?", "hello", "open?"])
    past = [
        replace(first, at=night),
        replace(second, at=night + timedelta(hours=12)),
        replace(third, at=night + timedelta(hours=24)),
    ]
    summary = await run(past, desk_for())
    assert (summary.outcomes["held"], summary.held.released, summary.held.waiting) == (2, 1, 1)
    assert summary.guards["night"].held == 2


async def test_scheduled_posts_are_counted_apart(desk_for: DeskFor, mentions: Mentions) -> None:
    first, second = mentions(["hello", "hello"])
    summary = await run([first, replace(second, at=first.at + timedelta(days=3))], desk_for())
    assert (summary.mentions, summary.scheduled) == (2, 3)
    assert summary.rules["morning"].fires == 3


async def test_samples_are_the_first_answer_of_each_rule(desk_for: DeskFor, mentions: Mentions) -> None:
    summary = await run(mentions(["hello", "open 1", "open 2"]), desk_for())
    (sample,) = summary.samples(5)
    assert (sample.text, sample.reply, sample.rule) == ("open 1", "We are open 9 to 18.", "hours")


async def test_the_most_replies_an_author_gets_on_a_day(desk_for: DeskFor, mentions: Mentions) -> None:
    one, two, three = (replace(each, author=Author(id="1", handle="ann")) for each in mentions(["open?"] * 3))
    later = replace(three, at=three.at + timedelta(days=1))
    assert (await run([one, two, later], desk_for())).replies_a_day == 2
