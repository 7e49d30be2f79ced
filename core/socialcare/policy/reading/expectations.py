"""Reads what a test expects: whether the rule fires, the outcome, the actions by name, the values of fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from socialcare.model import Outcome, Value
from socialcare.policy.cases import Expected
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Key, Many, Map
from socialcare.policy.reading.scalars import Spelled, plain
from socialcare.policy.reading.shapes import Name, OneOf, Shape, Truth, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.reading.values import Of, is_nothing
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode
from socialcare.ports import Action

REGULAR = Spelled("a regular expression", Pattern, code="SC213")

_OF_ANY: dict[str, Key] = {
    "contains": Key(Many(Word()), doc="all of these stand in the text"),
    "equals": Key(Word(), doc="the whole text"),
    "matches": Key(REGULAR, doc="a regular expression (RE2) is found in the text"),
    "state": Key(
        OneOf(("allowed", "held", "forbidden"), "one of allowed, held, forbidden"),
        doc="what the guards left of it",
    ),
    "by": Key(Many(Word()), doc="the guards that held or forbade it"),
    "joined": Key(Truth(), doc="whether it joined what was open in the conversation"),
}


@dataclass(frozen=True, slots=True)
class Acted:
    """What is asked of an action: `true`, its bare value, or a map."""

    action: Action

    def read(self, node: Node, reading: Reading) -> Any:  # Any: an action's own JSON
        """What is asked."""
        if isinstance(node, MapNode):
            values = self._map().values(node, reading)
            return None if values is None else {name: plain(value) for name, value in values.items()}
        if isinstance(node, TextNode) and node.text == "true":
            return True
        if isinstance(node, ListNode) and self.action.many:
            return Many(self._short()).read(node, reading)
        return plain(self._short().read(node, reading))

    def _short(self) -> Shape[Any]:
        keys = _parameters(self.action)
        return keys[self.action.shorthand].shape if self.action.shorthand in keys else Word()

    def _map(self) -> Map[dict[str, Any]]:
        keys = {name: Key(key.shape, doc=key.doc) for name, key in _parameters(self.action).items()}
        return Map(f"what is expected of `{self.action.name}`", dict, {**keys, **_OF_ANY})

    def schema(self, sketch: Sketch) -> Schema:
        """`true`, or by its form a map of the keys above and the action's parameters."""
        drawn = self._map().schema(sketch)
        return sketch.by_form(
            map=drawn, list={"type": "array"}, other={"type": ["string", "number", "boolean"]}
        )


def _parameters(action: Action) -> dict[str, Key]:
    if action.params is None:
        return {}
    from socialcare.policy.reading.params import shape_of_model  # noqa: PLC0415 - pydantic takes its time to load

    return dict(shape_of_model(action.params).keys)


_PLAIN: dict[str, Key] = {
    "fires": Key(Truth(), doc="whether the rule fires"),
    "outcome": Key(OneOf(get_args(Outcome), "an outcome"), doc="where the mention ends"),
    "never": Key(Many(Name("action")), doc="actions that must not come of it"),
    "forbidden_by": Key(Many(Name("guard")), doc="guards that forbade something"),
    "held_by": Key(Many(Name("guard")), doc="guards that held something"),
    "account": Key(Name("account"), doc="the account that decided"),
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """`expect:` of a test; its keys are ours, the words of actions, and fields."""

    def read(self, node: Node, reading: Reading) -> Expected | None:
        """What is expected."""
        if not isinstance(node, MapNode) or not node.entries:
            reading.wrong_form(node, "a map of what is expected", fix="write `expect: {fires: true}`")
            return None
        values: dict[str, Any] = {}
        actions: dict[str, Any] = {}
        fields: dict[str, Value] = {}
        whole = True
        for key, value in node.entries:
            read: Any
            if key.text in _PLAIN:
                read = values[key.text] = _PLAIN[key.text].shape.read(value, reading)
            elif key.text == "then":
                read = values["then"] = self.read(value, reading)
            elif key.text in reading.vocabulary.actions:
                read = actions[key.text] = Acted(reading.vocabulary.actions[key.text]).read(value, reading)
            else:
                read = _field(key, value, fields, reading)
            whole = whole and read is not None
        return Expected(place=node.place, actions=actions, fields=fields, **values) if whole else None

    def schema(self, sketch: Sketch) -> Schema:
        """A map of our keys, actions and fields."""
        return sketch.define("expect", lambda: _schema(sketch))


def _field(key: TextNode, node: Node, fields: dict[str, Value], reading: Reading) -> bool | None:
    target = reading.names.target(key.text)
    if target is None:
        known = [*_PLAIN, "then", *reading.vocabulary.actions, *reading.names.paths()]
        reading.unknown_key(key, known, "`expect`")
        return None
    value = None if is_nothing(node) else Of(target).read(node, reading)
    if value is None and not is_nothing(node):
        return None
    fields[key.text] = value
    return True


def _schema(sketch: Sketch) -> Schema:
    keys = {name: key.shape.schema(sketch) | {"description": key.doc} for name, key in _PLAIN.items()}
    keys["then"] = {"$ref": "#/$defs/expect"}
    keys |= {path: {} for path in sketch.paths()}
    keys |= {name: Acted(action).schema(sketch) for name, action in sketch.vocabulary.actions.items()}
    drawn = sketch.map(keys)
    drawn["patternProperties"] = {**drawn["patternProperties"], r"^(counts|flags)\.": {}}
    return drawn
