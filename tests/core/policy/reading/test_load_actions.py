"""Which actions of one rule go together."""

from collections.abc import Callable

import pytest

from socialcare.policy.statements import Policy

RULE = (
    "accounts: {{main: AcmeCo, help: AcmeHelp}}\nrules: {{hours: {{when: {{intent: question}}, do: {}}}}}\n"
)


@pytest.mark.parametrize(
    ("do", "first", "dropped"),
    [
        ("{reply: hi, handover: help}", "reply", "handover"),
        ("{reply: hi, to_inbox: later}", "reply", "to_inbox"),
        ("{dm: hi, ignore: noise}", "dm", "ignore"),
        ("{reply: {first_of: [{when: {intent: praise}, say: a}, {say: b}]}, ignore: c}", "reply", "ignore"),
    ],
)
def test_an_action_that_another_of_its_rule_always_displaces_is_an_error(
    reported: Callable[[str], list[tuple[str, int, int, str]]], do: str, first: str, dropped: str
) -> None:
    ((code, _, _, message),) = reported(RULE.format(do))
    assert (code, message) == (
        "SC223",
        f"`{dropped}` never happens: `{first}` stands before it and takes its place",
    )


@pytest.mark.parametrize(
    "do",
    [
        "{reply: hi, dm: ho}",
        "{reply: {when: {intent: praise}, say: hi}, to_inbox: later}",
        "{reply: {first_of: [{when: {intent: praise}, say: hi}]}, to_inbox: later}",
        "{reply: hi, label: [a, b], urgency: 2}",
    ],
)
def test_actions_that_can_all_happen_stand_together(read: Callable[[str], Policy], do: str) -> None:
    assert read(RULE.format(do)).rules
