"""Writes `docs/vocabulary.md`: every field, operator, action and look-up on one page, with an example each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from socialcare.model import Field, Parameter, Vocabulary
from socialcare.policy.reading.forms import Key
from socialcare.policy.reading.names import Sort
from socialcare.policy.reading.operators import OPERATORS, operators_for
from socialcare.policy.reading.params import shape_of_model
from socialcare.ports import Action, Lookup

_TYPES: Mapping[Sort, str] = {
    "text": "a text", "one_of": "a word", "some_of": "words", "number": "a number", "boolean": "true or false",
    "time": "a moment", "duration": "a span of time", "record": "several parts", "count": "a count",
    "moment": "the moment of the decision",
}  # fmt: skip

_HEAD = """\
# Vocabulary

<!-- Written by `socialcare vocabulary`; edit the plugins, not this page. -->

Every word that a policy may use, with the plugins that are enabled here. How a condition is read: lines are *and*, a list of
values is *or*, `none` is *not*.
"""

_OWN = """\
## What the policy itself adds

| word | what it is | example |
|---|---|---|
| `counts.NAME` | a count of the policy; a count includes the current mention | `counts.talks: {reaches: 4}` |
| `flags.NAME` | what a rule remembered of the author; false until one did | `flags.opted_out: true` |
| `NAME` of a formula | a number of the policy | `reach: {above: 10000}` |
| `ALIAS.PART` | what a look-up answered, in actions and branches | `store.km: {at_most: 25}` |
| `all`, `any`, `none` | lists of conditions or names of signals | `all: [asks, customer]` |
| `if_missing` | the answer where a field is unknown | `author.followers: {above: 50000, if_missing: false}` |
| `confidence` | how sure the provider must be, 0 to 1 | `intent: {equals: question, confidence: {at_least: 0.8}}` |
"""


def vocabulary_page(vocabulary: Vocabulary) -> str:
    """The page, in Markdown."""
    sections = [
        [_HEAD.rstrip()],
        _fields(vocabulary),
        _operators(),
        [_OWN.rstrip()],
        _actions(vocabulary),
        _lookups(vocabulary),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _fields(vocabulary: Vocabulary) -> list[str]:
    lines = ["## Fields", "", "| field | type | what it is | example | from |", "|---|---|---|---|---|"]
    lines.append(
        "| `time` | the moment of the decision | unknown in archives without times | `time: {inside: night}` | the core |"
    )
    for name, field in sorted(vocabulary.fields.items()):
        lines += _field(field, name, vocabulary.providers.get(name, ""))
    return lines


def _field(field: Field, path: str, provider: str) -> Iterator[str]:
    doc = f"{field.doc}; may be missing" if field.may_be_missing else field.doc
    yield _row(f"`{path}`", _type(field), doc, f"`{field.example}`", provider)
    for part in field.parts:
        yield from _field(part, f"{path}.{part.name}", provider)


def _type(field: Field) -> str:
    if not field.values:
        return _TYPES[field.kind]
    return f"{'one' if field.kind == 'one_of' else 'some'} of {', '.join(field.values)}"


def _operators() -> list[str]:
    lines = ["## Operators", "", "| operator | for | what it asks | example |", "|---|---|---|---|"]
    for word, operator in OPERATORS.items():
        sorts = [name for sort, name in _TYPES.items() if word in operators_for(sort)]
        lines.append(_row(f"`{word}`", ", ".join(sorts), operator.doc, f"`{operator.example}`"))
    return lines


def _actions(vocabulary: Vocabulary) -> list[str]:
    lines = ["## Actions"]
    for _, action in sorted(vocabulary.actions.items()):
        lines += [
            "",
            f"### `{action.name}`",
            "",
            f"{_sentence(action.doc)} {_manner(action)}",
            *_example(action.example),
        ]
        if action.params is not None:
            lines += _parameters(shape_of_model(action.params).keys, action.shorthand)
    return lines


def _manner(action: Action) -> str:
    """What an action takes, who sees it, and how several of it become one."""
    slots = {"public": "the public answer", "private": "the private message", "both": "both answers"}
    said = [f"takes {slots[action.slot]}"] if action.slot is not None else [_MERGES[action.merge]]
    said.append(
        {"public": "seen by everybody", "private": "seen by them", "internal": "seen by us only"}[
            action.effect
        ]
    )
    if action.speaks:
        said.append("a text, or a map with `say`, `first_of`, `if_too_long`, `media`, `counts_as`, `when`")
    if action.many:
        said.append("one or a list")
    return _sentence("; ".join(said))


_MERGES = {
    "all": "merges: every different one is kept",
    "highest": "merges: the highest counts",
    "one": "merges: the first by rank counts",
}


def _parameters(keys: Mapping[str, Key], shorthand: str | None) -> Iterator[str]:
    if keys:
        yield from (
            "",
            "Parameters: " + ", ".join(_parameter(name, key, shorthand) for name, key in keys.items()) + ".",
        )


def _parameter(name: str, key: Key, shorthand: str | None) -> str:
    marks = [
        mark
        for mark, holds in (("a bare value fills it", name == shorthand), ("required", key.required))
        if holds
    ]
    return f"`{name}`" + (f" ({', '.join(marks)})" if marks else "")


def _lookups(vocabulary: Vocabulary) -> list[str]:
    lines = ["## Look-ups"]
    if not vocabulary.lookups:
        return [*lines, "", "No enabled plugin brings one."]
    for _, lookup in sorted(vocabulary.lookups.items()):
        lines += [
            "",
            f"### `{lookup.name}`",
            "",
            _sentence(lookup.doc),
            *_example(f"look_up: {{{lookup.example}}}"),
        ]
        lines += _arguments(lookup)
    return lines


def _arguments(lookup: Lookup) -> Iterator[str]:
    if lookup.parameters:
        yield from ("", "| parameter | takes | what it is |", "|---|---|---|")
        yield from (_argument(parameter) for parameter in lookup.parameters)
    if lookup.result.parts:
        parts = ", ".join(f"`{part.name}` ({_TYPES[part.kind]})" for part in lookup.result.parts)
        yield from ("", f"Answers with {parts}.")


def _argument(parameter: Parameter) -> str:
    takes = (
        f"a field that holds {_TYPES[parameter.kind]}"
        if parameter.takes == "field"
        else _TYPES[parameter.kind]
    )
    return _row(
        f"`{parameter.name}`", takes + ("" if parameter.required else ", may be left out"), parameter.doc
    )


def _example(example: str) -> Iterable[str]:
    return ("", "```yaml", example, "```")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
