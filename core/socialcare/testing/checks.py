"""What each kind of plugin has to hold to: every check raises `AssertionError` that says what is wrong and how it showed."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from inspect import isawaitable
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from socialcare.declarations import problems_of
from socialcare.errors import ArchiveError
from socialcare.model import FieldValue, Mention, Refers, Reject, Skipped, Value
from socialcare.policy.language.times import duration
from socialcare.ports import Action, Channel, Classifier, Lookup, Question, ReadOptions, Source
from socialcare.testing.samples import AT, TEXTS, mention
from socialcare.values import check_of, kind_of, wrong_field_value

_HEAD = 65_536  # bytes that a source is shown
_FIGURES = (None, -1.0, 0.0, 1_000.0, 1e12)
"""What the path of a number may come to; `None`: unknown."""


def check_classifier(classifier: Classifier, texts: Sequence[str] = TEXTS) -> None:
    """It fills what it declares for every sort of text; a pure one says the same twice and in batches of any size."""
    _check_declaration(classifier, Classifier)
    mentions = [mention(text) for text in texts]
    rows = _classified(classifier, mentions)
    checks = {field.name: check_of(field) for field in classifier.fields}
    for text, row in zip(texts, rows, strict=True):
        for name, found in row.items():
            _demand(name in checks, f"it fills `{name}`, which it does not declare, for {text!r}")
            wrong = wrong_field_value(found, checks[name])
            _demand(not wrong, f"`{name}` {wrong}, for {text!r}: {found!r}")
    if classifier.reads_outside:
        return
    _demand(_classified(classifier, []) == [], "it says something of no mentions")
    for one, row in zip(mentions, rows, strict=True):
        alone = _classified(classifier, [one])[0]
        _demand(
            alone == row, f"alone and in a batch it says different things of {one.text!r}: {alone!r}, {row!r}"
        )


def check_lookup(
    lookup: Lookup, found: Mapping[str, Value], absent: Mapping[str, Value] | None = None
) -> None:
    """It answers the arguments `found` with records as declared, `absent` with none; a pure one says the same twice."""
    _check_declaration(lookup, Lookup)
    answers = _answered(lookup, found)
    _demand(len(answers) > 0, f"it answers nothing to {dict(found)!r}")
    check = check_of(lookup.result)
    for answer in answers:
        wrong = check(answer)
        _demand(isinstance(answer, Mapping), f"it answers with {kind_of(answer)} instead of a record")
        _demand(not wrong, f"its answer {wrong}: {answer!r}")
        key = lookup.choice.key if lookup.choice else None
        _demand(key is None or answer.get(key) is not None, f"a candidate has no `{key}`: {answer!r}")
    if absent is not None:
        _demand(len(_answered(lookup, absent)) == 0, f"it answers something to {dict(absent)!r}")
    if not lookup.reads_outside:
        again = _answered(lookup, found)
        _demand(list(again) == list(answers), f"asked twice it says different things: {answers!r}, {again!r}")


def check_action(action: Action, *parameters: Mapping[str, Any]) -> None:  # Any: an action's own JSON
    """Its parameters have a schema that editors can use, take its own example, and become a payload that can be kept."""
    _check_declaration(action, Action)
    if action.params is None:
        return
    Draft202012Validator.check_schema(action.params.model_json_schema())
    for written in (_in_example(action), *parameters):
        judged = action.params.model_validate(_with_spans(action.params, written)).model_dump(
            exclude_none=True
        )
        for number in _FIGURES:
            resolved = _with_number(action.params, judged, number)
            payload = resolved if action.propose is None else action.propose(resolved)
            _demand(payload is None or isinstance(payload, Mapping), f"`propose` returned {kind_of(payload)}")
            json.dumps(payload, default=str)


def check_source(source: Source, file: Path, options: ReadOptions | None = None) -> None:
    """It recognises and reads its file, the same each time, leaves others alone, and survives one that is cut off."""
    _check_declaration(source, Source)
    options = options or ReadOptions()
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    _demand(source.recognises(file, content[:_HEAD], options), f"it does not recognise {file.name}")
    for strange in (b"", b"\x89PNG\r\n\x1a\n\x00", b"\xff\xfe\x00" * 9):
        known = source.recognises(file.with_name("picture.png"), strange, ReadOptions())
        _demand(not known, f"it recognises a file that begins with {strange!r}")
    rows = list(source.read(file, options))
    _demand(any(isinstance(row, Mention) for row in rows), f"it finds no mention in {file.name}")
    for row in rows:
        _demand(
            isinstance(row, Mention | Reject | Skipped),
            f"it reads {kind_of(row)} instead of a mention, a reject or what is skipped",
        )
        if isinstance(row, Mention):
            _demand(row.at.tzinfo is not None, f"mention {row.id} has a time without a zone")
            for one in (row.id, row.author.id):
                _demand(isinstance(one, str), f"id {one!r} is no text")
    _demand(list(source.read(file, options)) == rows, f"read twice, {file.name} holds different things")
    with TemporaryDirectory() as folder:
        cut = Path(folder) / file.name
        cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        try:
            list(source.read(cut, options))
        except ArchiveError:
            return


def check_channel(channel: Channel, texts: Sequence[str] = TEXTS) -> None:
    """Its lengths are counts, its entities stand where they say, and its prices are sums of money."""
    _check_declaration(channel, Channel)
    _demand(channel.weighted_length("") == 0, "the empty text has a length")
    for text in texts:
        _demand(channel.weighted_length(text) >= 0, f"the length of {text!r} is below 0")
        behind = 0
        for entity in channel.entities(text):
            _demand(entity.start >= behind, f"the entities of {text!r} overlap or are out of order")
            there = text[entity.start : entity.end]
            _demand(there == entity.text, f"{entity!r} of {text!r} is not what stands there: {there!r}")
            behind = entity.end
        for action in channel.actions:
            for summoned in (True, False):
                price = channel.price(action, text, summoned=summoned)
                _demand(isfinite(price) and price >= 0, f"the price of `{action}` {text!r} is {price}")


def _demand(holds: object, what: str) -> None:  # `assert` would be left out under `python -O`
    if not holds:
        raise AssertionError(what)


def _check_declaration(thing: object, port: type) -> None:
    wrong = list(problems_of(thing, port))
    _demand(not wrong, f"{getattr(thing, 'name', thing)}: {'; '.join(wrong)}")


def _classified(classifier: Classifier, mentions: Sequence[Mention]) -> list[Mapping[str, FieldValue]]:
    found = classifier.classify(mentions)
    _demand(
        isawaitable(found) <= classifier.reads_outside,
        "what must be awaited declares `reads_outside`",
    )
    rows = list(asyncio.run(_awaited(found)) if isawaitable(found) else found)
    _demand(len(rows) == len(mentions), f"it returned {len(rows)} maps for {len(mentions)} mentions")
    return rows


async def _awaited(
    found: Awaitable[Sequence[Mapping[str, FieldValue]]],
) -> Sequence[Mapping[str, FieldValue]]:
    return await found


def _answered(lookup: Lookup, arguments: Mapping[str, Value]) -> Sequence[Mapping[str, Value]]:
    defaults = {parameter.name: parameter.default for parameter in lookup.parameters}
    question = Question(arguments={**defaults, **arguments}, mention=mention("a question"), at=AT)
    answers = asyncio.run(_asked(lookup, question))
    _demand(isinstance(answers, list | tuple), f"it returned {kind_of(answers)} instead of a list of records")
    return answers


async def _asked(lookup: Lookup, question: Question) -> Sequence[Mapping[str, Value]]:
    return await lookup.find(question)


def _in_example(action: Action) -> Mapping[str, Any]:  # Any: an action's own JSON
    """The parameters that its example gives; of several uses the first."""
    written = yaml.load(action.example, Loader=yaml.CSafeLoader)[action.name]
    if isinstance(written, list):
        written = written[0]
    if action.shorthand is not None and not (isinstance(written, dict) and action.shorthand in written):
        fits = isinstance(written, dict) and not written.keys() - (
            action.params.model_fields if action.params else {}
        )
        return written if fits else {action.shorthand: written}
    return written if isinstance(written, dict) else {}


def _with_spans(params: type[BaseModel], written: Mapping[str, Any]) -> Mapping[str, Any]:  # Any: as above
    """Spans of time as the policy's reader hands them over: `2h` as two hours."""
    spans = {
        name
        for name, field in params.model_fields.items()
        if timedelta in (field.annotation, *get_args(field.annotation))
    }
    return {
        name: duration(value) if name in spans and isinstance(value, str) else value
        for name, value in written.items()
    }


def _with_number(
    params: type[BaseModel], judged: Mapping[str, Any], number: float | None
) -> Mapping[str, Any]:  # Any: as above
    """The parameters as an action is proposed with them: paths of numbers resolved."""
    paths = {name for name, field in params.model_fields.items() if Refers("number") in field.metadata}
    return {name: number if name in paths else value for name, value in judged.items()}
