"""The page in a real browser: it looks right on a phone, by keyboard and to a screen reader, and asks nothing of the network."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Page

api = pytest.importorskip("playwright.async_api")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
"""The page is ours and the browser is fresh; it is not to look for updates while it is watched."""

PHONE, SCREEN = (390, "light"), (1280, "light")
EVERY = [PHONE, (390, "dark"), SCREEN, (1280, "dark")]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
    pytest.mark.xdist_group("browser"),
]


class Seen:
    """A page that is open, and all that it complained of or asked for."""

    def __init__(self, tab: "Page") -> None:
        self.tab = tab
        self.complaints: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))

    async def open_all(self) -> None:
        """Open everything that can be unfolded."""
        await self.tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


@pytest.fixture
async def seen(request: pytest.FixtureRequest, page: str, tmp_path: Path) -> AsyncIterator[Seen]:
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    width, scheme = request.param
    async with api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        found = Seen(await context.new_page())
        await found.tab.goto(file.as_uri())
        yield found
        await browser.close()


@pytest.mark.parametrize("seen", EVERY, indirect=True, ids=str)
async def test_the_page_is_quiet_safe_and_as_wide_as_the_screen(seen: Seen) -> None:
    assert await seen.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await seen.open_all()
    assert await seen.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []
    assert seen.complaints == []
    assert await seen.tab.evaluate("window.owned") is None


@pytest.mark.parametrize("seen", EVERY, indirect=True, ids=str)
async def test_axe_finds_nothing(seen: Seen) -> None:
    axe = pytest.importorskip("axe_playwright_python.async_playwright")
    await seen.open_all()
    found = [await axe.Axe().run(seen.tab)]
    await seen.tab.locator("#outcomes td a.n").first.click()
    found.append(await axe.Axe().run(seen.tab))
    broken = [
        (one["id"], [node["html"][:200] for node in one["nodes"][:3]])
        for each in found
        for one in each.response["violations"]
    ]
    assert not broken


@pytest.mark.parametrize("seen", [PHONE], indirect=True, ids=str)
async def test_a_number_opens_its_mentions_and_escape_closes_them(seen: Seen) -> None:
    tab = seen.tab
    number = tab.locator("#outcomes td a.n").first
    await number.focus()
    await tab.keyboard.press("Enter")
    dialog = tab.locator("dialog[open]")
    assert await dialog.locator("article.m").count() == min(12, int(await number.inner_text()))
    assert (await dialog.locator("h2").inner_text()).startswith("Mentions that ended as")
    assert await tab.evaluate("document.activeElement.closest('dialog') !== null")
    await tab.keyboard.press("Escape")
    assert await tab.locator("dialog[open]").count() == 0
    assert await number.evaluate("each => each === document.activeElement")


@pytest.mark.parametrize("seen", [SCREEN], indirect=True, ids=str)
async def test_details_open_by_keyboard(seen: Seen) -> None:
    await seen.tab.locator("#rules summary").first.focus()
    await seen.tab.keyboard.press("Enter")
    assert await seen.tab.locator("#rules details").first.evaluate("each => each.open")


@pytest.mark.parametrize("seen", [SCREEN], indirect=True, ids=str)
async def test_arrow_keys_walk_through_the_hours_that_have_a_number(seen: Seen) -> None:
    tab = seen.tab
    first = tab.locator(".heat a.n[tabindex='0']")
    assert await first.count() == 1
    await first.focus()
    visited = {await tab.evaluate("document.activeElement.dataset.t")}
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"):
        await tab.keyboard.press(key)
        visited.add(await tab.evaluate("document.activeElement.dataset.t"))
    assert len(visited) > 1
    assert all(each.startswith("Unanswered, ") for each in visited)
