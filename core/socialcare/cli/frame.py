"""The frame of the command line: one group that imports a command only when it is asked for."""

import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final

import click

from socialcare.cli.console import shared_options
from socialcare.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "init": ("socialcare.cli.init:command", "Write a first policy."),
    "check": ("socialcare.cli.check:command", "Check a policy: every problem at once, with the way out."),
    "test": ("socialcare.cli.test:command", "Run the policy's own tests."),
    "explain": ("socialcare.cli.explain:command", "Explain a decision: what fired, what did not, and why."),
    "read": ("socialcare.cli.read:command", "Read a rule, guard or signal back in English."),
    "vocabulary": (
        "socialcare.cli.vocabulary:command",
        "Print every word that a policy may use, with an example.",
    ),
    "schema": ("socialcare.cli.schema:command", "Print the JSON Schema of policy files, for editors."),
    "codes": ("socialcare.cli.codes:command", "Explain a code such as SC203."),
    "simulate": ("socialcare.cli.simulate:command", "Run the policy dry over past mentions."),
    "diff": ("socialcare.cli.diff:command", "Tell what a new policy would change, over past mentions."),
    "classify": ("socialcare.cli.classify:command", "Write every field of past mentions."),
    "run": ("socialcare.cli.run:command", "Listen, decide and speak, until told to stop."),
    "inbox": ("socialcare.cli.inbox:command", "See what waits for a person, and say what becomes of it."),
    "pause": ("socialcare.cli.accounts:pause", "Keep an account from speaking."),
    "resume": ("socialcare.cli.accounts:resume", "Let an account, or a rule that stopped, speak again."),
    "kill-switch": ("socialcare.cli.kill_switch:command", "Stop all sending, or let it go on."),
    "doctor": ("socialcare.cli.doctor:command", "Say what keeps a deployment from working."),
    "audit": ("socialcare.cli.audit:command", "Verify the trail of what was done and by whom."),
    "erase": ("socialcare.cli.erase:command", "Forget a person."),
    "adopt": ("socialcare.cli.adopt:command", "Answer from a database that was restored or moved."),
    "plugins": ("socialcare.cli.plugins:command", "List the plugins and the words they bring to a policy."),
    "completion": ("socialcare.cli.completion:command", "Print the completion script of a shell."),
}
"""Name → where its click command is, and its one line of help; in the order in which a newcomer needs them."""


class Commands(click.Group):
    """The commands of the table, imported one at a time; what is none of them is looked for among those of plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table; a plugin cannot take a name that is in it."""
        return [*COMMANDS, *(name for name in super().list_commands(ctx) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name, of ours or of a plugin, or return `None`."""
        command = super().get_command(ctx, cmd_name) if cmd_name not in COMMANDS else _of_table(cmd_name)
        if command is None:
            from socialcare.cli.brought import commands

            command = commands().get(cmd_name)
        if command is None:
            return None
        _share(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of help of each command without importing those of the table."""
        with formatter.section("Commands"):
            formatter.write_dl(self._lines(ctx))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list["CompletionItem"]:
        """Offer the commands that begin so, again without importing them, and the options."""
        from click.shell_completion import CompletionItem

        fitting = [(name, text) for name, text in self._lines(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [CompletionItem(name, help=text) for name, text in fitting] + options

    def _lines(self, ctx: click.Context) -> list[tuple[str, str]]:
        rows = [(name, text) for name, (_, text) in COMMANDS.items()]
        added = self.list_commands(ctx)[len(rows) :]
        return rows + [(name, self.commands[name].get_short_help_str()) for name in added]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; where there is none of that name, the error names the nearest of all."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            names = self.list_commands(ctx)
            raise click.NoSuchCommand(error.command_name, possibilities=names, ctx=ctx) from None


def _share(command: click.Command) -> None:
    """Let a command, and each below it, take the shared options; what is its own stays."""
    taken = {spelling for parameter in command.params for spelling in parameter.opts}
    command.params.extend(option for option in shared_options() if taken.isdisjoint(option.opts))
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        _share(below)


def _of_table(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name][0].partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


@click.group(
    cls=Commands,
    params=shared_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Plugins may bring more: `socialcare plugins` lists them. Exit codes: 0 clean, 1 findings, 2 wrong usage or configuration, 101 a bug of ours.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """A company's own policy for social customer care: written as rules, proven over past tweets, answering live."""


def run(args: Sequence[str]) -> int:
    """Run a command line and return its exit code; what a user causes is a message, never a traceback."""
    if request := os.environ.get("_SOCIALCARE_COMPLETE"):
        return _complete(request)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a terminal that knows no emoji still gets its report
    context: click.Context | None = None
    try:
        context = cli.make_context("socialcare", list(args))
        with context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as nothing:
        nothing.show()
        return nothing.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last door: `report` calls the unexpected a bug
        from socialcare.cli.failures import report

        return report(error, color=context.color if context else None)
    return 0


def _complete(request: str) -> int:
    from click.shell_completion import shell_complete

    from socialcare.cli.completion import COMPLETE

    return shell_complete(cli, {}, "socialcare", COMPLETE, request)
