"""Bluesky as a channel: lengths, what is clickable, its law."""

from pathlib import Path

import pytest
import yaml

import socialcare_bluesky
from socialcare import Channel, SettingsError
from socialcare.testing import check_channel, desk, loaded
from socialcare_bluesky.names import is_handle
from socialcare_bluesky.text import entities, length

POLICY = """
accounts: {main: "@acme.bsky.social"}
rules:
  hello:
    when: {text: {has: [hello]}}
    do:
      reply: Hello! See https://acme.com
  note:
    when: {text: {has: [chat]}}
    do:
      dm: Hello!
"""


@pytest.fixture
def bluesky() -> Channel:
    (registered,) = socialcare_bluesky.register_channels()
    return registered


def test_bluesky_keeps_what_a_channel_promises(bluesky: Channel) -> None:
    check_channel(bluesky)
    assert (bluesky.name, bluesky.limit) == ("bluesky", 300)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", 5),
        ("日本", 2),
        ("e\u0301", 1),
        ("👨\u200d❤️\u200d👨", 2),
        ("🇩🇪🇩🇪", 2),
        ("a\r\nb", 3),
        ("a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301", 3),
    ],
    ids=["letters", "wide", "marked", "long emoji", "flags", "line end", "many bytes"],
)
def test_a_text_counts_graphemes_and_ten_bytes_each_at_most(text: str, expected: int) -> None:
    """The couple is one grapheme of 20 bytes, the letter with its marks one of 21."""
    assert length(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hi @acme.bsky.social, ok", ["@acme.bsky.social"]),
        ("(@acme.com)", ["@acme.com"]),
        ("write to jo@acme.com", []),
        ("@acme alone", []),
        ("see acme.com/stores.", ["acme.com/stores"]),
        ("see (https://acme.com/a_(b)).", ["https://acme.com/a_(b))"]),
        ("https://acme.com/@jo", ["https://acme.com/@jo"]),
        ("we are in St.Louis", []),
        ("#tag #123 #１a & a#b", ["#tag", "#１a"]),
    ],
)
def test_what_would_be_clickable_is_found(text: str, expected: list[str]) -> None:
    assert [entity.text for entity in entities(text)] == expected


def test_handles_are_told_from_what_is_none(data: Path) -> None:
    for name, valid in (("valid", True), ("invalid", False)):
        text = (data / "bluesky-samples" / f"handle-syntax-{name}.txt").read_text(encoding="utf-8")
        written = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert [line for line in written if is_handle(line) != valid] == []


def test_every_guard_says_why_and_binds_on_bluesky_alone(bluesky: Channel) -> None:
    for guard in yaml.safe_load(bluesky.guards)["guards"].values():
        assert guard["because"].endswith(".")
        assert guard["when"]["platform"] == "bluesky"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("hello @acme.bsky.social", "answered"),
        ("hello everybody", "inbox"),
        ("@acme.bsky.social chat with me", "inbox"),
    ],
)
def test_only_who_tagged_us_is_answered_and_nobody_messaged(text: str, outcome: str) -> None:
    mentioned = tuple(entity.text[1:] for entity in entities(text))
    others = () if mentioned else ("bob.bsky.social",)
    told = desk(POLICY, socialcare_bluesky).tell(text, platform="bluesky", mentioned=mentioned or others)
    assert told.outcome == outcome


@pytest.mark.parametrize(
    "settings",
    [{"accounts": {"acme": "acme.com"}}, {"accounts": {"did:plc:abc": "acme"}}, {"acounts": {}}],
)
def test_settings_it_does_not_know_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        loaded(socialcare_bluesky, settings={"bluesky": settings})
