"""From a reply of the policy to what would go out: which text, whether it fits, what is inserted."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

import socialcare_x
from socialcare.diagnostics import Problems
from socialcare.model import FieldValue
from socialcare.policy.deciding.naive import truth
from socialcare.policy.deciding.outgoing import allowed_by
from socialcare.policy.deciding.replies import Rendered, branch_of, printable, render
from socialcare.policy.deciding.world import World
from socialcare.policy.load import read_text
from socialcare.testing import vocabulary

POLICY = """
socialcare: 1
company: {site: https://acme-home.com/stores}
accounts: {main: AcmeCo}
rules:
  r:
    do:
      reply:
        first_of:
          - {when: {author.followers: {above: 1000}}, say: ["Star {{ author.handle }}", "Big {{ author.handle }}"]}
          - {when: {author.followers: {above: 10}}, say: ["Hi {{ author.handle }}", "Oh {{ author.handle }}"]}
          - {when: {author.followers: {above: 0}}, say: "Dear {{ author.name }}, see {{ company.site }}"}
        if_too_long: "See {{ company.site }}"
"""
Play = Callable[..., Rendered]


def world(policy: Any, fields: Mapping[str, Any]) -> World:
    return World(
        policy,
        {name: FieldValue(value) for name, value in fields.items()},
        time=datetime(2026, 1, 5, tzinfo=UTC),
        truth=truth,
        counts={},
        closed=frozenset(),
        flags={},
    )


@pytest.fixture(scope="module")
def policy() -> Any:
    found = read_text(POLICY, vocabulary(socialcare_x, "actions"), Problems())
    assert found is not None
    return found


@pytest.fixture(scope="module")
def say(policy: Any) -> Play:
    channel = vocabulary(socialcare_x, "actions").channels["x"]
    (use,) = policy.rules["r"].uses

    def play(followers: float | None, *, seen: Mapping[str, float] | None = None, **said: Any) -> Rendered:
        public = said.pop("public", True)
        fields = {"author.handle": "jo", "author.name": "Jo", "author.followers": followers, **said}
        allowed = allowed_by(policy, channel)
        return render(use.reply, world(policy, fields), channel, allowed, ["jo"], seen or {}, public=public)

    return play


@pytest.mark.parametrize(
    ("followers", "seen", "text", "number"),
    [
        (5000.0, {}, "Star jo", 0),
        (5000.0, {"0": 7.0}, "Big jo", 1),
        (50.0, {}, "Hi jo", 2),
        (50.0, {"2": 7.0, "3": 5.0}, "Oh jo", 3),
        (50.0, {"2": 5.0, "3": 5.0}, "Hi jo", 2),
        (5.0, {"4": 7.0}, "Dear Jo, see https://acme-home.com/stores", 4),
        (None, {}, "Dear Jo, see https://acme-home.com/stores", 4),
    ],
)
def test_the_text_not_seen_for_longest_is_said_and_numbered_over_all_branches(
    followers: float | None, seen: Mapping[str, float], text: str, number: int, say: Play
) -> None:
    found = say(followers, seen=seen)
    assert (found.text, found.number, found.problem) == (text, number, None)


def test_a_text_that_is_too_long_in_public_is_replaced_and_in_private_is_not(say: Play) -> None:
    long = "漢" * 125
    assert say(5.0, **{"author.name": long}).text == "See https://acme-home.com/stores"
    assert say(5.0, public=False, **{"author.name": long}).text.startswith("Dear 漢")


def test_what_misses_a_value_is_a_draft_that_says_so(say: Play) -> None:
    found = say(5.0, **{"author.name": None})
    assert found.text == "Dear {{ author.name }}, see https://acme-home.com/stores"
    assert found.problem == "no value for author.name"


def test_no_branch_is_taken_whose_condition_is_unknown(policy: Any) -> None:
    (use,) = policy.rules["r"].uses
    assert branch_of(use.reply, world(policy, {})) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Jo", "Jo"),
        (3.0, 3.0),
        (True, True),
        (None, None),
        (("a", "b"), "a, b"),
        ((), None),
        ({"name": "Lamp", "id": "7"}, "Lamp"),
        ({"id": "7"}, None),
        ({"name": 7.0}, None),
        (datetime(2026, 1, 5, tzinfo=UTC), "2026-01-05T00:00:00+00:00"),
    ],
)
def test_a_placeholder_shows_a_text_a_number_a_name_a_list_or_a_moment(
    value: Any, shown: str | float | None, policy: Any
) -> None:
    assert printable(world(policy, {"some.field": value}), "some.field") == shown
    assert printable(world(policy, {}), "some.field") is None
