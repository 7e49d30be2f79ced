"""Reads tests: in-line ones of a rule, and conversations of several steps with a moving clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from socialcare.model import FieldValue, Value
from socialcare.policy.cases import Case, Expected, Given, Step
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.expectations import Expectation
from socialcare.policy.reading.forms import Key, Listing, Map, Table
from socialcare.policy.reading.scalars import AGO, SPAN, Moment
from socialcare.policy.reading.shapes import Name, Truth, Whole, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.reading.sketch_cases import given_schema, mention_schema
from socialcare.policy.reading.values import Of, is_nothing, pinned, read_record
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode, map_at

Said = tuple[str, Mapping[str, FieldValue]]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The mention of a test: its text, or a map with `text` and pinned fields."""

    def read(self, node: Node, reading: Reading) -> Said | None:
        """The text and the pinned fields by path."""
        if not isinstance(node, MapNode):
            text = reading.text(node, "the text of a mention")
            return None if text is None else (text, {})
        written = node.get("text")
        text = "" if written is None else reading.text(written, "the text of a mention")
        rest = map_at(node, [entry for entry in node.entries if entry[0].text != "text"])
        found = dict(pinned(rest, reading))
        fields = {path: value for path, value in found.items() if value is not None}
        return None if text is None or len(fields) < len(found) else (text, fields)

    def schema(self, sketch: Sketch) -> Schema:
        """A text, or by its form a map of fields."""
        return mention_schema(sketch)


FIRED: Table[str, timedelta] = Table(Name("rule"), AGO, "rules and when they last fired")


@dataclass(frozen=True, slots=True)
class World:
    """`given:` of a test: what look-ups answer, flags, counts, when rules last fired, the moment."""

    def read(self, node: Node, reading: Reading) -> Given | None:
        """The pinned world."""
        if not isinstance(node, MapNode):
            reading.wrong_form(node, "a map: look-ups, `flags.NAME`, `counts.NAME`, `fired`, `at`")
            return None
        lookups: dict[str, tuple[Mapping[str, Value], ...]] = {}
        flags: dict[str, Value] = {}
        counts: dict[str, int] = {}
        rest: dict[str, Any] = {}
        results: list[object] = []
        for key, value in node.entries:
            head, _, name = key.text.partition(".")
            if head == "counts" and name:
                results.append(_put(counts, name, self._count(key, value, reading)))
            elif head == "flags" and name:
                results.append(_put(flags, name, self._flag(key, value, reading)))
            elif key.text == "fired":
                results.append(_put(rest, "fired", FIRED.read(value, reading)))
            elif key.text == "at":
                results.append(_put(rest, "at", Moment().read(value, reading)))
            elif key.text in reading.vocabulary.lookups:
                results.append(_put(lookups, key.text, self._answers(key, value, reading)))
            else:
                reading.unknown_key(key, _known(reading), "`given`")
                results.append(None)
        if any(result is None for result in results):
            return None
        return Given(lookups=lookups, flags=flags, counts=counts, **rest)

    def _count(self, key: TextNode, node: Node, reading: Reading) -> int | None:
        known = reading.known_target(key.text, key.place)
        number = Whole().read(node, reading)
        return number if known is not None else None

    def _flag(self, key: TextNode, node: Node, reading: Reading) -> Value:
        known = reading.known_target(key.text, key.place)
        return None if known is None else Of(known).read(node, reading)

    def _answers(self, key: TextNode, node: Node, reading: Reading) -> tuple[Mapping[str, Value], ...] | None:
        """What a look-up answers, best first; `nothing` is that there is none."""
        if is_nothing(node):
            return ()
        result = reading.vocabulary.lookups[key.text].result
        items = node.items if isinstance(node, ListNode) else [node]
        read = [read_record(item, result, reading) for item in items]
        whole = tuple(record for record in read if record is not None)
        return whole if len(whole) == len(read) else None

    def schema(self, sketch: Sketch) -> Schema:
        """A map of look-ups, flags, counts, `fired` and `at`."""
        return given_schema(sketch, {"fired": FIRED, "at": Moment()})


def _known(reading: Reading) -> list[str]:
    stored = [*reading.names.paths("counts."), *reading.names.paths("flags.")]
    return [*reading.vocabulary.lookups, *stored, "fired", "at"]


def _put(values: dict[str, Any], name: str, value: Any) -> Any:
    """Keep a value unless it could not be read; returns it."""
    if value is not None:
        values[name] = value
    return value


_STEP: Mapping[str, Key] = {
    "mention": Key(Mentioned(), doc="the text of a mention, or a map with `text` and fields to pin"),
    "given": Key(World(), doc="the world: what look-ups answer, flags, counts, when rules fired, the moment"),
    "expect": Key(Expectation(), doc="what must come of it"),
}

STEP: Map[dict[str, Any]] = Map(
    "a step",
    dict,
    {
        **_STEP,
        "at": Key(Moment(), doc="the moment, in the policy's zone"),
        "after": Key(SPAN, doc="the time since the step before"),
        "wait": Key(SPAN, doc="only let time pass"),
    },
    apart=(("at", "after"), ("wait", "mention"), ("wait", "after")),
)


@dataclass(frozen=True, slots=True)
class Steps:
    """One step of a conversation."""

    def read(self, node: Node, reading: Reading) -> Step | None:
        """The step."""
        values = STEP.values(node, reading)
        if values is None:
            return None
        if "mention" not in values and "wait" not in values:
            reading.problems.error("SC207", node.place, "a step needs `mention` or `wait`")
            return None
        return _step(values, node)

    def schema(self, sketch: Sketch) -> Schema:
        """A map."""
        return sketch.define("step", lambda: STEP.schema(sketch))


def _step(values: dict[str, Any], node: Node) -> Step:
    said: Said | None = values.get("mention")
    at: datetime | None = values.get("at")
    given: Given = values.get("given", Given())
    return Step(
        mention=None if said is None else said[0],
        place=node.place,
        fields={} if said is None else said[1],
        given=given if at is None else replace(given, at=at),
        after=values.get("after") or values.get("wait") or timedelta(),
        expect=values.get("expect") or Expected(place=node.place),
    )


CASE: Map[dict[str, Any]] = Map(
    "a test",
    dict,
    {
        **_STEP,
        "name": Key(Word(), doc="what the test shows"),
        "steps": Key(Listing(Steps(), "steps"), doc="several things that happen one after the other"),
        "known_gap": Key(Truth(), doc="it must currently fail"),
    },
    apart=(("mention", "steps"), ("given", "steps"), ("expect", "steps")),
)


@dataclass(frozen=True, slots=True)
class Cases:
    """One test: a mention with what is expected, or several steps."""

    def read(self, node: Node, reading: Reading) -> Case | None:
        """The test."""
        values = CASE.values(node, reading)
        if values is None:
            return None
        steps: tuple[Step, ...] = values.get("steps", ())
        if not steps:
            missing = [word for word in ("mention", "expect") if word not in values]
            for word in missing:
                reading.problems.error("SC207", node.place, f"a test needs `{word}`")
            if missing:
                return None
            steps = (_step(values, node),)
        name = values.get("name") or next((step.mention for step in steps if step.mention), "a test")
        return Case(name=name, place=node.place, steps=steps, known_gap=values.get("known_gap", False))

    def schema(self, sketch: Sketch) -> Schema:
        """A map."""
        return sketch.define("test", lambda: CASE.schema(sketch))


INLINE = Listing(Cases(), "tests")
