"""What a user reads when a command cannot go on, and the exit code that goes with it."""

import os
import re
import sys

import click

from socialcare.errors import SocialcareError

USAGE, BUG, STOPPED, BROKEN_PIPE = 2, 101, 130, 141


def report(error: BaseException, *, color: bool | None) -> int:
    """Print one message on stderr and return the exit code; a traceback only of a bug, with SOCIALCARE_DEBUG=1."""
    from socialcare.diagnostics.excerpt import visible

    if isinstance(error, BrokenPipeError):
        _close_stdout()
        return BROKEN_PIPE
    if isinstance(error, KeyboardInterrupt | click.Abort):
        click.echo("stopped", err=True)
        return STOPPED
    message, code = message_of(error)
    if code == BUG and os.environ.get("SOCIALCARE_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    if message:
        said = click.style("error: ", fg="red", bold=True) + visible(message, keep="\n\t")
        click.echo(said, err=True, color=color)
    return code


def message_of(error: BaseException) -> tuple[str, int]:
    """Return the message to the user and the exit code of an error."""
    match error:
        case SocialcareError():
            return str(error), error.exit_code
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "socialcare"
            return (
                f"{_in_our_style(error.format_message())}\nhelp: `{command} --help` lists what it takes",
                USAGE,
            )
        case click.ClickException():
            return _in_our_style(error.format_message()), USAGE
        case OSError(filename=str() | bytes() as name, strerror=str() as cause):
            return f"cannot use `{os.fsdecode(name)}`: {cause.lower()}", USAGE
        case _:
            kind = type(error).__name__
            return (
                f"this is a bug of socialcare, not of your policy ({kind}: {error})\n"
                "help: please report it with the command you ran; SOCIALCARE_DEBUG=1 prints where it happened"
            ), BUG


def _in_our_style(message: str) -> str:
    """Click's sentence in the house's: lower case, backticks, no full stop."""
    plain = re.sub(r"'([^']*)'", r"`\1`", message)
    plain = re.sub(r"\. \(?Did you mean(?: one of:)? ([^?]*)\?\)?", r"; did you mean \1?", plain)
    plain = re.sub(r"\bvalid (?:float|integer)(?: range)?\b", "number", plain)
    plain = re.sub(r"(: )File (?=`)", r"\1file ", plain).rstrip(".")
    return plain[:1].lower() + plain[1:]


def _close_stdout() -> None:
    """Point stdout at nothing: the interpreter flushes it once more at the end, and the reader is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
