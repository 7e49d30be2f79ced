"""How fast mentions go through 10, 100 and 1,000 rules: whole decisions, from recorded pages to records, on one core.

Prints mentions a second (process CPU time, the best of three) and the ratio to 10 rules in the same run. Naive matching reads every
condition of every rule, so expect the time to grow with the rules; that is what a compiled matcher will be held against.
"""

import asyncio
import json
import platform
import random
import time
from pathlib import Path

from socialcare.config import find_settings
from socialcare.desk import Desk
from socialcare.diagnostics import Problems, render_text
from socialcare.model import Mention
from socialcare.opening import open_desk, sealed_guards
from socialcare.pipeline import decide
from socialcare.plugins import load
from socialcare.policy.load import read_text
from socialcare.ports import ReadOptions
from socialcare.store.memory import MemoryStore

ROOT = Path(__file__).parents[2]
SIZES = (10, 100, 1000)
MENTIONS = 480
BATCH = 240
INTENTS = ("question", "complaint", "praise", "opinion_request", "other")


def mentions() -> list[Mention]:
    """The bundled past mentions, in order of time."""
    loaded = load(find_settings(ROOT))
    found = []
    for page in sorted((ROOT / "rules" / "past").glob("*.json")):
        head = page.read_bytes()[:65536]
        source = next(source for source in loaded.sources if source.recognises(page, head, ReadOptions()))
        found += [row for row in source.read(page, ReadOptions()) if isinstance(row, Mention)]
    return sorted(found, key=lambda mention: (mention.at, mention.id))[:MENTIONS]


def policy_text(size: int, corpus: list[str]) -> str:
    """A policy of `size` rules over words of the corpus and words never seen: 4 conditions each on average, a third with a reply."""
    rng = random.Random(size)
    seen = sorted({word.lower() for text in corpus for word in text.split() if word.isalpha()})
    rules: dict[str, object] = {}
    for number in range(size):
        words = [
            rng.choice(seen) if rng.random() < 0.15 else f"unseen{rng.randrange(10**6)}" for _ in range(3)
        ]
        when: dict[str, object] = {"text": {"has": words}}
        if rng.random() < 0.4:
            when["intent"] = rng.choice(INTENTS)
        if rng.random() < 0.3:
            when["author.followers"] = {"at_least": rng.choice([10, 100, 1000])}
        if rng.random() < 0.2:
            when["none"] = [{"text": {"has": rng.choice(seen)}}]
        act: dict[str, object] = {"label": f"l{number}"}
        if rng.random() < 0.33:
            act["reply"] = f"Thanks {{{{ author.handle }}}}, that is answer {number}."
        rules[f"r{number}"] = {
            "rank": rng.choice(["complaint", "question", "normal"]),
            "when": when,
            "do": act,
        }
    return json.dumps(
        {"socialcare": 1, "accounts": {"main": "AcmeCo", "help": "AcmeHelp", "uk": "AcmeUK"}, "rules": rules},
        indent=1,
    )


async def count_fired(events: list[Mention], desk: Desk) -> int:
    """How many rules fired over all events, decided in batches."""
    decided = [await decide(events[at : at + BATCH], desk) for at in range(0, len(events), BATCH)]
    return sum(len(decision.fired) for batch in decided for decision in batch)


def measure(size: int, events: list[Mention]) -> tuple[float, int]:
    """Seconds of CPU for all events, the best of three, and how many rules fired."""
    settings = find_settings(ROOT)
    loaded = load(settings)
    problems = Problems()
    text = policy_text(size, [event.text for event in events])
    policy = read_text(text, loaded.vocabulary, problems, sealed=sealed_guards(loaded))
    if policy is None:
        raise SystemExit(render_text(problems, lambda _: text, color=False))
    best, fired = float("inf"), 0
    for _ in range(3):
        desk = open_desk(policy, loaded, MemoryStore())
        began = time.process_time()
        fired = asyncio.run(count_fired(events, desk))
        best = min(best, time.process_time() - began)
    return best, fired


def main() -> None:
    """Print the table."""
    events = mentions()
    print(
        f"{len(events)} mentions, naive matcher, one process, Python {platform.python_version()}, {platform.machine()}\n"
    )
    print(f"{'rules':>6} {'mentions/s':>11} {'µs/mention':>11} {'fired':>6} {'time, 10 rules = 1':>19}")
    first = None
    for size in SIZES:
        seconds, fired = measure(size, events)
        first = first or seconds
        print(
            f"{size:>6} {len(events) / seconds:>11,.0f} {seconds / len(events) * 1e6:>11,.0f} {fired:>6} {seconds / first:>19.1f}"
        )


if __name__ == "__main__":
    main()
