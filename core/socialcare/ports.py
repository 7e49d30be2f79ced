"""The shapes that plugins and stores fill: sources, channels, classifiers, look-ups, actions, the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from socialcare.model import (
    Choice,
    Decision,
    Field,
    FieldValue,
    Mention,
    Outcome,
    Parameter,
    Refers,
    Reject,
    Skipped,
    Slot,
    Value,
)

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOptions:
    """How to read an archive: `columns` maps text, id, author, created_at, account to a CSV's own names (`--map`)."""

    columns: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Source(Protocol):
    """Brings mentions in; in this version from archives.

    `name` is its word in messages; `doc` one line for `socialcare plugins`.
    """

    name: str
    doc: str

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:
        """Whether this source reads the file, judged by its name and its first bytes (unpacked, at most 64 KB)."""
        ...

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject | Skipped]:
        """Every row in file order, as a mention, as a reject, or as skipped where it is no post at all.

        The path may lead into a zip archive; `socialcare.intake.unpacked` opens every sort. Raises `ArchiveError` if
        nothing can be read at all.
        """
        ...


@runtime_checkable
class Classifier(Protocol):
    """Fills fields of mentions.

    `reads_outside` false means pure: called in-line, in batches, same answer every time.
    """

    name: str
    version: str
    fields: Sequence[Field]
    reads_outside: bool

    def classify(
        self, mentions: Sequence[Mention]
    ) -> Sequence[Mapping[str, FieldValue]] | Awaitable[Sequence[Mapping[str, FieldValue]]]:
        """One map of field to value a mention, in order; a field left out is unknown, `ABSENT` means there is none."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a look-up is asked: its arguments by parameter, the mention (none on a schedule), the moment (aware)."""

    arguments: Mapping[str, Value]
    mention: Mention | None
    at: datetime


@runtime_checkable
class Lookup(Protocol):
    """Answers a rule's question from outside the mention.

    `result` is a record field whose parts declare their maximum lengths; `choice` says that answers wear out, and `find`
    then returns every candidate in order of preference. `reads_outside` false means pure. `tags` names the part of the
    result that holds a handle which consented to be tagged.
    """

    name: str
    doc: str
    example: str
    parameters: Sequence[Parameter]
    result: Field
    choice: Choice | None
    tags: str | None
    reads_outside: bool

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """The answers, best first; an empty sequence means known to be absent. Raise to say that it failed."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A word of `do:`.

    `slot` is the voice it takes, `None` for actions that merge; `merge` says how several proposals of it become one:
    `all` keeps each different one, `highest` the one with the greatest `shorthand` value, `one` the first by rank.
    `effect` is who sees it. `speaks` actions carry a reply text (`say`, `first_of`, `if_too_long`); others take `params`,
    a pydantic model whose fields may be marked with `Refers`. `shorthand` is the parameter that a bare value fills.
    `settles` is the outcome it brings when allowed. `many` lets one rule use it several times (a list). `original` marks
    a post of our own that answers nobody. An action with a parameter that refers to an account hands the mention over to it.
    `within` names the parameter that says by when a person has to answer, `breach` the one that says whom to tell if nobody did
    (`{notify: PERSON}`); for actions of which a conversation has `one`.
    """

    name: str
    doc: str
    example: str
    slot: Slot | None = None
    merge: Literal["all", "highest", "one"] = "all"
    effect: Literal["public", "private", "internal"] = "internal"
    speaks: bool = False
    params: type[BaseModel] | None = None
    shorthand: str | None = None
    settles: Outcome | None = None
    many: bool = False
    original: bool = False
    within: str | None = None
    breach: str | None = None
    propose: Callable[[Mapping[str, Any]], Mapping[str, Any] | None] | None = (
        None  # Any: an action's own JSON
    )
    """Turns resolved parameters into the payload (`None`: nothing to do), the same way every time; by default they are it."""

    def parameters_to(self, what: str) -> tuple[str, ...]:
        """The names of the parameters that refer to such a thing: `account`, `flag`."""
        return _parameters_to(what, self.params) if self.params is not None else ()


@cache
def _parameters_to(what: str, params: type[BaseModel]) -> tuple[str, ...]:
    marks = ((name, mark) for name, one in params.model_fields.items() for mark in one.metadata)
    return tuple(name for name, mark in marks if isinstance(mark, Refers) and mark.to == what)


class Entity(NamedTuple):
    """A thing in a text that a platform makes clickable: `start` and `end` in code points, `text` as it stands there."""

    kind: Literal["url", "handle", "hashtag", "cashtag"]
    start: int
    end: int
    text: str


@runtime_checkable
class Channel(Protocol):
    """A platform as far as deciding needs it.

    `limit` is the longest text in the platform's own count, `None` if there is none; `actions` the speaking and posting
    words it can carry out with the present settings; `guards` the platform's own law, as YAML in the rule language (a
    map with `guards:`), sealed; `handle_length` the longest handle.
    """

    name: str
    doc: str
    limit: int | None
    handle_length: int
    actions: frozenset[str]
    guards: str

    def weighted_length(self, text: str) -> int:
        """The length of a text as the platform counts it."""
        ...

    def entities(self, text: str) -> Sequence[Entity]:
        """What the platform would make clickable, in order."""
        ...

    def price(self, action: str, text: str, *, summoned: bool) -> float:
        """What the platform charges for the act, in US dollars."""
        ...


Key: TypeAlias = tuple[str, ...]
"""The name of one piece of policy state, its kind first: `("count", "talks", author)`."""


class Entry(NamedTuple):
    """What a store holds under a key: JSON-like data, and a version that grows with each commit (0: never written)."""

    data: Any  # Any: the state of a statement is that statement's own JSON
    version: int


class Change(NamedTuple):
    """A new value for a key; `data` `None` removes it. `due` puts the key on the agenda for that moment (epoch seconds)."""

    data: Any  # Any: as in Entry
    due: float | None = None


class Store(Protocol):
    """Policy state: read once a batch, committed once a batch, whole or not at all."""

    async def read(self, keys: Collection[Key]) -> dict[Key, Entry]:
        """The entries that exist among `keys`."""
        ...

    async def commit(
        self, changes: Mapping[Key, Change], expected: Mapping[Key, int], decisions: Sequence[Decision] = ()
    ) -> None:
        """Write all changes if every key of `expected` still has that version, else raise `Conflict` and write none.

        `decisions` are those that the changes belong to; a store that keeps them writes them in the same transaction.
        """
        ...

    async def due(self, until: float) -> list[tuple[float, Key]]:
        """The agenda up to and including `until` (epoch seconds), earliest first, then by key."""
        ...
