"""JSON Schema in the making: what shapes need to draw themselves for editors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from socialcare.model import Field, Vocabulary
from socialcare.policy.reading.names import Sort, fields

Schema: TypeAlias = dict[str, Any]  # Any: JSON Schema is an open format

_FORMS = {"list": "array", "map": "object"}


@dataclass(frozen=True, slots=True)
class Sketch:
    """The vocabulary the schema is for, and the definitions made so far."""

    vocabulary: Vocabulary
    own_paths: Mapping[str, Sort] = field(default_factory=dict)
    """What the policy's conditions may test beside fields: formulas and the answers of look-ups."""
    definitions: dict[str, Schema] = field(default_factory=dict)

    def fields(self) -> dict[str, Field]:
        """Every field and part of a record, by path."""
        return {
            target.path: target.field for target in fields(self.vocabulary.fields.values()) if target.field
        }

    def paths(self) -> list[str]:
        """Everything a condition may test but counts and flags."""
        return [*self.fields(), *self.own_paths]

    def define(self, name: str, draw: Callable[[], Schema]) -> Schema:
        """Draw a definition once and refer to it."""
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = draw()
        return {"$ref": f"#/$defs/{name}"}

    def names(self, noun: str) -> Schema:
        """The names that plugins declare; any text where the policy itself does."""
        plugins = {"action": self.vocabulary.actions, "look-up": self.vocabulary.lookups}
        known = plugins.get(noun, {})
        return {"enum": sorted(known)} if known else {"type": ["string", "number", "boolean"]}

    def map(self, properties: Mapping[str, Schema], required: Collection[str] = ()) -> Schema:
        """An object with these keys and `x-…`."""
        schema: Schema = {
            "type": "object",
            "properties": dict(properties),
            "patternProperties": {"^x-": {}},
            "additionalProperties": False,
        }
        return schema | ({"required": list(required)} if required else {})

    def table(self, name: Schema, each: Schema) -> Schema:
        """An object whose keys are names and whose values are of one shape."""
        schema: Schema = {"type": "object", "minProperties": 1, "additionalProperties": each}
        if "enum" in name or "pattern" in name:
            schema["propertyNames"] = {key: value for key, value in name.items() if key != "type"}
        return schema

    def by_form(self, **forms: Schema) -> Schema:
        """A schema for each JSON type: `list`, `map`, and `other` for the rest."""
        names = [form for form in _FORMS if form in forms]
        rest = forms["other"] if "other" in forms else forms[names.pop()]
        for form in names:
            rest = {"if": {"type": _FORMS[form]}, "then": forms[form], "else": rest}
        return rest
