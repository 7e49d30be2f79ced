from datetime import timedelta

import pytest

from socialcare import Field
from socialcare.errors import PolicyError
from socialcare.testing import AT, desk

HOURS = """
    accounts: {main: AcmeCo, help: AcmeHelp}
    rules:
      hours:
        when: {text: {has: open}}
        do: {reply: "We are open, {{ author.handle }}."}
"""


def test_a_policy_answers_what_it_is_told() -> None:
    decision = desk(HOURS).tell("are you open?", author="kim")
    assert decision.outcome == "answered"
    assert decision.actions[0].text == "We are open, kim."
    assert decision.account == "main"


def test_a_text_that_names_one_of_our_accounts_is_for_that_one() -> None:
    assert desk(HOURS).tell("@AcmeHelp open?").account == "help"


def test_the_order_of_accounts_is_part_of_the_policy() -> None:
    turned = HOURS.replace("{main: AcmeCo, help: AcmeHelp}", "{help: AcmeHelp, main: AcmeCo}")
    assert desk(turned).tell("open?").account == "help"
    assert desk(turned).tell("open?").policy != desk(HOURS).tell("open?").policy


def test_a_declared_field_is_unknown_until_it_is_pinned() -> None:
    mood = Field(name="mood", kind="one_of", doc="mood", example="mood: good", values=("good", "bad"))
    policy = "rules: {sad: {when: {mood: bad}, do: {reply: Oh.}}}"
    rehearsal = desk(policy, fields=[mood])
    assert "mood" in rehearsal.tell("hm").unknown
    assert rehearsal.tell("hm", mood="bad", conversation="2").fired == ("sad",)


def test_time_goes_on_with_the_events() -> None:
    rehearsal = desk(HOURS)
    rehearsal.tell("open?", at=AT + timedelta(hours=2))
    assert rehearsal.tell("open?").at == AT + timedelta(hours=2)


def test_what_was_decided_before_is_not_told_again() -> None:
    rehearsal = desk(HOURS)
    rehearsal.tell("open?", id="7")
    with pytest.raises(AssertionError, match="decided before"):
        rehearsal.tell("open? (edited)", id="8", root="7")


def test_without_a_channel_plugin_characters_are_counted() -> None:
    policy = f"rules: {{long: {{do: {{reply: {'x' * 281}}}}}}}"
    assert desk(policy).tell("hi").actions[0].reason == "too long: 281 of 280"


def test_the_built_in_guards_are_there() -> None:
    rehearsal = desk(HOURS)
    rehearsal.tell("open?", conversation="1")
    assert rehearsal.tell("open?", conversation="1").reason == "forbidden by sealed.one_reply"


def test_a_policy_with_errors_shows_them() -> None:
    with pytest.raises(PolicyError, match=r"(?s)unknown.*`colour`"):
        desk("rules: {odd: {when: {colour: red}, do: {reply: Oh.}}}")
