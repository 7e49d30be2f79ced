"""What a report is written from: it agrees with the summary, and with what was put in."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import OUTCOMES, Author, Mention
from socialcare.simulate.findings import beside
from socialcare.simulate.findings.beside import BrandReplies, OurReplies
from socialcare.simulate.findings.deeds import DEEDS
from socialcare.simulate.findings.findings import Findings
from socialcare.simulate.run import run
from socialcare.simulate.summary import Summary

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]

TEXTS = [
    "open on Sunday?",
    "it is broken",
    "advert",
    "novel",
    "hello there",
    "gift wrap please",
    "do you gift wrap",
    "gift wrap?",
]


async def both(past: Iterable[Mention], desk: Desk, *, batch: int = 500) -> tuple[Summary, Findings]:
    findings = Findings(desk)
    summary = await run(sorted(past, key=lambda one: (one.at, one.id)), desk, also=findings.see, batch=batch)
    return summary, findings


@pytest.mark.parametrize("batch", [1, 3, 500])
async def test_numbers_are_those_of_the_summary(desk_for: DeskFor, mentions: Mentions, batch: int) -> None:
    summary, findings = await both(mentions(TEXTS * 9), desk_for(), batch=batch)
    numbers = findings.numbers
    assert {one: numbers.of("outcome", one).count for one in OUTCOMES} == {
        one: summary.outcomes[one] for one in OUTCOMES
    }
    for name, rule in summary.rules.items():
        for figure in (
            "fires",
            "wins",
            "outranked",
            "forbidden",
            "held",
            "limited",
            "gated",
            "too_long",
            "unresolved",
        ):
            assert numbers.of("rule", name, figure).count == getattr(rule, figure), (name, figure)
    for (rule_name, value), count in summary.missing.items():
        assert numbers.of("missing", rule_name, value).count == count
    assert sum(span.count for span in findings.timeline) == summary.mentions
    assert sum(one.count for _, one in numbers.under("hour")) == summary.mentions


async def test_samples_do_not_depend_on_batches(desk_for: DeskFor, mentions: Mentions) -> None:
    found = []
    for batch in (1, 7, 500):
        _, findings = await both(mentions(TEXTS * 9), desk_for(), batch=batch)
        found.append([one.mention for one in findings.numbers.of("outcome", "inbox")])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 12


async def test_the_inbox_is_grouped_by_a_phrase_that_a_rule_could_look_for(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    _, findings = await both(mentions(TEXTS * 3), desk_for())
    groups, rest = findings.inbox.groups()
    assert [(group.phrase, group.count) for group in groups][:1] == [("gift wrap", 9)]
    assert rest == findings.inbox.all.count - sum(group.count for group in groups)


async def test_what_became_of_a_hold_leads_to_its_mention(desk_for: DeskFor, mentions: Mentions) -> None:
    first = next(mentions(["open?"]))
    night = replace(first, at=first.at + timedelta(hours=12))
    later = replace(first, id="2", root="2", text="hello", at=first.at + timedelta(hours=24))
    summary, findings = await both([night, later], desk_for())
    assert summary.held.released == 1
    assert [one.mention for one in findings.numbers.of("held", "released")] == [night.id]


async def test_the_bill_counts_replies_posts_and_reading(desk_for: DeskFor, mentions: Mentions) -> None:
    _, findings = await both(mentions(["open?", "hello"]), desk_for())
    bill = {act: one.acts for (_, act), one in findings.charges.items.items()}
    assert bill == {"reply": 1, "read_owned": 2}
    assert findings.charges.dollars == pytest.approx(0.010 + 2 * 0.001)


async def test_reach_is_that_of_the_source_texts(desk_for: DeskFor, mentions: Mentions) -> None:
    """400 followers × 20 % see a post, and 80 more for each time it was shared; real counts where the archive has them."""
    policy = "socialcare: 1\nrules:\n  all:\n    when: {intent: complaint}\n    do: {label: complaint}\n"
    one, two = mentions(["this is awful, I am furious", "this is awful, I am furious"])
    two = replace(two, author=Author(id="9", followers=10_000), retweets=2)
    _, findings = await both([one, two], desk_for(policy))
    assert (findings.reach.complaints, findings.reach.guessed) == (2, 1)
    assert [people for people, _ in findings.reach.loudest] == pytest.approx([2160, 80])


def replies(mention: Mention, *texts: str, after: int = 600) -> list[Mention]:
    return [
        replace(
            mention,
            id=f"{mention.id}-{number}",
            root=f"{mention.id}-{number}",
            text=text,
            author=Author(id="us", handle="AcmeCo"),
            at=mention.at + timedelta(seconds=after + number),
            in_reply_to=mention.id,
        )
        for number, text in enumerate(texts)
    ]


async def test_what_the_brand_did_stands_beside_what_the_policy_would_do(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    hours, broken, hello = mentions(["open?", "broken", "hello"])
    broken = replace(broken, author=changed_name(broken.author))
    past = [
        hours,
        broken,
        hello,
        *replies(hours, "See https://acme.example", "and DM us"),
        *replies(broken, "We are sorry to hear that"),
        *replies(hello, "Hi!"),
    ]
    _, findings = await both(past, desk_for())
    found = findings.brand.finish()
    assert {name: one.count for name, one in found.outcomes.items()} == {"answered": 2, "inbox": 1}
    assert found.compared == 2
    assert found.waited(0.5) == pytest.approx(600)
    private, sorry, thanks, link = (found.kinds[deed] for deed in DEEDS)
    assert (private.brand_only.count, private.neither.count, private.agreement) == (1, 1, 0.5)
    assert (sorry.both.count, sorry.neither.count, sorry.agreement) == (1, 1, 1.0)
    assert thanks.neither.count == 2
    assert link.brand_only.count == 1
    assert next(iter(link.brand_only)).reply == "See https://acme.example ‖ and DM us"


async def test_without_a_reply_of_ours_there_is_nothing_to_stand_beside(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    first, second = mentions(["open?", "hello"])
    strangers = replace(second, in_reply_to=first.id)
    seen = OurReplies(desk_for().company)
    seen.see([first, strangers])
    assert not seen.found
    seen.see(replies(first, "Hi!"))
    seen.see([second])
    assert seen.found


async def test_the_brand_stands_beside_the_policy_without_a_report(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    hours, broken = mentions(["open?", "broken"])
    brand = BrandReplies(ZoneInfo("UTC"))
    await run([hours, broken, *replies(hours, "Hi!")], desk_for(), also=brand.see)
    assert (brand.finish().answered, brand.finish().compared) == (1, 1)


def changed_name(author: Author) -> Author:
    return replace(author, name="Anna Meier")


async def test_a_reply_that_stands_before_its_mention_is_paired_too(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    mention = next(mentions(["open?"]))
    (early,) = replies(mention, "sorry", after=-60)
    _, findings = await both([early, mention], desk_for())
    assert findings.brand.finish().answered == 1


async def test_no_more_mentions_wait_for_a_reply_than_there_is_room_for(
    desk_for: DeskFor, mentions: Mentions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "WAITING", 2)
    past = [*mentions(["open?"] * 5)]
    _, findings = await both(
        [*past, *replies(past[0], "late", after=9000), *replies(past[4], "soon", after=9000)], desk_for()
    )
    assert findings.brand.finish().answered == 1
