"""Writes decision records, version 1, one JSON object a line; docs/decisions-format.md describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, BinaryIO

from msgspec.json import Encoder

from socialcare.model import ActionRecord, Decision, FieldValue


def _plain(thing: object) -> Any:  # Any: whatever JSON can hold
    if isinstance(thing, Mapping):
        return dict(thing)
    if isinstance(thing, frozenset):
        return sorted(thing)
    raise TypeError(f"a decision holds a `{type(thing).__name__}`, which JSON cannot")


_ENCODER = Encoder(enc_hook=_plain)


class DecisionWriter:
    """Writes decisions to a file, in the order given; `unsealed` are the built-in guards that are off, with the reasons."""

    def __init__(self, file: BinaryIO, unsealed: Mapping[str, str] = MappingProxyType({})) -> None:
        self._file = file
        self.unsealed = dict(unsealed)
        self.written = 0
        self.until: datetime | None = None

    def write(self, decision: Decision) -> None:
        """Write one line."""
        self.write_all((decision,))

    def write_all(self, decisions: Sequence[Decision]) -> None:
        """Write one line for each."""
        for decision in decisions:
            line = record(decision)
            if self.unsealed:
                line["unsealed"] = self.unsealed
            self._file.write(_ENCODER.encode(line) + b"\n")
            self.written += 1
            self.until = decision.at

    def write_lines(self, lines: bytes, count: int, until: datetime) -> None:
        """Write the lines of so many decisions, made elsewhere, the last of that moment."""
        self._file.write(lines)
        self.written += count
        self.until = until


def record(decision: Decision) -> dict[str, Any]:  # Any: a record is JSON
    """A decision as its record: what every record has first, in a fixed order, then what only some have."""
    line: dict[str, Any] = {  # Any: as above
        "id": decision.id,
        "event": decision.event,
        "mention": decision.mention,
        "at": decision.at,
        "platform": decision.platform,
        "account": decision.account,
        "author": decision.author,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "fired": decision.fired,
        "actions": [_action(each) for each in decision.actions],
        "fields": {name: _field(found) for name, found in decision.fields.items()},
        "policy": decision.policy,
    }
    some: dict[str, Any] = {  # Any: as above
        "hop": decision.hop if decision.hop > 1 else None,
        "unknown": decision.unknown,
        "outranked": decision.outranked,
        "gated": decision.gated,
        "near": decision.near,
        "problems": decision.problems,
        "shadow": [_action(each) for each in decision.shadow],
        "then": record(decision.then) if decision.then is not None else None,
        "input": decision.input,
    }
    return line | {name: value for name, value in some.items() if value}


def _action(action: ActionRecord) -> dict[str, Any]:  # Any: as above
    every: dict[str, Any] = {  # Any: as above
        "action": action.action,
        "rule": action.rule,
        "slot": action.slot,
        "state": action.state,
        "by": action.by,
    }
    some = {
        "text": action.text,
        "payload": action.payload or None,
        "until": action.until,
        "reason": action.reason,
        "id": action.id,
    }
    return every | {name: value for name, value in some.items() if value is not None}


def _field(found: FieldValue) -> dict[str, Any]:  # Any: as above
    every = {"value": found.value, "confidence": found.confidence}
    some = {"evidence": found.evidence, "provider": found.provider}
    return every | {name: value for name, value in some.items() if value}
