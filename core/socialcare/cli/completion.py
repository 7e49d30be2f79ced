"""`socialcare completion`: the script that lets a shell complete commands and options."""

import click
from click.shell_completion import get_completion_class

COMPLETE = "_SOCIALCARE_COMPLETE"
"""The variable through which a shell's script asks for completions."""


@click.command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    r"""Print the completion script of a shell: bash, zsh or fish.

    \b
    bash:  eval "$(socialcare completion bash)"
    zsh:   eval "$(socialcare completion zsh)"
    fish:  socialcare completion fish | source
    """
    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(ctx.find_root().command, {}, "socialcare", COMPLETE).source())
