"""Examples 2.9 to 2.14 and 2.16: what they say is what happens."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from socialcare.model import Control, Decision, Tick
from socialcare.testing import Rehearsal

Examples = Callable[..., Rehearsal]
At = Callable[[str], datetime]

WARRANTY = "@AcmeHelp is there a warranty?"
LOVE = "@AcmeCo I love it, best ever, thank you!"


def outcomes(decisions: Sequence[Decision]) -> list[str]:
    return [decision.outcome for decision in decisions]


# ---- 2.9 ----------------------------------------------------------------------------------------------------------


def test_2_9_at_night_replies_wait_for_opening_hours(examples: Examples, at: At) -> None:
    rehearsal = examples()
    held = rehearsal.tell(WARRANTY, at=at("11-21 04:00"))  # Friday, 23:00 in New York
    assert (held.outcome, held.actions[0].by, held.actions[0].until) == (
        "held",
        ("night",),
        at("11-21 15:00"),
    )
    (released,) = rehearsal.decide(Tick(at=at("11-21 15:00")))
    assert released.outcome == "answered"
    assert rehearsal.tell(WARRANTY, at=at("11-22 02:59"), author="kim").outcome == "answered"


def test_2_9_safety_does_not_wait(examples: Examples, at: At) -> None:
    decision = examples().tell("@AcmeCo call me at 555-0142", at=at("11-21 04:00"))
    assert [(a.rule, a.state) for a in decision.actions if a.action == "reply"] == [
        ("private.number", "allowed")
    ]


def test_2_9_an_author_gets_four_replies_a_day(examples: Examples, at: At) -> None:
    rehearsal = examples()
    told = [
        rehearsal.tell(WARRANTY, at=at("11-20 15:00") + timedelta(minutes=n), conversation=str(n))
        for n in range(5)
    ]
    assert outcomes(told) == ["answered"] * 4 + ["inbox"]
    assert told[4].reason == "forbidden by pace"
    assert rehearsal.tell(WARRANTY, at=at("11-21 15:00"), conversation="x").outcome == "answered"


def test_2_9_the_brake_stops_the_account_for_an_hour_and_tells_the_duty_manager(
    examples: Examples, at: At
) -> None:
    rehearsal = examples()
    told = [rehearsal.tell(WARRANTY, at=at("11-20 15:00"), author=f"a{n}") for n in range(62)]
    assert outcomes(told) == ["answered"] * 60 + ["held"] * 2
    assert [a.payload["to"] for d in told for a in d.actions if a.action == "notify"] == ["duty_manager"]
    assert told[61].actions[0].until == at("11-20 16:00")
    assert outcomes(rehearsal.decide(Tick(at=at("11-20 16:00")))) == ["answered", "answered"]


def test_2_9_promotion_is_a_tenth_of_what_we_say(
    examples: Examples, with_more: Callable[[str], Rehearsal]
) -> None:
    rehearsal = with_more(
        "rules: {promo: {rank: safety, when: {text: {has: sale}}, do: {reply: {say: Half price!, counts_as: promotion}}}}"
    )
    texts = ["@AcmeHelp sale", "@AcmeHelp sale", *[WARRANTY] * 18, "@AcmeHelp sale"]
    told = [rehearsal.tell(text, author=f"a{n}") for n, text in enumerate(texts)]
    assert outcomes(told) == ["answered", "inbox", *["answered"] * 19]
    assert told[1].reason == "forbidden by mix"


# ---- 2.10 ---------------------------------------------------------------------------------------------------------


def test_2_10_who_opts_out_hears_it_once_and_then_nothing_automatic(examples: Examples) -> None:
    rehearsal = examples()
    stop = rehearsal.tell("@AcmeCo leave me alone, no bots", conversation="1")
    assert [(a.rule, a.text) for a in stop.actions if a.action == "reply"] == [
        ("optout.record", "Understood. No more automatic replies from us.")
    ]
    later = rehearsal.tell(WARRANTY, conversation="2")
    assert (later.outcome, later.reason) == ("inbox", "forbidden by optout.honour")
    again = rehearsal.tell("@AcmeCo stop replying", conversation="3")
    assert again.outcome == "answered"
    assert rehearsal.tell(WARRANTY, author="kim").outcome == "answered"


def test_2_10_where_a_rival_is_named_we_are_quiet(examples: Examples) -> None:
    decision = examples().tell("@AcmeHelp is there a warranty? Globex has one")
    assert (decision.outcome, decision.reason) == ("inbox", "a competitor is named")
    assert decision.outranked == {"answer.faq": "rivals.quiet"}
    assert [a.payload["word"] for a in decision.actions if a.action == "label"] == ["competitor"]


def test_2_10_private_details_are_asked_to_be_taken_down_and_never_repeated(examples: Examples) -> None:
    decision = examples().tell("@AcmeCo call me at 555-0142")
    (reply,) = (a for a in decision.actions if a.action == "reply")
    assert (reply.rule, reply.state) == ("private.number", "allowed")
    assert "555" not in str(reply.text)


# ---- 2.11 ---------------------------------------------------------------------------------------------------------


def test_2_11_a_winner_gives_the_address_in_private_only(examples: Examples) -> None:
    rehearsal = examples()
    public = rehearsal.tell("@AcmeCo did I win?", author="prize_pat")
    assert [(a.action, a.state) for a in public.actions] == [("reply", "allowed")]
    assert str(public.actions[0].text).startswith("You won, prize_pat! Please message us at")
    assert rehearsal.tell("did I win?", author="prize_pat", conversation="2", kind="message").gated == {
        "prize.winner": "limit",
        "answer.faq": "faq not found",
    }
    private = rehearsal.tell("did I win?", author="lucky_lu", kind="message")
    assert [(a.action, a.state) for a in private.actions] == [("dm", "allowed")]


# ---- 2.12 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pins", "outcome"),
    [
        ({"author.followers": 50_001}, "held"),
        ({"author.followers": 50_000, "mention.retweets": 0}, "answered"),
        ({"author.followers": 45_000, "mention.retweets": 13}, "held"),
        ({}, "answered"),
    ],
)
def test_2_12_an_unhappy_influencer_is_answered_by_a_person(
    examples: Examples, pins: dict[str, float], outcome: str
) -> None:
    decision = examples().tell("@AcmeCo worst company ever, unusable!", intent="complaint", fields=pins)
    assert decision.outcome == outcome
    assert decision.actions[0].by == (("influencer",) if outcome == "held" else ())


def test_2_12_the_comms_lead_approves_and_after_half_an_hour_the_duty_manager_hears(
    examples: Examples, at: At
) -> None:
    rehearsal = examples()
    pins = {"author.followers": 70_000}
    held = rehearsal.tell(
        "@AcmeCo worst company ever!", at=at("11-20 15:00"), intent="complaint", fields=pins
    )
    (late,) = rehearsal.decide(Tick(at=at("11-20 15:30")))
    assert [(a.action, a.payload.get("to")) for a in late.actions[1:]] == [("notify", "duty_manager")]
    ref = str(held.actions[0].id)
    word = Control(
        at=at("11-20 15:40"), word="approve", ref=ref, by="comms_lead", text="We are on it, {name}."
    )
    (approved,) = rehearsal.decide(word)
    assert (approved.outcome, approved.actions[0].text) == ("answered", "We are on it, {name}.")


# ---- 2.13 ---------------------------------------------------------------------------------------------------------

PRAISE = {"intent": "praise", "sentiment": 0.9, "quote_score": 0.95, "author.protected": False}


def test_2_13_two_testimonials_a_day_are_quoted_and_then_thanked_for(examples: Examples, at: At) -> None:
    rehearsal = examples(rollout=100.0)
    told = [
        rehearsal.tell(
            LOVE, at=at("11-20 15:00") + timedelta(minutes=n), author=f"a{n}", fields=PRAISE
        ).actions[0]
        for n in range(3)
    ]
    assert [(a.action, a.rule) for a in told] == [
        ("quote", "testimonial.quote"),
        ("quote", "testimonial.quote"),
        ("reply", "praise.thank"),
    ]
    assert rehearsal.tell(LOVE, at=at("11-21 05:00"), author="b", fields=PRAISE).actions[0].action == "quote"


def test_2_13_first_with_a_quarter_of_the_authors(examples: Examples, at: At) -> None:
    rehearsal = examples()
    chosen = [
        rehearsal.tell(LOVE, at=at("11-20 15:00") + timedelta(days=n), author=f"a{n}", fields=PRAISE).gated
        for n in range(60)
    ]
    assert 6 <= sum("testimonial.quote" not in gated for gated in chosen) <= 25


@pytest.mark.parametrize("pins", [{"quote_score": 0.89}, {"author.protected": True}, {"intent": "other"}])
def test_2_13_only_what_stands_alone_and_is_public_is_quoted(
    examples: Examples, pins: dict[str, object]
) -> None:
    decision = examples(rollout=100.0).tell(LOVE, fields={**PRAISE, **pins})
    assert "testimonial.quote" not in decision.fired


def test_2_13_where_the_tier_does_not_allow_quotes_nothing_takes_their_place(examples: Examples) -> None:
    decision = examples(rollout=100.0, tier="self-serve").tell(LOVE, fields=PRAISE)
    assert (decision.outcome, decision.reason) == ("inbox", "forbidden by x.no_quotes")


# ---- 2.14 ---------------------------------------------------------------------------------------------------------


def test_2_14_one_tip_a_day_while_we_are_open_and_none_twice(examples: Examples, at: At) -> None:
    rehearsal = examples()
    ticks = [Tick(at=at("11-20 14:00") + timedelta(minutes=30 * n)) for n in range(48 * 6)]
    decisions = rehearsal.decide(*ticks)
    posts = [(f"{d.at:%d %H:%M}", a.text, a.payload.get("media")) for d in decisions for a in d.actions]
    tips = "https://acme.example/tips/"
    assert [(when, media) for when, _, media in posts] == [
        ("20 14:30", f"{tips}1.png"),
        ("23 14:30", f"{tips}2.png"),
        ("24 14:30", f"{tips}3.png"),
    ]
    assert "Descale your kettle" in str(posts[0][1])
    assert decisions[-1].gated == {"daily.tip": "tip not found"}


def test_2_14_the_recall_goes_first_for_two_weeks(examples: Examples, at: At) -> None:
    rehearsal = examples()
    text = "@AcmeCo my heater is terrible, worst thing ever"
    told = [
        rehearsal.tell(text, at=at(moment), author=moment.replace(" ", ""), intent="complaint")
        .actions[0]
        .rule
        for moment in ("11-30 23:59", "12-01 00:00", "12-14 23:59", "12-15 00:00")
    ]
    assert told == ["complaint.apology", "recall.heater", "recall.heater", "complaint.apology"]


# ---- 2.16 ---------------------------------------------------------------------------------------------------------


def test_2_16_a_simulation_says_what_its_figures_must_be(examples: Examples) -> None:
    simulation = examples().desk.setting.policy.simulations["black_friday"]
    assert simulation.over == ("past/2025-11.jsonl",)
    fires = simulation.rules["store.nearest"]["fires"]
    assert (fires.at_least, fires.at_most) == (150, 260)
    assert simulation.rules["answer.faq"]["too_long"].at_most == 0.05
    assert simulation.everyone["over_limit"].equals == 0
