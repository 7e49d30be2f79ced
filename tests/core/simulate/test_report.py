"""The report as people read it, at several widths, and as programs do."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from socialcare.desk import Desk
from socialcare.model import Author, Mention, Reject
from socialcare.seam import Failure
from socialcare.simulate.rejects import Rejects
from socialcare.simulate.report import Run, render_json, render_text
from socialcare.simulate.run import run

DeskFor = Callable[..., Desk]
Mentions = Callable[[Iterable[str]], Iterator[Mention]]
Golden = Callable[[str, str], None]

TEXTS = [
    "open \x1b[2J\x1b]0;owned\x07 \u202eevil",
    "my kettle is broken :( @AcmeCo",
    "advert advert",
    "hello",
    "please write a novel",
    "are you open today? 今日は営業していますか" + "営業" * 40,
    "@AcmeCo when do you open?",
]


@pytest.fixture
def past(mentions: Mentions) -> list[Mention]:
    found = list(mentions(TEXTS))
    found[5] = replace(found[5], account="Rival_Shop", mentioned=())
    ours = replace(found[0], id="9000", root="", author=Author(id="9", handle="AcmeCo"))
    night = replace(
        found[0], id="9001", author=Author(id="77", handle="owl"), at=found[0].at + timedelta(hours=12)
    )
    return [*found, ours, found[0], night]


async def done(past: list[Mention], desk: Desk) -> Run:
    rejects = Rejects()
    rejects.add(Reject(file="past.csv", row=17, reason="`id` is a rounded number, `5.7E+17`"))
    rejects.add(Reject(file="past.csv", row=19, reason="`id` is a rounded number, `6.1E+17`"))
    failure = Failure(plugin="acme", what="classifier `mood`", reason="`ValueError: no`", count=3)
    ordered = sorted(past, key=lambda one: (one.at, one.id))
    return Run(
        summary=await run(ordered, desk),
        rejects=tuple(rejects),
        failures=(failure,),
        unsealed=(("x.no_strangers", "we asked them"),),
    )


@pytest.mark.parametrize("width", [80, 40, 120])
async def test_the_report_reads_well(
    desk_for: DeskFor, past: list[Mention], golden: Golden, width: int
) -> None:
    text = render_text(await done(past, desk_for()), width)
    golden(f"report-{width}.txt", text)
    assert [line for line in text.splitlines() if cell_len(line) > width] == []


async def test_s15_what_people_wrote_cannot_act_on_a_terminal(desk_for: DeskFor, past: list[Mention]) -> None:
    text = render_text(await done(past, desk_for()), 80)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


async def test_headings_are_bold_where_there_is_colour(desk_for: DeskFor, past: list[Mention]) -> None:
    found = await done(past, desk_for())
    plain = render_text(found, 80)
    coloured = render_text(found, 80, color=True)
    assert "\x1b[1mworth knowing\x1b[0m" in coloured
    assert coloured.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain
    assert "\0" not in plain


async def test_an_archive_without_mentions_has_a_report_too(desk_for: DeskFor) -> None:
    found = Run(summary=await run([], desk_for()))
    assert render_text(found, 80).startswith("0 mentions\n")
    assert render_json(found)["everyone"]["mentions"] == 0


async def test_programs_get_every_figure(desk_for: DeskFor, past: list[Mention]) -> None:
    found = render_json(await done(past, desk_for()))
    json.dumps(found)
    assert found["everyone"]["answered"] == 3
    assert found["rules"]["hours"]["fires"] == 4
    assert found["dead_rules"] == ["famous", "morning", "never"]
    assert found["rejects"] == [
        {"count": 2, "reason": "`id` is a rounded number, `5.7E+17`", "file": "past.csv", "row": 17}
    ]
    assert found["failures"][0]["plugin"] == "acme"
