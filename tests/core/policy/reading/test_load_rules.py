from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from socialcare.policy.language.texts import Text
from socialcare.policy.statements import (
    Active,
    Asked,
    Comparison,
    Limit,
    Path,
    Policy,
    Rollout,
    Rule,
    Schedule,
    Window,
)  # fmt: skip

Read = Callable[[str], Policy]
Reported = Callable[[str], list[tuple[str, int, int, str]]]

DATA = "people: {duty: duty@acme.example, desk: desk@acme.example}\naccounts: {main: '@AcmeCo', help: AcmeHelp}\n"


def rule(read: Read, body: str, more: str = "") -> Rule:
    return read(f"{DATA}{more}rules:\n  r: {body}\n").rules["r"]


def test_the_least_policy_is_a_rule_with_when_and_do(read: Read) -> None:
    found = read(
        "rules:\n  hours:\n    when: {intent: question}\n    do:\n      reply: We are open 9 to 18.\n"
    )
    assert list(found.rules) == ["hours"]
    assert found.rules["hours"].rank == "normal"
    assert found.zone == "UTC"


def test_a_reply_is_a_text_several_texts_or_branches(read: Read) -> None:
    assert [len(rule(read, f"{{do: {{reply: {said}}}}}").uses[0].reply.branches) for said in (  # type: ignore[union-attr]  # it speaks
        "Hi!", "{say: [Hi!, Hello!]}", "{first_of: [{when: {intent: praise}, say: Thanks!}, {say: Hi!}]}",
    )] == [1, 1, 2]  # fmt: skip


def test_every_action_may_have_a_condition_of_its_own(read: Read) -> None:
    uses = rule(
        read,
        "{do: {reply: {say: Hi!, when: {intent: praise}}, open_case: {to: duty, when: {intent: complaint}}}}",
    ).uses
    assert [isinstance(use.when, Comparison) for use in uses] == [True, True]
    assert uses[1].params["to"] == "duty"


def test_an_action_that_may_stand_several_times_takes_a_list(read: Read) -> None:
    uses = rule(
        read, "{do: {notify: [duty, {to: desk, about: 'they are {{ author.handle }}'}], label: [a, b]}}"
    ).uses
    assert [use.action for use in uses] == ["notify", "notify", "label", "label"]
    assert uses[1].params == {"to": "desk", "about": Text.read("they are {{ author.handle }}")}
    assert uses[3].params == {"label": "b"}


def test_parameters_take_the_types_their_action_declares(read: Read) -> None:
    case = rule(
        read,
        "{do: {open_case: {to: {expert_for: topic, otherwise: duty}, answer_within: 2h, on_breach: {notify: desk}}}}",
    ).uses[0]
    assert isinstance(case.params["to"], Asked)
    assert (case.params["to"].fields, case.params["to"].otherwise) == ({"topic": "topic"}, "duty")
    assert (case.params["answer_within"], case.params["on_breach"]) == (7200.0, {"notify": "desk"})
    urgency = rule(read, "{do: {urgency: {by: author.followers, steps: {0: 1, 1000: 2}}}}").uses[0]
    assert urgency.params == {"by": Path("author.followers"), "steps": {0.0: 1, 1000.0: 2}}


def test_flags_are_set_by_name(read: Read) -> None:
    assert rule(read, "{do: {remember: {flags.opted_out: true}}}").uses[0].params == {
        "flags": {"opted_out": True}
    }
    written = "{when: {flags.tier: gold}, do: {remember: {flags.tier: gold, flags.visits: 3}}}"
    assert rule(read, written).uses[0].params == {"flags": {"tier": "gold", "visits": 3.0}}


def test_look_ups_answer_under_their_alias(read: Read) -> None:
    found = rule(
        read,
        "{look_up: {faq: {faq_answer: {min_score: 0.75}}, who: {expert_for: faq.topic}}, only_if_found: [faq], "
        "do: {reply: {first_of: [{when: {faq.score: {above: 0.9}}, say: '{{ faq.answer }}'}]}}}",
    )
    assert found.look_up["faq"].literals == {"min_score": 0.75}
    assert found.look_up["who"].fields == {"topic": "faq.topic"}
    assert found.only_if_found == ("faq",)


def test_gates_are_read(read: Read) -> None:
    found = rule(
        read,
        "{active: {from: 2026-12-01, until: 2026-12-15 10:00}, rollout: {percent: 25, by: author}, status: shadow, "
        "limit: {at_most: 1, per: [author, account], in: 24h, but_still: [label]}, "
        "at: {every: [mon, wed], time: 09:30, calendar: open, if_missed: run}, do: {reply: Hi!, label: x}, "
        "owner: care, because: asked often, was: [old.r]}",
        "zone: Europe/Berlin\ncalendars: {open: {week: {mon-fri: 09:00-18:00}}}\n",
    )
    berlin = ZoneInfo("Europe/Berlin")
    assert found.active == Active(
        datetime(2026, 12, 1, tzinfo=berlin), datetime(2026, 12, 15, 10, tzinfo=berlin)
    )
    assert found.rollout == Rollout(25.0, "author")
    assert found.limit == Limit(1, ("author", "account"), Window(timedelta(hours=24)), (), ("label",))
    assert found.at == Schedule(frozenset({0, 2}), time(9, 30), "open", "run")
    assert (found.status, found.first_id) == ("shadow", "old.r")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("{when: {intent: praise}}", "SC207", "a rule needs `do`"),
        ("{do: {}}", "SC222", "`do` holds no action"),
        ("{wen: {intent: praise}, do: {reply: Hi!}}", "SC201", "unknown key `wen` in a rule"),
        ("{do: {repyl: Hi!}}", "SC220", "unknown action `repyl`"),
        ("{do: {reply: {sai: Hi!}}}", "SC201", "unknown key `sai` in a speaking action"),
        ("{do: {reply: {media: a/b.png}}}", "SC207", "nothing is said here"),
        ("{do: {reply: {say: Hi!, first_of: [{say: Hi!}]}}}", "SC223", "`say` and `first_of` exclude each other"),
        ("{do: {reply: {first_of: [{say: A}, {say: B}]}}}", "SC223", "the texts after this one are never said"),
        ("{do: {reply: 'Hi {{ author.nam }}'}}", "SC202", "unknown field `author.nam`"),
        ("{do: {reply: 'Hi {{ company.nam }}'}}", "SC204", "unknown company entry `company.nam`"),
        ("{do: {reply: 'Hi {{ product }}'}}", "SC217", "`product` has several parts and cannot be said as it is"),
        ("{do: {reply: 'Hi {{ text | shout }}'}}", "SC217", "unknown filter `shout`"),
        ("{do: {open_case: dutty}}", "SC204", "unknown person `dutty`"),
        ("{do: {open_case: {ask: true}}}", None, None),
        ("{do: {open_case: {to: duty, answer_within: 2 hours}}}", "SC206", "`2 hours` is written `2h`"),
        ("{do: {open_case: {to: duty, on_breach: {notfy: duty}}}}", "SC201", "unknown key `notfy` in this map"),
        ("{do: {handover: halp}}", "SC204", "unknown account `halp`"),
        ("{do: {urgency: 9}}", "SC206", "`9` is out of bounds"),
        ("{do: {urgency: {by: reahc, steps: {0: 1}}}}", "SC202", "unknown field `reahc`"),
        ("{do: {urgency: {by: text, steps: {0: 1}}}}", "SC206", "`text` is not a number"),
        ("{do: {urgency: {level: 2, by: sentiment}}}", "SC219", "`urgency`: give a level, or `by` with `steps`"),
        ("{do: {repost: {loud: true}}}", "SC219", "`repost` takes no parameters"),
        ("{do: {remember: {opted_out: true}}}", "SC201", "unknown key `opted_out` in `remember`"),
        ("{do: {reply: Hi!}, rank: qestion}", "SC204", "unknown rank `qestion`"),
        ("{do: {reply: Hi!}, wins_over: [s]}", "SC204", "unknown rule `s`"),
        ("{do: {reply: Hi!}, wins_over: [r]}", "SC212", "the rule `r` wins over itself"),
        ("{do: {reply: Hi!}, look_up: {s: {nearest_stor: place}}}", "SC220", "unknown look-up `nearest_stor`"),
        ("{do: {reply: Hi!}, look_up: {s: {nearest_store: {too: place}}}}", "SC201", "unknown key `too` in the look-up `nearest_store`"),
        ("{do: {reply: Hi!}, look_up: {s: {nearest_store: sentiment}}}", "SC206", "`sentiment` holds a number, and `to` takes a text"),
        ("{do: {reply: Hi!}, look_up: {text: {nearest_store: place}}}", "SC225", "`text` is a field already"),
        ("{do: {reply: Hi!}, look_up: {s: {nearest_store: place}}, only_if_found: [t]}", "SC204", "the rule looks up no `t`"),
        ("{do: {reply: Hi!}, limit: {at_most: 0}}", "SC206", "`0` is out of bounds"),
        ("{do: {reply: Hi!}, limit: {per: author}}", "SC207", "`limit` needs `at_most`"),
        ("{do: {reply: Hi!}, limit: {at_most: 1, in: 1h, per_day: true}}", "SC223", "`in` and `per_day` exclude each other"),
        ("{do: {reply: Hi!}, limit: {at_most: 1, but_still: [label]}}", "SC223", "`but_still` names `label`, which is not in `do`"),
        ("{do: {reply: Hi!}, limit: {at_most: 1, but_still: [reply]}}", "SC223", "`but_still` names `reply`, which speaks or keeps others quiet: that ends with the limit"),
        ("{do: {reply: Hi!}, active: {from: 2026-12-15, until: 2026-12-01}}", "SC223", "`from` is not before `until`"),
        ("{do: {reply: Hi!}, active: {from: 15.12.2026}}", "SC206", "`15.12.2026` is not a date such as `2026-12-01`"),
        ("{do: {reply: Hi!}, status: of}", "SC206", "`of` is not one of live, shadow, off"),
        ("{do: {reply: Hi!}, rollout: {percent: 120, by: author}}", "SC206", "`120` is out of bounds"),
        ("{do: {reply: Hi!}, at: {every: munday, time: 09:30}}", "SC206", "`munday` is not a day of the week"),
        ("{do: {reply: Hi!}, at: {every: day, time: 24:30}}", "SC206", "`24:30` is not a time of day such as `09:30`"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(
    read: Read, reported: Reported, body: str, code: str | None, message: str | None
) -> None:
    if code is None:
        read(f"{DATA}rules: {{r: {body}}}\n")
        return
    found = reported(f"{DATA}rules:\n  r: {body}\n")
    assert [(each[0], each[3]) for each in found] == [(code, message)]


def test_an_id_is_words_joined_by_points(reported: Reported) -> None:
    assert [each[0] for each in reported("rules: {'a b': {do: {reply: Hi!}}}\n")] == ["SC206"]


def test_rules_that_win_over_each_other_in_a_circle_are_named(reported: Reported) -> None:
    found = reported(
        "rules:\n  a: {wins_over: [b], do: {reply: A}}\n  b: {wins_over: [c], do: {reply: B}}\n"
        "  c: {wins_over: [a], do: {reply: C}}\n"
    )
    assert [(each[0], each[1], each[3]) for each in found] == [("SC212", 2, "the rule `a` wins over itself")]


def test_an_old_id_belongs_to_one_rule(reported: Reported) -> None:
    found = reported("rules:\n  a: {was: [b], do: {reply: A}}\n  b: {do: {reply: B}}\n")
    assert [each[3] for each in found] == ["`a` was not `b`"]
