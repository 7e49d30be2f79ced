"""The door of the command line: what needs no command is answered before anything heavy is imported."""

from __future__ import annotations

import sys

from socialcare.version import __version__

TYPE_CHECKING = False  # importing `typing` takes 10 ms, more than all the rest of `--version`
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    typed = sys.argv[1:] if args is None else args
    if list(typed) == ["--version"]:
        try:
            sys.stdout.write(f"socialcare {__version__}\n")
            sys.stdout.flush()
        except OSError:
            pass  # the frame meets the same and tells it
        else:
            return 0
    from socialcare.cli.frame import run

    return run(typed)
