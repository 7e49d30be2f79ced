"""The report of a dry run, as a page: what it tells, and that it stands alone."""

import re
from collections.abc import Awaitable, Callable
from html import unescape

import pytest

from socialcare.model import Mention
from socialcare.simulate.pages import run_page as module

PageOf = Callable[[list[Mention]], Awaitable[str]]

SECTIONS = [
    "outcomes",
    "time",
    "hours",
    "inbox",
    "reach",
    "rules",
    "kept-back",
    "brand",
    "bill",
    "worth-knowing",
    "mentions",
]


def told(page: str) -> str:
    """The words of a page, a line for each element that stands alone."""
    body = re.sub(r"(?s)<(script|style|svg|dialog).*?</\1>", "", page)
    body = body[: body.index('id="mentions"')]
    body = re.sub(r"</(?:p|h\d|tr|li|caption|summary|blockquote|pre|div|title)>", "\n", body)
    body = re.sub(r"</(?:td|th)>", "\t", body)
    lines = (
        re.sub(r"[^\S\t]+", " ", unescape(re.sub(r"<[^>]*>", "", line))).strip() for line in body.splitlines()
    )
    return "\n".join(line for line in lines if line) + "\n"


async def test_the_page_tells_all_that_there_is(page: str, golden: Callable[[str, str], None]) -> None:
    assert re.findall(r'<section id="([\w-]+)"', page) == [
        each for each in SECTIONS if each != "reach" or 'id="reach"' in page
    ]
    varying = r"Policy [0-9a-f]{12}|/\S+/policy\.yaml|Read off the words: .*"  # hash, folder, how sure a classifier is
    golden("run-page.txt", re.sub(varying, "…", told(page)))


async def test_every_number_leads_to_mentions_that_are_there(page: str) -> None:
    cards = set(re.findall(r'<article class="m" id="m(\d+)"', page))
    led = {place for places in re.findall(r'data-m="([\d ]+)"', page) for place in places.split()}
    assert led == cards
    assert len(led) > 20


async def test_the_page_needs_nothing_from_anywhere(page: str) -> None:
    assert not re.findall(r"<(?:img|iframe|object|embed|base|form)\b", page)
    assert re.findall(r"<link [^>]*>", page) == ['<link rel="icon" href="data:,"/>']
    assert "@import" not in page
    assert "url(" not in page
    assert {each[0] for each in re.findall(r'(?:src|href)="([^"]*)"', page)} <= {"#", "d"}


async def test_what_is_hostile_is_only_text(page: str) -> None:
    assert page.count("<script") == page.count("</script>") == 1
    assert page.count("<style") == 1
    assert "&lt;script&gt;window.owned" in page
    assert "\u202e" not in page
    assert "\\u202e" in page
    assert not re.findall(r"<[^>]* on\w+=", page)
    assert "'unsafe-inline'" not in page


async def test_a_page_that_grows_too_large_shows_fewer_mentions(
    monkeypatch: pytest.MonkeyPatch, past: list[Mention], page_of: PageOf
) -> None:
    monkeypatch.setattr(module, "LARGEST", 1)
    page = await page_of(past)
    assert {len(places.split()) for places in re.findall(r'data-m="([\d ]+)"', page)} == {1}
