import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from liquid import Environment

from socialcare.policy.language.filters import FILTERS, Value
from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.texts import Text

LIQUID = Environment()

# ---- reading ------------------------------------------------------------------------------------------------------


def test_a_text_is_literal_parts_and_placeholders_with_their_places() -> None:
    source = 'Hi {{ author.first_name | upcase | default: "there" }}, {{ store.km }} km.'
    text = Text.read(source)
    first, second = text.paths
    assert text.literal == ("Hi ", ", ", " km.")
    assert (first.path, first.has_default, second.path, second.has_default) == (
        "author.first_name",
        True,
        "store.km",
        False,
    )
    assert source[first.offset :].startswith("author.first_name")
    assert source[second.offset :].startswith("store.km }}")


@pytest.mark.parametrize("source", ["", "plain", "a } b }} c { d %} {# e #}", "{ {x} }"])
def test_a_text_without_placeholders_is_itself(source: str) -> None:
    assert Text.read(source).render(lambda _: None).text == source


@pytest.mark.parametrize(
    ("source", "sentence", "offset"),
    [
        ("Hi {{ name", "`{{` is never closed", 3),
        ("{% if x %}a{% endif %}", "`first_of`", 0),
        ("a {{ }}", "begins with the name", 4),
        ("{{-}}", "begins with the name", 3),
        ('{{ "x" }}', "begins with the name", 3),
        ("{{ a b }}", "`b` cannot follow a name", 5),
        ("{{ a, b }}", "`,` cannot follow a name", 4),
        ("{{ a[0] }}", "`[` has no meaning", 4),
        ("{{ a.__class__() }}", "`(` has no meaning", 14),
        ("{{ a | }}", "followed by no filter", 5),
        ("{{ a | | upcase }}", "followed by no filter", 5),
        ('{{ a | "b" }}', "followed by no filter", 5),
        ("{{ a | upcas }}", "unknown filter `upcas`", 7),
        ('{{ a | default: "there }}', 'never closed with `"`', 16),
        ("{{ a | default }}", 'write `default: "there"`', 7),
        ("{{ a | default: b }}", 'write `default: "there"`', 7),
        ('{{ a | default "b" }}', 'write `default: "there"`', 7),
        ('{{ a | default: "b", "c" }}', 'write `default: "there"`', 7),
        ("{{ a | upcase: 1 }}", "write `upcase`", 7),
        ('{{ a | truncate: "x" }}', "write `truncate: 20`", 7),
        ("{{ a | truncate: -1 }}", "write `truncate: 20`", 7),
        ("{{ a | truncate: 1.5 }}", "write `truncate: 20`", 7),
        ("{{ a | truncate: 999999 }}", "write `truncate: 20`", 7),
        ('{{ a | replace: "", "b" }}', 'write `replace: "old", "new"`', 7),
        ('{{ a | replace: "b" }}', 'write `replace: "old", "new"`', 7),
        ("{{ a }}" * 101, "100 placeholders", 0),
        ("a" * 10_001, "10,001", 0),
    ],
)
def test_what_is_no_placeholder_is_refused_with_its_place(source: str, sentence: str, offset: int) -> None:
    with pytest.raises(Flaw, match=re.escape(sentence)) as caught:
        Text.read(source)
    assert caught.value.offset == offset


def test_an_unknown_filter_names_the_known_ones() -> None:
    with pytest.raises(Flaw) as caught:
        Text.read("{{ a | upcas }}")
    assert "upcase" in caught.value.known
    assert caught.value.length == len("upcas")


@given(st.text() | st.text(alphabet="{}%-| :,.\"'ab1 default"))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        text = Text.read(source)
    except Flaw:
        return
    assert isinstance(text.render(lambda _: "x").text, str)


# ---- rendering ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placeholder", "value", "shown"),
    [
        ("{{ x }}", "Ann", "Ann"),
        ("{{\u00a0x\u00a0}}", "Ann", "Ann"),
        ("{{ x }}", 3, "3"),
        ("{{ x }}", 3.0, "3"),
        ("{{ x }}", 3.25, "3.25"),
        ("{{ x }}", 0, "0"),
        ("{{ x }}", -0.0, "0"),
        ("{{ x }}", 1e-7, "0.0000001"),
        ("{{ x }}", 1e21, "1000000000000000000000"),
        ("{{ x }}", True, "true"),
        ('{{ x | default: "there" }}', None, "there"),
        ('{{ x | default: "there" }}', "", "there"),
        ('{{ x | default: "there" }}', float("nan"), "there"),
        ('{{ x | default: "there" }}', 0, "0"),
        ('{{ x | upcase | default: "there" }}', None, "there"),
        ('{{ x | default: "there" | upcase }}', None, "THERE"),
        ('{{ x | default: "" }}', None, ""),
        ("{{ x | default: 5 }}", None, "5"),
        ("{{ x | capitalize }}", "aNN lee", "Ann lee"),
        ("{{ x | strip | downcase }}", " ANN ", "ann"),
        ("{{ x | truncate: 5 }}", "abcde", "abcde"),
        ("{{ x | truncate: 5 }}", "abcdef", "ab..."),
        ('{{ x | truncate: 5, "…" }}', "abcdef", "abcd…"),
        ("{{ x | truncate: 1 }}", "abcdef", "..."),
        ("{{ x | replace: 'a', '' }}", "banana", "bnn"),
        ("{{ x | round }}", 2.6, "3"),
        ("{{ x | round: 1 }}", "2.66", "2.7"),
        ("{{x|default:'it''s'}}".replace("''", "’"), None, "it’s"),
    ],
)
def test_a_placeholder_shows(placeholder: str, value: Value, shown: str) -> None:
    rendered = Text.read(f"<{placeholder}>").render(lambda _: value)
    assert (rendered.text, rendered.unresolved) == (f"<{shown}>", ())


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [
        ("{{ x }}", None),
        ("{{ x }}", ""),
        ("{{ x }}", " \n"),
        ("{{ x }}", float("inf")),
        ("{{ x }}", 10**301),
        ("{{ x | upcase }}", None),
        ("{{ x | strip }}", "  "),
        ("{{ x | round }}", "about 5"),
        ('{{ x | replace: "a", "bbbbbbbbbbbbbbbbbbbbb" }}', "a" * 10_000),
    ],
)
def test_nothing_is_never_said_silently(placeholder: str, value: Value) -> None:
    rendered = Text.read(f"Hi {placeholder}!").render(lambda _: value)
    assert (rendered.text, rendered.unresolved) == (f"Hi {placeholder}!", ("x",))


def test_an_unresolved_path_is_named_once() -> None:
    assert Text.read("{{ b }} {{ a.c }} {{ b }}").render(lambda _: None).unresolved == ("b", "a.c")


def test_hyphens_take_the_white_space_beside_them_away() -> None:
    assert Text.read("a \n {{- x -}} \t b").render(lambda _: "-").text == "a-b"


@given(st.text())
def test_s9_a_value_is_never_read_as_a_text(value: str) -> None:
    assume(value.strip())
    assert Text.read("{{ a }}").render(lambda _: value).text == value
    assert Text.read("{{ a }}").render(lambda _: "{{ b }}{% c %}").text == "{{ b }}{% c %}"


# ---- Liquid -------------------------------------------------------------------------------------------------------

QUOTED = st.text(alphabet="aß é,|:-…", min_size=1, max_size=6).map(lambda text: f'"{text}"')
STEPS = st.one_of(
    st.sampled_from(["upcase", "downcase", "capitalize", "strip"]),
    QUOTED.map(lambda text: f"default: {text}"),
    st.tuples(QUOTED, QUOTED).map(lambda pair: f"replace: {pair[0]},{pair[1]}"),
)
CUTS = st.integers(0, 12).map(lambda count: f"truncate: {count}")
ROUNDS = st.sampled_from(["round", "round: 0", "round: 1", "round:2 | upcase"])
LITERALS = st.text(alphabet="ab \n\t}%{.é", max_size=8).filter(
    lambda text: not re.search(r"\{[{%]|\{$", text)
)
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)).filter(
    lambda x: x % 1 != 0
)


@st.composite
def placeholders(draw: st.DrawFn, steps: st.SearchStrategy[str]) -> str:
    path = draw(st.sampled_from(["a", "b.c", "b.d_1"]))
    chain = "".join(f" | {step}" for step in draw(st.lists(steps, max_size=3)))
    space = draw(st.sampled_from(["", " ", "\n "]))
    opening, closing = draw(st.sampled_from(["{{", "{{-"])), draw(st.sampled_from(["}}", "-}}"]))
    return f"{opening}{space}{path}{chain}{space}{closing}"


@given(
    st.lists(LITERALS | placeholders(STEPS), max_size=5),
    st.text(max_size=20),
    st.text(alphabet="aß \n", max_size=9),
)
def test_texts_say_what_liquid_says(pieces: list[str], one: str, other: str) -> None:
    source = "".join(pieces) + "."  # python-liquid loses a line feed at the very end behind `-}}`
    values = {"a": one, "b.c": other, "b.d_1": "Ann"}
    rendered = Text.read(source).render(values.get)
    if not rendered.unresolved:
        assert rendered.text == LIQUID.from_string(source).render(a=one, b={"c": other, "d_1": "Ann"})


@given(placeholders(ROUNDS), NUMBERS)
def test_numbers_are_shown_as_liquid_shows_them(source: str, number: float) -> None:
    said = LIQUID.from_string(source).render(a=number, b={"c": number, "d_1": number})
    ours = Text.read(source).render(lambda _: number)
    assert float(ours.text) == float(said)
    assert ours.text == re.sub(r"\.0$", "", said).replace("-0", "0" if float(said) == 0 else "-0")


@given(st.integers(3, 12), st.text(max_size=20), st.sampled_from(["...", "…", ""]))
def test_truncate_is_what_liquid_does(count: int, value: str, end: str) -> None:
    # python-liquid also cuts a text of exactly the length asked for, which Liquid itself does not
    assume(value.strip() and len(value) != count)
    source = f'{{{{ a | truncate: {count}, "{end}" }}}}'
    assert Text.read(source).render(lambda _: value).text == LIQUID.from_string(source).render(a=value)


# ---- the longest it can get ---------------------------------------------------------------------------------------

LINK = re.compile(
    r"(?<![A-Za-z0-9@#$_./-])(?:https?://)?[a-z0-9]+(?:[.-][a-z0-9]+)*\.(?:com|de)(?![A-Za-z0-9@+-])(?:/[a-z/]*)?"
)


def weight(text: str) -> int:
    """A platform where links weigh 23, wide letters 2 and other characters 1."""
    rest, links = LINK.subn("", text)
    return 23 * links + sum(2 if char > "\u10ff" else 1 for char in rest)


@pytest.mark.parametrize(
    ("source", "longest"),
    [
        ("Hello", 5),
        ("Hi {{ a }}!", 14),
        ("Hi @{{ a }}: {{ b }}.", 27),
        ('{{ a | default: "everybody out there" }} x', 21),
        ("{{ a | upcase }}", 30),
        ("{{ a | strip | round }}", 10),
        ("{{ c }}", None),
        ('{{ c | default: "x" }}', None),
        ("{{ c | truncate: 5 }}", 53),
        ('{{ a | replace: " dot ", "." }}', None),
        ("{{ a }}{{ b }}", None),
        ("{{ a }}.{{ b }}", None),
        ("{{ a }}.com", None),
        ("https://acme.de/{{ a }}", None),
        ("x{{ a }}", None),
        ("{{ a }}s", None),
        ("{{ a }}, {{ b }}'s", 24),
    ],
)
def test_the_longest_is_proved_or_not(source: str, longest: int | None) -> None:
    assert Text.read(source).longest(weight, {"a": 10, "b": 10}.get) == longest


SAID = st.lists(
    st.sampled_from([*"ab .:,'!@#/-漢ß", "https://", "acme", ".com", ".de", " "]), max_size=7
).map("".join)
MADE = st.one_of(SAID.map(lambda text: text.replace("{", "")), placeholders(STEPS | ROUNDS | CUTS))


@given(st.lists(MADE, max_size=5), st.sampled_from(["", " ", "(", ". "]), SAID, SAID)
def test_no_rendered_text_is_longer_than_proved(
    pieces: list[str], between: str, one: str, other: str
) -> None:
    text = Text.read(between.join(pieces))
    values = {"a": one, "b.c": other, "b.d_1": "acme.de"}
    longest = text.longest(weight, lambda path: weight(values[path]))
    rendered = text.render(values.get)
    if longest is not None and not rendered.unresolved and not re.search("[@#]{{", text.source):
        assert weight(rendered.text) <= longest


def test_every_filter_shows_how_it_is_written() -> None:
    for name, shape in FILTERS.items():
        for example in shape.example.split("` or `"):
            assert Text.read(f"{{{{ a | {example} }}}}").paths[0].filters[0].name == name
