"""Says conditions in English, every *and* and *or* spelled out."""

from __future__ import annotations

from collections.abc import Sequence

from socialcare.policy.statements import AnyOf, Comparison, Condition, NoneOf, Signal


def describe(condition: Condition, *, inside: bool = False) -> str:
    """A condition as part of a sentence; `inside` puts what has an *and* or *or* of its own in brackets."""
    if isinstance(condition, Signal):
        return f"`{condition.name}`"
    if isinstance(condition, Comparison):
        return _comparison(condition)
    if isinstance(condition, NoneOf):
        said = _none(condition.parts)
    elif isinstance(condition, AnyOf):
        said = " or ".join(describe(part, inside=True) for part in condition.parts)
    elif condition.parts:
        said = " and ".join(describe(part, inside=True) for part in condition.parts)
    else:
        return "always"
    return f"({said})" if inside and len(condition.parts) > 1 else said


def _none(parts: Sequence[Condition]) -> str:
    said = [describe(part, inside=True) for part in parts]
    if len(said) == 1:
        return f"not {said[0]}" if isinstance(parts[0], Signal) else f"it is not so that {said[0]}"
    return f"neither {' nor '.join(said)}"


def _comparison(test: Comparison) -> str:
    said = f"{_subject(test)} {_predicate(test)}"
    if test.op == "exists":
        said = f"there is {'a' if test.operand else 'no'} {_subject(test)}"
    elif test.path == "time":
        said = f"it is {test.op} the calendar `{test.operand}`"
    if test.if_missing is None:
        return said
    return f"({said} or is missing)" if test.if_missing else f"({said} and is not missing)"


def _subject(test: Comparison) -> str:
    head, _, name = test.path.partition(".")
    nouns = {"counts": f"the count `{name}`", "flags": f"the flag `{name}`", "text": "the text"}
    subject = nouns.get(head, f"`{test.path}`")
    return f"the confidence of {subject}" if test.of == "confidence" else subject


_WORDS = {
    "has": ("has", "or"), "has_all": ("has", "and"), "contains": ("contains", "or"), "exactly": ("is exactly", "or"),
    "starts_with": ("begins with", "or"), "ends_with": ("ends with", "or"), "matches": ("matches", "or"),
    "equals": ("is", "or"), "in": ("is in", "or"),
}  # fmt: skip
_NUMBERS = {
    "at_least": "is at least", "at_most": "is at most", "above": "is more than", "below": "is less than",
    "equals": "is", "reaches": "arrives at", "within": "was within the last",
}  # fmt: skip


def _predicate(test: Comparison) -> str:
    if isinstance(test.operand, bool):
        return f"is {'true' if test.operand else 'false'}"
    if isinstance(test.operand, int | float):
        return f"{_NUMBERS[test.op]} {test.written[0] if test.written else f'{test.operand:g}'}"
    verb, joint = _WORDS.get(test.op, (test.op, "or"))
    if test.list_name is not None:
        quantity = "every" if test.op == "has_all" else "a"
        return (
            f"{verb} the list `{test.list_name}`"
            if test.op in ("in", "equals")
            else f"{verb} {quantity} word of the list `{test.list_name}`"
        )
    return f"{verb} {alternatives(test.written, joint, quoted=test.op not in ('equals', 'in'))}"


def alternatives(words: Sequence[str], joint: str, *, quoted: bool) -> str:
    """Words with the same joint between all of them."""
    return f" {joint} ".join(f"“{word}”" if quoted else word for word in words)
