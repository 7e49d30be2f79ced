"""What the other commands of a running deployment say: kill switch, audit, erase, adopt, and what stands in their way."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcare.store.database import open_database
from socialcare.store.tables import AUDIT, CONTROL, WORD

Golden = Callable[[str, str], None]


def in_database(care: Any, call: Callable[[Any], Any]) -> Any:
    async def done() -> Any:
        async with care.database() as database:
            return await database.run(call)

    return asyncio.run(done())


def test_the_kill_switch_holds_until_it_is_off(
    care: Any, happening: Any, live_run: Any, golden: Golden
) -> None:
    happening()
    said = [live_run("kill-switch", "on", "--because", "a storm").output]
    row = in_database(care, lambda connection: connection.execute(select(CONTROL)).one())
    assert (row.kill_switch, row.kill_reason) == (True, "a storm")
    said.append(live_run("kill-switch", "off").output)
    assert not in_database(care, lambda connection: connection.execute(select(CONTROL)).one()).kill_switch
    golden("kill-switch.txt", "".join(said))


def test_the_audit_trail_is_verified_against_itself_and_a_head_kept_outside(
    care: Any, happening: Any, live_run: Any
) -> None:
    happening()
    assert live_run("audit", "verify").output == "no row yet\n"
    for state in ("on", "off", "on"):
        live_run("kill-switch", state)
    said = live_run("audit", "verify").output
    assert said.startswith("every row is as it was written; the last is 3:")
    head = said.split()[-1]
    assert live_run("audit", "verify", "--anchor", head).exit_code == 0
    other = live_run("audit", "verify", "--anchor", f"3:{'0' * 64}")
    assert (other.exit_code, other.output.split(" ")[:2]) == (1, ["row", "3"])
    wrong = live_run("audit", "verify", "--anchor", "3")
    assert wrong.exit_code == 2
    assert "`3` is no head; write it as it was printed, SEQ:HASH" in wrong.output
    change = AUDIT.update().where(AUDIT.c.seq == 2).values(by="nobody")
    in_database(care, lambda connection: connection.execute(change).rowcount)
    broken = live_run("audit", "verify")
    assert (broken.exit_code, broken.output.split(" ")[:2]) == (1, ["row", "2"])


def test_a_person_is_forgotten_when_asked_for(care: Any, happening: Any, live_run: Any) -> None:
    happening((1, "hello there", 10))
    refused = live_run("erase", "x:a1", typed="n\n")
    assert refused.exit_code != 0
    assert "hello there" in live_run("inbox", "list").output
    assert live_run("erase", "x:a1", typed="y\n").output.endswith("1 mention was emptied\n")
    again = live_run("erase", "x:a1", "--yes")
    assert again.exit_code == 1
    assert again.output == "there is no mention of x:a1; what else was kept under that id is gone\n"
    assert "hello there" not in live_run("inbox", "list").output
    for wrong in ("a1", ":a1", "x:"):
        result = live_run("erase", wrong, "--yes")
        assert result.exit_code == 2
        assert "write the author as PLATFORM:ID" in result.output


@pytest.mark.parametrize("name", ["jo1", "@jo1", "JO1"])
def test_who_is_named_by_a_handle_is_not_erased_and_the_id_is_said(
    care: Any, happening: Any, live_run: Any, name: str
) -> None:
    happening((1, "hello there", 10), (2, "are you open?", 10))
    result = live_run("erase", f"x:{name}", "--yes")
    assert result.exit_code == 2
    assert (
        f"`{name}` is a handle here, and nothing was erased; the author's id is written `x:a1`"
        in result.output
    )
    assert "hello there" in live_run("inbox", "list").output


def test_who_is_paused_or_closed_and_is_not_there_is_an_error_that_names_what_is(
    care: Any, happening: Any, live_run: Any
) -> None:
    happening((1, "I lost my parcel", 10))
    for words, said in (
        (("pause", "nope"), "the policy has no account `nope`; known: main"),
        (("pause", "mian"), "did you mean `main`?"),
        (("inbox", "close", "nonsense"), "there is no open case `nonsense`; known: x:1001"),
    ):
        result = live_run(*words)
        assert result.exit_code == 2
        assert said in result.output
    assert in_database(care, lambda connection: connection.execute(select(WORD)).all()) == []
    for words in (("pause", "main"), ("inbox", "close", "x:1001")):
        assert live_run(*words).exit_code == 0


def test_while_the_policy_is_broken_an_account_can_be_paused_all_the_same(
    care: Any, happening: Any, live_run: Any
) -> None:
    happening()
    care.write("rules: {hours: {wen: 1}}")
    assert live_run("pause", "main").exit_code == 0


def test_S37_nothing_of_the_person_is_left_in_the_database(
    care: Any, happening: Any, live_run: Any, tmp_path: Path
) -> None:
    happening((1, "my secret is zanzibar, are you open?", 10), (2, "are you open?", 10))
    live_run("erase", "x:a1", "--yes")
    text = "\n".join(
        subprocess.run(
            [sys.executable, "-c", _DUMP, str(tmp_path / "care.db")],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
    )
    assert "1002" in text
    for word in ("zanzibar", "jo1", "x:a1"):
        assert word not in text


_DUMP = (
    "import sqlite3, sys\nfor line in sqlite3.connect(sys.argv[1]).iterdump(): print(bytes(line, 'utf-8'))"
)


def test_a_moved_database_is_adopted_by_word_of_a_person(care: Any, happening: Any, live_run: Any) -> None:
    happening()
    in_database(
        care, lambda connection: connection.execute(CONTROL.update().values(instance="other")).rowcount
    )
    assert live_run("adopt", typed="n\n").exit_code != 0
    said = live_run("adopt", "--yes")
    assert (
        said.output == "adopted; start `socialcare run` anew: it reads our own posts back, and then answers\n"
    )
    row = in_database(care, lambda connection: connection.execute(select(CONTROL)).one())
    assert row.instance != "other"
    assert row.amnesia


_LOOKING = [
    ["inbox", "list"],
    ["inbox", "approve", "x"],
    ["pause", "main"],
    ["kill-switch", "on"],
    ["audit", "verify"],
    ["erase", "x:1", "--yes"],
    ["adopt", "--yes"],
]


def test_a_database_that_is_ours_is_not_adopted_again(care: Any, happening: Any, live_run: Any) -> None:
    happening()
    said = live_run("adopt", "--yes")
    assert (said.exit_code, said.output) == (
        0,
        "this database is this machine's already; there is nothing to do\n",
    )
    assert not in_database(care, lambda connection: connection.execute(select(CONTROL)).one()).amnesia


@pytest.mark.parametrize("command", _LOOKING, ids=" ".join)
def test_before_the_first_start_there_is_nothing_to_look_at(
    care: Any, live_run: Any, command: list[str]
) -> None:
    result = live_run(*command)
    assert result.exit_code == 2
    assert "there is no database `care.db` yet\nhelp: the first `socialcare run` makes it" in result.output
    assert not (care.folder / "care.db").exists()


def test_an_unknown_key_is_said_with_the_nearest(care: Any, live_run: Any) -> None:
    (care.folder / "socialcare.toml").write_text('[live]\ndatabse = "care.db"\n')
    for command in (["run"], ["inbox", "list"]):
        result = live_run(*command)
        assert result.exit_code == 2
        assert (
            "socialcare.toml: unknown key `databse` under `[live]`\nhelp: did you mean `database`?"
            in result.output
        )


def test_settings_that_are_not_there_are_named(care: Any, live_run: Any) -> None:
    result = live_run("run", "--config", "nowhere.toml")
    assert result.exit_code == 2
    assert "nowhere.toml" in result.output


@pytest.mark.parametrize("command", [["run"], ["doctor"], *_LOOKING], ids=" ".join)
def test_without_a_file_of_settings_nothing_is_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_run: Any, command: list[str]
) -> None:
    """In a wrong folder an inbox would be empty, and a service would begin with a database of its own."""
    monkeypatch.chdir(tmp_path)
    result = live_run(*command)
    assert result.exit_code == 2
    assert "there is no `socialcare.toml` in this folder or above it" in result.output
    assert "or name it with `--config FILE`" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_second_service_on_one_file_says_who_has_it(care: Any, live_run: Any) -> None:
    async def with_the_first() -> Any:
        async with care.database():
            return await asyncio.to_thread(live_run, "run")

    result = asyncio.run(with_the_first())
    assert result.exit_code == 2
    assert "works through this database already, and a second one would answer people twice" in result.output
    assert "help: stop process" in result.output


def test_what_drains_and_sends_nothing_makes_no_sense(care: Any, live_run: Any) -> None:
    result = live_run("run", "--drain", "--safe-mode")
    assert result.exit_code == 2
    assert "`--safe-mode` decides and sends nothing" in result.output


def test_a_file_that_is_no_database_is_not_touched(care: Any, live_run: Any) -> None:
    (care.folder / "care.db").write_text("no database at all")
    result = live_run("inbox", "list")
    assert result.exit_code == 2
    assert "is no SQLite database, or its beginning is damaged\nhelp: " in result.output
    assert (care.folder / "care.db").read_text() == "no database at all"


def test_a_database_that_is_busy_is_said_with_the_way_out(
    care: Any, happening: Any, live_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    happening()
    monkeypatch.setattr("socialcare.store.database.open_database", partial(open_database, patience=0.1))
    other = sqlite3.connect(care.folder / "care.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    result = live_run("kill-switch", "on")
    other.close()
    assert result.exit_code == 2
    assert "locked" in result.output
    assert "this is a bug" not in result.output


# ---- without the packages ---------------------------------------------------------------------------------------------

_WITHOUT = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED}:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
sys.meta_path.insert(0, Blocked())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in BLOCKED else found(name, package)
from socialcare.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
_LIVE = (
    "aiohttp",
    "sqlalchemy",
    "alembic",
    "aiosmtplib",
    "prometheus_client",
    "structlog",
    "tweepy",
    "psycopg",
)


def without_live(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command where none of the packages of what runs live is installed."""
    program = _WITHOUT.replace("{BLOCKED}", "BLOCKED").replace(
        "import sys", f"import sys\nBLOCKED = {set(_LIVE)!r}", 1
    )
    return subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first policy, as `socialcare init` writes it."""
    monkeypatch.chdir(tmp_path)
    assert without_live("init", "shop").returncode == 0
    monkeypatch.chdir(tmp_path / "shop")


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("test",),
        ("simulate", "--over", "policy/past", "--quiet"),
        ("plugins",),
        ("run", "--help"),
    ],
    ids=" ".join,
)
def test_what_runs_dry_needs_no_package_of_what_runs_live(offline: None, words: tuple[str, ...]) -> None:
    result = without_live(*words)
    assert (result.returncode, result.stderr) == (0, "")


def test_what_runs_live_says_what_to_install(offline: None, golden: Golden) -> None:
    said = []
    for words in (("run",), ("inbox", "list"), ("doctor",), ("kill-switch", "on"), ("audit", "verify")):
        result = without_live(*words)
        assert result.returncode == 2
        said.append(result.stderr)
    assert len(set(said)) == 1
    golden("missing-packages.txt", said[0])


def test_accounts_of_x_say_what_they_need(offline: None) -> None:
    text = Path("socialcare.toml").read_text()
    Path("socialcare.toml").write_text(text.replace("[plugins.x] ", _ACCOUNT))
    program = _WITHOUT.replace("{BLOCKED}", "BLOCKED").replace(
        "import sys", "import sys\nBLOCKED = {'tweepy'}", 1
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "run"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "accounts of X need the package `tweepy`\nhelp: `pip install 'socialcare[x]'`" in result.stderr


_ACCOUNT = """
[plugins.x.accounts.main]
id = "42"
handle = "AcmeShop"
access_token = "env:X"
access_token_secret = "env:X"
[plugins.x]
"""
