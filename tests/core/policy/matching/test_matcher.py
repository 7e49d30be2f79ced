from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from socialcare.diagnostics import Place
from socialcare.model import FieldValue
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.engine import Screened
from socialcare.policy.deciding.world import World
from socialcare.policy.language.words import phrase
from socialcare.policy.matching import source
from socialcare.policy.matching.cells import MOST_CELLS
from socialcare.policy.matching.matcher import Matcher
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Policy, Rule, Signal

HERE = Place("policy.yaml", 1, 1)
NOW = datetime(2026, 11, 4, 15, 0, tzinfo=UTC)


def has(*words: str, path: str = "text") -> Comparison:
    return Comparison(path, "has", tuple(phrase(word) for word in words), HERE)


def equals(path: str, *words: str) -> Comparison:
    return Comparison(path, "equals", frozenset(words), HERE)


def matcher(*conditions: Condition, **policy: Any) -> Matcher:
    rules = [Rule(id=f"r{number}", place=HERE, when=when) for number, when in enumerate(conditions)]
    return Matcher(Policy(**policy), rules)


def found(engine: Matcher, **fields: Any) -> Screened:
    """What is found of fields; a `__` stands for a dot."""
    values = {path.replace("__", "."): FieldValue(value) for path, value in fields.items()}
    return engine.screen([(values, NOW)])[0]


def test_sure_open_and_left_out() -> None:
    talks = Comparison("counts.talks", "at_least", 2.0, HERE)
    engine = matcher(
        has("store"),
        All((has("store"), talks)),
        AnyOf((has("store"), talks)),
        All((has("late"), talks)),
        NoneOf((has("store"), talks)),
    )
    assert found(engine, text="a store") == Screened((0, 2), (1,))
    assert found(engine, text="nothing") == Screened((), (2, 4))


def test_no_rules_no_fields_no_events() -> None:
    assert matcher().screen([({}, None)]) == [Screened((), ())]
    assert matcher(has("store"), All(())).screen([({}, None)]) == [Screened((1,), ())]
    assert matcher(has("store")).screen([]) == []


def test_equal_values_that_read_differently_are_told_apart() -> None:
    engine = matcher(equals("tongue", "true"), equals("tongue", "1"), equals("tongue", "1.0"))
    for value in (True, 1, 1.0, "1", "true", 1, True, ("1", "true"), 1.0):
        plain = World(Policy(), {"tongue": FieldValue(value)}, time=NOW, truth=naive.truth,
                      counts={}, closed=frozenset(), flags={})  # fmt: skip
        holds = tuple(n for n, rule in enumerate(engine.rules) if naive.truth(rule.when, plain) is True)
        assert found(engine, tongue=value).sure == holds


def test_a_value_without_a_hash_has_a_cell_too() -> None:
    engine = matcher(equals("tags", "red"), Comparison("tags", "exists", True, HERE))
    assert found(engine, tags={"a": 1}).sure == (1,)
    assert found(engine, tags=("red",)).sure == (0, 1)


def test_more_values_than_cells_are_forgotten_and_found_again() -> None:
    words = [f"w{number}" for number in range(80)]
    engine = matcher(*(All((equals("one", word), equals("two", word), has("store"))) for word in words))
    for one in words:
        for two in words[:: len(words) * len(words) // (MOST_CELLS * 3)]:
            sure = found(engine, text="store", one=one, two=two).sure
            assert sure == ((words.index(one),) if one == two else ())


def test_a_list_of_thousands_of_handles_is_one_look(read: Callable[[str], Policy]) -> None:
    handles = [f"user{number}" for number in range(5_000)]
    policy = read(
        f"lists: {{winners: [{', '.join(handles)}]}}\n"
        "rules:\n"
        "  prize: {when: {author.handle: {in: winners}}, do: {label: winner}}\n"
        "  other: {when: {none: [{author.handle: {in: winners}}]}, do: {label: other}}\n"
    )
    engine = Matcher(policy, list(policy.rules.values()))
    assert [rule.id for rule in engine.rules] == ["other", "prize"]
    assert found(engine, author__handle="@User4999").sure == (1,)
    assert found(engine, author__handle="somebody").sure == (0,)
    assert engine.unindexed == {"other": "it tests no words"}


def test_signals_within_signals_do_not_grow_beyond_bounds() -> None:
    signals: dict[str, Condition] = {"s0": has("store")}
    for number in range(1, 40):
        before = Signal(f"s{number - 1}", HERE)
        signals[f"s{number}"] = AnyOf((All((before, has(f"w{number}"))), NoneOf((before, has(f"v{number}")))))
    engine = matcher(Signal("s39", HERE), signals=signals)
    for text in ("store", "w39", "w1 v2 w3 store", "v39", ""):
        world = World(engine._policy, {"text": FieldValue(text)}, time=NOW, truth=engine.truth,
                      counts={}, closed=frozenset(), flags={})  # fmt: skip
        assert (found(engine, text=text).sure == (0,)) is (naive.truth(Signal("s39", HERE), world) is True)


@pytest.mark.parametrize("junction", [All, AnyOf, NoneOf])
def test_wide_and_deep_conditions_hold_where_the_naive_one_does(junction: Any) -> None:
    words = [f"w{number}" for number in range(100)]
    wide = junction(tuple(has(word) for word in words))
    deep: Condition = has("w0", "x*")
    for word in words[1:40]:
        deep = junction((has(word), deep)) if word[-1] in "02468" else NoneOf((has(word), deep))
    listed = has(*words, "w1*", "w2 w3", "z*")
    engine = matcher(wide, deep, listed)
    for text in ("", "w1", "w50 w99", "w3", " ".join(words), "w11x", "w2 w3", "zz", "x", None):
        fields = {"text": FieldValue(text)} if text != "x" else {}
        plain, compiled = (
            World(Policy(), fields, time=NOW, truth=truth, counts={}, closed=frozenset(), flags={})
            for truth in (naive.truth, engine.truth)
        )
        sure, _ = engine.screen([(fields, NOW)])[0]
        for number, rule in enumerate(engine.rules):
            truth = naive.truth(rule.when, plain)
            assert engine.truth(rule.when, compiled) is truth
            assert engine.holds(number, compiled) is (number in sure) is (truth is True)


def test_nothing_that_a_user_wrote_becomes_source(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def noted(self: source.Maker, expression: str, constants: source.Source) -> Any:
        written.append(expression)
        return made(self, expression, constants)

    made = source.Maker.make
    monkeypatch.setattr(source.Maker, "make", noted)
    evil = "evil') or __import__('os')"
    engine = matcher(
        All((equals(evil, evil), has("store", "evil"), Comparison(f"{evil}.x", "at_least", 666.0, HERE))),
        All((Comparison("text", "contains", (evil,), HERE), Signal(evil, HERE), has("a", path="other"))),
        signals={evil: NoneOf((Comparison("other", "equals", 666.0, HERE), has("late")))},
    )
    fields = {
        "text": FieldValue(f"store evil {evil}"),
        evil: FieldValue(evil),
        f"{evil}.x": FieldValue(667),
        "other": FieldValue("a"),
    }
    engine.screen([(fields, NOW)])
    world = World(
        engine._policy, fields, time=NOW, truth=engine.truth, counts={}, closed=frozenset(), flags={}
    )
    for number, rule in enumerate(engine.rules):
        engine.holds(number, world)
        engine.truth(rule.when, world)
    assert len(written) >= 6
    assert not [expression for expression in written if "evil" in expression or "666" in expression]


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("{text: {matches: '[ab]+'}}", "its pattern has no 2 letters or digits in a row that every fit needs"),
        ("{none: [{text: {has: store}}]}", "of words it only says which must not be there"),
        ("{author.followers: {above: 5}}", "it tests no words"),
        ("{any: [{text: {has: store}}, {author.followers: {above: 5}}]}", "one of its alternatives has no words to look for"),
        ("{text: {has: store}}", None),
        ("{text: {matches: 'order \\d+'}}", None),
        ("{intent: complaint, author.followers: {above: 5}}", None),
        ("{counts.talks: {at_least: 2}}", None),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_found_by_words_is_named(
    when: str, reason: str | None, read: Callable[[str], Policy]
) -> None:
    policy = read(f"counts: {{talks: {{of: mention}}}}\nrules:\n  r: {{when: {when}, do: {{label: l}}}}\n")
    engine = Matcher(policy, list(policy.rules.values()))
    assert engine.unindexed == ({"r": reason} if reason else {})


def test_a_sample_changes_what_is_looked_for_and_nothing_that_is_found() -> None:
    rule = Rule(id="r", place=HERE, when=All((has("the longest word"), has("it"))))
    texts = ["the longest word"] * 50
    for engine in (Matcher(Policy(), [rule]), Matcher(Policy(), [rule], sample=texts)):
        assert found(engine, text="it is the longest word").sure == (0,)
        assert found(engine, text="the longest word").sure == ()
        assert found(engine, text="it").sure == ()
