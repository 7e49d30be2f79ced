"""A policy as bytes and back. Whatever the bytes say, nothing comes of them but the values of a policy.

Pickle is the format because it alone turns a hundred thousand statements into objects without a step of Python for each of their
parts. What makes it dangerous is that bytes may name any function to call; here they may name only the makers below, and get a
function that is made anew each time, never a class or a function of a module that they could change.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from socialcare.diagnostics import Diagnostic, Place
from socialcare.model import FieldValue
from socialcare.policy import cases, statements
from socialcare.policy.language import filters, formulas, texts, times, words
from socialcare.policy.language.patterns import Pattern

Make = Callable[..., Any]  # Any: every value a statement can hold

_MODULES = (statements, cases, filters, formulas, texts, times, words)
_PLACE = tuple(f"place.{name}" for name in Place.__struct_fields__)
"""Nearly every statement has a place: its parts stand among those of the statement."""


class Unknown(Exception):  # noqa: N818 - as in `raise Unknown`
    """Something stands in a policy, or in bytes, that is no value of a policy."""


def packed(value: Any) -> bytes:
    """The bytes of a policy, or of what belongs to one; raises `Unknown`."""
    stream = io.BytesIO()
    _Packer(stream, protocol=5).dump(value)
    return stream.getvalue()


def unpacked(data: bytes) -> Any:
    """What was packed; raises `Unknown` for bytes that are anything else."""
    try:
        return _Unpacker(io.BytesIO(data)).load()
    except Exception as error:  # noqa: BLE001 - damaged bytes raise whatever they like
        raise Unknown(str(error)) from None


class _Packer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """A value as its maker and the parts to make it of."""
        kind = type(value)
        apart = _APART.get(kind)
        if apart is not None:
            return kind, apart(value)
        if isinstance(value, type) and value in _APART:
            return NotImplemented  # a kind itself: by its name
        raise Unknown(f"{kind.__name__} is no value of a policy")


class _Unpacker(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self._makers: dict[tuple[str, str], Make] = {}

    def find_class(self, module: str, name: str) -> Make:
        """The maker of a kind."""
        found = self._makers.get((module, name))
        if found is None:
            kind = _KINDS.get((module, name))
            if kind is None:
                raise Unknown(f"{module}.{name} is no value of a policy")
            found = self._makers[module, name] = _maker(kind)
        return found


def _maker(kind: Any) -> Make:  # Any: a class whose constructor takes any parts
    """A function of its own that puts a value together from its parts."""
    names = _names(kind) if is_dataclass(kind) else []
    by_name = any(field.kw_only for field in fields(kind)) if names else False
    at = names.index("place") if "place" in names else None

    def make(*parts: Any) -> Any:
        if at is not None:
            parts = (*parts[:at], Place(*parts[at : at + len(_PLACE)]), *parts[at + len(_PLACE) :])
        return kind(**dict(zip(names, parts, strict=True))) if by_name else kind(*parts)

    return Pattern.known if kind is Pattern else make


def _names(kind: Any) -> list[str]:
    return [field.name for field in fields(kind) if field.init]


def _taking_apart(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    if is_dataclass(kind):
        names = [part for name in _names(kind) for part in (_PLACE if name == "place" else (name,))]
    else:
        names = list(kind.__struct_fields__)
    if len(names) == 1:
        return lambda value: (getattr(value, names[0]),)
    return attrgetter(*names)


def _statements(module: ModuleType) -> Iterator[type]:
    """The kinds of values that a module declares."""
    for kind in vars(module).values():
        if isinstance(kind, type) and kind.__module__ == module.__name__ and is_dataclass(kind):
            yield kind


_APART: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
    **{kind: _taking_apart(kind) for module in _MODULES for kind in _statements(module)},
    **{kind: _taking_apart(kind) for kind in (Place, Diagnostic, FieldValue)},
    Pattern: lambda value: (value.source,),
    datetime: lambda value: (
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
        value.tzinfo,
    ),
    date: lambda value: (value.year, value.month, value.day),
    time: lambda value: (value.hour, value.minute, value.second, value.microsecond),
    timedelta: lambda value: (value.days, value.seconds, value.microseconds),
    ZoneInfo: lambda value: (value.key,),
}
_KINDS = {(kind.__module__, kind.__qualname__): kind for kind in _APART}
