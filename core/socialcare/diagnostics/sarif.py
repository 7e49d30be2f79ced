"""Prints diagnostics as SARIF 2.1.0, which code hosts and editors show beside the lines.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from socialcare.codes import CODES
from socialcare.diagnostics.problems import Diagnostic, Place, Problems

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

Object = dict[str, Any]  # Any: a part of a JSON document


def render_sarif(problems: Problems, version: str) -> str:
    """One run of this tool, with a rule for every code that was met; columns count code points."""
    items = problems.items
    codes = sorted({item.code for item in items})
    driver = {"name": "socialcare", "version": version, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, codes.index(item.code)) for item in items],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> Object:
    known = CODES[code]
    return {"id": code, "shortDescription": {"text": known.title}, "help": {"text": known.page}}


def _result(item: Diagnostic, number: int) -> Object:
    said = "\n".join(part for part in (item.message, item.label, item.fix) if part)
    result: Object = {
        "ruleId": item.code, "ruleIndex": number, "level": item.severity, "message": {"text": said},
    }  # fmt: skip
    if item.place is not None:
        result["locations"] = [_location(item.place)]
    if item.also:
        result["relatedLocations"] = list(_related(item.also))
    return result


def _related(also: Iterable[tuple[Place, str]]) -> Iterable[Object]:
    for place, label in also:
        yield {**_location(place), **({"message": {"text": label}} if label else {})}


def _location(place: Place) -> Object:
    region = {
        "startLine": place.line, "startColumn": place.column, "endColumn": place.column + max(place.length, 1),
    }  # fmt: skip
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
