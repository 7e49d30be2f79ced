from collections.abc import Callable
from typing import Any

import pytest

MUTE = """\
signals: {happy: {intent: praise}}
rules:
  thank:
    when: {all: [happy], author.is_us: false}
    do: {reply: Thank you!, dm: In private., label: happy}
  quote.it: {when: {topic: product}, do: {quote: Look!}}
  spared: {rank: legal, when: {intent: praise}, do: {repost: true}}
guards:
  no.praise: {when: {intent: [praise, opinion_request]}, forbid: [public], except: [legal], because: It reads as boasting.}
  no.quotes: {when: {any: [{author.is_us: true}, {author.is_us: false}]}, forbid: [quote]}
"""


def test_an_action_that_a_guard_always_forbids_is_shown(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC312.txt", analysed("SC312", MUTE).text)


@pytest.mark.parametrize(
    "guard",
    [
        "{when: {intent: praise, topic: billing}, forbid: [reply]}",
        "{when: {intent: praise}, forbid: [reply], except: [thank]}",
        "{when: {intent: praise}, forbid: [reply], except: [normal]}",
        "{when: {intent: praise}, forbid: [reply], status: shadow}",
        "{when: {intent: praise}, forbid: [reply], active: {until: 2026-12-01}}",
        "{when: {intent: praise}, forbid: [dm]}",
        "{when: {intent: praise}, hold: [reply]}",
        "{when: {author.followers: {above: 10, if_missing: false}}, forbid: [reply]}",
    ],
)
def test_a_guard_that_may_let_it_pass_mutes_nothing(guard: str, analysed: Any) -> None:
    policy = f"rules:\n  thank: {{when: {{intent: praise}}, do: {{reply: Thanks!}}}}\nguards:\n  g: {guard}\n"
    assert analysed("SC312", policy).items == []


def test_a_guard_over_what_may_be_missing_binds_where_it_is(analysed: Any) -> None:
    policy = """\
        rules:
          few: {when: {none: [{author.followers: {at_most: 10, if_missing: true}}]}, do: {reply: Thanks!}}
        guards:
          g: {when: {author.followers: {above: 10, if_missing: true}}, forbid: [reply]}
        """
    assert analysed("SC312", policy).items == []  # known not to be there: neither more nor less than ten
    assert len(analysed("SC312", policy.replace("{none: [{author.followers: {at_most: 10, if_missing: true}}]}", "{author.followers: {above: 20}}")).items) == 1  # fmt: skip


LOOPS = """\
accounts: {main: Acme, help: AcmeHelp, uk: AcmeUK}
rules:
  to.help: {when: {account: [main, uk], topic: [billing, returns]}, do: {handover: help}}
  to.uk: {when: {account: help, language: en}, do: {handover: uk}}
  to.main: {when: {topic: product}, do: {handover: main}}
"""


def test_a_circle_that_a_mention_can_go_round_is_shown(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC313.txt", analysed("SC313", LOOPS).text)


@pytest.mark.parametrize(
    "back",
    [
        "{when: {account: help, topic: delivery}, do: {handover: main}}",
        "{when: {account: uk}, do: {handover: main}}",
        "{when: {account: help, topic: billing}, status: shadow, do: {handover: main}}",
    ],
)
def test_ways_that_no_mention_goes_round_are_no_circle(back: str, analysed: Any) -> None:
    policy = f"""\
        accounts: {{main: Acme, help: AcmeHelp, uk: AcmeUK}}
        rules:
          there: {{when: {{account: main, topic: [billing, returns]}}, do: {{handover: help}}}}
          back: {back}
        """
    assert analysed("SC313", policy).items == []
