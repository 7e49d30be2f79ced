"""What a person reads of what waits for them, and of what became of their word."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from socialcare.sending import Answer
from socialcare.store.tables import WORD

Golden = Callable[[str, str], None]
LOUD, QUIET = 5_000, 10


@pytest.fixture
def full(care: Any, happening: Callable[..., None]) -> None:
    """One answer that is lost, one that is held, one mention that nobody answers."""

    async def lose(service: Any) -> None:
        care.platform.script = [Answer(kind="unknown", reason="the line broke")]
        await service.speaker.speak_once()
        for _ in range(40):
            await care.clock.advance(60)
            await service.speaker.reconcile()

    happening((1, "are you open?", QUIET), then=lose)
    happening((2, "are you open on Sunday?", LOUD), (3, "hello \u202e\x1b[31m there", QUIET))


def test_the_list_shows_what_is_most_urgent_first(full: None, live_run: Any, golden: Golden) -> None:
    golden("inbox-list.txt", live_run("inbox", "list").output)


def test_one_is_shown_with_everything_that_is_known_of_it(full: None, live_run: Any, golden: Golden) -> None:
    refs = [one["ref"] for one in json.loads(live_run("inbox", "list", "--format", "json").output)]
    golden("inbox-show.txt", "\n".join(live_run("inbox", "show", ref).output for ref in refs))


def test_kinds_can_be_chosen(full: None, live_run: Any) -> None:
    found = json.loads(live_run("inbox", "list", "--waits", "held", "--format", "json").output)
    assert [one["waits"] for one in found] == ["held"]
    assert "2 waiting" in live_run("inbox", "list", "--waits", "held", "--waits", "inbox").output


def test_where_nothing_waits_it_says_so(care: Any, happening: Any, live_run: Any) -> None:
    happening()
    assert live_run("inbox", "list").output == "nothing waits for a person\n"
    assert json.loads(live_run("inbox", "list", "--format", "json").output) == []


def test_other_settings_can_be_named(
    full: None, care: Any, live_run: Any, monkeypatch: Any, tmp_path: Any
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (elsewhere / "socialcare.toml").write_text("")
    assert "there is no database `socialcare.db` yet" in live_run("inbox", "list").output
    assert "3 waiting" in live_run("inbox", "list", "--config", str(care.folder / "socialcare.toml")).output


def test_a_word_is_written_down_and_answered_once_it_is_done(
    full: None, happening: Any, live_run: Any, golden: Golden
) -> None:
    def ref(waits: str) -> str:
        found = json.loads(live_run("inbox", "list", "--waits", waits, "--format", "json").output)
        return str(found[0]["ref"][:8])

    held, lost = ref("held"), ref("needs_human")
    said = [
        live_run("inbox", "approve", held),
        live_run("inbox", "edit", held, "--text", "On Sundays, too."),
        live_run("inbox", "reject", held, "--by", "jo"),
        live_run("inbox", "release", held),
        live_run("inbox", "retry", lost),
        live_run("inbox", "settle", lost, "--leave"),
        live_run("pause", "main"),
        live_run("resume", "nobody"),
    ]
    assert {one.exit_code for one in said} == {0}
    answers: list[str] = []

    async def read(service: Any) -> None:
        asked = select(WORD.c.word, WORD.c.by, WORD.c.answer).order_by(WORD.c.id)
        rows = await service.database.look(lambda connection: connection.execute(asked).all())
        answers.extend(f"{word} by {by}: {answer}" for word, by, answer in rows)

    happening(then=read)
    golden("inbox-words.txt", "".join(one.output for one in said) + "\n".join(answers) + "\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["approve", "zz"], "there is no `zz`; `socialcare inbox list` names what waits"),
        (["approve", ""], "the ids of 2 answers begin with ``: write more of the one you mean"),
        (
            ["approve", "x:1003"],
            "where there is none, answer on the platform, then say `socialcare inbox done x:1003`",
        ),
        (["list", "--since", "a while"], "Invalid value for `--since`: `a while` is not a span of time"),
        (["settle", "x:1003"], "say one of: `--there LINK`, `--leave`; `socialcare inbox retry` sends it"),
        (["edit", "x:1003", "--text", " "], "there is nothing to say in `--text`"),
        (["approve", "x", "--by", "x" * 101], "a name has at most 100 characters"),
    ],
)
def test_a_wrong_word_is_said_with_the_way_out(
    full: None, live_run: Any, words: list[str], says: str
) -> None:
    result = live_run("inbox", *words)
    assert result.exit_code == 2
    assert says in result.output


def test_who_has_no_name_is_asked_for_one(full: None, live_run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.delenv("SOCIALCARE_USER")
    monkeypatch.setattr("getpass.getuser", nobody)
    result = live_run("inbox", "approve", "x")
    assert result.exit_code == 2
    assert "say who you are with `--by NAME`" in result.output


def test_the_list_shows_some_and_says_how_many_more(
    care: Any, happening: Any, live_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialcare.cli.inbox._MOST", 2)
    happening(*[(number, "hello", QUIET) for number in range(5)])
    shown = live_run("inbox", "list").output
    assert shown.count("@jo") == 2
    assert shown.endswith("3 more: `--all` shows them, `--since` and `--waits` choose\n5 waiting\n")
    assert live_run("inbox", "list", "--all").output.count("@jo") == 5
    assert len(json.loads(live_run("inbox", "list", "--format", "json").output)) == 5


def test_several_are_ended_by_one_word(full: None, happening: Any, live_run: Any) -> None:
    happening((4, "hello", QUIET))
    assert live_run("inbox", "done", "x:1003", "x:1004").exit_code == 0
    happening()
    assert "x:100" not in live_run("inbox", "list").output


def test_the_exit_code_says_whether_something_was_done(
    full: None, live_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if `socialcare run` had answered at once."""
    answers = iter(["nothing was done: `x:1003` is new", "`x:1003` is done", "`x:1003` is done"])

    async def told(*_: object) -> str:
        return next(answers)

    monkeypatch.setattr("socialcare.cli.live._told", told)
    both = live_run("inbox", "done", "x:1003", "x:1003")
    assert (both.exit_code, both.output) == (1, "nothing was done: `x:1003` is new\n`x:1003` is done\n")
    assert live_run("inbox", "done", "x:1003").exit_code == 0
