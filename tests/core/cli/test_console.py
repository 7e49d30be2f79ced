"""The consoles and the bar of progress."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from itertools import count

import click
import pytest
from click.testing import CliRunner

from socialcare.cli.console import err, out, progress, shared_options


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def printed(*args: str) -> str:
    @click.command(params=shared_options())
    def show() -> None:
        out().print("[bold] #help :tada: 100%", style="red")

    return CliRunner().invoke(show, args, color=True).stdout


def test_text_is_printed_as_it_is() -> None:
    assert printed() == "[bold] #help :tada: 100%\n"


def test_colour_comes_only_when_asked_for_where_there_is_no_terminal() -> None:
    assert "\x1b[31m" not in printed("--color", "never")
    assert "\x1b[31m" in printed("--color", "always")


def test_the_choice_of_the_user_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" in printed("--color", "always")


def test_no_color_leaves_a_terminal_uncoloured(monkeypatch: pytest.MonkeyPatch) -> None:
    with redirect_stderr(Terminal()) as terminal:
        err().print("held", style="red")
        monkeypatch.setenv("NO_COLOR", "1")
        err().print("held", style="red")
    assert terminal.getvalue() == "\x1b[31mheld\x1b[0m\nheld\n"


def test_one_run_has_one_console_a_stream() -> None:
    with click.Context(click.Command("simulate")):
        assert err() is err()
        assert out() is not err()


def seconds(*, each: float) -> Iterator[float]:
    return count(0.0, each)


def test_short_work_shows_no_bar() -> None:
    clock = seconds(each=0.01)
    with (
        redirect_stderr(Terminal()) as terminal,
        progress("deciding", 50, now=lambda: next(clock)) as advance,
    ):
        for _ in range(50):
            advance(1)
    assert terminal.getvalue() == ""


def test_long_work_shows_how_fast_it_goes_and_how_long_it_takes() -> None:
    clock = seconds(each=0.5)
    with (
        redirect_stderr(Terminal()) as terminal,
        progress("deciding", 5_000, now=lambda: next(clock)) as advance,
    ):
        for _ in range(6):
            advance(500)
    shown = terminal.getvalue()
    assert "deciding" in shown
    assert "/5000" in shown
    assert "1,000/s" in shown


def test_there_is_no_bar_without_a_terminal() -> None:
    clock = seconds(each=10)
    with redirect_stderr(io.StringIO()) as file, progress("deciding", 3, now=lambda: next(clock)) as advance:
        advance(3)
    assert file.getvalue() == ""


def test_quiet_hides_the_bar() -> None:
    clock = seconds(each=10)

    @click.command(params=shared_options())
    def work() -> None:
        with progress("deciding", 3, now=lambda: next(clock)) as advance:
            advance(3)

    with redirect_stderr(Terminal()) as terminal:
        work.main(["-q"], standalone_mode=False)
    assert terminal.getvalue() == ""


def test_the_bar_goes_when_the_work_fails() -> None:
    clock = seconds(each=10)

    def work() -> None:
        with progress("deciding", 3, now=lambda: next(clock)) as advance:
            advance(1)
            raise KeyError

    with redirect_stderr(Terminal()) as terminal, pytest.raises(KeyError):
        work()
    assert terminal.getvalue().endswith("\x1b[2K"), "the line of the bar is wiped"
