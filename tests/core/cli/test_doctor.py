"""What `socialcare doctor` says of a deployment, each problem with its way out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from socialcare.delivery import switch
from socialcare.store import sqlite

Golden = Callable[[str, str], None]
NOTIFY = """
[plugins.notify]
people = {mara = "mara@acme.example"}
[plugins.notify.smtp]
host = "mail.acme.example"
sender = "care@acme.example"
"""
X = """
[plugins.x]
consumer_key = "env:X_KEY"
consumer_secret = "file:secrets/none"
[plugins.x.accounts.main]
id = "42"
handle = "AcmeShop"
access_token = "env:X_TOKEN"
access_token_secret = "env:X_TOKEN_SECRET"
"""


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "warnings_of", lambda _: ())
    for name in ("X_KEY", "X_TOKEN", "X_TOKEN_SECRET"):
        monkeypatch.delenv(name, raising=False)


def test_before_the_first_start(care: Any, live_run: Any, golden: Golden, tmp_path: Path) -> None:
    result = live_run("doctor")
    golden("doctor-first.txt", result.output)
    assert result.exit_code == 1
    assert not (tmp_path / "care.db").exists(), "who looks makes nothing"


def test_everything_that_is_wrong_is_said_at_once(care: Any, live_run: Any, golden: Golden) -> None:
    file = care.folder / "socialcare.toml"
    file.write_text('policy = "policy"\n[plugins.actions]\n[live]\nadress = "x"\nmoney = -1\n' + X)
    result = live_run("doctor")
    golden("doctor-wrong.txt", result.output.replace(str(care.folder), "."))
    assert result.exit_code == 1


def test_a_deployment_that_has_something_to_look_at(
    care: Any, happening: Any, live_run: Any, golden: Golden
) -> None:
    def kill(service: Any) -> Any:
        return service.database.run(lambda connection: switch.kill(connection, reason="a storm", by="mara"))

    happening((1, "are you open?", 10), (2, "are you open?", 5_000), then=kill)
    care.write("socialcare: 1\nrules: {a: {wen: 1}}\n", "more.yaml")
    result = live_run("doctor")
    shown = "\n".join(line for line in result.output.splitlines() if "feed line: brought" not in line)
    golden("doctor-look.txt", shown + "\n")


def test_it_can_be_read_by_a_program(care: Any, live_run: Any) -> None:
    found = json.loads(live_run("doctor", "--format", "json").output)
    assert {one["state"] for one in found} <= {"well", "warning", "problem"}
    assert all(set(one) == {"state", "what", "out"} for one in found)


def test_what_rules_say_and_nobody_carries_out_is_named(care: Any, live_run: Any) -> None:
    text = (care.folder / "socialcare.toml").read_text()
    (care.folder / "socialcare.toml").write_text(text.replace("[live]", NOTIFY + "[live]"))
    output = live_run("doctor").output
    assert "speaks through: " in output
    assert "warning  nothing carries out `reply`: what rules say so is kept and never sent" in output
