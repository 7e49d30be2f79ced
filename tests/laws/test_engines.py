"""The compiled engine finds what the naive one finds: random policies of the whole language, random and real mentions."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from socialcare import ABSENT, Author, Field, FieldValue, Mention, Settings, Value, hookimpl
from socialcare.config import find_settings
from socialcare.diagnostics import Problems
from socialcare.model import Parameter, Vocabulary
from socialcare.opening import load_policy, open_desk
from socialcare.plugins import load
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.world import Record, World
from socialcare.policy.load import read_text
from socialcare.policy.matching.matcher import Matcher
from socialcare.policy.statements import Condition, Policy, Rule
from socialcare.policy.walk import conditions_of
from socialcare.ports import Lookup, Question
from socialcare.screening import view
from socialcare.store.memory import MemoryStore
from socialcare.testing import loaded
from socialcare.testing.standins import Counting, Declared

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 4, 15, 0, tzinfo=UTC)
POLICIES, RULES, EVENTS, SHARDS = 360, 9, 9, 6  # 29,160 pairs of a rule and a mention
INTENTS = ("question", "complaint", "praise")
TOPICS = ("billing", "delivery", "returns", "product")
PLACE = (Field(name="city", kind="text", doc="city", example="place.city: Rome", max_length=40),
         Field(name="km", kind="number", doc="distance", example="place.km: {above: 1}"),
         Field(name="sort", kind="one_of", doc="sort", example="place.sort: shop", values=("shop", "depot")))  # fmt: skip


def declared(name: str, kind: Any, **more: Any) -> Field:
    return Field(
        name=name, kind=kind, doc=name, example=f"{name}: {{exists: true}}", may_be_missing=True, **more
    )


FIELDS = (
    declared("intent", "one_of", values=INTENTS),
    declared("topic", "one_of", values=TOPICS),
    declared("tongue", "one_of"),
    declared("tags", "some_of", values=("red", "green", "blue")),
    declared("vip", "boolean"),
    declared("score", "number"),
    declared("quiet", "duration"),
    declared("joined", "time"),
    declared("caption", "text", max_length=200),
    declared("place", "record", parts=PLACE),
)

WORDS = (
    "store", "open", "late", "thanks", "broken", "heater", "near", "me", "why", "refund", "ship", "shipping", "ships", "a", "I",
    "don't", "dont", "can’t", "café", "CAFÉ", "Größe", "straße", "STRASSE", "магазин", "Магазин", "ſtore", "予約", "ありがとう", "हिन्दी",
    "👍", "👍🏽", "❤️", "#help", "@AcmeCo", "@ann.bsky.social", "https://acme.example/store", "www.acme.example", "24h", "A1", "order",
    "123456", "snake_case", "ＡＣＭＥ", "ﬁne", "İstanbul", "ok", "...", "?", "!", "“late”", "K", "1️⃣",
)  # fmt: skip
PHRASES = (
    "store", "open", "near me", "broken heater", "ship*", "refund", "late store", "ship* late", "don't", "café", "магазин", "👍", "#help",
    "order 123456", "near*", "ok", "why", "a", "fine", "acme", "straße", "予約", "ships are", "thanks", "@AcmeCo", "open late store", "❤",
)  # fmt: skip
PARTS = ("e", "st", "?", "re store", "acme.example", "予約", "café", "strasse", "ok", "...", "👍", "zz")
PATTERNS = (
    "st.re", r"\bstore\b", r"\bship\w*", r"(?:open|late)\s+\w+", r"order \d{6}", r"\d+", r"^why", r"ref(?:und)?s?", "caf[ée]", r"магазин", r"[aeiou]{2}",
    r"\b(?:near|far)\b", "k", "straße", r"so+n|late", "(?:thanks )+", r"\p{Greek}", "予約|予定", r"ok$", r".", r"(?:a|b)", r"heat(?:er)?\b", "I'?m?",
)  # fmt: skip
HANDLES = tuple(f"user{number}" for number in range(400))


class Draw:
    """A look-up with parts, so that the conditions of actions have answers to test."""

    name = "draw"
    doc = "draws"
    example = "draw: {of: intent}"
    parameters: Sequence[Parameter] = (Parameter(name="of", kind="text", takes="field"),)
    result = Field(name="draw", kind="record", doc="the draw", example="draw: {exists: true}", parts=PLACE)
    choice = None
    tags = None
    reads_outside = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        return []


class Draws:
    @hookimpl
    def register_lookups(self, settings: Settings) -> Sequence[Lookup]:
        return [Draw()]  # type: ignore[list-item]  # a protocol with settable members, filled by constants


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return loaded("actions", Counting(), Declared(FIELDS), Draws()).vocabulary


def several(random: Random, choices: Sequence[str], most: int = 3) -> list[str]:
    return random.sample(choices, random.randint(1, most))


def words_of(random: Random, path: str) -> dict[str, Any]:
    """A test of a text field."""
    tests: dict[str, Any] = {
        "has": random.choice([several(random, PHRASES), several(random, PHRASES, 8), {"in": "phrases"}]),
        "has_all": several(random, PHRASES, 2),
        "contains": several(random, PARTS, 2),
        "exactly": several(random, ("store", "Why?", "thanks", "ok 👍"), 2),
        "starts_with": several(random, ("why", "st", "@acme", "“"), 2),
        "ends_with": several(random, ("?", "re", "👍", "..."), 2),
        "matches": several(random, PATTERNS, 2),
        "in": "handles",
    }
    chosen = random.choices(list(tests), (6, 2, 3, 1, 1, 2, 5, 1), k=2 if random.random() < 0.15 else 1)
    return {path: {operator: tests[operator] for operator in chosen}}


def number_of(random: Random, path: str) -> dict[str, Any]:
    operator = random.choice(["at_least", "at_most", "above", "below", "equals"])
    return {path: {operator: random.choice([0, 1, 2, 2.5, 9007199254740993])}}


def one_test(random: Random, answers: str | None) -> dict[str, Any]:
    """One test of anything that a condition may test."""
    path = random.choice(
        ["text", "text", "text", "text", "caption", "author.name", "author.description", "place.city"]
    )
    options: list[tuple[int, dict[str, Any]]] = [
        (14, words_of(random, path)),
        (3, {"author.handle": {"in": random.choice(["handles", "few"])}}),
        (4, {"intent": several(random, INTENTS, 2)}),
        (1, {"intent": {"equals": random.choice(INTENTS), "confidence": {random.choice(["at_least", "below"]): 0.5}}}),
        (2, {"topic": random.choice([several(random, TOPICS, 3), {"in": "topics"}])}),
        (1, {"tongue": random.choice(["en", "de", {"in": "few"}])}),
        (2, {"tags": several(random, ("red", "green", "blue"), 2)}),
        (2, {"vip": {"equals": random.random() < 0.6}}),
        (1, {"author.is_us": False}),
        (1, {random.choice(["vip", "score", "tags", "caption", "place", "joined", "intent"]): {"exists": random.random() < 0.5}}),
        (3, number_of(random, random.choice(["score", "author.followers", "mention.likes", "place.km"]))),
        (1, {"quiet": {"above": "30m"}}),
        (1, {"joined": {"within": random.choice(["1d", "30d"])}}),
        (1, {"time": random.choice([{"inside": "day"}, {"outside": "day"}, {"exists": True}])}),
        (1, {"place.sort": "shop"}),
        (2, number_of(random, random.choice(["heat", "warmth", "fame"]))),
        (2, {"counts.talks": {random.choice(["at_least", "reaches", "below", "equals"]): random.randint(1, 3)}}),
        (1, {"counts.rants": {random.choice(["at_least", "reaches"]): 1}}),
        (1, {"flags.known": random.random() < 0.5}),
        (1, {"flags.mood": random.choice(["calm", "angry"])}),
        (1, {"author.wrote_first": random.random() < 0.5}),
    ]  # fmt: skip
    if answers is not None:
        options += [(9, {f"{answers}.city": {"has": several(random, PHRASES)}}), (9, number_of(random, f"{answers}.km")),
                    (4, {answers: {"exists": True}})]  # fmt: skip
    (chosen,) = random.choices([one for _, one in options], [weight for weight, _ in options])
    ((path, found),) = chosen.items()
    if (
        random.random() < 0.2
        and path not in {"author.is_us", "time"}
        and not path.startswith(("counts", "flags"))
    ):
        word = "exactly" if path in ("text", "caption") else "equals"
        found = (
            found
            if isinstance(found, dict) and "in" not in found
            else {word: found}
            if not isinstance(found, dict)
            else found
        )
        return {path: {**found, "if_missing": random.random() < 0.5}}
    return {path: found}


def condition(random: Random, depth: int = 2, answers: str | None = None) -> dict[str, Any]:
    """A condition of any shape."""
    made = one_test(random, answers) if random.random() < 0.5 else {}
    if depth and (not made or random.random() < 0.4):
        for group in random.choice(
            [["any"], ["all"], ["none"], ["any", "none"], ["all", "none"], ["all", "any"]]
        ):
            parts: list[Any] = [condition(random, depth - 1, answers) for _ in range(random.randint(1, 3))]
            if random.random() < 0.3:
                parts.append(random.choice(["warm", "asks", "cold", "regular"]))
            made[group] = parts
    return made or one_test(random, answers)


def policy_of(random: Random) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for number in range(RULES):
        act: dict[str, Any] = {"label": f"l{number}"}
        rule: dict[str, Any] = {"when": condition(random)}
        if random.random() < 0.2:
            rule["look_up"] = {"found": {"draw": {"of": "intent"}}}
            act = {
                "reply": {"first_of": [{"when": condition(random, 1, "found"), "say": "A."}, {"say": "B."}]}
            }
        elif random.random() < 0.3:
            act = {"reply": {"say": "Hello.", "when": condition(random, 1)}}
        rules[f"r{number}"] = {**rule, "do": act}
    for mood in ("calm", "angry"):
        remember = {"flags.known": True, "flags.mood": mood}
        rules[f"sets.{mood}"] = {"when": {"text": {"has": "zzz"}}, "do": {"remember": remember}}
    return {
        "socialcare": 1,
        "company": {"name": "Acme"},
        "lists": {"handles": list(HANDLES), "few": ["en", "ann", "user7"], "topics": ["billing", "returns"],
                  "phrases": [phrase for phrase in PHRASES if "*" not in phrase] * 1},
        "calendars": {"day": {"zone": "UTC", "week": {"every day": "09:00-17:00"}}},
        "signals": {"warm": {"any": [{"intent": "praise"}, {"vip": True}]},
                    "asks": {"any": [{"intent": "question"}, {"text": {"ends_with": "?"}}, {"text": {"matches": r"^why\b"}}]},
                    "cold": {"none": ["warm", "asks"]},
                    "regular": {"any": [{"counts.talks": {"at_least": 2}}, {"flags.known": True}]}},
        "formulas": {"heat": {"calc": "2 * score + 1", **({"if_missing": 3} if random.random() < 0.5 else {})},
                     "warmth": {"calc": "heat / 2 - mention.likes"},
                     "fame": {"calc": "counts.talks + heat"}},
        "counts": {"talks": {"of": random.choice(["mention", "interaction"]), "per": "author"},
                   "rants": {"of": "mention", "per": "author", "when": {"any": [words_of(random, "text"), "warm"]}}},
        "rules": rules,
    }  # fmt: skip


def event_of(random: Random) -> dict[str, FieldValue]:
    text = " ".join(random.choices(WORDS, k=random.randint(1, 9)))
    values: dict[str, Any] = {
        "text": text if random.random() < 0.9 else random.choice(["", "Why?", "store", "ok 👍", "K\u0338 <'\u0338", "👍'🏽"]),
        "caption": " ".join(random.choices(WORDS, k=3)),
        "author.name": random.choice(["Ann Store", "магазин", "", "Why?"]),
        "author.description": " ".join(random.choices(WORDS, k=4)),
        "author.handle": random.choice(["ann", "@User7", "user399", "nobody", "en"]),
        "author.is_us": random.random() < 0.1,
        "author.followers": random.choice([0, 1, 2, 3, 5000, 2**53 + 1]),
        "mention.likes": random.randint(0, 3),
        "intent": random.choice(INTENTS),
        "topic": random.choice(TOPICS),
        "tongue": random.choice(["en", "de", "fr"]),
        "tags": tuple(several(random, ("red", "green", "blue"), 2)),
        "vip": random.random() < 0.5,
        "score": random.choice([0.0, 1.0, 2.0, 2.5, 4.0]),
        "quiet": random.choice([60.0, 7200.0]),
        "joined": NOW - timedelta(days=random.choice([0, 10, 100])),
        "place": random.choice([{"city": "Rome store", "km": 2.0, "sort": "shop"}, {"city": None, "km": None, "sort": "depot"}]),
    }  # fmt: skip
    event = {}
    for path, value in values.items():
        fate = random.random()
        if path == "text" and fate < 0.97:
            event[path] = FieldValue(value)
        elif fate < 0.72:
            event[path] = FieldValue(value, confidence=random.choice([0.3, 0.9]))
        elif fate < 0.82:
            event[path] = ABSENT
    return event


@dataclass
class Drawn:
    """A policy, its engine, and events each with two worlds of the same state: one for each engine."""

    policy: Policy
    rules: Sequence[Rule]
    matcher: Matcher
    events: Sequence[tuple[dict[str, FieldValue], datetime | None]]
    state: Sequence[dict[str, Any]]

    def worlds(self, place: int) -> tuple[World, World]:
        fields, time = self.events[place]
        one, other = (
            World(self.policy, fields, time=time, truth=truth, **self.state[place])
            for truth in (naive.truth, self.matcher.truth)
        )
        return one, other


def drawn(seed: int, vocabulary: Vocabulary) -> Drawn:
    """The case of a seed."""
    random = Random(seed)
    problems = Problems()
    policy = read_text(json.dumps(policy_of(random), indent=1, ensure_ascii=False), vocabulary, problems)
    assert policy is not None, [item.message for item in problems.items]
    rules = list(policy.rules.values())
    events = [
        (event_of(random), NOW + timedelta(hours=5 * number) if random.random() < 0.9 else None)
        for number in range(EVENTS)
    ]
    sample = [str(fields["text"].value) for fields, _ in events[:4] if "text" in fields]
    state = [
        {"counts": {"talks": random.randint(0, 3)}, "closed": frozenset(["talks"] if random.random() < 0.3 else []),
         "flags": {"known": True, "mood": "calm"} if random.random() < 0.4 else {}, "wrote_first": random.choice([True, False, None])}
        for _ in events
    ]  # fmt: skip
    return Drawn(policy, rules, Matcher(policy, rules, sample=sample if seed % 2 else ()), events, state)


def every_condition(policy: Policy) -> Iterator[Condition]:
    for rule in policy.rules.values():
        yield from conditions_of(rule)
    yield from (count.when for count in policy.counts.values())
    yield from policy.signals.values()


def differences(case: Drawn, met: Counter[str]) -> Iterator[str]:
    """Where the engines do not agree; what was met is counted."""
    screened = case.matcher.screen(case.events)
    for place, found in enumerate(screened):
        plain, compiled = case.worlds(place)
        assert list(found.sure) == sorted(set(found.sure))
        assert list(found.open) == sorted(set(found.open))
        assert not set(found.sure) & set(found.open)
        for number, rule in enumerate(case.rules):
            truth = naive.truth(rule.when, plain)
            holds = number in found.sure or (number in found.open and case.matcher.holds(number, compiled))
            met[f"pairs {truth}"] += 1
            met["sure"] += number in found.sure
            met["open and true"] += number in found.open and truth is True
            met["open and not true"] += number in found.open and truth is not True
            if holds is not (truth is True) or case.matcher.holds(number, compiled) is not (truth is True):
                yield f"{rule.when} is {truth} of {case.events[place]}, compiled {holds}"
        city: Record = {"city": "Rome store", "km": 2.0, "sort": "shop"}
        answers = {"found": Random(place).choice([None, city])}
        for one, other in ((plain, compiled), (plain.with_answers(answers), compiled.with_answers(answers))):
            for condition in every_condition(case.policy):
                truth = naive.truth(condition, one)
                met[f"truths {truth}"] += 1
                if case.matcher.truth(condition, other) is not truth:
                    yield f"{condition} is {truth} of {case.events[place]}"


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_compiled_engine_finds_what_the_naive_one_finds(shard: int, vocabulary: Vocabulary) -> None:
    met: Counter[str] = Counter()
    for seed in range(shard, POLICIES, SHARDS):
        assert next(differences(drawn(seed, vocabulary), met), None) is None, seed
    pairs = sum(count for name, count in met.items() if name.startswith("pairs"))
    assert pairs >= 20_000 / SHARDS
    for kind in ("pairs True", "pairs False", "sure"):
        assert met[kind] >= pairs / 10, (kind, met)
    for kind in ("pairs None", "open and true", "open and not true"):
        assert met[kind] >= pairs / 50, (kind, met)


def test_the_cases_are_rich_enough_to_mean_something(vocabulary: Vocabulary) -> None:
    reasons: Counter[str] = Counter()
    words: Counter[str] = Counter()
    foreign = events = 0
    for seed in range(60):
        case = drawn(seed, vocabulary)
        reasons.update(case.matcher.unindexed.values())
        reasons["indexed"] += len(case.rules) - len(case.matcher.unindexed)
        words.update(
            word
            for word in json.dumps(policy_of(Random(seed))).replace('"', " ").split()
            if word.isidentifier()
        )
        foreign += sum(
            not str(fields["text"].value).isascii() for fields, _ in case.events if "text" in fields
        )
        events += len(case.events)
    assert foreign > events / 3
    assert min(reasons.values()) >= 3, reasons
    assert len(reasons) == 5, reasons
    operators = ("has", "has_all", "contains", "exactly", "starts_with", "ends_with", "matches", "in", "equals", "exists", "at_least", "at_most", "above",
                 "below", "reaches", "inside", "outside", "within", "confidence", "if_missing", "all", "any", "none")  # fmt: skip
    assert [word for word in operators if words[word] < 10] == [], words


def test_a_batch_is_screened_like_its_events_one_by_one(vocabulary: Vocabulary) -> None:
    for seed in range(40):
        case = drawn(seed, vocabulary)
        one_by_one = [case.matcher.screen([event])[0] for event in reversed(case.events)]
        assert case.matcher.screen(case.events) == one_by_one[::-1]


def rows_of(folder: Path) -> Iterator[str]:
    """The text of every mention in the folder of real data."""
    for file in sorted(folder.glob("*.csv.gz")):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            yield from (row["text"] for row in csv.DictReader(lines) if row.get("text"))


def in_batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(texts)
    while batch := list(islice(rest, size)):
        yield batch


def test_random_policies_find_the_same_in_real_mentions(vocabulary: Vocabulary, data: Path) -> None:
    texts = Random(4).sample(list(rows_of(data)), 600)
    met: Counter[str] = Counter()
    for seed, batch in enumerate(in_batches(texts, 30)):
        case = drawn(seed, vocabulary)
        random = Random(seed)
        case.events = [({**event_of(random), "text": FieldValue(text)}, NOW) for text in batch]
        case.state = [{"counts": {}, "closed": frozenset(), "flags": {}} for _ in batch]
        assert next(differences(case, met), None) is None, seed
    assert met["pairs True"] > 500, met


def tweets_of(folder: Path) -> Iterator[Mention]:
    """Every tweet of a customer in the folder of real data."""
    texts: list[str] = []
    for name in ("airline-mentions", "brand-mention-complaints", "complaints-tweets", "twcs-inbound"):
        with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
            texts += [row["text"] for row in csv.DictReader(lines)]
    with gzip.open(folder / "twcs-threads.jsonl.gz", "rt", encoding="utf-8") as lines:
        turns = chain.from_iterable(json.loads(line)["turns"] for line in lines)
        texts += [turn["text"] for turn in turns if turn["inbound"]]
    for number, text in enumerate(texts):
        yield Mention(
            id=str(number),
            text=text,
            author=Author(id=str(number % 999), handle=f"user{number % 999}", followers=number % 60_000),
            at=NOW + timedelta(minutes=number % 10_000),
            mentioned=("AcmeCo",) if number % 3 else (),
            lang="en" if number % 7 else None,
        )


@pytest.mark.timeout(600)
async def test_the_starter_policy_finds_the_same_in_every_real_mention(data: Path) -> None:
    settings = find_settings(ROOT / "rules")
    brought = load(settings)
    policy = load_policy(settings, brought, Problems())
    assert policy is not None
    desk = open_desk(policy, brought, MemoryStore(), account="main")
    rules = [rule for rule in policy.rules.values() if rule.at is None]
    matcher = Matcher(policy, rules)
    met: Counter[str] = Counter()
    mentions = tweets_of(data)
    while batch := list(islice(mentions, 200)):
        views = [one for one in await view(batch, desk) if one is not None]
        seen = [(fields, mention.at) for (_, fields, _), mention in zip(views, batch, strict=True)]
        for (fields, time), found in zip(seen, matcher.screen(seen), strict=True):
            random = Random(met["mentions"])
            state: dict[str, Any] = {
                "counts": {name: random.choice([0, 0, 3, 11]) for name in policy.counts},
                "closed": frozenset(),
                "flags": {"opted_out": True} if random.random() < 0.1 else {},
                "wrote_first": random.choice([True, False]),
            }
            plain, compiled = (
                World(policy, fields, time=time, truth=truth, **state)
                for truth in (naive.truth, matcher.truth)
            )
            held = {*found.sure, *(n for n in found.open if matcher.holds(n, compiled))}
            for number, rule in enumerate(rules):
                assert (naive.truth(rule.when, plain) is True) is (number in held), (rule.id, fields)
            for guard in policy.guards.values():
                assert naive.truth(guard.when, plain) is matcher.truth(guard.when, compiled), (
                    guard.id,
                    fields,
                )
            met["mentions"] += 1
            met["found"] += len(held)
            met["open"] += len(found.open)
    assert met["mentions"] > 15_000
    assert met["found"] > met["mentions"] / 2, met
    assert met["open"] > 100, met
