"""S14: one filter for everything that goes out; what was inserted tags nobody and brings nothing foreign."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import socialcare_x
from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.deciding.outgoing import Allowed, allowed_by, clean
from socialcare.policy.load import read_text
from socialcare.ports import Channel
from socialcare.testing import vocabulary

POLICY = """
socialcare: 1
company: {site: https://acme-home.com/stores, email: help@acme.example, phone: 1-800-555-0199}
accounts: {main: AcmeCo}
rules:
  r: {do: {reply: "See #AcmeDays at https://news.acme-home.com/today, or ask @acme_partner."}}
"""


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary(socialcare_x, "actions")


@pytest.fixture(scope="module")
def channel(words: Vocabulary) -> Channel:
    return words.channels["x"]


@pytest.fixture(scope="module")
def allowed(words: Vocabulary, channel: Channel) -> Allowed:
    policy = read_text(POLICY, words, Problems())
    assert policy is not None
    return allowed_by(policy, channel)


@pytest.mark.parametrize(
    ("text", "handles", "out"),
    [
        ("Hi @jo, ask @AcmeCo", ["jo"], "Hi @jo, ask @AcmeCo"),
        ("Hi @jo and @stranger", ["jo"], "Hi @jo and stranger"),
        ("Hi @JO", ["jo"], "Hi @JO"),
        ("ask ＠stranger", [], "ask stranger"),
        ("#AcmeDays #buythis $ACME", [], "#AcmeDays buythis ACME"),
        ("see https://acme-home.com/stores now", [], "see https://acme-home.com/stores now"),
        ("see www.acme-home.com/x", [], "see www.acme-home.com/x"),
        ("see https://evil.example.com/x now", [], "see  now"),
        ("cost $#a", [], "cost a"),
        ("see evil.com now", [], "see  now"),
        ("see https://acme-home.com.evil.com/x", [], "see"),
        ("a\u202eb\u200bc\u0000d\u2066e", [], "abcde"),
        ("zalgx\u0301\u0301\u0301\u0301\u0301\u0301!", [], "zalgx\u0301\u0301\u0301\u0301!"),
        (
            "family \U0001f468\u200d\U0001f469\u200d\U0001f467 ok",
            [],
            "family \U0001f468\u200d\U0001f469\u200d\U0001f467 ok",
        ),
        ("two\nlines", [], "two\nlines"),
    ],
)
def test_what_was_inserted_tags_nobody_and_brings_no_link(
    text: str, handles: Sequence[str], out: str, channel: Channel, allowed: Allowed
) -> None:
    found = clean(text, channel, allowed, handles)
    assert (found.text, found.problem) == (out, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("we call you on 615-555-0117", "it would repeat personal data"),
        ("we write to jo.doe@example.com", "it would repeat personal data"),
        ("card 4111 1111 1111 1111", "it would repeat personal data"),
        ("d jo", "it reads as a command to the platform"),
        ("\u200b", "nothing is left to say"),
        ("", "nothing is left to say"),
        ("call 1-800-555-0199 or write to help@acme.example", None),
        ("order 12345 of 2026", None),
    ],
)
def test_what_must_not_be_repeated_is_held(
    text: str, problem: str | None, channel: Channel, allowed: Allowed
) -> None:
    assert clean(text, channel, allowed, []).problem == problem


@given(text=st.text(max_size=80), handle=st.text("abc_", min_size=1, max_size=8))
def test_nothing_goes_out_that_the_filter_would_change_again(
    text: str, handle: str, channel: Channel, allowed: Allowed
) -> None:
    once = clean(text, channel, allowed, [handle])
    assert clean(once.text, channel, allowed, [handle]).text == once.text


@given(text=st.text(st.sampled_from("ab @#$.:/\u202e\u200d\u200b\u0301\U0001f600"), max_size=60))
def test_no_text_smuggles_a_tag_a_link_or_an_invisible_sign(
    text: str, channel: Channel, allowed: Allowed
) -> None:
    out = clean(text, channel, allowed, ["a"]).text
    assert all(entity.kind == "handle" and entity.text.lower() == "@a" for entity in channel.entities(out))
    assert not any(unicodedata.category(sign) == "Cf" and sign != "\u200d" for sign in out)
