"""The lists of words: how phrases are written, found, and that each can be met at all."""

import itertools
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare_intent.intent import LANGUAGES
from socialcare_intent.lexicon import Lexicon, Match, lexicon
from socialcare_intent.words import words

LISTS = files("socialcare_intent").joinpath("lexicon")
NAMES = sorted({name for names in LANGUAGES.values() for name in names})
SIGNALS = {
    "anger", "fault", "wait", "demand", "leave", "irony", "affair", "negation",
    "praise", "thanks", "solved", "plain", "question", "opinion", "noise",
}  # fmt: skip
SENTINELS = {"_", "NUMBER", "URL", "HANDLE", "MASK", "."}


def found(made: Lexicon, text: str) -> list[tuple[str, int, str]]:
    cut = words(text)
    return [(signal, weight, cut.phrases([(a, b)])[0]) for signal, weight, a, b in made.matches(cut)]


def test_a_phrase_may_hold_choices_gaps_and_steps_that_may_be_absent() -> None:
    made = Lexicon([("lost my|our _? bag|bags", "fault", 4)])
    assert found(made, "you lost my bag") == [("fault", 4, "lost my bag")]
    assert found(made, "you LOST our green bags!") == [("fault", 4, "LOST our green bags")]
    assert found(made, "you lost a bag") == []
    assert found(made, "you lost my very green bag") == []


def test_a_gap_does_not_reach_over_a_pause() -> None:
    made = Lexicon([("lost _ bag", "fault", 4)])
    assert found(made, "I lost. Bag is here") == []


def test_the_longest_phrase_counts_and_its_words_count_once() -> None:
    made = Lexicon([("not", "negation", 1), ("not happy", "anger", 5), ("happy", "praise", 2)])
    assert found(made, "not happy, not sad") == [("anger", 5, "not happy"), ("negation", 1, "not")]


def test_a_shorter_phrase_holds_where_the_longer_one_breaks_off() -> None:
    made = Lexicon([("still", "wait", 2), ("still waiting for", "wait", 4)])
    assert found(made, "still waiting") == [("wait", 2, "still")]


def test_a_hashtag_is_read_as_a_word_and_by_its_pieces() -> None:
    made = lexicon(*LANGUAGES["en"])
    assert found(made, "#delayed")[0][0] == "fault"
    assert found(made, "#WorstStoreEver")[0][0] == "anger"
    assert found(made, "#Nashville") == []


def test_matches_are_in_order_and_do_not_overlap() -> None:
    made = lexicon(*LANGUAGES["en"])
    matches = made.matches(words("still waiting for my refund, worst service ever, thanks for nothing"))
    assert len(matches) > 3
    assert all(after <= first for (*_, after), (_, _, first, _) in itertools.pairwise(matches))


PHRASES = [
    ("a", "x", 1), ("a b", "x", 2), ("a b", "y", 2), ("a b", "z", 5), ("a|b _ c", "y", 3), ("a _? b? c d", "z", 4), ("b", "x", 0),
    ("a? b c", "w", 2), ("c d|e f?", "v", 1), ("d ?", "u", 1), ("_? a", "t", 1), ("e . f", "s", 2), ("f _ _", "r", 3),
]  # fmt: skip


def plainly(forms: list[str]) -> list[Match]:
    """The rule word for word: each spelling of each phrase is tried at each place, the longest counts, then the heaviest."""
    spelled: dict[tuple[str, ...], tuple[str, int]] = {}
    for phrase, signal, weight in PHRASES:
        steps = [
            ["", *step[:-1].split("|")] if step.endswith("?") and step != "?" else step.split("|")
            for step in phrase.split()
        ]
        for spelling in itertools.product(*steps):
            key = tuple(filter(None, spelling))
            if key not in spelled or weight > spelled[key][1]:
                spelled[key] = (signal, weight)
    found: list[Match] = []
    place = 0
    while place < len(forms):
        fitting = [
            (len(key), [word != "_" for word in key], said)
            for key, said in spelled.items()
            if place + len(key) <= len(forms)
            and key[0] != "_"
            and all(
                word == form or (word == "_" and form not in {".", "!", "?"})
                for word, form in zip(key, forms[place:], strict=False)
            )
        ]
        if fitting:
            length, _, said = max(
                fitting, key=lambda fit: fit[:2]
            )  # of two as long, the one that names its words sooner
            found.append((*said, place, place + length))
            place += length
        else:
            place += 1
    return found


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "?", "."]), max_size=12))
def test_phrases_are_found_as_the_rule_says(forms: list[str]) -> None:
    cut = words(" ".join(forms).replace(". .", ".").replace("? ?", "?"))
    assert Lexicon(PHRASES).matches(cut) == plainly(cut.forms)


@pytest.mark.parametrize("name", NAMES)
def test_every_phrase_of_the_lists_can_be_met_in_a_text(name: str) -> None:
    groups = tomllib.loads(LISTS.joinpath(f"{name}.toml").read_text(encoding="utf-8"))["group"]
    unmet = []
    for group in groups:
        assert "set" in group or group["signal"] in SIGNALS
        assert "set" in group or 0 <= group["weight"] <= 5
        assert "set" in group or (group["weight"] == 0) == (group["signal"] == "plain")
        assert len(set(group["words"])) == len(group["words"])
        for phrase in group["words"]:
            steps = [step.removesuffix("?").split("|") if step != "?" else ["?"] for step in phrase.split()]
            spelled = {word for step in steps for word in step} - SENTINELS
            unmet += [] if group.get("in_hashtag") else [w for w in spelled if words(w).forms != [w]]
    assert not unmet


def test_the_english_lists_stay_short_enough_to_be_read() -> None:
    groups = [
        group
        for name in LANGUAGES["en"]
        for group in tomllib.loads(LISTS.joinpath(f"{name}.toml").read_text(encoding="utf-8"))["group"]
    ]
    assert sum(len(group["words"]) for group in groups) < 1900
