"""Reads `do:`: the actions a rule proposes, each once, with what it says or its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from socialcare.model import Kind
from socialcare.policy.reading.conditions import When
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.names import Names
from socialcare.policy.reading.prose import Spoken
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Condition, Use
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode, map_at, word_at
from socialcare.ports import Action


@dataclass(frozen=True, slots=True)
class Do:
    """The actions of a rule, in the order written."""

    def read(self, node: Node, reading: Reading) -> tuple[Use, ...] | None:
        """The actions, or `None` after reporting."""
        if not isinstance(node, MapNode):
            reading.wrong_form(node, "a map of actions", fix="write `do: {reply: …}`")
            return None
        if not node.entries:
            reading.problems.error("SC222", node.place, "`do` holds no action")
            return None
        uses: list[Use] = []
        whole = True
        for key, value in node.entries:
            name = reading.known_name(key, "action")
            read = _uses(key, value, reading.vocabulary.actions[name], reading) if name is not None else None
            whole = whole and read is not None
            uses.extend(read or ())
        return tuple(uses) if whole and _all_can_happen(uses, reading) else None

    def schema(self, sketch: Sketch) -> Schema:
        """A map with the actions that plugins bring."""
        return sketch.map(
            {name: _schema(action, sketch) for name, action in sketch.vocabulary.actions.items()}
        ) | {"minProperties": 1}


def _all_can_happen(uses: list[Use], reading: Reading) -> bool:
    """Report each action whose voice an earlier one of the same rule always takes: it would be dropped without a word."""
    taken: dict[str, str] = {}
    whole = True
    for use in uses:
        action = reading.vocabulary.actions[use.action]
        voices = ("public", "private") if action.slot == "both" else (action.slot,) if action.slot else ()
        first = next((taken[voice] for voice in voices if voice in taken), None)
        if first is not None:
            reading.problems.error(
                "SC223",
                use.place,
                f"`{use.action}` never happens: `{first}` stands before it and takes its place",
                fix=f"keep one of the two, give `{first}` a `when`, or write a rule for each",
            )
            whole = False
        elif _is_certain(use, action):
            taken.update(dict.fromkeys(voices, use.action))
    return whole


def _is_certain(use: Use, action: Action) -> bool:
    """Whether an action is proposed whenever its rule wins: none of its conditions, branches or code can keep it back."""
    says = use.reply is None or any(branch.when is None for branch in use.reply.branches)
    return use.when is None and action.propose is None and says


def _uses(key: TextNode, node: Node, action: Action, reading: Reading) -> list[Use] | None:
    if not (isinstance(node, ListNode) and action.many):
        use = _use(key, node, action, reading)
        return None if use is None else [use]
    if not node.items:
        reading.problems.error("SC222", node.place, f"the list under `{action.name}` is empty")
        return None
    uses = [_use(key, item, action, reading) for item in node.items]
    whole = [use for use in uses if use is not None]
    return whole if len(whole) == len(uses) else None


def _use(key: TextNode, node: Node, action: Action, reading: Reading) -> Use | None:
    if action.speaks:
        spoken = Spoken().read(node, reading)
        return None if spoken is None else Use(action.name, key.place, spoken[1], spoken[0])
    when, rest, whole = _take_when(node, reading)
    params = _params(key, rest, action, reading)
    return Use(action.name, key.place, when, None, params) if params is not None and whole else None


def _take_when(node: Node, reading: Reading) -> tuple[Condition | None, Node, bool]:
    """The condition that may stand in any action's map, what else stands there, and whether the condition is sound."""
    written = node.get("when") if isinstance(node, MapNode) else None
    if written is None or not isinstance(node, MapNode):
        return None, node, True
    when = When().read(written, reading)
    return (
        when,
        map_at(node, [entry for entry in node.entries if entry[0].text != "when"]),
        when is not None,
    )


def _params(key: TextNode, node: Node, action: Action, reading: Reading) -> dict[str, Any] | None:
    if action.params is None:
        if (isinstance(node, TextNode) and node.text in ("", "true")) or (
            isinstance(node, MapNode) and not node.entries
        ):
            return {}
        reading.problems.error(
            "SC219", node.place, f"`{action.name}` takes no parameters", fix=f"write `{action.name}: true`"
        )
        return None
    from socialcare.policy.reading.params import (  # noqa: PLC0415 - pydantic takes its time to load
        check,
        flag_parameter,
        shape_of_model,
    )

    shape = shape_of_model(action.params, where=f"`{action.name}`")
    flags = flag_parameter(action.params)
    if isinstance(node, MapNode) and flags is not None and node.get(flags) is None:
        node = _gathered(node, flags)
    short = shape.keys.get(action.shorthand) if action.shorthand is not None else None
    if not isinstance(node, MapNode) and short is not None and action.shorthand is not None:
        read = short.shape.read(node, reading)
        values = None if read is None else {action.shorthand: read}
        node = map_at(node, [(word_at(node, action.shorthand), node)])
    else:
        values = shape.values(node, reading)
    return None if values is None else check(action.params, values, node, f"`{key.text}`", reading)


def _gathered(node: MapNode, flags: str) -> MapNode:
    """`{flags.a: true, note: x}` as `{flags: {flags.a: true}, note: x}`."""
    marked = [entry for entry in node.entries if entry[0].text.startswith("flags.")]
    rest = [entry for entry in node.entries if not entry[0].text.startswith("flags.")]
    inner = map_at(node, marked)
    return map_at(node, [*rest, (word_at(node, flags), inner)] if marked else rest)


def declare_flags(rules: Iterator[Node], names: Names) -> None:
    """Find every flag that a rule's action sets, and the type of its values, before conditions are read."""
    values: dict[str, list[str]] = {}
    for rule in rules:
        do = rule.get("do") if isinstance(rule, MapNode) else None
        for _, node in do.entries if isinstance(do, MapNode) else ():
            for flag, value in _flags_in(node):
                values.setdefault(flag, []).append(value)
    for flag, written in values.items():
        kind = _kind(written)
        names.add_flag(flag, kind, written if kind == "one_of" else ())


def _flags_in(node: Node) -> Iterator[tuple[str, str]]:
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _flags_in(item)
    elif isinstance(node, MapNode):
        for key, value in node.entries:
            if key.text.startswith("flags.") and isinstance(value, TextNode):
                yield key.text.removeprefix("flags."), value.text
            elif key.text != "when":
                yield from _flags_in(value)


def _kind(values: list[str]) -> Kind:
    if all(value in ("true", "false") for value in values):
        return "boolean"
    numbers = all(value.removeprefix("-").replace(".", "", 1).isdecimal() for value in values)
    return "number" if numbers else "one_of"


def _schema(action: Action, sketch: Sketch) -> Schema:
    if action.speaks:
        return Spoken().schema(sketch) | {"description": action.doc}
    if action.params is None:
        return {"enum": [True, None], "description": action.doc}
    from socialcare.policy.reading.params import flag_parameter, shape_of_model  # noqa: PLC0415 - pydantic takes its time to load
    from socialcare.policy.reading.references import FLAG_PATTERN, Flags  # noqa: PLC0415 - it needs params

    shape = shape_of_model(action.params)
    drawn = shape.schema(sketch)
    drawn["properties"] = {**drawn["properties"], "when": When().schema(sketch)}
    flags = flag_parameter(action.params)
    if flags is not None:
        drawn["patternProperties"] = {
            **drawn["patternProperties"],
            FLAG_PATTERN: Flags().schema(sketch)["patternProperties"][FLAG_PATTERN],
        }
        drawn["required"] = [name for name in drawn.get("required", ()) if name != flags]
    short = shape.keys.get(action.shorthand) if action.shorthand is not None else None
    single = drawn if short is None else sketch.by_form(map=drawn, other=short.shape.schema(sketch))
    if action.many:
        single = sketch.by_form(list={"type": "array", "minItems": 1, "items": single}, other=single)
    return single | {"description": action.doc}
