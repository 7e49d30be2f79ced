"""The JSON Schema (draft 2020-12) of policy files for editors, drawn from the shapes that read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialcare.model import Vocabulary
from socialcare.policy.reading.calendars import CALENDAR
from socialcare.policy.reading.cases import Cases
from socialcare.policy.reading.conditions import When
from socialcare.policy.reading.data import ADDRESS, ENTRY, NAME, RANK, Handle, Words
from socialcare.policy.reading.forms import Listing
from socialcare.policy.reading.guards import GUARD
from socialcare.policy.reading.measures import COUNT, FORMULA
from socialcare.policy.reading.names import Sort
from socialcare.policy.reading.pages import TESTS, VERSION
from socialcare.policy.reading.rules import ID_SHAPE, RULE
from socialcare.policy.reading.scalars import ZONE
from socialcare.policy.reading.shapes import Name, Shape
from socialcare.policy.reading.simulations import SIMULATION
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Policy

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(vocabulary: Vocabulary, own_paths: Mapping[str, Sort] | None = None) -> Schema:
    """The schema of a file of a policy.

    `own_paths` are what the policy's conditions may test beside fields, as `own_paths_of` finds them; without them every
    formula and look-up answer in a condition is unknown to the schema.
    """
    sketch = Sketch(vocabulary, own_paths or {})
    sections: dict[str, Schema] = {
        VERSION: {"const": 1, "description": "the version of the language"},
        "zone": ZONE.schema(sketch) | {"description": "the policy's time zone"},
        "ranks": Listing(RANK, "ranks").schema(sketch) | {"description": "who wins, the first first"},
        "order": Listing(Name("rule"), "rules").schema(sketch) | {"description": "who wins between equals"},
        TESTS: Listing(Cases(), "tests").schema(sketch) | {"description": "conversations, in `*.test.yaml`"},
    }
    for section, (name, each, doc) in _SECTIONS.items():
        entries = sketch.define(section, lambda each=each: each.schema(sketch))  # type: ignore[misc]  # a default binds the loop's value
        sections[section] = sketch.table(name.schema(sketch), entries) | {"description": doc}
    top = sketch.map(sections)
    return {"$schema": DIALECT, "title": "a policy for socialcare", **top, "$defs": sketch.definitions}


_SECTIONS: Mapping[str, tuple[Shape[str], Shape[Any], str]] = {
    "company": (NAME, ENTRY, "what texts may say about the company: `{{ company.name }}`"),
    "people": (NAME, ADDRESS, "people by name, and where they are reached"),
    "accounts": (NAME, Handle(), "our own accounts by name, and their handles"),
    "lists": (NAME, Words(None), "words by the list's name, or a file of them"),
    "calendars": (NAME, CALENDAR, "times that come back every week"),
    "signals": (NAME, When(), "conditions with a name"),
    "formulas": (NAME, FORMULA, "numbers with a name"),
    "counts": (NAME, COUNT, "memories: how many, per key and window"),
    "rules": (ID_SHAPE, RULE, "statements that propose actions"),
    "guards": (ID_SHAPE, GUARD, "statements that keep actions back"),
    "simulations": (NAME, SIMULATION, "dry runs with what their figures must be"),
}


def own_paths_of(policy: Policy, vocabulary: Vocabulary) -> dict[str, Sort]:
    """The formulas of a policy and the answers of its look-ups, as its conditions name them."""
    paths: dict[str, Sort] = dict.fromkeys(policy.formulas, "number")
    for rule in policy.rules.values():
        for alias, asked in rule.look_up.items():
            answer = vocabulary.lookups[asked.lookup].result
            paths[alias] = answer.kind
            paths |= {f"{alias}.{part.name}": part.kind for part in answer.parts}
    return paths
