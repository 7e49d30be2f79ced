"""Why a rule fired or not: its tests, its gates, the guards, and how far it was from firing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from socialcare.model import ABSENT, FieldValue, Value, Vocabulary
from socialcare.policy.deciding.memory import added
from socialcare.policy.deciding.naive import truth
from socialcare.policy.deciding.world import World
from socialcare.policy.explaining.masking import masked
from socialcare.policy.explaining.why import frees_at, misses, near_misses, nearest
from socialcare.policy.explaining.why_lines import miss_line, shown, span, spelt
from socialcare.policy.statements import Policy, Window

Read = Callable[[str], Policy]
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")

POLICY = """
lists: {staff: [anna, ben]}
calendars: {night: {week: {every day: 22:00-07:00}}}
signals:
  customer: {none: [{author.handle: {in: staff}}]}
  loud: {any: [{author.followers: {above: 1000}}, {mention.retweets: {at_least: 5, if_missing: false}}]}
rules:
  one: {when: {all: [customer], intent: complaint, text: {has: [refund, late]}}, do: {label: a}}
  two: {when: {any: [{intent: praise}, {all: [loud], language: [en, de]}]}, do: {label: b}}
  three: {when: {none: [loud, {intent: complaint}], sentiment: {confidence: {at_least: 0.8}}}, do: {label: c}}
  four: {when: {time: {inside: night}}, do: {label: d}}
"""


def world(policy: Policy, **fields: Value | FieldValue) -> World:
    values = {name.replace("__", "."): value for name, value in fields.items()}
    return World(
        policy,
        {n: v if isinstance(v, FieldValue) else FieldValue(v) for n, v in values.items()},
        time=NOW,
        truth=truth,
        counts={},
        closed=frozenset(),
        flags={},
    )


@pytest.fixture
def policy(read: Read) -> Policy:
    return read(POLICY)


def told(policy: Policy, rule: str, vocabulary: Vocabulary, **fields: Value | FieldValue) -> list[str]:
    found = misses(policy.rules[rule].when, world(policy, **fields))
    return [miss_line(miss, vocabulary, ZONE) for miss in found]


def test_every_test_in_the_way_is_told_with_what_it_found(policy: Policy, vocabulary: Vocabulary) -> None:
    assert told(policy, "one", vocabulary, author__handle="Anna", intent="praise", text="thanks") == [
        "`author.handle: {in: staff}` must not hold (signal `customer`), and it is `Anna`",
        "`intent: complaint` is needed, and it is `praise`",
        "`text: {has: [refund, late]}` is needed, and the text has nothing of it",
    ]


def test_unknown_absent_and_unsure_are_told_apart(policy: Policy, vocabulary: Vocabulary) -> None:
    assert told(policy, "three", vocabulary, author__followers=20.0, sentiment=FieldValue(0.2, 0.5)) == [
        "`intent: complaint` must not hold, and nobody says what it is",
        "`sentiment: {confidence: {at_least: 0.8}}` is needed, and its confidence is 0.5",
    ]
    assert told(policy, "two", vocabulary, intent=ABSENT, author__followers=9.0, language="fr") == [
        "`intent: praise` is needed, and it is nothing",
        "`author.followers: {above: 1000}` is needed (signal `loud`), and it is 9",
        "`mention.retweets: {at_least: 5}` is needed (signal `loud`), and where it is missing the rule says no",
        "`language: [en, de]` is needed, and it is `fr`",
    ]


def test_a_test_of_the_time_is_told_with_the_time(policy: Policy, vocabulary: Vocabulary) -> None:
    assert told(policy, "four", vocabulary) == [
        "`time: {inside: night}` is needed, and it is 2026-03-04 12:00"
    ]


def test_what_holds_has_nothing_in_its_way(policy: Policy, vocabulary: Vocabulary) -> None:
    assert told(policy, "one", vocabulary, author__handle="jo", intent="complaint", text="Refund!") == []


@pytest.mark.parametrize(
    ("rule", "fields", "distance"),
    [
        ("one", {"author__handle": "jo", "intent": "complaint", "text": "late"}, 0),
        ("one", {"author__handle": "jo", "intent": "complaint", "text": "hm"}, 1),
        ("one", {"author__handle": "anna", "intent": "praise", "text": "hm"}, 3),
        ("two", {"intent": "other", "author__followers": 5.0, "language": "fr"}, 1),
        ("three", {"intent": "complaint", "author__followers": 5000.0, "mention__retweets": 9.0}, 4),
    ],
)
def test_the_distance_is_the_fewest_tests_that_would_have_to_change(
    policy: Policy, rule: str, fields: dict[str, Value], distance: int
) -> None:
    assert len(nearest(policy.rules[rule].when, world(policy, **fields))) == distance


def test_near_misses_are_the_rules_that_came_closest(policy: Policy) -> None:
    seen = world(policy, author__handle="jo", intent="complaint", text="hm", author__followers=5.0)
    assert near_misses(policy.rules.values(), seen, 2) == [("four", 1), ("one", 1)]


def test_a_long_list_is_cut_where_a_test_is_written_out(read: Read) -> None:
    policy = read("rules: {a: {when: {text: {has: [a, b, c, d, e, f]}}, do: {label: x}}}\n")
    (miss,) = misses(policy.rules["a"].when, world(policy, text=""))
    assert spelt(miss.test) == "text: {has: [a, b, c, d, 2 more]}"


@pytest.mark.parametrize(
    ("window", "ages", "frees"),
    [
        (Window(timedelta(hours=24)), [3], NOW + timedelta(hours=21)),
        (Window(timedelta(hours=24)), [30], None),
        (Window(timedelta(hours=24)), [5, 3, 2], NOW + timedelta(hours=22)),
        (Window(per_day=True), [3], datetime(2026, 3, 5, tzinfo=UTC)),
        (Window(per_day=True), [13], None),
        (Window(), [3], None),
    ],
)
def test_a_used_up_limit_tells_when_it_has_room_again(
    window: Window, ages: list[int], frees: datetime | None
) -> None:
    tally = None
    for age in ages:
        tally = added(tally, window, NOW - timedelta(hours=age), ZONE)
    assert frees_at(tally, 1, window, NOW, ZONE) == frees


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("write to jo.b+x@example.co.uk now", "write to <e-mail> now"),
        ("call 615-555-0117 or +1 (615) 555 0117", "call <number> or <number>"),
        ("card 4000 0012 3456 7899", "card <number>"),
        ("open 9 to 18, order 12345", "open 9 to 18, order 12345"),
        ("turned \u202e round\x1b[2J", "turned \\u202e round\\x1b[2J"),
    ],
)
def test_personal_data_is_hidden_and_what_acts_on_a_terminal_is_inert(text: str, hidden: str) -> None:
    assert masked(text) == hidden


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "", "nothing"),
        (True, "boolean", "true"),
        (6000.0, "number", "6000"),
        (5400.0, "duration", "1.5h"),
        (("a", "b"), "some_of", "a, b"),
        ({"city": "Ulm", "km": 3.0, "note": None}, "record", "{city: `Ulm`, km: 3}"),
        ("x" * 80, "text", f"`{'x' * 60}…`"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value: Value, kind: str, text: str) -> None:
    assert shown(value, kind, ZONE) == text


@pytest.mark.parametrize(
    ("hours", "text"), [(0.01, "36s"), (0.5, "30m"), (3, "3h"), (24, "1d"), (36, "1.5d")]
)
def test_a_length_of_time_is_told_in_its_greatest_unit(hours: float, text: str) -> None:
    assert span(timedelta(hours=hours)) == text
