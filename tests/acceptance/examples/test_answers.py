"""Examples 2.1 to 2.8: what they say is what happens."""

from collections.abc import Callable
from datetime import datetime

import pytest

from socialcare.model import Decision
from socialcare.testing import Rehearsal

Examples = Callable[..., Rehearsal]
At = Callable[[str], datetime]


def said(decision: Decision) -> str | None:
    """The public answer that is allowed, if there is one."""
    return next((a.text for a in decision.actions if a.action == "reply" and a.state == "allowed"), None)


def from_rules(decision: Decision) -> list[tuple[str, str, str]]:
    return [(a.action, a.rule, a.state) for a in decision.actions]


def labels(decision: Decision) -> list[str]:
    return [a.payload["word"] for a in decision.actions if a.action == "label"]


# ---- 2.1 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "@AcmeCo do you have a store in Boston?",
            "Yes: Harbor, 12 Harbor Way, open today 09:00 to 20:00. All stores: https://acme.example/stores",
        ),
        (
            "@AcmeCo Do you have a store near Nashville?",
            "Not in Nashville yet. The closest is Atlanta, 345 km. All stores: https://acme.example/stores",
        ),
        ("@AcmeCo any shop close by?", "Happy to help! Which city are you in?"),
        ("@AcmeCo I store my bikes in the garage.", None),
    ],
)
def test_2_1_the_answer_comes_first_and_the_link_after(
    examples: Examples, text: str, answer: str | None
) -> None:
    assert said(examples().tell(text)) == answer


def test_2_1_staff_and_bots_are_no_customers(examples: Examples) -> None:
    rehearsal = examples()
    text = "@AcmeCo do you have a store in Boston?"
    assert rehearsal.tell(text, author="acme_anna").fired == ()
    assert rehearsal.tell(text, author="kim", fields={"author.is_bot": True}).fired == ()
    assert rehearsal.tell(text, author="lee").fired == ("store.nearest",)


# ---- 2.2 ----------------------------------------------------------------------------------------------------------


def test_2_2_an_answer_that_fits_is_given_and_a_sure_one_needs_nobody(examples: Examples) -> None:
    decision = examples().tell("@AcmeHelp is there a warranty?")
    assert said(decision) == "Our warranty is two years; keep your receipt."
    assert from_rules(decision) == [("reply", "answer.faq", "allowed")]


def test_2_2_a_less_sure_one_asks_the_expert_of_its_topic(examples: Examples) -> None:
    decision = examples().tell("@AcmeHelp how long does a refund take?", intent="question", sentiment=0.0)
    assert said(decision) == "A refund takes five working days after your parcel reaches us."
    (case,) = (a for a in decision.actions if a.action == "open_case")
    assert (case.payload["to"], case.payload["ask"]) == ("email_desk", True)


def test_2_2_what_is_longer_than_a_post_gives_the_address(examples: Examples) -> None:
    decision = examples().tell("@AcmeCo how can I track it?")
    assert said(decision) == (
        "Good question, and it needs more room than a post: write to help@acme.example and we will answer in full."
    )


def test_2_2_a_question_that_no_entry_fits_goes_to_a_person(examples: Examples) -> None:
    decision = examples().tell("@AcmeCo how tall is the tower?")
    assert (decision.outcome, decision.gated) == ("inbox", {"answer.faq": "faq not found"})


# ---- 2.3 ----------------------------------------------------------------------------------------------------------


def test_2_3_criticism_is_apologised_for_and_a_person_has_two_hours(examples: Examples) -> None:
    decision = examples().tell("@AcmeCo Third sales call this week. Stop it!", author="maria")
    assert said(decision) == (
        "We are sorry, Maria. We are looking into it now: send us the details at "
        "https://x.com/messages/compose?recipient_id=42 or help@acme.example."
    )
    (case,) = (a for a in decision.actions if a.action == "open_case")
    assert case.payload["to"] == "duty_manager"
    assert case.payload["answer_within"] == 2 * 3600
    assert case.payload["on_breach"] == {"notify": "duty_manager"}
    assert case.payload["joined"] is False


def test_2_3_follow_ups_join_the_case_without_a_second_apology(examples: Examples, at: At) -> None:
    rehearsal = examples()
    first, second, third, next_day = (
        rehearsal.tell(text, at=at(moment), conversation="c", intent="complaint")
        for text, moment in [
            ("@AcmeCo unusable", "11-20 15:00"),
            ("@AcmeCo still waiting", "11-20 18:00"),
            ("@AcmeCo hello?!", "11-21 14:59"),
            ("@AcmeCo I give up", "11-21 15:00"),
        ]
    )
    assert said(first) is not None
    assert said(next_day) is not None
    for later in (second, third):
        assert said(later) is None
        assert [a.payload["joined"] for a in later.actions if a.action == "open_case"] == [True]
        assert later.outcome == "handed_over"


# ---- 2.4 ----------------------------------------------------------------------------------------------------------


def test_2_4_praise_is_thanked_for_in_turns(examples: Examples, at: At) -> None:
    rehearsal = examples(rollout=0.0)
    texts = [
        said(rehearsal.tell("@AcmeCo I love it, best ever, thank you!", author="jo", conversation=str(n)))
        for n in range(3)
    ]
    first = "Thank you jo! What do you like best about it?"
    assert texts == [first, "You made our day, jo. What was your favourite part?", first]
    named = rehearsal.tell("@AcmeCo I love my Trail Bike, best ever, thank you!", author="kim")
    assert said(named) == "Thank you kim! What do you like best about Trail Bike?"


def test_2_4_praise_is_never_reposted_bare(examples: Examples, with_more: Callable[[str], Rehearsal]) -> None:
    rehearsal = with_more("rules: {show.off: {rank: safety, when: {intent: praise}, do: {repost: true}}}")
    decision = rehearsal.tell("@AcmeCo I love it, best ever, thank you!")
    assert from_rules(decision)[0] == ("repost", "show.off", "forbidden")
    assert decision.actions[0].by == ("praise.no_bare_repost",)


# ---- 2.5 ----------------------------------------------------------------------------------------------------------


def test_2_5_an_advocate_who_consented_is_brought_in_and_not_too_often(examples: Examples, at: At) -> None:
    rehearsal = examples()
    text = "@AcmeCo is the HX200 any good? Would you recommend it?"
    told = [
        said(rehearsal.tell(text, at=at(moment), author=moment.replace(" ", "")))
        for moment in ("11-02 15:00", "11-03 15:00", "11-04 15:00", "11-16 14:59", "11-16 15:00")
    ]
    sentence = "Great question! {} has used HX200 for a while. Would you share how it went?"
    wanda, hank = sentence.format("warm_wanda"), sentence.format("heat_hank")
    assert told == [wanda, hank, None, None, wanda]


# ---- 2.6 ----------------------------------------------------------------------------------------------------------

REFUND = "refund: how long does it take?"


def test_2_6_the_receiving_account_decides_and_only_it_may_answer(examples: Examples) -> None:
    decision = examples().tell(
        f"@AcmeCo @AcmeHelp {REFUND}", topic=("returns",), intent="question", sentiment=0.0
    )
    assert (decision.account, [a.action for a in decision.actions]) == (
        "main",
        ["handover", "label", "open_case"],
    )
    assert decision.then is not None
    assert decision.then.account == "help"
    assert said(decision.then) == "A refund takes five working days after your parcel reaches us."
    assert decision.outcome == "answered"


def test_2_6_where_its_channel_may_not_answer_it_lands_in_its_inbox(examples: Examples) -> None:
    decision = examples().tell(f"@AcmeCo {REFUND}", topic=("returns",), intent="question", sentiment=0.0)
    assert decision.outcome == "handed_over"
    assert decision.then is not None
    assert [a.by for a in decision.then.actions if a.action == "reply"] == [("x.no_strangers",)]


def test_2_6_the_right_account_keeps_it(examples: Examples) -> None:
    decision = examples().tell(f"@AcmeHelp {REFUND}", topic=("returns",), intent="question", sentiment=0.0)
    assert (decision.then, decision.outcome) == (None, "answered")


# ---- 2.7 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("followers", "retweets", "level"),
    [(None, None, 1), (10, 0, 1), (4_999, 0, 1), (5_000, 0, 2), (6_000, 0, 2), (0, 125, 3), (500_000, 0, 4)],
)
def test_2_7_reach_decides_urgency(
    examples: Examples, followers: int | None, retweets: int | None, level: int
) -> None:
    pins = {
        name: value
        for name, value in {"author.followers": followers, "mention.retweets": retweets}.items()
        if value is not None
    }
    decision = examples().tell("@AcmeCo awful", sentiment=-0.9, fields=pins)
    assert [a.payload["level"] for a in decision.actions if a.action == "urgency"] == [level]


# ---- 2.8 ----------------------------------------------------------------------------------------------------------


def test_2_8_the_fourth_conversation_makes_known_and_the_twelfth_a_member(examples: Examples) -> None:
    rehearsal = examples()
    told = [
        [labels(rehearsal.tell("@AcmeCo hello there", conversation=str(n), sentiment=0.0)) for _ in range(2)]
        for n in range(1, 14)
    ]
    assert [n for n, (first, _) in enumerate(told, 1) if first == ["knows-us"]] == [4]
    assert [n for n, (first, _) in enumerate(told, 1) if first == ["community-member"]] == [12]
    assert all(second == [] for _, second in told)


def test_2_8_who_is_unhappy_the_twelfth_time_is_not_invited(examples: Examples) -> None:
    rehearsal = examples()
    for n in range(11):
        rehearsal.tell("@AcmeCo hello there", conversation=str(n), sentiment=0.0)
    decision = rehearsal.tell("@AcmeCo hello there", conversation="12", sentiment=-0.9)
    assert "community.member" not in decision.fired
