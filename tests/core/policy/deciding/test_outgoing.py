"""S14: one filter for everything that goes out; what was inserted tags nobody and brings nothing foreign."""

import re
import sys
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import socialcare_x
from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.deciding.outgoing import PRIVATE, Allowed, Clean, allowed_by, clean
from socialcare.policy.language.words import bare
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
        ("see https://acme-home.com/a?order=1234567 now", None),
        ("see https://acme-home.com/a?order=1234567 or 615-555-0117", "it would repeat personal data"),
        ("see https://acme-home.com/6155550117 or 6155550117", "it would repeat personal data"),
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


# ---- by the letter ------------------------------------------------------------------------------------------------


def visible(text: str) -> str:
    """The text without what must not be seen, character by character."""
    out: list[str] = []
    marks = 0
    for place, sign in enumerate(text):
        category = unicodedata.category(sign)
        marks = marks + 1 if category.startswith("M") and sign != "\ufe0f" else 0
        near = text[place - 1 : place + 2 : 2] if 0 < place < len(text) - 1 else "xx"
        joins = sign == "\u200d" and all(
            unicodedata.category(one) in ("So", "Sk") or one in "\ufe0f♀♂" for one in near
        )
        hidden = category in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") and sign != "\n"
        if marks <= 4 and (joins or not hidden):
            out.append(sign)
    return "".join(out)


def host(url: str) -> str:
    found = re.search(r"(?:https?://)?([\w-]+(?:\.[\w-]+)+)", url, re.IGNORECASE)
    return found.group(1).casefold().removeprefix("www.") if found else ""


def by_the_letter(text: str, channel: Channel, allowed: Allowed, handles: Sequence[str]) -> Clean:
    """The same as `clean` without any short way: every step is taken for every text."""
    may_tag = allowed.handles | {bare(handle) for handle in handles}
    said, before = unicodedata.normalize("NFC", text), ""
    while before != said:
        before = said
        said = visible(said)
        for one in reversed(channel.entities(said)):
            plain = "" if one.kind == "url" else one.text.lstrip("@＠" if one.kind == "handle" else "#＃$")
            may = {
                "url": host(one.text) in allowed.hosts,
                "handle": bare(one.text) in may_tag,
            }.get(one.kind, bare(one.text.lstrip("$")) in allowed.tags)
            said = said[: one.start] + (one.text if may else plain) + said[one.end :]
        said = said.strip()
    linked = {at for one in channel.entities(said) if one.kind == "url" for at in range(one.start, one.end)}
    private = [one for one in PRIVATE.finditer(said) if one.group() not in allowed.private]
    foreign = [one for one in private if not linked.issuperset(range(*one.span()))]
    problem = None if said else "nothing is left to say"
    if foreign:
        problem = "it would repeat personal data"
    elif re.match(r"(?i:d|dm|m|follow|unfollow|leave|on|off|stop|quit|get|set|rt|fav)\s+@?\w+\s*$", said):
        problem = "it reads as a command to the platform"
    return Clean(said, problem)


SIGNS = st.sampled_from(
    "...@@＠##＃$$ \n\t-+()/:&~1٣aRtTéЖ中😀👩🏽\u0301\u0308\u093f\u200b\u200d\u202e\u20e3\ufe0f\ufeff\xa0\x85\u2028\x00"
    "\ue000\u0378\U000e0067\ud83d"
)
PHRASES = st.sampled_from(
    [
        *("1234567", "615-555-0117", "(615) 555 0117", "1-800-555-0199", "jo@acme.com", "help@acme.example"),
        *(".com", "evil.com", "acme-home.com", "https://", "https://acme-home.com/1234567"),
        *("@jo", "@AcmeCo", "@evil", "#AcmeDays", "$ACME", "d ", "dm @", "rt ", "follow jo"),
        *("\u0301" * 5, "\u0301\n\u0301", "👩\u200d👧"),
    ]
)


@given(text=st.lists(SIGNS | PHRASES, max_size=12).map("".join))
@example(text="d jo")
@example(text="\u0301" * 6)
@example(text="$#a")
@example(text="call 615\t555\n0117")
@example(text="call ٦١٥٥٥٥٠١١٧")
@example(text="write to jo-@jo.org")
@example(text="\u200bx\u0301\u0301\u0301x\u0301\u0301\u0301")
def test_the_short_ways_let_out_what_the_filter_lets_out_by_the_letter(
    text: str, channel: Channel, allowed: Allowed
) -> None:
    assert clean(text, channel, allowed, ["jo"]) == by_the_letter(text, channel, allowed, ["jo"])


def test_every_mark_after_the_fourth_on_a_letter_goes(channel: Channel, allowed: Allowed) -> None:
    for mark in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(mark)[0] == "M" and mark != "\ufe0f":
            out = clean(f"a{'b' + mark * 5}c", channel, allowed, []).text
            assert len([sign for sign in out if unicodedata.category(sign)[0] == "M"]) <= 4


def test_everything_invisible_goes_wherever_it_stands(channel: Channel, allowed: Allowed) -> None:
    for sign in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(sign)
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign != "\n":
            assert clean(f"ab{sign}cd", channel, allowed, []).text == "abcd"
