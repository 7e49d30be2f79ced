"""Two policies over the same mentions: what changes, for whom, and because of which statement."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import Mention
from socialcare.simulate.comparing.difference import Difference
from socialcare.simulate.comparing.sides import side_by_side
from socialcare.simulate.comparing.thresholds import FIGURES, ThresholdError, threshold
from socialcare.simulate.comparing.told import Verdict, render_json, render_text
from socialcare.simulate.pages.diff_page import diff_page

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]

OLD = """
socialcare: 1
accounts: {main: AcmeCo}
people: {desk: desk@acme.example}
company: {phone: "555"}
lists: {hours_words: [open, closed]}
calendars: {day: {zone: UTC, week: {every day: 09:00-18:00}}}
signals: {asks: {text: {has: {in: hours_words}}}}
counts: {asked: {of: mention, per: author, in: 1h}}
rules:
  hours: {when: {all: [asks]}, do: {reply: We are open 9 to 18.}}
  sorry: {rank: complaint, when: {text: {has: broken}}, do: {reply: Sorry., label: sorry, urgency: 1}}
  call: {when: {text: {has: phone}}, do: {reply: "Call {{ company.phone }}."}}
  again: {when: {counts.asked: {reaches: 3}}, do: {label: again}}
"""
TEXTS = ["are you open?", "it is broken", "your phone?", "hello", "closed?"]


async def difference(past: Iterable[Mention], old: Desk, new: Desk, *, batch: int = 500) -> Difference:
    found = Difference(old.setting.policy, new.setting.policy)
    async for pairs in side_by_side(past, old, new, batch=batch):
        found.see(pairs)
    return found


def shown(found: Difference) -> dict[str, int]:
    return {str(cause): drawer.count for cause, drawer in found.causes.items()}


def some(found: Difference) -> dict[str, int]:
    return {name: number for name, number in found.figures.items() if number}


async def test_a_policy_beside_itself_changes_nothing(desk_for: DeskFor, mentions: Mentions) -> None:
    found = await difference(mentions(TEXTS * 5), desk_for(OLD), desk_for(OLD), batch=4)
    assert (found.mentions, found.counterfactual, some(found), found.statements) == (25, 0, {}, [])
    assert "nothing changes for any of them" in render_text(Verdict(found), 80)


@pytest.mark.parametrize(
    ("before", "after", "figures", "cause"),
    [
        ("open 9 to 18.", "open 8 to 20.", {"text_changed": 2}, "rule hours, changed"),
        ("  sorry: {rank", "  sorry: {status: off, rank", {"silenced": 1, "outcome_changed": 1, "inside_changed": 1, "urgency_changed": 1}, "rule sorry, changed"),
        ("[open, closed]", "[open]", {"silenced": 1, "outcome_changed": 1}, "rule hours, through list hours_words"),
        ("call: {when: {text: {has: phone", "call: {when: {text: {has: [phone, hello]", {"spoken": 1, "outcome_changed": 1}, "rule call, changed"),
        ("all: [asks]", "none: [asks]", {"silenced": 2, "spoken": 1}, "rule hours, changed"),
        ('"555"', '"556"', {"text_changed": 1}, "rule call, through company phone"),
        ("rules:", "rules:\n  hi: {when: {text: {has: hello}}, do: {reply: Hi}}", {"spoken": 1, "outcome_changed": 1}, "rule hi, added"),
        ("rules:", "guards: {quiet: {when: {text: {has: phone}}, forbid: [reply]}}\nrules:", {"silenced": 1, "outcome_changed": 1}, "guard quiet, added"),
        ("rules:", "guards: {ask: {when: {text: {has: phone}}, need_approval: [reply], by: desk}}\nrules:", {"silenced": 1, "outcome_changed": 1, "held_changed": 1}, "guard ask, added"),
        ("rules:", "rules:\n  bigger: {rank: safety, when: {text: {has: broken}}, do: {reply: Oh}}", {"text_changed": 1}, "rule bigger, added"),
    ],
)  # fmt: skip
async def test_a_change_is_found_with_its_cause(
    desk_for: DeskFor, mentions: Mentions, before: str, after: str, figures: dict[str, int], cause: str
) -> None:
    found = await difference(mentions(TEXTS), desk_for(OLD), desk_for(OLD.replace(before, after, 1)))
    public = {name: number for name, number in some(found).items() if name in figures}
    assert public == figures
    assert found.figures["public_changed"] == sum(
        figures.get(name, 0) for name in ("silenced", "spoken", "text_changed")
    )
    assert [*shown(found)] == [cause]


async def test_only_what_readers_of_a_rule_see_is_no_change(desk_for: DeskFor, mentions: Mentions) -> None:
    new = OLD.replace("  call: {when", "  phone: {was: call, because: They ask., owner: desk, when")
    found = await difference(mentions(TEXTS), desk_for(OLD), desk_for(new))
    assert found.statements == []
    assert found.any_changed == 0


async def test_a_list_that_a_rule_names_itself_is_told_from_the_rule(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    old = OLD.replace("all: [asks]", "text: {has: {in: hours_words}}")
    found = await difference(
        mentions(TEXTS), desk_for(old), desk_for(old.replace("[open, closed]", "[open]"))
    )
    assert shown(found) == {"rule hours, through list hours_words": 1}


async def test_a_guard_that_is_the_same_and_binds_another_mention_says_so(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    """One answer an hour: without the rule that had the first, the second mention gets it."""
    guards = "guards: {pace: {limit: {at_most: 1, of: [reply], per: account, in: 1h}}}\nrules:"
    old = OLD.replace("rules:", guards)
    new = old.replace("  hours: {when", "  hours: {status: off, when")
    found = await difference(mentions(["open", "broken"]), desk_for(old), desk_for(new))
    assert shown(found) == {
        "rule hours, changed": 1,
        "guard pace, unchanged: an earlier mention was decided otherwise": 1,
    }


async def test_what_follows_a_changed_answer_is_counted_apart(desk_for: DeskFor, mentions: Mentions) -> None:
    first, second, other = mentions(["are you open?", "closed then?", "closed?"])
    first = replace(first, conversation="c")
    second = replace(second, conversation="c", at=first.at + timedelta(days=2))
    found = await difference(
        [first, other, second], desk_for(OLD), desk_for(OLD.replace("9 to 18", "8 to 20"))
    )
    assert (found.mentions, found.counterfactual, found.counterfactual_changed) == (2, 1, 1)
    assert found.figures["text_changed"] == 2


async def test_without_conversations_the_same_author_follows_up_within_a_day(
    desk_for: DeskFor, mentions: Mentions
) -> None:
    first = next(mentions(["are you open?"]))
    soon = replace(first, id="2", root="2", at=first.at + timedelta(hours=23))
    late = replace(first, id="3", root="3", at=first.at + timedelta(days=3))
    found = await difference([first, soon, late], desk_for(OLD), desk_for(OLD.replace("9 to 18", "8 to 20")))
    assert (found.mentions, found.counterfactual) == (2, 1)


@pytest.mark.parametrize("batch", [1, 2, 500])
async def test_schedules_of_one_policy_do_not_part_the_pairs(
    desk_for: DeskFor, mentions: Mentions, batch: int
) -> None:
    new = OLD.replace(
        "rules:", "rules:\n  morning: {at: {every: day, time: 09:00}, do: {post: Good morning}}"
    )
    past = [replace(one, at=one.at + timedelta(days=place)) for place, one in enumerate(mentions(TEXTS * 4))]
    found = await difference(past, desk_for(OLD), desk_for(new), batch=batch)
    assert found.mentions + found.counterfactual == 20
    assert found.any_changed == 0
    assert [str(each) for each in found.statements] == ["rule morning, added"]


@pytest.mark.parametrize(
    ("written", "exceeded"),
    [
        ("public_changed>0.5%", True),
        ("public_changed > 40%", False),
        ("public_changed>=40%", True),
        ("silenced>0", False),
        ("text_changed>1", True),
        ("changed>=2", True),
    ],
)
async def test_a_bound_is_exceeded_or_not(
    desk_for: DeskFor, mentions: Mentions, written: str, exceeded: bool
) -> None:
    found = await difference(mentions(TEXTS), desk_for(OLD), desk_for(OLD.replace("9 to 18", "8 to 20")))
    assert threshold(written).exceeded(found) is exceeded


@pytest.mark.parametrize("written", ["public_changed", "publc_changed>1", "changed>x", "changed<3", ""])
def test_a_bound_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ThresholdError, match="--fail-on"):
        threshold(written)


async def test_it_reads_well(
    desk_for: DeskFor, mentions: Mentions, golden: Callable[[str, str], None]
) -> None:
    new = (
        OLD.replace("9 to 18", "8 to 20")
        .replace("[open, closed]", "[open]")
        .replace("  call:", "  phone_number:")
    )
    found = await difference(mentions([*TEXTS, "open \x1b[2J\u202e<b>"]), desk_for(OLD), desk_for(new))
    verdict = Verdict(found, [threshold("silenced>0")])
    golden(
        "difference.txt", re.sub(r"policy \w{12} with \w{12}", "policy … with …", render_text(verdict, 100))
    )
    told = render_json(verdict)
    assert set(told["figures"]) == set(FIGURES)
    assert told["exceeded"] == ["silenced>0"]
    assert sum(told["matrix"].values()) == told["mentions"] == 6
    page = diff_page(verdict)
    assert "&lt;b&gt;" in page
    assert page.count("<script") == 1
    assert "\u202e" not in page
