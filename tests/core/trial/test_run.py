"""What a test of a policy can say, and that it is held to it."""

import asyncio
from collections.abc import Callable

import pytest

from socialcare.desk import Desk
from socialcare.store.memory import MemoryStore
from socialcare.store.packed import Packed
from socialcare.trial.results import Report
from socialcare.trial.run import cases_of, run

Try = Callable[..., Report]

HOURS = """
    rules:
      hours:
        when: {intent: question}
        do: {reply: We are open 9 to 18.}
        tests:
"""


def verdicts(report: Report) -> list[str]:
    return [result.verdict for result in report.results]


@pytest.mark.parametrize(
    ("test", "verdict"),
    [
        ("{mention: '@AcmeCo when?', expect: {fires: true}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {fires: false}}", "failed"),
        ("{mention: '@AcmeCo hello', expect: {fires: false, outcome: inbox}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {reply: true}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {reply: {contains: OPEN 9}}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {reply: {contains: [open, closed]}}}", "failed"),
        ("{mention: '@AcmeCo when?', expect: {reply: {equals: We are open 9 to 18.}}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {reply: {equals: We are open}}}", "failed"),
        ("{mention: '@AcmeCo when?', expect: {reply: {matches: '\\d+ to \\d+'}}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {reply: {matches: 'closed$'}}}", "failed"),
        ("{mention: '@AcmeCo when?', expect: {reply: {state: held}}}", "failed"),
        ("{mention: '@AcmeCo when?', expect: {never: [reply]}}", "failed"),
        ("{mention: '@AcmeCo when?', expect: {never: [quote, dm]}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {outcome: answered, account: main}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {account: help}}", "failed"),
        ("{mention: '@AcmeHelp when?', expect: {account: help}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {intent: question, place: nothing}}", "passed"),
        ("{mention: '@AcmeCo when in Ulm?', expect: {place: Ulm}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {intent: praise}}", "failed"),
        ("{mention: {text: '@AcmeCo when?', intent: praise}, expect: {intent: praise, fires: false}}", "passed"),
        ("{mention: {text: '@AcmeCo hi', intent: question}, expect: {fires: true}}", "passed"),
        ("{mention: {text: '@AcmeCo when?', author: {is_bot: true}}, expect: {forbidden_by: sealed.bots}}", "passed"),
        ("{mention: {text: '@AcmeCo when?', mention.age: 2d}, expect: {forbidden_by: [sealed.max_age]}}", "passed"),
        ("{mention: '@AcmeCo when?', expect: {forbidden_by: [sealed.max_age]}}", "failed"),
        ("{mention: {text: 'when?', public: false}, expect: {author.wrote_first: true, public: false}}", "passed"),
        ("{mention: {text: 'when?', author.handle: AcmeHelp}, expect: {outcome: ignored}}", "passed"),
        ("{mention: '@AcmeCo hello', known_gap: true, expect: {reply: true}}", "known gap"),
        ("{mention: '@AcmeCo when?', known_gap: true, expect: {reply: true}}", "closed gap"),
    ],
)  # fmt: skip
def test_what_is_expected_is_held_against_what_happened(attempt: Try, test: str, verdict: str) -> None:
    assert verdicts(attempt(f"{HOURS}          - {test}")) == [verdict]


STORE = """
    rules:
      store:
        when: {intent: question}
        look_up: {store: {nearest_store: {to: place}}}
        do:
          reply:
            first_of:
              - {when: {store.km: {at_most: 25}}, say: "Yes, in {{ store.city }}."}
              - {when: {store: {exists: true}}, say: "The closest is {{ store.city }}."}
              - {say: "Which city?"}
        tests:
"""


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("{nearest_store: {city: Ulm, km: 3}}", "Yes, in Ulm."),
        ("{nearest_store: {city: Ulm, km: 80}}", "The closest is Ulm."),
        ("{nearest_store: nothing}", "Which city?"),
        ("{counts.talks: 0}", "Which city?"),
    ],
)
def test_a_look_up_answers_what_is_given_and_else_nothing(attempt: Try, given: str, text: str) -> None:
    counts = "\n    counts:\n      talks: {of: mention, per: author}\n"
    test = f"- {{mention: '@AcmeCo a shop in Ulm?', given: {given}, expect: {{reply: {{equals: '{text}'}}}}}}"
    assert verdicts(attempt(f"{STORE}          {test}{counts}")) == ["passed"]


def test_an_answer_that_nobody_asked_for_is_named(attempt: Try) -> None:
    test = "- {mention: '@AcmeCo a shop?', given: {nearest_store: {city: Ulm, km: 3}}, expect: {reply: {contains: Ulm}}}"
    (result,) = attempt(f"{STORE}          {test}").results
    assert result.failures[0].happened == "its text is `Which city?`"
    assert "the answer given for `nearest_store` was not asked for" in result.failures[0].why


COMPLAINTS = """
    people: {manager: m@acme.example}
    rules:
      sorry:
        rank: complaint
        when: {intent: complaint}
        limit: {at_most: 1, per: conversation, in: 24h, but_still: [open_case]}
        do:
          reply: {say: [We are sorry., Sorry once more.]}
          open_case: {to: manager, answer_within: 2h}
          remember: {flags.unhappy: true}
          label: [unhappy, case]
        tests:
"""


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        ("{never: [reply], open_case: {joined: true}}", "passed"),
        ("{reply: true}", "failed"),
        ("{open_case: {joined: false}}", "failed"),
        ("{flags.unhappy: true}", "passed"),
    ],
)
def test_a_rule_that_fired_leaves_its_limit_its_case_and_its_flags(
    attempt: Try, expect: str, verdict: str
) -> None:
    test = f"- {{mention: '@AcmeCo awful', given: {{fired: {{sorry: 3h ago}}}}, expect: {expect}}}"
    guard = "\n    guards:\n      calm: {when: {flags.unhappy: true}, forbid: [quote]}\n"
    assert verdicts(attempt(f"{COMPLAINTS}          {test}{guard}")) == [verdict]


def test_a_rule_that_fired_counts_for_the_limits_of_guards(attempt: Try) -> None:
    other = """
      thanks:
        when: {intent: praise}
        do: {reply: Thank you!}
        tests:
          - {mention: '@AcmeCo love it', given: {fired: {sorry: 3h ago}}, expect: {forbidden_by: sealed.one_reply}}
          - {mention: '@AcmeCo love it', given: {fired: {sorry: 25h ago}}, expect: {reply: true}}
"""
    test = "- {mention: '@AcmeCo awful', given: {fired: {sorry: 25h ago}}, expect: {reply: {contains: once more}}}"
    report = attempt(f"{COMPLAINTS}          {test}{other}")
    assert verdicts(report) == ["passed", "passed", "passed"]


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        ("open_case: {answer_within: 2h, to: manager}", "passed"),
        ("open_case: {answer_within: 3h}", "failed"),
        ("open_case: manager", "passed"),
        ("label: case", "passed"),
        ("label: other", "failed"),
        ("remember: true", "passed"),
    ],
)
def test_the_parameters_of_an_action_are_compared(attempt: Try, expect: str, verdict: str) -> None:
    report = attempt(f"{COMPLAINTS}          - {{mention: '@AcmeCo awful', expect: {{{expect}}}}}")
    assert verdicts(report) == [verdict]


def test_a_count_is_given_as_it_stood_before_the_mention(attempt: Try) -> None:
    report = attempt("""
    counts:
      talks: {of: interaction, per: author}
      week: {of: mention, per: author, in: 7d}
      today: {of: mention, per: account, per_day: true}
    rules:
      knows_us:
        when: {counts.talks: {reaches: 4}, counts.week: {at_least: 3}, counts.today: {equals: 2}}
        do: {label: knows-us}
        tests:
          - mention: '@AcmeCo hi'
            given: {counts.talks: 3, counts.week: 2, counts.today: 1}
            expect: {label: knows-us, counts.talks: 4}
          - {mention: '@AcmeCo hi', given: {counts.talks: 2, counts.week: 2, counts.today: 1}, expect: {fires: false}}
""")
    assert verdicts(report) == ["passed", "passed"]


def test_a_conversation_moves_its_clock_and_keeps_its_author(attempt: Try) -> None:
    report = attempt("""
    calendars:
      night: {week: {every day: 22:00-07:00}}
      day: {week: {every day: 09:00-18:00}}
    guards:
      sleep: {when: {time: {inside: night}}, hold: [reply], until: day, expires: 1d}
    counts:
      seen: {of: mention, per: author}
    rules:
      hours:
        when: {intent: question}
        do: {reply: We are open 9 to 18.}
        tests:
          - name: asked at night, answered in the morning
            steps:
              - at: 2026-03-03 23:30
                mention: {text: '@AcmeCo when?', author.handle: jo}
                expect: {held_by: [sleep], outcome: held, reply: true, author.handle: jo}
              - {wait: 5h, expect: {never: [reply]}}
              - {wait: 5h, expect: {reply: {contains: open 9}, outcome: answered}}
              - {after: 1h, mention: '@AcmeCo hello', expect: {counts.seen: 2, author.handle: jo}}
""")
    assert [(r.verdict, r.failures) for r in report.results] == [("passed", ())]


def test_a_scheduled_rule_is_tested_by_letting_time_pass(attempt: Try) -> None:
    report = attempt("""
    rules:
      tip:
        at: {every: day, time: 09:30}
        do: {post: A tip a day.}
        tests:
          - steps:
              - {at: 2026-03-03 09:00, wait: 1s, expect: {never: [post]}}
              - {wait: 1h, expect: {fires: true, post: {contains: tip}}}
""")
    assert [(r.verdict, r.failures) for r in report.results] == [("passed", ())]


def test_a_handover_is_followed_to_the_account_that_decides(attempt: Try) -> None:
    policy = """
    rules:
      route:
        when: {{account: main, topic: returns}}
        do: {{handover: {{to: help}}, label: routed}}
        tests:
          - mention: {{text: '@AcmeCo my refund', account: main, topic: returns}}
            expect: {}
      refunds:
        when: {{account: help, topic: returns}}
        do: {{label: refund}}
        tests: [{{mention: {{text: '@AcmeHelp refund', topic: returns}}, expect: {{label: refund}}}}]
"""
    good = "{handover: help, then: {account: help, label: refund, never: [handover]}}"
    assert verdicts(attempt(policy.format(good))) == ["passed", "passed"]
    assert verdicts(attempt(policy.format("{then: {label: routed}}"), "route")) == ["failed"]
    plain = attempt(HOURS + "          - {mention: '@AcmeCo when?', expect: {then: {account: help}}}")
    assert [failure.expected for failure in plain.results[0].failures] == ["a handover"]


@pytest.mark.parametrize("status", ["shadow", "off"])
def test_the_test_of_a_rule_that_is_not_live_shows_what_it_would_do(attempt: Try, status: str) -> None:
    report = attempt(f"""
    rules:
      hours:
        status: {status}
        rollout: {{percent: 0, by: author}}
        when: {{intent: question}}
        do: {{reply: We are open.}}
        tests: [{{mention: '@AcmeCo when?', expect: {{reply: true}}}}]
""")
    assert [(r.verdict, r.failures) for r in report.results] == [("passed", ())]


def test_without_accounts_of_its_own_a_policy_is_tested_as_it_is(attempt: Try) -> None:
    test = "          - {mention: '@SomeShop when?', expect: {reply: true, addressed: direct}}"
    assert verdicts(attempt(f"{HOURS}{test}", accounts="")) == ["passed"]
    assert verdicts(attempt(f"{HOURS}{test.replace('@SomeShop ', '')}", accounts="")) == ["passed"]


def test_a_test_touches_neither_the_store_nor_the_look_ups_of_the_desk(
    desk_for: Callable[[str], Desk],
) -> None:
    desk = desk_for(f"{STORE}          - {{mention: '@AcmeCo in Ulm?', expect: {{fires: true}}}}")
    asyncio.run(run(cases_of(desk.setting.policy), desk))
    assert isinstance(desk.store, MemoryStore)
    assert {**vars(desk.store), "_entries": vars(vars(desk.store)["_entries"])} == {
        **vars(MemoryStore()),
        "_entries": vars(Packed()),
    }


def test_the_same_tests_give_the_same_report(attempt: Try) -> None:
    policy = f"{COMPLAINTS}          - {{mention: '@AcmeCo awful', expect: {{reply: {{contains: sorry}}}}}}"
    assert attempt(policy) == attempt(policy)
