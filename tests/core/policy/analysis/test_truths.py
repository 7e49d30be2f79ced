from collections.abc import Callable
from typing import Any

import pytest

NEVER = """\
lists: {places: [store, shop]}
signals:
  asks: {intent: question}
  nonsense: {author.followers: {above: 10, below: 5}}
counts:
  none_at_all: {of: mention, when: {all: [asks], intent: praise}}
rules:
  both.intents:
    when: {all: [asks], text: {has: {in: places}}, any: [{intent: praise}, {intent: complaint}]}
    do: {label: never}
  no.word:
    when: {text: {has: [opening hours]}, none: [{text: {has: [hours, open]}}]}
    do: {label: never}
  too.far:
    when: {all: [asks]}
    look_up: {store: {nearest_store: {to: place}}}
    do:
      reply:
        first_of:
          - {when: {store.km: {at_most: 25}}, say: Near.}
          - {when: {store.km: {below: 10}}, say: Very near.}
          - {when: {store: {exists: true}}, say: Far.}
          - {when: {store: {exists: false}}, say: Nowhere.}
          - say: Never said.
      label: {label: odd, when: {intent: praise}}
guards:
  quiet.nobody: {when: {intent: praise, topic: billing, none: [{intent: [praise, other]}]}, forbid: [reply]}
"""
POSSIBLE = """\
signals:
  asks: {intent: question}
  rare: {author.followers: {above: 10, below: 11}}
counts:
  asked: {of: mention, when: {all: [asks]}}
rules:
  both.intents:
    when: {intent: [question, praise], any: [{intent: praise}, {topic: billing}]}
    do: {label: x}
  no.word:
    when: {text: {has: [opening hours]}, none: [{text: {has: [hour, opens, opening of]}}]}
    do: {label: x}
  third: {when: {counts.asked: {reaches: 3}}, do: {label: x}}
  near:
    when: {all: [asks]}
    look_up: {store: {nearest_store: {to: place}}}
    do:
      reply:
        first_of:
          - {when: {store.km: {at_most: 25}}, say: Near.}
          - {when: {store: {exists: true}}, say: Far.}
          - say: Nowhere.
"""


def test_what_never_holds_is_shown_with_the_parts_that_exclude_each_other(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC301.txt", analysed("SC301", NEVER).text)


def test_what_can_hold_is_not_said_never_to(analysed: Any) -> None:
    assert analysed("SC301", POSSIBLE).items == []


ALWAYS = """\
signals:
  anything: {any: [{intent: question}, {none: [{intent: question}]}]}
rules:
  ours.or.not:
    when: {any: [{author.is_us: true}, {author.is_us: false}]}
    do: {label: every}
  said.twice:
    when: {intent: praise}
    do: {reply: {when: {intent: [praise, question]}, say: Thank you!}}
guards:
  everything: {when: {counts.all: {at_least: 0}}, forbid: [quote]}
counts:
  all: {of: mention}
"""


def test_what_always_holds_is_shown(analysed: Any, golden: Callable[[str, str], None]) -> None:
    golden("SC302.txt", analysed("SC302", ALWAYS).text)


@pytest.mark.parametrize(
    "when",
    [
        "{any: [{author.followers: {at_least: 5}}, {author.followers: {below: 5}}]}",
        "{any: [{author.followers: {at_least: 5, if_missing: true}}, {author.followers: {below: 5}}]}",
        "{none: [{author.is_bot: true, author.followers: {below: 5}}]}",
        "{any: [{time: {inside: night}}, {time: {outside: night}}]}",
        "{any: [{product.price: {above: 1, if_missing: true}}, {product.price: {at_most: 1, if_missing: true}}]}",
        "{author.is_bot: {equals: false, if_missing: true}}",
        "{intent: [complaint, question, praise, opinion_request, other]}",
        "{none: [{personal_data: {exists: true}}]}",
    ],
)
def test_what_may_be_missing_does_not_always_hold(when: str, analysed: Any) -> None:
    policy = f"calendars: {{night: {{week: {{every day: 22:00-07:00}}}}}}\nrules:\n  it: {{when: {when}, do: {{label: x}}}}\n"
    assert analysed("SC302", policy).items == []


REDUNDANT = """\
lists: {openings: [open, open*]}
signals:
  asks: {any: [{intent: question}, {text: {ends_with: "?"}}, {intent: question, topic: billing}]}
rules:
  words:
    when: {text: {has: [open*, opening hours, close, opened]}, none: [{text: {contains: [late, latest]}}]}
    do: {label: x}
  in.context:
    when: {intent: [praise, question], any: [{intent: complaint}, {topic: billing}, {account: main}]}
    do: {label: x}
  excluded:
    when: {none: [{author.followers: {above: 100}}, {author.followers: {above: 1000}}]}
    do: {label: x}
  twice:
    when: {any: [{topic: billing}, {account: main}, {topic: billing}]}
    do: {label: x}
"""


def test_what_could_be_left_out_is_shown_once(analysed: Any, golden: Callable[[str, str], None]) -> None:
    golden("SC303.txt", analysed("SC303", REDUNDANT).text)


@pytest.mark.parametrize(
    "when",
    [
        "{any: [{intent: praise}, {topic: billing}]}",
        "{any: [{author.followers: {above: 10}}, {author.followers: {at_most: 5, if_missing: true}}]}",
        "{any: [{author.followers: {above: 100}}, {author.followers: {above: 1000, if_missing: true}}]}",
        "{text: {has: [open, opening hours, hours of]}}",
        "{text: {has: {in: openings}}}",
    ],
)
def test_what_makes_a_difference_is_kept(when: str, analysed: Any) -> None:
    policy = f"lists: {{openings: [open, open*]}}\nrules:\n  it: {{when: {when}, do: {{label: x}}}}\n"
    assert analysed("SC303", policy).items == []
