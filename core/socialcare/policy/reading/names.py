"""Which names a policy and its vocabulary declare, and what a path such as `author.followers` stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from socialcare.diagnostics import Place
from socialcare.model import Field, Kind, Vocabulary
from socialcare.policy.statements import NamedList

Noun = Literal[
    "company entry", "person", "account", "list", "calendar", "signal", "formula", "count", "rank", "rule", "guard",
    "action", "look-up", "flag", "test", "simulation",
]  # fmt: skip
Sort = Kind | Literal["count", "moment"]
"""The type of what a path stands for: of a field, or a count, or the moment of the decision."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a path stands for; `values` closes the list of words, `noun` says who declares it."""

    path: str
    sort: Sort
    noun: Literal["field", "moment", "count", "flag", "formula", "answer"]
    values: tuple[str, ...] = ()
    may_be_missing: bool = False
    field: Field | None = None


class Read(NamedTuple):
    """An operand, the words it was written with, and the list it came from."""

    operand: Any  # Any: an Operand of statements.py, by operator
    written: tuple[str, ...]
    list_name: str | None = None


class Names:
    """Every name that can be referred to; filled once from the keys of all files, before any rule is read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names: dict[str, dict[str, Place | None]] = {
            "action": dict.fromkeys(vocabulary.actions),
            "look-up": dict.fromkeys(vocabulary.lookups),
        }
        self._targets: dict[str, Target] = {
            target.path: target for target in fields(vocabulary.fields.values())
        }
        self.lists: dict[str, NamedList] = {}
        """The lists that could be read; conditions take their words from here."""
        self.operands: dict[tuple[str, str, object], Read] = {}
        """What was read under a path, an operator and a text or texts: many rules say the same."""
        self.zone = "UTC"
        self._targets["time"] = Target("time", "moment", "moment")

    def add(self, noun: Noun, name: str, place: Place | None = None) -> None:
        """Declare a name; counts and formulas become paths, and accounts become the words of the field `account`."""
        self._names.setdefault(noun, {})[name] = place
        if noun == "count":
            self._targets[f"counts.{name}"] = Target(f"counts.{name}", "count", "count")
        elif noun == "formula":
            self._targets[name] = Target(name, "number", "formula")

    def add_flag(self, name: str, kind: Kind, values: Sequence[str]) -> None:
        """Declare a flag that some rule sets, with the type of the values it is set to."""
        self._targets[f"flags.{name}"] = Target(f"flags.{name}", kind, "flag", tuple(values))
        self._names.setdefault("flag", {})[name] = None

    def close_accounts(self) -> None:
        """Let the field `account` hold nothing but the names of the policy's accounts, where it declares some."""
        field = self._targets.get("account")
        accounts = self._names.get("account")
        if field is not None and accounts and not field.values:
            self._targets["account"] = replace(field, values=tuple(accounts))

    def of(self, noun: Noun) -> Mapping[str, Place | None]:
        """The declared names of a kind, each with its place where it has one."""
        return self._names.get(noun, {})

    def target(self, path: str) -> Target | None:
        """What a path stands for, or `None`."""
        return self._targets.get(path)

    def paths(self, prefix: str = "") -> Collection[str]:
        """Every path that starts so."""
        return [path for path in self._targets if path.startswith(prefix)]


def fields(declared: Collection[Field], prefix: str = "", *, optional: bool = False) -> Iterator[Target]:
    """A field and the parts of records, by path; a part of what may be missing may be missing."""
    for field in declared:
        path = prefix + field.name
        missing = optional or field.may_be_missing
        yield Target(path, field.kind, "field", field.values, missing, field)
        yield from fields(field.parts, f"{path}.", optional=missing)
