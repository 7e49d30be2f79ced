"""Reads `--assume FIELD=VALUE`: what a field is to be where an archive does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import SocialcareError
from socialcare.model import Field, FieldValue, Value, Vocabulary
from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.times import duration
from socialcare.values import check_of

_YES = {"true": True, "yes": True, "false": False, "no": False}
_WANTED = {
    "number": "a number",
    "boolean": "`true` or `false`",
    "duration": "a span of time such as `2h`",
    "time": "a moment such as `2026-12-01 09:30`",
    "record": "set by its provider only",
}


class AssumptionError(SocialcareError):
    """What is assumed cannot be: an unknown field, or a value that it cannot hold."""


def assumed(written: Iterable[str], vocabulary: Vocabulary) -> Mapping[str, FieldValue]:
    """The values by field, from texts such as `author.followers=100`; the words of a list are separated by commas.

    Raises:
        AssumptionError: an unknown field, or a value that the field cannot hold; all of them at once.
    """
    values: dict[str, FieldValue] = {}
    problems: list[str] = []
    for text in written:
        name, sign, value = (part.strip() for part in text.partition("="))
        field = vocabulary.fields.get(name)
        if not sign:
            problems.append(f"`--assume {text}` has no value\nhelp: write `--assume FIELD=VALUE`")
        elif field is None:
            problems.append(
                f"`--assume {text}`: unknown field `{name}`\nhelp: {suggestion(name, vocabulary.fields)}"
            )
        else:
            found = _value(field, value)
            if found is None or check_of(field)(found):
                problems.append(f"`--assume {text}`: `{name}` is {_wanted(field)}")
            else:
                values[name] = FieldValue(found, provider="assumed")
    if problems:
        raise AssumptionError("\n".join(problems))
    return values


def _value(field: Field, text: str) -> Value:
    try:
        match field.kind:
            case "number":
                return float(text)
            case "boolean":
                return _YES.get(text.casefold())
            case "duration":
                return duration(text).total_seconds()
            case "time":
                at = datetime.fromisoformat(text)
                return at if at.tzinfo else at.replace(tzinfo=UTC)
            case "some_of":
                return tuple(word.strip() for word in text.split(","))
            case "record":
                return None
            case _:
                return text
    except (ValueError, Flaw):
        return None


def _wanted(field: Field) -> str:
    if field.values:
        return f"one of {', '.join(field.values)}"
    return _WANTED.get(field.kind, "a text, no longer than it declares")
