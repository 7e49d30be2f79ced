"""Reads a guard: exactly one of forbid, hold, need_approval, limit and budget, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from socialcare.policy.reading.conditions import When
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import ByForm, Key, Many, Map, Table
from socialcare.policy.reading.rules import ID_SHAPE, OWNED, PER, WINDOW, Action, windowed
from socialcare.policy.reading.scalars import SHARE, SPAN
from socialcare.policy.reading.shapes import Name, OneOf, Shape, Whole, Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Approval, Budget, Guard, Hold, Limit, Window
from socialcare.policy.yaml.nodes import MapNode, Node, TextNode

ACTS: Shape[tuple[str, ...]] = Many(Action(("public", "private", "everything")))


def _limit(*, at_most: int, of: tuple[str, ...], per: tuple[str, ...] = (), window: Window) -> Limit:
    return Limit(at_most, per, window, of)


def _limited(**values: Any) -> Limit:
    return _limit(**windowed(values))


def _budgeted(**values: Any) -> Budget:
    return Budget(**{"per": (), **windowed(values)})


LIMIT: Map[Limit] = Map(
    "the `limit` of a guard",
    _limited,
    {
        "at_most": Key(Whole(1), required=True, doc="so many acts"),
        "of": Key(ACTS, required=True, doc="the acts that count"),
        "per": Key(PER, doc="for each of these; without it, for the whole policy"),
        **WINDOW,
    },
    apart=(("in", "per_day"),),
)

BUDGET: Map[Budget] = Map(
    "`budget`",
    _budgeted,
    {
        "of": Key(ACTS, required=True, doc="the acts that are counted"),
        "per": Key(PER, doc="for each of these; without it, for the whole policy"),
        **WINDOW,
        "at_most": Key(
            Table(Word("a kind of content"), SHARE, "a share for each kind of content"),
            to="shares",
            required=True,
            doc="the greatest share of each kind of content (`counts_as`)",
        ),
    },
    apart=(("in", "per_day"),),
)

PEOPLE: Shape[tuple[str, ...]] = Many(Name("person"))

OTHERWISE: Shape[Any] = ByForm(
    text=OneOf(("to_inbox",), "`to_inbox`"),
    map=Map(
        "`otherwise`",
        dict,
        {
            "pause_account": Key(SPAN, doc="send nothing from the account for so long"),
            "notify": Key(PEOPLE, doc="whom to tell"),
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Excepted:
    """A rule's id or a rank."""

    def read(self, node: Node, reading: Reading) -> str | None:
        """The name."""
        text = reading.text(node, "a rule or a rank")
        if text is not None and text in reading.names.of("rank"):
            return text
        return None if text is None else Name("rule").read(node, reading)

    def schema(self, sketch: Sketch) -> Schema:
        """A word."""
        return Word().schema(sketch)


KINDS = ("forbid", "hold", "need_approval", "limit", "budget")
_BESIDE = {
    "until": ("hold",), "expires": ("hold",), "by": ("need_approval",), "within": ("need_approval",),
    "otherwise": ("need_approval", "limit", "budget"),
}  # fmt: skip
"""Keys that mean something beside some kinds only."""

GUARD: Map[dict[str, Any]] = Map(
    "a guard",
    dict,
    {
        "when": Key(When(), doc="when it binds: unless this is false; without it, always"),
        "forbid": Key(ACTS, doc="acts that must not happen"),
        "hold": Key(ACTS, doc="acts that wait"),
        "until": Key(Name("calendar"), doc="what is held is released when this calendar opens"),
        "expires": Key(SPAN, doc="what is held so long is dropped to the inbox"),
        "need_approval": Key(ACTS, doc="acts that a person must approve"),
        "by": Key(PEOPLE, doc="who must approve"),
        "within": Key(SPAN, doc="how long they have"),
        "limit": Key(LIMIT, doc="how many acts at most"),
        "budget": Key(BUDGET, doc="which share of the acts each kind of content may have"),
        "otherwise": Key(OTHERWISE, doc="what happens over the limit, or when nobody approved"),
        "notify": Key(PEOPLE, doc="whom to tell when it binds"),
        "except": Key(Many(Excepted()), to="excepted", doc="rules and ranks that it does not bind"),
        **OWNED,
    },
    apart=tuple((one, other) for place, one in enumerate(KINDS) for other in KINDS[place + 1 :]),
)


def read_guard(key: TextNode, node: Node, reading: Reading, *, sealed: bool) -> Guard | None:
    """Read one guard by its id."""
    known = ID_SHAPE.read(key, reading)
    values = GUARD.values(node, reading)
    if values is None or known is None or not isinstance(node, MapNode):
        return None
    kind = next((word for word in KINDS if word in values), None)
    if kind is None:
        fix = "write one of " + ", ".join(f"`{word}`" for word in KINDS)
        reading.problems.error("SC216", key.place, f"the guard `{key.text}` keeps nothing back", fix=fix)
        return None
    if not (_fits(kind, node, reading) and _may_except(node, reading, sealed=sealed)):
        return None
    return _guard(key, kind, values, node, reading, sealed=sealed)


def _fits(kind: str, node: MapNode, reading: Reading) -> bool:
    """Whether the keys beside the kind mean something there."""
    strange = [key for key, _ in node.entries if kind not in _BESIDE.get(key.text, (kind,))]
    for key in strange:
        beside = " or ".join(f"`{word}`" for word in _BESIDE[key.text])
        reading.problems.error(
            "SC223", key.place, f"`{key.text}` means nothing beside `{kind}`", label=f"it belongs to {beside}"
        )
    return not strange


def _may_except(node: MapNode, reading: Reading, *, sealed: bool) -> bool:
    written = node.get("except")
    if sealed and written is not None:
        reading.problems.error("SC223", written.place, "a sealed guard has no exceptions")
    return not (sealed and written is not None)


def _guard(
    key: TextNode, kind: str, values: dict[str, Any], node: MapNode, reading: Reading, *, sealed: bool
) -> Guard | None:
    otherwise = values.pop("otherwise", "to_inbox")
    spare = otherwise if isinstance(otherwise, dict) else {}
    pause: timedelta | None = spare.get("pause_account")
    told: tuple[str, ...] = spare.get("notify", ())
    if pause is not None and kind != "limit":
        reading.problems.error(
            "SC223",
            node.place,
            f"`pause_account` means nothing beside `{kind}`",
            label="it belongs to `limit`",
        )
        return None
    if kind == "need_approval" and "by" not in values:
        reading.problems.error(
            "SC207",
            node.place,
            f"the guard `{key.text}` does not say who approves",
            fix="write `by: NAME`, a name of `people:`",
        )
        return None
    acts = values.pop(kind)
    until, expires = values.pop("until", None), values.pop("expires", None)
    by, within = values.pop("by", ()), values.pop("within", None)
    notify = values.pop("notify", ()) + (told if kind != "need_approval" else ())
    return Guard(
        id=key.text,
        place=key.place,
        acts=acts.of if isinstance(acts, Limit | Budget) else acts,
        forbid=kind == "forbid",
        hold=Hold(until, expires) if kind == "hold" else None,
        approval=Approval(by, within, told) if kind == "need_approval" else None,
        limit=acts if isinstance(acts, Limit) else None,
        budget=acts if isinstance(acts, Budget) else None,
        pause_account=pause,
        notify=tuple(dict.fromkeys(notify)),
        excepted=frozenset(values.pop("excepted", ())),
        sealed=sealed,
        **values,
    )
