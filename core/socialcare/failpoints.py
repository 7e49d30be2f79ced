"""Named points at which a test lets the process die, stop or fail, to prove that nothing is lost or said twice.

`SOCIALCARE_FAILPOINTS=intent.before_commit=kill` (several with commas between them; `NAME=kill@3` means the third time) arms
them; without it a point costs one look at an empty table.
"""

import os
import signal
import sys
from collections import Counter

POINTS = frozenset(
    {
        "intake.before_commit",
        "intake.after_commit",
        "decide.inside",
        "decide.before_commit",
        "decide.after_commit",
        "ruling.before_commit",
        "ruling.after_commit",
        "intent.before_commit",
        "intent.after_commit",
        "request.connected",
        "request.half_written",
        "request.written",
        "request.headers_read",
        "outcome.before_commit",
        "outcome.after_commit",
        "takeover.after_commit",
        "look_up.before_commit",
        "purge.before_commit",
        "purge.after_commit",
        "token.after_response",
        "reload.before_store",
        "checkpoint.inside",
        "migration.inside",
        "backup.inside",
        "shutdown.inside",
    }
)
"""The crash points, in the order in which a mention meets them."""


class Failpoint(Exception):  # noqa: N818 - what a point raises that is armed with `raise`
    """A point that a test armed."""


def _armed(text: str) -> dict[str, tuple[str, int]]:
    armed = {}
    for part in filter(None, text.split(",")):
        name, _, what = part.partition("=")
        what, _, when = what.partition("@")
        if name not in POINTS or what not in {"kill", "stop", "raise"}:
            sys.exit(f"SOCIALCARE_FAILPOINTS: `{part}` is none of NAME=kill, NAME=stop, NAME=raise")
        armed[name] = (what, int(when or 1))
    return armed


_ARMED = _armed(os.environ.get("SOCIALCARE_FAILPOINTS", ""))
_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Die (`kill`), stop until woken (`stop`) or raise `Failpoint`, if this point is armed and this is the time."""
    if name not in _ARMED:
        return
    what, when = _ARMED[name]
    _reached[name] += 1
    if _reached[name] != when:
        return
    if what == "raise":
        raise Failpoint(name)
    os.kill(os.getpid(), signal.SIGKILL if what == "kill" else signal.SIGSTOP)
