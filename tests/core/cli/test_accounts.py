"""What stopped is named by `socialcare doctor` with the command that resumes it, and that command does."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from socialcare.delivery import lanes
from socialcare.store import sqlite
from socialcare.store.tables import WORD

Golden = Callable[[str, str], None]
STOPPED = [
    ("main", "*", "X does not know our keys: renew them, and change them in the settings"),
    ("other shop", "*", "no credit \x1b[2J"),
    ("", "rule:say hours", "refused 5 times within an hour"),
]


@pytest.fixture
def stopped(care: Any, happening: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two accounts and a rule that only a person resumes."""
    monkeypatch.setattr(sqlite, "warnings_of", lambda _: ())

    async def stop(service: Any) -> None:
        for account, lane, reason in STOPPED:
            await service.database.run(
                lambda connection, account=account, lane=lane, reason=reason: lanes.close(
                    connection, account, lane, until=None, reason=reason, by="w1"
                )
            )

    happening(then=stop)


def test_what_stopped_is_resumed_as_the_doctor_says(
    stopped: None, live_run: Any, happening: Any, golden: Golden
) -> None:
    seen = [
        line for line in live_run("doctor").output.splitlines() if "sends nothing" in line or "resume" in line
    ]
    said = [
        live_run("resume", "main").output,
        live_run("resume", "other shop").output,
        live_run("resume", "--rule", "say hours").output,
    ]
    answers: list[str] = []

    async def read(service: Any) -> None:
        asked = select(WORD.c.word, WORD.c.answer).order_by(WORD.c.id)
        rows = await service.database.look(lambda connection: connection.execute(asked).all())
        answers.extend(f"{word}: {answer}" for word, answer in rows)

    happening(then=read)
    golden("resume.txt", "\n".join([*seen, "", *"".join(said).splitlines(), "", *map(ascii, answers)]) + "\n")
    assert "sends nothing" not in live_run("doctor").output


def test_what_goes_on_by_itself_is_said_with_the_time(care: Any, happening: Any, live_run: Any) -> None:
    async def limit(service: Any) -> None:
        def close(connection: Any) -> None:
            for lane in ("*", "x"):
                lanes.close(connection, "main", lane, until=9e9, reason="used up", by="w1")

        await service.database.run(close)

    happening(then=limit)
    output = live_run("doctor").output
    assert "account `main` sends nothing until 2255-03-14 16:00 UTC: used up\n" in output
    assert "help: it goes on then; before, with `socialcare resume main`\n" in output
    assert "account `main` sends nothing by x for " in output
    assert "help: it goes on then\n" in output


@pytest.mark.parametrize("words", [[], [""], ["main", "--rule", "hours"]])
def test_resume_takes_an_account_or_a_rule(care: Any, live_run: Any, words: list[str]) -> None:
    result = live_run("resume", *words)
    assert result.exit_code == 2
    assert "say one of: an account, `--rule NAME`; `socialcare doctor` names what stopped" in result.output
