"""Whether what a plugin declares can be: names, kinds, parts, examples. A bad word is refused before a rule can use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from socialcare.listening import Feed, Webhook
from socialcare.model import Field, Kind, Outcome, Parameter, Slot
from socialcare.ports import Action, Channel, Classifier, Lookup, Source
from socialcare.sending import Sender

_WORD = re.compile(r"[a-z][a-z0-9_]*")
_DOTTED = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_LONGEST_NAME = 60
_TAKEN = frozenset({"all", "any", "none", "flags", "counts", "company", "time"})
"""First words of a field's name that the language itself uses."""


def problems_of(thing: object, port: type) -> Iterator[str]:
    """What is wrong with a thing that a plugin registered as a `port` (`Lookup`, `Action`, …), in words that name the member."""
    wanted = [
        *port.__annotations__,
        *(name for name in vars(port) if callable(getattr(port, name)) and name[0] != "_"),
    ]
    lacking = sorted(name for name in wanted if not hasattr(thing, name))
    if port is Action and not isinstance(thing, Action):
        yield f"is a `{type(thing).__name__}` and no `Action`"
    elif lacking:
        yield f"lacks {', '.join(f'`{name}`' for name in lacking)}, which a {port.__name__.lower()} has"
    else:
        yield from _CHECKS[port](thing)


def _source(source: Source) -> Iterator[str]:
    yield from _name(source.name, _WORD)
    yield from _doc(source.doc)


def _action(action: Action) -> Iterator[str]:
    yield from _name(action.name, _WORD)
    yield from _doc(action.doc)
    yield from _example(action.example, action.name)
    for member, value, words in (
        ("slot", action.slot, (*get_args(Slot), None)),
        ("merge", action.merge, ("all", "highest", "one")),
        ("effect", action.effect, ("public", "private", "internal")),
        ("settles", action.settles, (*get_args(Outcome), None)),
    ):
        if value not in words:
            yield f"`{member}` is none of {', '.join(str(word) for word in words if word)}"
    params: object = action.params
    fields = params.model_fields if isinstance(params, type) and issubclass(params, BaseModel) else None
    if params is not None and fields is None:
        yield "`params` is no pydantic model"
    if action.speaks and action.slot is None:
        yield "it speaks and takes no `slot`"
    if action.shorthand is not None and action.shorthand not in (fields or ()):
        yield f"its `shorthand` `{action.shorthand}` is no parameter of it"
    for clock, parameter in (("within", action.within), ("breach", action.breach)):
        if parameter is not None and (action.merge != "one" or parameter not in (fields or ())):
            yield f"its `{clock}` `{parameter}` is no parameter of an action of which there is `one`"
    if action.merge == "highest" and action.shorthand is None:
        yield "`merge` `highest` compares the `shorthand`, and it has none"


def _lookup(lookup: Lookup) -> Iterator[str]:
    yield from _name(lookup.name, _WORD)
    yield from _doc(lookup.doc)
    yield from _example(lookup.example, lookup.name)
    if lookup.result.kind != "record":
        yield "its `result` is no record"
    yield from _field(lookup.result, bounded=True)
    parts = {part.name for part in lookup.result.parts}
    parameters = [p.name for p in lookup.parameters]
    for parameter in lookup.parameters:
        yield from _parameter(parameter)
    yield from (f"it has two parameters `{name}`" for name in _twice(parameters))
    if lookup.tags is not None and lookup.tags not in parts:
        yield f"`tags` names `{lookup.tags}`, which is no part of its result"
    if (choice := lookup.choice) is not None:
        if choice.key not in parts:
            yield f"the `key` of its choice, `{choice.key}`, is no part of its result"
        for name in (choice.at_most, choice.within):
            if name is not None and name not in parameters:
                yield f"its choice names `{name}`, which is no parameter of it"


def _parameter(parameter: Parameter) -> Iterator[str]:
    yield from _name(parameter.name, _WORD)
    if parameter.kind not in get_args(Kind):
        yield f"parameter `{parameter.name}` has a kind that is none of {', '.join(get_args(Kind))}"
    if parameter.takes not in ("field", "literal"):
        yield f"parameter `{parameter.name}` takes neither a field nor a literal"


def _classifier(classifier: Classifier) -> Iterator[str]:
    yield from _name(classifier.name, _DOTTED)
    version: object = classifier.version
    if not isinstance(version, str) or not version:
        yield "its `version` is no text"
    if not classifier.fields:
        yield "it declares no field"
    for field in classifier.fields:
        first = str(field.name).partition(".")[0]
        if first in _TAKEN:
            yield f"field `{field.name}`: the language itself uses `{first}`"
        for problem in (*_field(field), *_doc(field.doc), *_example(field.example, field.name)):
            yield f"field `{field.name}`: {problem}"
    yield from (f"it declares `{name}` twice" for name in _twice([field.name for field in classifier.fields]))


def _field(field: Field, *, bounded: bool = False) -> Iterator[str]:
    yield from _name(field.name, _DOTTED)
    if field.kind not in get_args(Kind):
        yield f"its kind is none of {', '.join(get_args(Kind))}"
    words = field.kind in ("one_of", "some_of")
    if field.values and not words:
        yield f"it lists values, and its kind is `{field.kind}`"
    values: object = field.values
    if not isinstance(values, tuple) or not all(isinstance(value, str) for value in values):
        yield "its `values` are no tuple of words"
    yield from (f"it lists `{value}` twice" for value in _twice(field.values))
    if bool(field.parts) != (field.kind == "record"):
        yield (
            "it is a record without parts"
            if not field.parts
            else f"it has parts, and its kind is `{field.kind}`"
        )
    if field.max_length is not None and field.max_length < 1:
        yield "its `max_length` is below 1"
    if bounded and (field.kind == "text" or (words and not field.values)) and field.max_length is None:
        yield "a text needs a `max_length`, so that a reply can be proved to fit"
    for part in field.parts:
        yield from (f"part `{part.name}`: {problem}" for problem in _field(part, bounded=bounded))
    yield from (f"it has two parts `{name}`" for name in _twice([part.name for part in field.parts]))


def _channel(channel: Channel) -> Iterator[str]:
    yield from _name(channel.name, _WORD)
    if channel.limit is not None and channel.limit < 1:
        yield "its `limit` is below 1"
    written = _read(channel.guards)
    if channel.guards.strip() and not (isinstance(written, dict) and "guards" in written):
        yield "its `guards` are no YAML with a map `guards:`"


def _name(name: object, shape: re.Pattern[str]) -> Iterator[str]:
    if not isinstance(name, str) or not shape.fullmatch(name) or len(name) > _LONGEST_NAME:
        dots = ", dots between words" if shape is _DOTTED else ""
        yield f"`{name}` is no name: small letters, digits and `_`{dots}, a letter first"


def _doc(doc: object) -> Iterator[str]:
    if not isinstance(doc, str) or not doc.strip():
        yield "it has no `doc`: one line that says what it is"


def _example(example: object, word: str) -> Iterator[str]:
    written = _read(example)
    if not isinstance(written, dict):
        yield "its `example` is no YAML with a map"
    elif not _uses(written, word):
        yield f"its `example` does not use `{word}`"


def _uses(written: Any, word: str) -> bool:  # Any: whatever YAML can hold
    if isinstance(written, dict):
        return word in written or any(_uses(value, word) for value in written.values())
    return isinstance(written, list) and any(_uses(value, word) for value in written)


def _read(text: object) -> Any:  # Any: whatever YAML can hold
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader) if isinstance(text, str) else None
    except yaml.YAMLError:
        return None


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({str(name) for name in names if list(names).count(name) > 1})


def _listener(one: Feed | Webhook) -> Iterator[str]:
    yield from _name(one.name, _DOTTED)
    yield from _doc(one.doc)
    if isinstance(one, Webhook) and not _PATH.fullmatch(one.path):
        yield f"its `path` `{one.path}` is none: `/` and small letters, digits, `-` or `_`"


def _sender(sender: Sender) -> Iterator[str]:
    yield from _name(sender.name, _DOTTED)
    yield from _doc(sender.doc)
    for member, value, words in (
        ("idempotency", sender.idempotency, ("client_id", "key", "none")),
        ("look_up", sender.look_up, ("by_id", "by_reply_target", "none")),
    ):
        if value not in words:
            yield f"`{member}` is none of {', '.join(words)}"
    if sender.idempotency == "client_id" and sender.look_up != "by_id":
        yield "it chooses the id and does not look up by it"
    if not sender.actions:
        yield "it carries out no action"
    if sender.most_seconds <= 0 or sender.lag < 0:
        yield "`most_seconds` and `lag` are seconds"


_PATH = re.compile(r"/[a-z0-9/_-]{1,100}")

_CHECKS: Mapping[type, Callable[[Any], Iterator[str]]] = {  # Any: each check takes the port it stands beside
    Source: _source,
    Channel: _channel,
    Classifier: _classifier,
    Lookup: _lookup,
    Action: _action,
    Feed: _listener,
    Webhook: _listener,
    Sender: _sender,
}
