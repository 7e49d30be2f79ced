"""Whatever somebody writes to us, it stays inside its quotes and its line."""

import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare import Author, Effect, Mention
from socialcare_notify.mail import letter_of
from socialcare_notify.message import data, line, message_of, quoted, span, text, title
from socialcare_notify.settings import Smtp

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SERVER = Smtp(host="localhost", tls="none", sender="care@acme.example")
ANY = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\r\n\v\f\x1c\x85\u2028\u2029\u202e\u2066.>:@"),
    max_size=300,
)


@st.composite
def effects(draw: st.DrawFn) -> Effect:
    author = Author(id=draw(ANY), handle=draw(st.none() | ANY), name=draw(st.none() | ANY), followers=3)
    mention = Mention(
        id=draw(ANY), text=draw(ANY), author=author, at=AT, platform=draw(st.sampled_from(["x", "other"]))
    )
    open_data = st.none() | ANY | st.integers() | st.booleans() | st.lists(ANY, max_size=2)
    names = ("to", "about", "ask", "joined", "answer_within", "on_breach")
    return Effect(
        id=draw(ANY),
        account=draw(ANY),
        platform="x",
        action=draw(st.sampled_from(["notify", "open_case", "ticket"])),
        payload={name: draw(open_data) for name in names},
        mention=mention,
    )


@given(ANY)
def test_every_line_of_a_quoted_text_stands_behind_its_sign(written: str) -> None:
    assert all(row.startswith(">") for row in quoted(written).splitlines())


@given(ANY)
def test_a_line_is_one_line_that_nothing_obeys(written: str) -> None:
    one = line(written)
    assert len(one) <= 200
    assert len(one.splitlines()) <= 1
    assert not [sign for sign in one if unicodedata.category(sign) in ("Cc", "Zl", "Zp")]
    assert not set(one) & set("\u202e\u2066")


@given(effects())
def test_every_effect_becomes_a_letter_with_the_same_headers(effect: Effect) -> None:
    message = message_of(effect, {})
    wire = letter_of(message, SERVER, "manager@acme.example", AT).as_bytes()
    letter = message_from_bytes(wire, policy=default)
    assert sorted({*letter.keys()} - {"X-Socialcare-Id"}) == [
        "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
        "Subject", "To",
    ]  # fmt: skip
    assert letter["To"] == "manager@acme.example"
    assert all(len(row) <= 998 for row in wire.split(b"\r\n"))
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert data(message)["id"] == effect.id


@given(effects(), ANY)
def test_the_text_of_a_mention_is_nowhere_but_in_quotes(effect: Effect, written: str) -> None:
    assert effect.mention is not None
    mark = "MARKED"
    marked = Mention(id="1", text=f"{mark}{written}\n{mark}", author=Author(id="7"), at=AT)
    message = message_of(Effect(id="a", account="b", platform="x", action="notify", mention=marked), {})
    rows = [row for row in text(message).splitlines() if mark in row]
    assert rows
    assert all(row.startswith("> ") for row in rows)
    assert mark not in title(message)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (7200.0, "2 hours"),
        (3600, "1 hour"),
        (86_400, "1 day"),
        (172_800, "2 days"),
        (5400, "90 minutes"),
        (1.5, "1.5 seconds"),
    ],
)
def test_a_span_is_told_in_its_greatest_unit(seconds: float, said: str) -> None:
    assert span(seconds) == said
