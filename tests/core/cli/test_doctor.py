"""What `socialcare doctor` says of a deployment, each problem with its way out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from socialcare.delivery import switch
from socialcare.service import running
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
    care: Any, happening: Any, live_run: Any, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(service: Any) -> Any:
        return service.database.run(lambda connection: switch.kill(connection, reason="a storm", by="mara"))

    happening((1, "are you open?", 10), (2, "are you open?", 5_000), then=kill)
    care.write("socialcare: 1\nrules: {a: {wen: 1}}\n", "more.yaml")
    monkeypatch.setattr(running, "_FORGOTTEN", 0.0)
    golden("doctor-look.txt", live_run("doctor").output)


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


LIVE = '[live]\ndatabase = "care.db"\naddress = ""\n'


# ---- settings and policy ------------------------------------------------------------------------------------------------


@pytest.fixture
def with_x(care: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes settings with an account of X, which replacements change."""

    def write(*replacements: tuple[str, str], more: str = "") -> None:
        for name in ("X_KEY", "X_SECRET", "X_TOKEN", "X_TOKEN_SECRET"):
            monkeypatch.setenv(name, "marked")
        text = X.replace("file:secrets/none", "env:X_SECRET")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        (care.folder / "socialcare.toml").write_text(
            'policy = "policy"\n[plugins.actions]\n' + text + more + LIVE
        )

    return write


def test_an_account_that_the_policy_does_not_have_is_in_the_way(with_x: Any, live_run: Any) -> None:
    with_x(("accounts.main", "accounts.mian"))
    output = live_run("doctor").output
    assert (
        "problem  `[plugins.x.accounts.mian]`: the policy has no account `mian`\n"
        "         help: did you mean `main`?" in output
    )
    assert "warning  account `main` of the policy is no plugin's\n" in output


def test_a_handle_that_is_not_the_policys_is_in_the_way(with_x: Any, live_run: Any) -> None:
    with_x(("AcmeShop", "acmeshop"))
    assert "says `handle" not in live_run("doctor").output
    with_x(("AcmeShop", "AcmeStore"))
    result = live_run("doctor")
    assert (
        "problem  `[plugins.x.accounts.main]` says `handle = 'AcmeStore'`, and the policy `main: AcmeShop`"
        in result.output
    )
    assert result.exit_code == 1


def test_a_folder_of_the_database_that_is_missing_is_in_the_way(care: Any, live_run: Any) -> None:
    file = care.folder / "socialcare.toml"
    file.write_text(file.read_text().replace("care.db", "var/care.db"))
    result = live_run("doctor")
    assert (
        "problem  database: there is no folder `var`\n"
        "         help: make the folder, or name another file as `database` under `[live]`\n" in result.output
    )
    assert result.exit_code == 1


TOLD = """\
socialcare: 1
accounts: {main: AcmeShop}
people: {mara: mara@acme.example, jo: jo@acme.example, press: press@acme.example}
rules:
  smoke:
    when: {text: {has: smoke}}
    do: {notify: {to: jo}}
  lost:
    when: {text: {has: lost}}
    do: {open_case: {to: mara, answer_within: 2h, on_breach: {notify: press}}}
"""


def test_people_whom_nothing_tells_are_named(care: Any, with_x: Any, live_run: Any) -> None:
    care.write(TOLD)
    with_x()
    output = live_run("doctor").output
    assert (
        "warning  nothing carries out `notify`: the policy wants `jo`, `press` told, and nobody is\n"
        in output
    )
    with_x(more=NOTIFY)
    output = live_run("doctor").output
    assert "nothing carries out `notify`" not in output
    for person in ("jo", "press"):
        assert (
            f"warning  `notify` does not know how `{person}` is reached: `notify` for them is refused\n"
            in output
        )
    assert "how `mara` is reached" not in output
    with_x(more=NOTIFY.replace("people", 'otherwise = "mara"\npeople'))
    assert "is reached" not in live_run("doctor").output


def test_money_that_is_used_up_is_said_where_answers_wait_for_it(
    care: Any, happening: Any, with_x: Any, live_run: Any
) -> None:
    happening((1, "are you open?", 10), (2, "are you open?", 10))
    with_x(more="")
    assert "wait: " not in live_run("doctor").output
    file = care.folder / "socialcare.toml"
    file.write_text(file.read_text() + "money = 0.001\n")
    assert (
        "warning  account `main`: 2 answers wait: the 0.001 dollars of a day are used up\n"
        in live_run("doctor").output
    )
