from collections.abc import Callable

import pytest

from socialcare.policy.language.words import phrase
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, NoneOf, Policy, Signal

Read = Callable[[str], Policy]
Reported = Callable[[str], list[tuple[str, int, int, str]]]


def when(read: Read, condition: str, more: str = "") -> Condition:
    return read(f"rules:\n  r:\n    when: {condition}\n    do: {{reply: Hello!}}\n{more}").rules["r"].when


def only(condition: Condition) -> Comparison:
    assert isinstance(condition, Comparison)
    return condition


def test_the_lines_of_a_map_are_and(read: Read) -> None:
    found = when(read, "{intent: question, text: {has: [open, close]}}")
    assert isinstance(found, All)
    assert [only(part).path for part in found.parts] == ["intent", "text"]


def test_a_list_of_values_is_any_of(read: Read) -> None:
    assert only(when(read, "{intent: [question, Praise]}")).operand == frozenset({"question", "praise"})
    assert only(when(read, "{text: {has: [open, opening hours]}}")).operand == (
        phrase("open"),
        phrase("opening hours"),
    )


def test_several_operators_under_one_field_are_and(read: Read) -> None:
    found = when(read, "{sentiment: {at_least: -1, below: 0.5}}")
    assert isinstance(found, All)
    assert [(only(part).op, only(part).operand) for part in found.parts] == [("at_least", -1), ("below", 0.5)]


def test_all_any_and_none_take_conditions_and_names_of_signals(read: Read) -> None:
    signals = "signals:\n  asks: {intent: question}\n  cross: {sentiment: {below: 0}}\n"
    found = when(read, "{all: [asks], any: [cross, {intent: praise}], none: [cross]}", signals)
    assert isinstance(found, All)
    assert [type(part) for part in found.parts] == [Signal, AnyOf, NoneOf]


def test_a_signal_may_stand_alone(read: Read) -> None:
    assert isinstance(when(read, "asks", "signals: {asks: {intent: question}}"), Signal)


def test_a_bare_text_is_the_whole_text(read: Read) -> None:
    found = only(when(read, "{text: Hello  there}"))
    assert (found.op, found.operand) == ("exactly", ("hello there",))


def test_norway_words_are_words_where_a_word_is_wanted(read: Read) -> None:
    assert only(when(read, "{language: no}")).operand == frozenset({"no"})
    assert only(when(read, "{text: {has: [012, on, 09:30]}}")).written == ("012", "on", "09:30")


def test_a_list_by_name_stands_under_in(read: Read) -> None:
    lists = "lists: {places: [store, near me], staff: ['@ann', bob]}"
    has = only(when(read, "{text: {has: {in: places}}}", lists))
    assert (has.op, has.operand, has.list_name) == ("has", (phrase("store"), phrase("near me")), "places")
    handle = only(when(read, "{author.handle: {in: staff}}", lists))
    assert (handle.op, handle.operand) == ("in", frozenset({"ann", "bob"}))


def test_if_missing_and_confidence_stand_beside_operators(read: Read) -> None:
    found = when(read, "{intent: {equals: question, confidence: {at_least: .8}, if_missing: false}}")
    assert isinstance(found, All)
    value, confidence = (only(part) for part in found.parts)
    assert (value.op, value.of, value.if_missing) == ("equals", "value", False)
    assert (confidence.op, confidence.operand, confidence.of, confidence.if_missing) == (
        "at_least", 0.8, "confidence", False,
    )  # fmt: skip


def test_spans_of_time_are_seconds(read: Read) -> None:
    assert only(when(read, "{author.account_age: {below: 7d}}")).operand == 7 * 86400
    assert only(when(read, "{author.created_at: {within: 30m}}")).operand == 1800


def test_parts_of_records_are_fields(read: Read) -> None:
    assert only(when(read, "{product.name: {has: HX200}}")).path == "product.name"


def test_counts_flags_and_formulas_are_tested_like_fields(read: Read) -> None:
    more = (
        "  s: {do: {remember: {flags.opted_out: true}}}\n"
        "counts: {talks: {of: interaction}}\n"
        "formulas: {reach: {calc: 2 * author.followers, if_missing: 0}}\n"
    )
    found = when(read, "{counts.talks: {reaches: 4}, flags.opted_out: true, reach: {above: 10}}", more)
    assert isinstance(found, All)
    assert [only(part).operand for part in found.parts] == [4, True, 10]


@pytest.mark.parametrize(
    ("condition", "code", "message"),
    [
        ("[{intent: question}]", "SC210", "a list of conditions does not say whether all or any must hold"),
        ("{intnt: question}", "SC202", "unknown field `intnt`"),
        ("{intent: qestion}", "SC203", "unknown intent `qestion`"),
        ("{author.followers: 1000}", "SC208", "`author.followers` needs an operator"),
        ("{product: {nam: x}}", "SC209", "`product` has no operator `nam`"),
        ("{text: {at_least: 3}}", "SC209", "`text` has no operator `at_least`"),
        ("{intent: {reaches: 3}}", "SC209", "`intent` has no operator `reaches`"),
        ("{text: {has: []}}", "SC222", "the list under `has` is empty"),
        ("{text: {has: '!!!'}}", "SC206", "`!!!` has no word to look for: use `contains` for signs"),
        (r"{text: {matches: '(?=a)'}}", "SC213", "`(?=`: a pattern cannot look around: match what stands there, or use a second condition"),
        ("{sentiment: {below: low}}", "SC206", "`low` is not a number"),
        ("{sentiment: {below: '10,000'}}", "SC206", "`10,000` is not a number"),
        ("{author.is_us: yes}", "SC206", "`yes` is neither `true` nor `false`"),
        ("{author.is_us: [true]}", "SC205", "expected one value under `equals`, found a list"),
        ("{time: {inside: nigt}}", "SC204", "unknown calendar `nigt`"),
        ("{time: night}", "SC208", "`time` needs an operator"),
        ("{author.handle: {in: staf}}", "SC204", "unknown list `staf`"),
        ("{author.handle: {in: [ann, bob]}}", "SC205", "expected the name of a list after `in`, found a list"),
        ("{all: [aks]}", "SC204", "unknown signal `aks`"),
        ("{all: {intent: question}}", "SC205", "expected a list of conditions under `all`, found a map"),
        ("{none: []}", "SC222", "the list under `none` is empty"),
        ("{}", "SC222", "the condition is empty"),
        ("", "SC222", "the condition is empty"),
        ("{sentiment: {if_missing: true}}", "SC207", "`if_missing` needs an operator beside it"),
        ("{sentiment: {below: 0, if_missing: maybe}}", "SC206", "`maybe` is neither `true` nor `false`"),
        ("{intent: {confidence: {abov: 1}}}", "SC201", "unknown key `abov` in `confidence`"),
        ("{flags.optedout: true}", "SC215", "nothing sets the flag `flags.optedout`"),
        ("{counts.talk: {at_least: 1}}", "SC202", "unknown field `counts.talk`"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(reported: Reported, condition: str, code: str, message: str) -> None:
    found = reported(f"rules:\n  r:\n    when: {condition}\n    do: {{reply: Hello!}}\n")
    assert [(each[0], each[3]) for each in found] == [(code, message)]


def test_a_signal_in_a_field_s_place_gets_the_way_to_write_it(reported: Reported) -> None:
    found = reported(
        "signals: {asks: {intent: question}}\nrules: {r: {when: {asks: true}, do: {reply: Hello!}}}\n"
    )
    assert [each[3] for each in found] == ["`asks` is a signal, not a field"]


def test_all_problems_are_told_at_once_and_in_order(reported: Reported) -> None:
    found = reported(
        "rules:\n  r:\n    when: {intnt: question, sentiment: 3, none: [nobody]}\n    do: {repli: Hello!}\n"
    )
    assert [each[0] for each in found] == ["SC202", "SC208", "SC204", "SC220"]


def test_an_answer_is_not_there_in_the_rule_s_own_when(reported: Reported) -> None:
    found = reported(
        "rules:\n  r:\n    when: {store: {exists: true}}\n    look_up: {store: {nearest_store: place}}\n    do: {reply: Hello!}\n"
    )
    assert [each[3] for each in found] == ["`store` is not answered yet"]


def test_an_account_is_one_that_the_policy_names(reported: Reported) -> None:
    found = reported(
        "accounts: {main: '@AcmeCo'}\nrules: {r: {when: {account: mian}, do: {reply: Hello!}}}\n"
    )
    assert [each[3] for each in found] == ["unknown account `mian`"]
