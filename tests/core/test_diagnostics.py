"""Diagnostics: their order, their three forms, and the guess at what was meant."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.diagnostics import (
    Diagnostic,
    Place,
    Problems,
    did_you_mean,
    render_github,
    render_json,
    render_sarif,
    render_text,
    style_fault,
    suggestion,
)

CARE = """\
rules:
  store.nearest:
    when: {intent: qestion, text: {has: open}}
    when: {intent: question}
\tsay: 日本👍 é thanks \x1b[31m
"""
INTENTS = ["complaint", "question", "praise"]


@pytest.fixture
def problems() -> Problems:
    found = Problems()
    found.warning(
        "SC311", Place("care.yaml", 5, 12, 1), "the width of a sign is counted in cells", label="`é`"
    )
    found.error(
        "SC110",
        Place("care.yaml", 4, 5, 4),
        "the key `when` stands twice in one map",
        fix="join the two:\n  when: {all: []}",
        also=((Place("care.yaml", 3, 5, 4), "first here"),),
    )
    found.error(
        "SC203",
        Place("care.yaml", 3, 20, 7),
        "unknown intent `qestion`",
        label=suggestion("qestion", INTENTS),
    )
    found.note("SC505", None, "nothing was simulated yet")
    return found


def text_of(problems: Problems | list[Diagnostic], source: str | None = CARE) -> str:
    return render_text(problems, lambda file: source, color=False, strict=True)


def test_the_text_shows_place_excerpt_caret_and_way_out(
    problems: Problems, golden: Callable[[str, str], None]
) -> None:
    golden("diagnostics.txt", text_of(problems))


def test_json_has_one_object_for_each_with_the_same_keys(
    problems: Problems, golden: Callable[[str, str], None]
) -> None:
    shown = render_json(problems)
    golden("diagnostics.json", shown)
    assert len({tuple(item) for item in json.loads(shown)}) == 1


def test_github_gets_one_escaped_line_for_each(
    problems: Problems, golden: Callable[[str, str], None]
) -> None:
    golden("diagnostics.github.txt", render_github(problems))


def test_github_escapes_what_would_end_a_property_or_a_line() -> None:
    shown = render_github([Diagnostic("SC101", "error", "50% a\nb: c, d", Place("a,b:c%.yaml", 1, 2, 3))])
    assert shown == "::error file=a%2Cb%3Ac%25.yaml,line=1,col=2,endColumn=4,title=SC101::50%25 a%0Ab: c, d\n"


def test_items_are_sorted_by_place_then_code_without_repeats() -> None:
    found = Problems()
    for code, line, column in (("SC2", 9, 1), ("SC2", 1, 5), ("SC1", 1, 5), ("SC9", 1, 1), ("SC2", 9, 1)):
        found.error(code, Place("b.yaml", line, column), "something")
    found.error("SC3", Place("a.yaml", 99, 1), "something")
    places = [
        (item.place.file, item.place.line, item.place.column, item.code) for item in found.items if item.place
    ]
    assert places == sorted(places)
    assert len(places) == 5


def test_only_errors_count_as_errors(problems: Problems) -> None:
    quiet = Problems()
    quiet.extend(item for item in problems.items if item.severity != "error")
    assert not quiet.has_errors
    all_of_them = Problems()
    all_of_them.extend(problems)
    assert all_of_them.has_errors
    assert len(all_of_them) == 4


def test_nothing_wrong_prints_nothing() -> None:
    assert text_of([]) == ""
    assert render_json([]) == "[]\n"
    assert render_github([]) == ""


@pytest.mark.parametrize(
    ("line", "column", "length", "blanks", "carets"),
    [
        ("abc", 2, 1, 1, 1),
        ("日本語", 2, 1, 2, 2),
        ("👍 ok", 3, 2, 3, 2),
        ("\tx", 2, 1, 4, 1),
        ("e\u0301x", 3, 1, 1, 1),
        ("a\x1bb", 3, 1, 5, 1),
        ("abc", 4, 1, 3, 1),
        ("", 1, 1, 0, 1),
        ("abc", 2, 99, 1, 2),
    ],
)
def test_the_caret_stands_under_its_cell(
    line: str, column: int, length: int, blanks: int, carets: int
) -> None:
    shown = text_of([Diagnostic("SC1", "error", "wrong", Place("a", 1, column, length))], line)
    assert shown.splitlines()[2] == "   | " + " " * blanks + "^" * carets


def test_a_long_line_is_cut_around_the_caret() -> None:
    line = "a" * 5_000 + "HERE" + "b" * 5_000
    shown = text_of([Diagnostic("SC1", "error", "wrong", Place("a", 1, 5_001, 4))], line)
    excerpt, carets = shown.splitlines()[1:3]
    assert len(excerpt) < 120
    assert excerpt[carets.index("^") : carets.rindex("^") + 1] == "HERE"


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x9b", "\u202e", "\u2066", "\u2028", "\udc80", "\r"])
def test_signs_that_act_on_a_terminal_are_escaped(sign: str) -> None:
    place = Place(f"a{sign}.yaml", 1, 1)
    found = Diagnostic(
        "SC1", "error", f"wrong `{sign}`", place, f"l{sign}", f"f{sign}", ((place, f"x{sign}"),)
    )
    for shown in (render_text([found], lambda file: f"x{sign}x", color=False), render_github([found])):
        assert sign not in shown or sign == "\r"
        shown.encode()


def test_color_only_adds_paint(problems: Problems) -> None:
    painted = render_text(problems, lambda file: CARE, color=True)
    plain = painted
    for code in ("\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[1m", "\x1b[0m"):
        plain = plain.replace(code, "")
    assert painted != plain == text_of(problems)


@pytest.mark.parametrize(
    ("message", "good"),
    [
        ("unknown intent `x`", True),
        ("`x` is unknown", True),
        ("UTF-16 is not read", True),
        ("X allows 280 signs", True),
        ("50 rules are too many", True),
        ("Unknown intent", False),
        ("unknown intent.", False),
        ("", False),
        ("two\nlines", False),
    ],
)
def test_a_message_starts_small_and_ends_without_a_stop(message: str, good: bool) -> None:
    found = Diagnostic("SC1", "error", message, None)
    assert (style_fault(found) is None) is good
    if not good:
        with pytest.raises(AssertionError):
            text_of([found])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("qestion", "question"),
        ("Question", "question"),
        ("complain", "complaint"),
        ("wehn", "when"),
        ("look-up", "look_up"),
        ("lokup", "look_up"),
        ("zebra", None),
        ("", None),
    ],
)
def test_a_misspelt_word_is_guessed(word: str, meant: str | None) -> None:
    assert did_you_mean(word, ["complaint", "question", "praise", "when", "look_up"]) == meant


def test_the_guess_does_not_depend_on_the_order_of_a_set() -> None:
    known = {"aaab", "aaac", "aaad"}
    assert did_you_mean("aaaz", known) == did_you_mean("aaaz", sorted(known))


def test_a_long_list_of_known_words_is_cut() -> None:
    shown = suggestion("word7x", [f"word{n}" for n in range(40)])
    assert shown.startswith("did you mean `word7`? known: word0, word1")
    assert shown.endswith("word9 and 30 more")
    assert suggestion("x", ["abc"]) == "known: abc"
    assert did_you_mean("Handle", ["author.handle", "handles"]) == "author.handle"
    assert did_you_mean("Berlin", ["Europe/Berlin", "America/Merlin"]) == "Europe/Berlin"
    assert suggestion("x", []) == "none is known"


@settings(deadline=None)
@given(line=st.text(), column=st.integers(-5, 200), length=st.integers(-5, 200), message=st.text())
def test_nothing_keeps_a_diagnostic_from_being_shown(
    line: str, column: int, length: int, message: str
) -> None:
    found = [Diagnostic("SC1", "error", message, Place("a", 1, column, length), message, message)]
    for shown in (
        render_text(found, lambda file: line, color=False),
        render_json(found),
        render_github(found),
    ):
        shown.encode()


def test_sarif_has_a_rule_for_every_code_and_a_place_for_every_result(
    golden: Callable[[str, str], None],
) -> None:
    found = Problems()
    found.error("SC110", Place("rules/care 1.yaml", 4, 5, 4), "the key `when` stands twice", fix="join the two", also=((Place("rules/care 1.yaml", 3, 5, 4), "first here"),))  # fmt: skip
    found.warning("SC311", Place("/rules/é.yaml", 5, 12, 0), "only the id says who wins", label="both match")
    found.note("SC401", None, "undecided: whether it fits")
    text = render_sarif(found, "1.2.3")
    golden("diagnostics.sarif", text)
    (run,) = json.loads(text)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
