"""The nouns of the product: events, fields, the vocabulary, decisions.

Values only: nothing here reads, writes or decides. Structs of msgspec where millions pass (mentions, decisions),
frozen dataclasses where plugins declare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from msgspec import Struct
from msgspec import field as struct_field

if TYPE_CHECKING:
    from socialcare.ports import Action, Channel, Lookup

Value: TypeAlias = "str | float | bool | datetime | tuple[str, ...] | Mapping[str, Value] | None"
"""What a field, a placeholder or an argument can hold; `None` means known to be absent."""

Kind = Literal["text", "one_of", "some_of", "number", "boolean", "time", "duration", "record"]
"""The type of a field: `one_of` holds a word, `some_of` a tuple of words, `duration` seconds, `record` named parts."""

Outcome = Literal["answered", "held", "handed_over", "acknowledged", "ignored", "inbox"]
"""Where a mention ended; the first that holds, in this order."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""The six, in that order."""

Slot = Literal["public", "private", "both"]
"""The voice that an action takes: the one public answer, the one private message, or both."""

State = Literal["allowed", "held", "forbidden"]
"""What the guards left of a proposed action."""


T = TypeVar("T")


def _stated(value: T) -> T:
    """A default that a record states all the same: `omit_defaults` leaves out what is as declared, but not what is made."""
    return struct_field(default_factory=repeat(value).__next__)


class Author(Struct, frozen=True, kw_only=True, gc=False):
    """Who wrote a mention; `None` means that the source does not say."""

    id: str
    handle: str | None = None
    name: str | None = None
    followers: int | None = None
    posts: int | None = None
    created_at: datetime | None = None
    verified: bool | None = None
    protected: bool | None = None
    is_bot: bool | None = None
    description: str | None = None


class Mention(Struct, frozen=True, kw_only=True, gc=False, tag="mention"):
    """One public post or private message that concerns us.

    `root` is the first id of an edit chain (the id itself where nothing was edited), `account` the handle or name of
    the account of ours that the source names, if it names one, and `mentioned` the handles in the text without `@`, in
    order. `at` is when it came to us, and decides in which order and at what time it is met; where that is not known, as in
    most archives, it is when it was written, and `written` is `None`. Both are aware; `at_is_guessed` says that `at` was taken
    from the row before.
    """

    id: str
    text: str
    author: Author
    at: datetime
    platform: str = "x"
    root: str = ""
    account: str | None = None
    kind: Literal["post", "message"] = "post"
    conversation: str = ""
    in_reply_to: str | None = None
    in_reply_to_author: str | None = None
    is_retweet: bool = False
    quotes: str | None = None
    mentioned: tuple[str, ...] = ()
    lang: str | None = None
    retweets: int | None = None
    likes: int | None = None
    replies: int | None = None
    at_is_guessed: bool = False
    written: datetime | None = None

    @property
    def key(self) -> str:
        """What identifies the mention through edits: platform and root."""
        return f"{self.platform}:{self.root or self.id}"


class Tick(Struct, frozen=True, kw_only=True, gc=False, tag="tick"):
    """Time has come to `at`: what is due by then (holds that end, schedules) is decided."""

    at: datetime


class Control(Struct, frozen=True, kw_only=True, gc=False, tag="control"):
    """A person's word on a held action: `approve`, `reject` or `release`; on an account: `pause`, `resume`; on a case: `close`.

    `ref` is the id of the held action, the account's name, or the conversation of the case (`x:123`); `by` the person.
    """

    at: datetime
    word: Literal["approve", "reject", "release", "pause", "resume", "close"]
    ref: str
    by: str = ""
    text: str | None = None


Event: TypeAlias = Mention | Tick | Control


class FieldValue(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a field holds for one mention, how sure its provider is (0 to 1), and the words that were the evidence."""

    value: Value
    confidence: float = _stated(1.0)
    evidence: tuple[str, ...] = ()
    provider: str = ""


ABSENT = FieldValue(None)
"""Known to be absent: the provider looked and there is none. A field that is not there at all is unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A word that a policy's conditions may test, and that reply texts may insert.

    `values` closes the list of words of `one_of` and `some_of` (empty: any word); `parts` are those of a record;
    `max_length` bounds a text, in characters; `may_be_missing` says that an archive or a platform may not provide it;
    `example` is one condition in YAML.
    """

    name: str
    kind: Kind
    doc: str
    example: str
    values: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()
    max_length: int | None = None
    may_be_missing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """An argument of a look-up: `takes` a field (a path such as `place` or `faq.topic`) or a literal value.

    `kind` is the type of the value; a look-up with one missing `required` argument answers nothing and is not called.
    """

    name: str
    kind: Kind
    takes: Literal["field", "literal"]
    doc: str = ""
    required: bool = True
    default: Value = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A look-up whose answers wear out: the first candidate used fewer than `at_most` times in `within` is taken.

    `key` is the part of the result that identifies a candidate; `at_most` and `within` name the parameters (a number,
    a duration) that the policy gives.
    """

    key: str
    at_most: str | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a parameter of an action whose text is a name of the policy or of the language.

    `person`: a key of `people:`, or a look-up that answers with one; `account`: a key of `accounts:`; `number`: a path to
    a number, resolved to its value; `text`: prose that may hold placeholders; `flag`: a map of flags to set.
    """

    to: Literal["person", "account", "number", "text", "flag"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word that the installed and enabled plugins bring; a value, filled by plugins and given to the policy."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    providers: Mapping[str, str] = field(default_factory=dict)
    """Field, action or look-up name → `plugin@version` that brings it."""
    off: tuple[str, ...] = ()
    """Installed plugins that are not switched on: a word that nobody knows may be theirs."""


class ActionRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One action of a plan, as decided.

    `by` lists the guards (or gates) that held or forbade it; `until` is when a hold ends; `payload` is what the action
    would carry out; `id` names a held action for the controls.
    """

    action: str
    rule: str
    slot: Slot | None = _stated(None)
    state: State = _stated("allowed")
    by: tuple[str, ...] = _stated(())
    text: str | None = None
    payload: dict[str, Any] = {}  # Any: an action's payload is its plugin's own JSON
    until: datetime | None = None
    reason: str | None = None
    id: str | None = None


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Decision record v1: what was decided about one event, by which policy, and why; as it stands here it is written.

    `event` says what was decided (`mention`, `tick`, `control`); `fields` maps a name to value and confidence;
    `unknown` lists the fields the policy uses that nobody provided; `outranked` maps a rule to the one that won its
    slot; `gated` maps a rule that matched to the gate that stopped it; `near` lists the nearest misses where nothing
    fired; `shadow` is what shadow statements would have done; `then` is the decision of the account it was handed to;
    `input` is enough to decide again.
    """

    id: str
    event: Literal["mention", "tick", "control"] = _stated("mention")
    mention: str
    at: datetime
    platform: str = _stated("x")
    account: str
    author: str
    outcome: Outcome
    reason: str = _stated("")
    fired: tuple[str, ...] = _stated(())
    actions: tuple[ActionRecord, ...] = _stated(())
    fields: Mapping[str, FieldValue] = _stated(MappingProxyType({}))
    policy: str
    hop: int = 1
    unknown: tuple[str, ...] = ()
    outranked: dict[str, str] = {}
    gated: dict[str, str] = {}
    near: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    shadow: tuple[ActionRecord, ...] = ()
    then: Decision | None = None
    input: Mapping[str, Any] | None = None  # Any: the event and the answers as recorded, a truly open format


class Reject(Struct, frozen=True, kw_only=True):
    """A row of an archive that could not be read: where it stands, why, and the row itself (cut to 2,000 characters)."""

    file: str
    row: int
    reason: str
    raw: str = ""


class Skipped(Struct, frozen=True, kw_only=True):
    """What is passed over on purpose: rows that are no posts, files that are no archives; `what` one of them is."""

    file: str
    what: str
    count: int = 1


def final_outcome(actions: Sequence[ActionRecord], settles: Mapping[str, Outcome]) -> Outcome:
    """The outcome of a plan (rules.md §3.13): the first of the six, in order, that one of its actions brings.

    `settles` maps an action's word to the outcome that it brings when allowed; what is held counts as `held` if the
    action takes a slot or would have settled the mention.
    """
    brought: set[Outcome] = set()
    for action in actions:
        settled = settles.get(action.action)
        if action.state == "allowed" and settled is not None:
            brought.add(settled)
        elif action.state == "held" and (action.slot is not None or settled is not None):
            brought.add("held")
    if not brought:
        return "inbox"
    return next(outcome for outcome in OUTCOMES if outcome in brought)


def as_json(thing: object) -> dict[object, object] | list[str]:
    """What JSON has for a thing in a decision that it has no form of its own for, an `enc_hook` of msgspec: mappings, sets of words.

    Raises:
        TypeError: it has none.
    """
    if isinstance(thing, Mapping):
        return dict(thing)
    if isinstance(thing, frozenset):
        return sorted(thing)
    raise TypeError(f"a decision holds a `{type(thing).__name__}`, which JSON cannot")
