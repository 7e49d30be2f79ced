"""Mastodon as a channel: lengths, what is clickable, its law."""

from typing import Any

import pytest
import yaml

import socialcare_mastodon
from socialcare import Channel, SettingsError
from socialcare.testing import check_channel, desk, loaded
from socialcare_mastodon.text import entities, length


def channel(**settings: object) -> Channel:
    (registered,) = socialcare_mastodon.register_channels(settings)
    return registered


def test_mastodon_keeps_what_a_channel_promises() -> None:
    check_channel(channel())
    assert (channel().name, channel().limit, channel(limit=1_000).limit) == ("mastodon", 500, 1_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", 5),
        ("日本", 2),
        ("👨\u200d❤️\u200d👨", 1),
        ("https://a.b", 23),
        ("see https://acme.example/a/very/long/address/that/goes/on/and/on.", 28),
        ("acme.example", 12),
        ("@anna hello", 11),
        ("@anna@mastodon.social hello", 11),
        ("jo@acme.example", 15),
    ],
)
def test_a_link_counts_23_and_the_domain_of_a_handle_nothing(text: str, expected: int) -> None:
    assert length(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hi @anna, ok", ["@anna"]),
        ("hi @anna@mastodon.social.", ["@anna@mastodon.social"]),
        ("write to jo@acme.com", []),
        ("see acme.com", []),
        ("see (https://acme.com/a).", ["https://acme.com/a"]),
        ("https://acme.com/@jo #tag #123", ["https://acme.com/@jo", "#tag"]),
    ],
)
def test_what_would_be_clickable_is_found(text: str, expected: list[str]) -> None:
    assert [entity.text for entity in entities(text)] == expected


def test_the_guard_says_why_and_binds_on_mastodon_alone() -> None:
    (guard,) = yaml.safe_load(channel().guards)["guards"].values()
    assert guard["because"].endswith(".")
    assert guard["when"]["platform"] == "mastodon"


def test_a_reply_is_allowed_to_who_named_us_and_a_bot_gets_none() -> None:
    policy = """
    accounts: {main: "@acme@mastodon.social"}
    rules:
      hello:
        when: {text: {has: [hello]}}
        do:
          reply: "Hello {{ author.handle }}!"
    """
    ours: dict[str, Any] = {"platform": "mastodon", "mentioned": ("acme@mastodon.social",)}
    bot: dict[str, Any] = {"author.is_bot": True}
    people = desk(policy, socialcare_mastodon)
    assert people.tell("hello @acme@mastodon.social", **ours).outcome == "answered"
    assert people.tell("hello @acme", **ours, **bot).outcome != "answered"


@pytest.mark.parametrize("settings", [{"limit": 0}, {"server": "https://mastodon.social"}, {"sever": "a.b"}])
def test_settings_it_does_not_know_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        loaded(socialcare_mastodon, settings={"mastodon": settings})
