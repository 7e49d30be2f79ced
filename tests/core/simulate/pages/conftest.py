"""A dry run over invented and hostile mentions, and the page that tells of it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from socialcare.desk import Desk
from socialcare.model import Author, Mention
from socialcare.simulate.findings.findings import Findings
from socialcare.simulate.pages.run_page import run_page
from socialcare.simulate.report import Run
from socialcare.simulate.run import run

POLICY = """
socialcare: 1
company: {name: "Acme </title><script>window.owned = 3</script>"}
accounts: {main: AcmeCo}
people: {desk: desk@acme.example}
calendars:
  open_hours: {zone: UTC, week: {every day: 09:00-18:00}}
rules:
  hours:
    rank: question
    because: Who asks <b>when</b> hears when.
    when: {text: {has: open}}
    limit: {at_most: 12}
    do: {reply: We are open 9 to 18., label: hours}
  hours.again:
    when: {text: {has: open}}
    do: {reply: Every day.}
  apology:
    rank: complaint
    when: {text: {has: broken}}
    do: {reply: "Sorry, {{ author.first_name }}.", open_case: {to: desk, answer_within: 4h}}
  unhappy:
    when: {intent: complaint}
    do: {label: unhappy}
  noise:
    when: {text: {has: advert}}
    do: {ignore: advert}
  long:
    when: {text: {has: novel}}
    do: {reply: "%s"}
  magic:
    when: {text: {has: xyzzy}}
    do: {label: magic}
guards:
  night: {hold: [public], until: open_hours}
  pace: {limit: {at_most: 2, of: [reply], per: account, in: 12h}, otherwise: to_inbox}
""" % ("All day and night " * 20)
HOSTILE = [
    "<script>window.owned = 1</script> open?",
    '"><img src=x onerror="window.owned = 2"> broken',
    "</template></article></main><style>*{display:none}</style>",
    "\u202eevil \x1b[2J \u2066 open",
    "javascript:alert(1) {{ 7*7 }} <!-- ]]>",
    "ﷺ" * 40 + " Z̷̧̢̛͚̖͉̱͍͚̹͚̀a̶l̸g̵o " + "x" * 300,
]
TEXTS = [
    "are you open on Sunday?",
    "my kettle is broken, I am furious",
    "advert",
    "please write a novel",
    "do you gift wrap?",
    "hello",
]


@pytest.fixture
def past(mentions: Callable[[Iterable[str]], Iterator[Mention]]) -> list[Mention]:
    found = [*mentions(TEXTS * 6 + HOSTILE)]
    found = [replace(one, at=one.at + timedelta(hours=7 * place)) for place, one in enumerate(found)]
    named = Author(id="<b>", handle="<b>", name="Anna Meier", followers=9_000)
    found[1] = replace(found[1], author=named)
    answer = replace(
        found[0], id="r", root="r", text="Sorry! DM us <i>", author=Author(id="us", handle="AcmeCo"), at=found[0].at + timedelta(minutes=9), in_reply_to=found[0].id,
    )  # fmt: skip
    return sorted([*found, answer], key=lambda one: (one.at, one.id))


@pytest.fixture
def page_of(desk_for: Callable[..., Desk]) -> Callable[[list[Mention]], Awaitable[str]]:
    """The page of a dry run."""

    async def make(past: list[Mention]) -> str:
        desk = desk_for(POLICY)
        findings = Findings(desk)
        summary = await run(past, desk, also=findings.see)
        return run_page(Run(summary=summary, beside=findings.brand.finish()), findings)

    return make


@pytest.fixture
async def page(past: list[Mention], page_of: Callable[[list[Mention]], Awaitable[str]]) -> str:
    return await page_of(past)
