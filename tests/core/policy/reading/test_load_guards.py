from collections.abc import Callable
from datetime import timedelta

import pytest

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.load import read_text
from socialcare.policy.statements import Approval, Budget, Guard, Hold, Limit, Policy, Window

Read = Callable[[str], Policy]
Reported = Callable[[str], list[tuple[str, int, int, str]]]

DATA = "people: {duty: duty@acme.example}\ncalendars: {night: {week: {every day: 22:00-07:00}}}\n"


def guard(read: Read, body: str) -> Guard:
    return read(f"{DATA}guards:\n  g: {body}\n").guards["g"]


def test_forbid_takes_actions_and_groups_of_them(read: Read) -> None:
    found = guard(read, "{when: {intent: praise}, forbid: [repost, public], because: it boasts}")
    assert (found.forbid, found.acts, found.because) == (True, ("repost", "public"), "it boasts")


def test_hold_waits_for_a_calendar_or_a_person(read: Read) -> None:
    assert guard(read, "{hold: reply, until: night, expires: 3d}").hold == Hold("night", timedelta(days=3))
    assert guard(read, "{hold: [reply]}").hold == Hold(None, None)


def test_approval_names_people(read: Read) -> None:
    found = guard(read, "{need_approval: [reply], by: duty, within: 30m, otherwise: {notify: duty}}")
    assert found.approval == Approval(("duty",), timedelta(minutes=30), ("duty",))


def test_a_limit_counts_acts(read: Read) -> None:
    found = guard(
        read,
        "{limit: {at_most: 60, of: [reply, post], per: account, in: 5m}, otherwise: {pause_account: 1h}, notify: duty}",
    )
    assert found.limit == Limit(60, ("account",), Window(timedelta(minutes=5)), ("reply", "post"))
    assert (found.pause_account, found.notify, found.acts) == (
        timedelta(hours=1),
        ("duty",),
        ("reply", "post"),
    )


def test_a_budget_bounds_shares_of_kinds(read: Read) -> None:
    found = guard(read, "{budget: {of: public, per: account, in: 7d, at_most: {promotion: 10%}}}")
    assert found.budget == Budget(("public",), ("account",), Window(timedelta(days=7)), {"promotion": 0.1})


def test_a_guard_spares_rules_and_ranks(read: Read) -> None:
    found = read(
        f"{DATA}rules: {{r: {{do: {{reply: Hi!}}}}}}\nguards: {{g: {{forbid: reply, except: [r, safety]}}}}\n"
    )
    assert found.guards["g"].excepted == frozenset({"r", "safety"})


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("{when: {intent: praise}}", "SC216", "the guard `g` keeps nothing back"),
        ("{forbid: [reply], hold: [reply]}", "SC223", "`forbid` and `hold` exclude each other"),
        ("{forbid: [repli]}", "SC220", "unknown action `repli`"),
        ("{forbid: reply, until: night}", "SC223", "`until` means nothing beside `forbid`"),
        ("{hold: reply, otherwise: to_inbox}", "SC223", "`otherwise` means nothing beside `hold`"),
        ("{need_approval: reply}", "SC207", "the guard `g` does not say who approves"),
        ("{need_approval: reply, by: duty, otherwise: {pause_account: 1h}}", "SC223", "`pause_account` means nothing beside `need_approval`"),
        ("{limit: {at_most: 4, per: author}}", "SC207", "the `limit` of a guard needs `of`"),
        ("{limit: {at_most: 4, of: reply}, otherwise: inbox}", "SC206", "`inbox` is not `to_inbox`"),
        ("{budget: {of: public, at_most: {promotion: 0.1}}}", "SC206", "`0.1` is not a share such as `10%`"),
        ("{forbid: reply, except: [nobody]}", "SC204", "unknown rule `nobody`"),
        ("{when: {author.followers: {above: 5}}, forbid: reply}", "SC214", "`author.followers` may be missing, and the guard `g` would then bind"),
    ],
)  # fmt: skip
def test_a_guard_that_makes_no_sense_is_refused(
    reported: Reported, body: str, code: str, message: str
) -> None:
    found = reported(f"{DATA}guards:\n  g: {body}\n")
    assert [(each[0], each[3]) for each in found] == [(code, message)]


def test_a_field_that_may_be_missing_is_found_through_signals_and_formulas(reported: Reported) -> None:
    found = reported(
        "signals: {big: {any: [{reach: {above: 5}}]}}\nformulas: {reach: {calc: 2 * author.followers}}\n"
        "guards: {g: {when: {none: [big]}, forbid: reply}}\n"
    )
    assert [(each[0], each[1]) for each in found] == [("SC214", 1)]


def test_built_in_guards_are_sealed_and_their_ids_taken(vocabulary: Vocabulary) -> None:
    sealed = [("built-in", "guards: {x.own: {when: {author.is_us: true}, forbid: [public]}}")]
    problems = Problems()
    policy = read_text("socialcare: 1\nguards: {mine: {forbid: dm}}\n", vocabulary, problems, sealed=sealed)
    assert policy is not None
    assert {name: one.sealed for name, one in policy.guards.items()} == {"mine": False, "x.own": True}
    problems = Problems()
    assert (
        read_text("socialcare: 1\nguards: {x.own: {forbid: dm}}\n", vocabulary, problems, sealed=sealed)
        is None
    )
    assert [item.message for item in problems.items] == [
        "the guard `x.own` is built in and cannot be changed"
    ]


def test_a_sealed_guard_has_no_exceptions(vocabulary: Vocabulary) -> None:
    problems = Problems()
    sealed = [("built-in", "guards: {x.own: {forbid: [public], except: [safety]}}")]
    assert read_text("socialcare: 1\n", vocabulary, problems, sealed=sealed) is None
    assert [item.message for item in problems.items] == ["a sealed guard has no exceptions"]
