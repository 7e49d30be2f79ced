"""The report of a dry run, as one page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from socialcare.simulate.findings.exhibits import SAMPLES
from socialcare.simulate.findings.findings import Findings
from socialcare.simulate.pages import overview
from socialcare.simulate.pages.brand import bill, brand
from socialcare.simulate.pages.cards import Book
from socialcare.simulate.pages.inbox import inbox, reach
from socialcare.simulate.pages.kept_back import kept_back
from socialcare.simulate.pages.markup import Markup, tag
from socialcare.simulate.pages.page import Section, page
from socialcare.simulate.pages.rules import rules
from socialcare.simulate.pages.words import many
from socialcare.simulate.report import Run, remarks
from socialcare.simulate.summary import Summary

LARGEST = 4_500_000
"""Characters of a page; a larger one is written with fewer mentions behind each number."""


def run_page(run: Run, findings: Findings) -> str:
    """The whole page."""
    most = SAMPLES
    while True:
        found = _page(run, findings, Book(most))
        if len(found) <= LARGEST or most == 1:
            return found
        most //= 2


def _page(run: Run, findings: Findings, book: Book) -> str:
    summary = run.summary
    sections = [
        overview.outcomes(summary, findings, book),
        overview.over_time(findings, book),
        overview.hours(findings, book),
        inbox(findings, book),
        reach(findings, book),
        rules(summary, findings, book),
        kept_back(summary, findings, book),
        brand(run.beside, book) if run.beside is not None else None,
        bill(summary, findings, book),
        _worth_knowing(run),
    ]
    company = summary.policy.company.get("name")
    title = f"What {company} would have said" if company else "What the policy would have said"
    return page(title, _lead(summary), [each for each in sections if each is not None], book, _foot(run))


def _lead(summary: Summary) -> str:
    told = f"A dry run over {many(summary.mentions, 'mention')}"
    if summary.since is not None and summary.until is not None:
        zone = ZoneInfo(summary.policy.zone)
        days = [
            f"{at.day} {at:%b %Y}" for at in (summary.since.astimezone(zone), summary.until.astimezone(zone))
        ]
        told += f", {' to '.join(dict.fromkeys(days))}"
    apart = [
        f"{many(summary.own_posts, 'post')} of our own" if summary.own_posts else "",
        f"{many(summary.read_again, 'row')} read again" if summary.read_again else "",
    ]
    counted = [each for each in apart if each]
    return f"{told}. Nothing was sent." + (f" Not counted: {', '.join(counted)}." if counted else "")


def _worth_knowing(run: Run) -> Section | None:
    told = [tag("li", each.strip()) for each in remarks(run)]
    return Section("worth-knowing", "Worth knowing", [tag("ul", *told)]) if told else None


def _foot(run: Run) -> Markup:
    policy = run.summary.policy
    return tag(
        "p",
        f"Policy {policy.hash[:12]}. Outcomes of first mentions are the surest: replies that were never sent change nothing "
        "in an archive, so what people would have written next is not in it. Texts are shown as they were "
        "posted; keep this file as you would keep them.",
    )
