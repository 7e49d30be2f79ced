"""Two companies run the product, each answers whatever names it, and one greets the other: when does it stop?

`python -m tests.reliability.two_bots` lets six hours pass on their clock.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct
from tests.reliability.matrix import warm
from tests.reliability.page import tell
from tests.reliability.worker import Worker
from tests.reliability.world import Place, Platform, make_policy
from tests.reliability.world_clock import SharedClock
from tests.reliability.world_databases import Sqlite, open_folder

from socialcare.testing.fake_x import read_ledger
from socialcare.testing.fake_x.ids import person_id

BOTS = ("AcmeShop", "GlobexHelp")
HOURS = 6.0
_POLICY = """
socialcare: 1
company: {{name: {account}}}
accounts: {{main: {account}}}
rules:
  answer: {{when: {{text: {{has: [hello, dear]}}}}, do: {{reply: "Dear @{{{{ author.handle }}}}, thank you for writing to us."}}}}
"""
_STEP, _PAUSE, _PATIENCE = 20.0, 0.02, 60.0


class Talk(Struct):
    """How many posts each has made, and what they said, in order."""

    posts: dict[str, int]
    said: list[str]
    hours: float


def talk(folder: Path, *, hours: float = HOURS, labelled: bool = False) -> Talk:
    """Let them talk; `labelled`: each has X's label for automated accounts."""
    databases = Sqlite(folder)
    clock = SharedClock.started(folder / "clock", 20.0)
    with ExitStack() as stack:
        platform = Platform(folder, clock, accounts=BOTS, automated=labelled)
        stack.callback(platform.end)
        workers = []
        for account in BOTS:
            home = folder / account
            home.mkdir()
            make_policy(home, _POLICY.format(account=account))
            place = Place(home, clock, databases.fresh(home, clock), platform.url, account)
            workers.append(Worker(place))
            stack.callback(workers[-1].kill)
        platform.post(BOTS[0], f"@{BOTS[1]} hello from next door")
        _wait_until_they_listen(platform, workers)
        jumped = 0.0
        while clock.steady() < hours * 3600:
            time.sleep(_PAUSE)
            if any(worker.look() == "ended" for worker in workers):
                raise RuntimeError("a worker ended by itself")
            if all(worker.breath.last() > jumped for worker in workers):
                clock.jump(_STEP)
                jumped = clock.steady()
        for worker in workers:
            worker.signal(signal.SIGTERM)
            worker.wait()
        made = read_ledger(platform.ledger).posts
    counted = Counter(dict.fromkeys(BOTS, 0)) + Counter(post.account for post in made)
    said = [f"{post.account}: {post.text}" for post in made]
    return Talk({bot: counted[bot] for bot in BOTS}, said, clock.steady() / 3600)


def _wait_until_they_listen(platform: Platform, workers: list[Worker]) -> None:
    ends = time.monotonic() + _PATIENCE
    while {one.path for one in read_ledger(platform.ledger).requests} < {
        f"/2/users/{person_id(bot, 0)}/mentions" for bot in BOTS
    }:
        if time.monotonic() > ends or any(worker.look() == "ended" for worker in workers):
            raise RuntimeError("they do not listen")
        time.sleep(_PAUSE)


def main() -> int:
    """Run; the exit code is 1 where it does not stop after one answer each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=HOURS, help="how long, on their clock")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    asked = parser.parse_args()
    warm()
    parts, stops = [], True
    for labelled, most in ((False, 1), (True, 0)):
        with open_folder() as folder:
            os.environ.setdefault("SOCIALCARE_CACHE", str(folder / "cache"))
            found = talk(folder, hours=asked.hours, labelled=labelled)
        stops = stops and set(found.posts.values()) == {most}
        who = "with X's label for automated accounts" if labelled else "without a label"
        counts = ", ".join(f"{bot} {number}" for bot, number in found.posts.items())
        parts.append(
            f"Two bots {who}, each answering whatever names it, after {found.hours:.0f} hours: answers {counts}."
        )
    if not asked.no_page:
        tell("two-bots", "make two-bots", parts)
    else:
        print(*parts, sep="\n")
    return 0 if stops else 1


if __name__ == "__main__":
    sys.exit(main())
