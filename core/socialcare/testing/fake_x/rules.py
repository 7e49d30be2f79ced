"""The rules of the filtered stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from socialcare.testing.fake_x.bodies import body_of
from socialcare.testing.fake_x.problems import KINDS, Json
from socialcare.testing.fake_x.queries import Test, matcher
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.shapes import asked, moment

if TYPE_CHECKING:
    from socialcare.testing.fake_x.world import World

MOST = 1_000
"""Rules of one app."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A query that listens; `fits` says which posts it wants."""

    id: str
    value: str
    tag: str | None
    fits: Test

    def shown(self) -> Json:
        """It as X shows it."""
        return {"id": self.id, "value": self.value, **({"tag": self.tag} if self.tag else {})}


class NewRule(Struct, forbid_unknown_fields=True):
    """A rule to be added."""

    value: Annotated[str, Meta(min_length=1)]
    tag: str | None = None


class OldRules(Struct, forbid_unknown_fields=True):
    """Rules to be deleted."""

    ids: list[str] = []
    values: list[str] = []


class Change(Struct, forbid_unknown_fields=True):
    """The body of POST /2/tweets/search/stream/rules."""

    add: list[NewRule] = []
    delete: OldRules | None = None


def rules(world: World, call: Call) -> Json:
    """GET /2/tweets/search/stream/rules."""
    wanted = asked(call.query, "ids")
    shown = [rule.shown() for rule in world.rules.values() if not wanted or rule.id in wanted]
    meta = {"sent": moment(world.clock.now()), "result_count": len(shown)}
    return {**({"data": shown} if shown else {}), "meta": meta}


def change(world: World, call: Call) -> Json:
    """POST /2/tweets/search/stream/rules: add or delete; `dry_run=true` only says what would be."""
    wanted = body_of(call, Change)
    dry = call.query.get("dry_run") == "true"
    sent = moment(world.clock.now())
    if wanted.delete is not None:
        gone = [
            rule
            for rule in world.rules.values()
            if rule.id in wanted.delete.ids or rule.value in wanted.delete.values
        ]
        for rule in () if dry else gone:
            del world.rules[rule.id]
        asked_for = len(wanted.delete.ids) + len(wanted.delete.values)
        return {
            "meta": {"sent": sent, "summary": {"deleted": len(gone), "not_deleted": asked_for - len(gone)}}
        }
    known = {rule.value: rule for rule in world.rules.values()}
    added: list[Rule] = []
    errors: list[Json] = []
    for new in wanted.add:
        if new.value in known:
            errors.append(
                {
                    "value": new.value,
                    "id": known[new.value].id,
                    "title": "DuplicateRule",
                    "type": f"{KINDS}duplicate-rules",
                }
            )
        elif len(known) >= MOST:
            errors.append({"title": "RulesCapExceeded", "type": f"{KINDS}rule-cap", "value": new.value})
        else:
            rule = Rule(world.ids.at(world.clock.now()), new.value, new.tag, matcher(new.value))
            known[rule.value] = rule
            added.append(rule)
    if not dry:
        world.rules |= {rule.id: rule for rule in added}
    summary = {"created": len(added), "not_created": len(errors), "valid": len(added), "invalid": len(errors)}
    return {
        **({"data": [rule.shown() for rule in added]} if added else {}),
        **({"errors": errors} if errors else {}),
        "meta": {"sent": sent, "summary": summary},
    }
