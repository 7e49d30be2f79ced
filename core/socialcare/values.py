"""Whether a value is what its field declares; what plugins hand over passes here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite

from socialcare.model import Field, FieldValue, Value

Check = Callable[[Value], str | None]
"""Says what is wrong with a value, `None` where it may stand; `None` as a value (known to be absent) always may."""


def check_of(field: Field) -> Check:
    """The check for values of a field: its kind, its words, its parts, its length, and that the text can be written down."""
    kind = _KINDS[field.kind](field)
    return lambda value: None if value is None else kind(value)


def wrong_field_value(found: object, check: Check) -> str | None:
    """What is wrong with what a classifier says of a field: no field value, confidence, evidence, or the value itself."""
    if not isinstance(found, FieldValue):
        return f"is {kind_of(found)} instead of a field value"
    sure: object = found.confidence
    evidence: object = found.evidence
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
        return "has a confidence that is not between 0 and 1"
    if not isinstance(evidence, tuple) or not all(isinstance(word, str) for word in evidence):
        return "has evidence that is no tuple of texts"
    return check(found.value)


def kind_of(thing: object) -> str:
    """What a plugin handed over, for a message."""
    return "nothing" if thing is None else f"a `{type(thing).__name__}`"


def _text(field: Field) -> Check:
    limit = field.max_length

    def check(value: Value) -> str | None:
        if not isinstance(value, str):
            return "is no text"
        if limit is not None and len(value) > limit:
            return f"has {len(value)} characters where {limit} are declared"
        return None if _writable(value) else "holds half a character"

    return check


def _one_of(field: Field) -> Check:
    words, text = frozenset(field.values), _text(field)

    def check(value: Value) -> str | None:
        if isinstance(value, str) and value in words:
            return None
        return text(value) or ("is none of the words declared" if words else None)

    return check


def _some_of(field: Field) -> Check:
    one = _one_of(field)

    def check(value: Value) -> str | None:
        if not isinstance(value, tuple):
            return "is no tuple of words"
        return next((wrong for word in value if (wrong := one(word))), None)

    return check


def _number(_: Field) -> Check:
    def check(value: Value) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "is no number"
        return None if isfinite(value) else "is no finite number"

    return check


def _boolean(_: Field) -> Check:
    return lambda value: None if isinstance(value, bool) else "is neither true nor false"


def _time(_: Field) -> Check:
    return lambda value: (
        None if isinstance(value, datetime) and value.tzinfo is not None else "is no moment with a time zone"
    )


def _record(field: Field) -> Check:
    parts = {part.name: check_of(part) for part in field.parts}

    def check(value: Value) -> str | None:
        if not isinstance(value, Mapping):
            return "is no record"
        for name, part in value.items():
            if name not in parts:
                return f"has a part `{name}` that is not declared"
            if wrong := parts[name](part):
                return f"has a part `{name}` that {wrong}"
        return None

    return check


def _writable(text: str) -> bool:
    """Half of a surrogate pair cannot be stored or sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_KINDS: Mapping[str, Callable[[Field], Check]] = {
    "text": _text,
    "one_of": _one_of,
    "some_of": _some_of,
    "number": _number,
    "duration": _number,
    "boolean": _boolean,
    "time": _time,
    "record": _record,
}
