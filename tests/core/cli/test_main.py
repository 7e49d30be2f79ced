"""The frame of the command line: what stands in the table, what a failure looks like, what it costs to start."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import CliRunner

from socialcare.cli import frame
from socialcare.cli.console import verbosity
from socialcare.cli.main import main
from socialcare.errors import SocialcareError

FailWith = Callable[[BaseException], None]


@pytest.fixture
def fail_with() -> Iterator[FailWith]:
    """A command `fail`, added the way plugins add theirs, that raises what it is told to."""

    def add(error: BaseException) -> None:
        def fail() -> None:
            raise error

        frame.cli.add_command(click.Command("fail", callback=fail, help="Fail. On purpose."))

    yield add
    frame.cli.commands.pop("fail", None)


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "socialcare", *args]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


@pytest.mark.parametrize("name", frame.COMMANDS)
def test_every_command_of_the_table_exists(name: str) -> None:
    command = frame.cli.get_command(click.Context(frame.cli), name)
    assert isinstance(command, click.Command)
    assert command.help, "a command says what it does"


@pytest.mark.parametrize("name", frame.COMMANDS)
def test_every_command_takes_the_shared_options_once(name: str) -> None:
    for _ in range(2):
        command = frame.cli.get_command(click.Context(frame.cli), name)
        assert command is not None
        for one in (command, *(command.commands.values() if isinstance(command, click.Group) else ())):
            spellings = [spelling for parameter in one.params for spelling in parameter.opts]
            assert {"--color", "--quiet", "--verbose"} <= {*spellings}
            assert len(spellings) == len({*spellings})


@pytest.mark.parametrize("text", [text for _, text in frame.COMMANDS.values()])
def test_the_help_of_a_command_is_one_short_sentence(text: str) -> None:
    assert text[0].isupper()
    assert text.endswith(".")
    assert len(text) <= 80


def test_help_lists_every_command_and_imports_none_of_them() -> None:
    program = (
        "import sys; from socialcare.cli.main import main; code = main(['--help']);"
        "heavy = {'rich', 'pydantic', 'jsonschema', 'yaml', 're2', 'emoji', 'asyncio'} & {*sys.modules};"
        "commands = {name for name in sys.modules if name.startswith('socialcare.cli.')};"
        "print(sorted(heavy), sorted(commands)); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    *text, loaded = done.stdout.splitlines()
    assert loaded == "[] ['socialcare.cli.console', 'socialcare.cli.frame', 'socialcare.cli.main']"
    assert all(f"  {name} " in "\n".join(text) for name in frame.COMMANDS)


def test_the_version_is_that_of_the_installed_package() -> None:
    assert run("--version").stdout == f"socialcare {importlib.metadata.version('socialcare')}\n"


def test_the_version_is_the_same_among_other_options() -> None:
    assert run("--version", "--color", "never").stdout == run("--version").stdout


def test_the_version_is_told_before_anything_heavy_is_imported() -> None:
    heavy = ["click", "pydantic", "asyncio", "msgspec", "rich", "typing", "importlib.metadata"]
    program = (
        "import sys; from socialcare.cli.main import main; code = main(['--version']);"
        f"print(sorted({{*sys.modules}} & {{*{heavy}}})); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == ["[]"]


def test_a_misspelt_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completio"]) == 2
    assert capsys.readouterr().err.startswith(
        "error: no such command `completio`; did you mean `completion`?\nhelp: `socialcare --help`"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["chek"], "no such command `chek`; did you mean `check`, `schema`?"),
        (["test", "--min-coverage", "x"], "invalid value for `--min-coverage`: `x` is not a number"),
        (
            ["classify", "--over", "x", "--out", "."],
            "invalid value for `--out`: file `.` is a directory",
        ),
    ],
)
def test_wrong_usage_is_told_in_plain_words(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed) == 2
    assert capsys.readouterr().err.splitlines()[0] == f"error: {said}"


def test_a_misspelt_option_of_a_command_points_to_the_help_of_that_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["completion", "--shel"]) == 2
    assert "`socialcare completion --help`" in capsys.readouterr().err


def test_no_command_at_all_prints_the_help_as_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


class Finding(SocialcareError):  # noqa: N818 - the word of the trade
    exit_code = 1


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (SocialcareError("no `company` in the policy"), 2, "error: no `company` in the policy\n"),
        (Finding("two tests failed"), 1, "error: two tests failed\n"),
        (Finding(""), 1, ""),
        (SocialcareError("the list `\x1b[2J`"), 2, "error: the list `\\x1b[2J`\n"),
        (click.ClickException("It is 'so'."), 2, "error: it is `so`\n"),
        (FileNotFoundError(2, "No such file", "a.yaml"), 2, "error: cannot use `a.yaml`: no such file\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
        (click.Abort(), 130, "stopped\n"),
        (click.exceptions.Exit(1), 1, ""),
    ],
)
def test_what_a_user_causes_is_one_message(
    error: BaseException, code: int, message: str, fail_with: FailWith, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(error)
    assert main(["fail"]) == code
    assert capsys.readouterr().err == message


def test_a_bug_of_ours_asks_to_be_reported(fail_with: FailWith, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(ZeroDivisionError("division by zero"))
    assert main(["fail"]) == 101
    said = capsys.readouterr().err
    assert "a bug of socialcare, not of your policy (ZeroDivisionError: division by zero)" in said
    assert "Traceback" not in said


def test_a_bug_shows_where_it_happened_on_request(
    fail_with: FailWith, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALCARE_DEBUG", "1")
    fail_with(ZeroDivisionError("division by zero"))
    assert main(["fail"]) == 101
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("typed", [["completion", "bash"], ["--version"]])
def test_a_reader_who_leaves_early_hears_no_complaint(typed: list[str]) -> None:
    command = [sys.executable, "-m", "socialcare", *typed]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_plugins_add_commands_and_cannot_take_a_name_of_the_table(
    fail_with: FailWith, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(Finding(""))
    frame.cli.add_command(click.Command("completion", help="Not this one."))
    try:
        assert main(["--help"]) == 0
        said = capsys.readouterr().out
    finally:
        frame.cli.commands.pop("completion")
    assert "fail         Fail." in said
    assert "Not this one" not in said


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_of_a_shell_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert f"_SOCIALCARE_COMPLETE={shell}_complete" in capsys.readouterr().out


def test_a_shell_is_told_the_commands_that_begin_so() -> None:
    asked = {"_SOCIALCARE_COMPLETE": "bash_complete", "COMP_WORDS": "socialcare compl", "COMP_CWORD": "1"}
    assert run(**asked).stdout == "plain,completion\n"


def test_a_shell_is_told_the_options_of_a_command() -> None:
    words = {"COMP_WORDS": "socialcare completion --col", "COMP_CWORD": "2"}
    assert run(_SOCIALCARE_COMPLETE="bash_complete", **words).stdout == "plain,--color\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [((), (), 0), (("-q",), (), -1), ((), ("-q",), -1), (("-v",), (), 1), (("-q",), ("-v",), 1)],
)
def test_quiet_and_verbose_stand_before_the_command_or_after(
    before: tuple[str, ...], after: tuple[str, ...], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    command = click.Command("look", callback=lambda: said.append(verbosity()))
    monkeypatch.setitem(frame.COMMANDS, "look", ("look:command", "Look."))
    monkeypatch.setitem(sys.modules, "look", type("Module", (), {"command": command}))
    assert CliRunner().invoke(frame.cli, [*before, "look", *after]).exit_code == 0
    assert said == [expected]
