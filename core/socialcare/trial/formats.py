"""Prints what came of tests for programs: one JSON object, or JUnit's XML."""

from __future__ import annotations

import json
from itertools import groupby
from xml.etree import ElementTree as ET

from socialcare.diagnostics import Place
from socialcare.diagnostics.excerpt import visible
from socialcare.trial.coverage import KINDS, Coverage
from socialcare.trial.results import Report, Result


def render_json(report: Report) -> str:
    """One object whose keys never change: `tests`, `coverage`, `plugin_failures`."""
    found = {
        "tests": [_test(result) for result in report.results],
        "coverage": _coverage(report.coverage),
        "plugin_failures": [
            {"plugin": one.plugin, "what": one.what, "reason": one.reason, "count": one.count}
            for one in report.plugin_failures
        ],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _test(result: Result) -> dict[str, object]:
    return {
        "name": result.name,
        "rule": result.rule,
        **_at(result.place),
        "verdict": result.verdict,
        "failures": [
            {"expected": one.expected, "happened": one.happened, "why": list(one.why), **_at(one.place)}
            for one in result.failures
        ],
    }


def _coverage(coverage: Coverage) -> dict[str, object]:
    kinds: dict[str, object] = {
        kind: dict(zip(("reached", "of"), coverage.of(kind), strict=True)) for kind in KINDS
    }
    missed = [{"kind": one.kind, "says": one.says, **_at(one.place)} for one in coverage.missed]
    return {"percent": round(coverage.percent, 2), **kinds, "missed": missed}


def _at(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "column": place.column}


def render_junit(report: Report) -> str:
    """JUnit's XML, a suite for each file; a known gap counts as skipped."""
    root = ET.Element("testsuites", _counts(report.results))
    for file, group in groupby(report.results, key=lambda result: result.place.file):
        results = tuple(group)
        suite = ET.SubElement(root, "testsuite", {"name": visible(file), **_counts(results)})
        for result in results:
            _case(suite, result)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(results: tuple[Result, ...]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(not result.is_fine for result in results)),
        "skipped": str(sum(result.verdict == "known gap" for result in results)),
    }


def _case(suite: ET.Element, result: Result) -> None:
    told = {
        "classname": result.rule or "conversation",
        "name": visible(result.name),
        "file": visible(result.place.file),
        "line": str(result.place.line),
    }
    case = ET.SubElement(suite, "testcase", told)
    if result.verdict == "known gap":
        ET.SubElement(case, "skipped", {"message": "known gap"})
    if result.verdict == "closed gap":
        ET.SubElement(case, "failure", {"message": "a known gap passes now"})
    for one in result.failures if result.verdict == "failed" else ():
        failure = ET.SubElement(case, "failure", {"message": visible(f"expected {one.expected}")})
        failure.text = visible("\n".join([one.happened, *one.why]), keep="\n")
