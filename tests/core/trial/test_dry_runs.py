"""Simulations that are kept with a policy, and what their figures must be."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare.desk import Desk
from socialcare.plugins import Loaded
from socialcare.trial.dry_runs import hold
from socialcare.trial.results import Result

POLICY = """
    rules:
      hours: {{when: {{intent: question}}, do: {{reply: We are open.}}}}
      sorry: {{rank: complaint, when: {{intent: complaint}}, do: {{reply: Sorry., label: sad}}}}
    simulations:
      week:
        over: past/week*.jsonl
        expect: {expect}
"""


@pytest.fixture
def week(tmp_path: Path) -> Path:
    """Ten mentions of ten authors: four questions, six complaints."""
    rows = [
        {
            "id": str(2028473398195126272 + number),
            "text": "@AcmeCo when?" if number < 4 else "@AcmeCo awful",
            "author_id": str(100 + number),
            "created_at": f"2026-03-02T1{number}:00:00.000Z",
        }
        for number in range(10)
    ]
    (tmp_path / "past").mkdir()
    file = tmp_path / "past" / "week-1.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.fixture
def held(desk_for: Callable[..., Desk], shop: Loaded, week: Path) -> Callable[[str], Result]:
    """What came of a simulation with some expectations."""

    def check(expect: str) -> Result:
        desk = desk_for(POLICY.format(expect=expect))
        (simulation,) = desk.setting.policy.simulations.values()
        return asyncio.run(hold(simulation, desk, shop.sources, [week / "elsewhere", week]))

    return check


@pytest.mark.parametrize(
    ("expect", "failures"),
    [
        ("{rules: {hours: {fires: {at_least: 4, at_most: 4}, wins: {equals: 4}, outranked: {equals: 0}}}}", []),
        ("{rules: {hours: {fires: {at_least: 5}}}}", ["at least 5, but rule `hours`: `fires` is 4"]),
        ("{rules: {sorry: {forbidden: {equals: 1}}}}", ["exactly 1, but rule `sorry`: `forbidden` is 0"]),
        ("{everyone: {mentions: {equals: 10}, answered: {at_least: 95%}, unresolved: {equals: 0}}}", []),
        ("{everyone: {unanswered: {at_least: 56%}}}", ["at least 56.0%, but `unanswered` is 0.0%"]),
        ("{everyone: {replies_per_author_per_day: {at_most: 1}, over_limit: {equals: 0}}}", []),
    ],
)  # fmt: skip
def test_the_figures_of_a_dry_run_are_held_to_their_bounds(
    held: Callable[[str], Result], expect: str, failures: list[str]
) -> None:
    result = held(expect)
    assert [f"{failure.expected}, but {failure.happened}" for failure in result.failures] == failures


def test_past_mentions_that_are_not_there_are_a_failure(
    desk_for: Callable[..., Desk], shop: Loaded, tmp_path: Path
) -> None:
    desk = desk_for(POLICY.format(expect="{everyone: {mentions: {at_least: 1}}}"))
    (simulation,) = desk.setting.policy.simulations.values()
    result = asyncio.run(hold(simulation, desk, shop.sources, [tmp_path]))
    assert result.verdict == "failed"
    assert "past/week*.jsonl" in result.failures[0].happened


def test_a_bad_row_is_a_failure_that_names_it(held: Callable[[str], Result], week: Path) -> None:
    with (week / "past" / "week-1.jsonl").open("a") as file:
        file.write('{"id": "5.7E+17", "text": "@AcmeCo hm", "author_id": "1"}\n')
    (failure,) = held("{everyone: {mentions: {at_least: 1}}}").failures
    assert "row 11" in failure.happened
