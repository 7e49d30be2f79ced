"""The names of the policy's state: which keys an event can touch, known before it is decided."""

from functools import lru_cache

from msgspec import Struct

from socialcare.model import Mention
from socialcare.policy.statements import Window
from socialcare.ports import Key


class Subject(Struct, frozen=True):
    """Whom state is kept about. A part that is missing is a key of its own."""

    account: str
    author: str = ""
    conversation: str = ""

    def parts(self, per: tuple[str, ...]) -> Key:
        """The values of the named parts, in a fixed order."""
        return tuple([f"{name}={getattr(self, name)}" for name in _PARTS if name in per])


_PARTS = ("account", "author", "conversation")
_named_once = lru_cache(maxsize=8_192)
"""A name is needed where the state is read, asked and changed: within one batch."""


def subject_of(mention: Mention, account: str) -> Subject:
    """The subject of a mention: platform and id of author and conversation."""
    conversation = mention.conversation or mention.root or mention.id
    author = f"{mention.platform}:{mention.author.id}" if mention.author.id else ""
    return Subject(account, author, f"{mention.platform}:{conversation}")


def seen(mention: Mention) -> Key:
    """Marks a mention as decided, through edits."""
    return ("seen", mention.key)


@_named_once
def count(name: str, per: tuple[str, ...], subject: Subject) -> Key:
    """The tally of a count."""
    return ("count", name, *subject.parts(per))


@_named_once
def talk(name: str, per: tuple[str, ...], subject: Subject) -> Key:
    """Marks a conversation as counted by a count of interactions."""
    return ("talk", name, *subject.parts((*per, "conversation")))


@_named_once
def limit(kind: str, statement: str, per: tuple[str, ...], subject: Subject) -> Key:
    """The tally of a statement's limit; `kind` is `limit` for rules, `guard` for guards, `budget`, or a shadow of these."""
    return (kind, statement, *subject.parts(per))


def flags(subject: Subject) -> Key:
    """What we remember of an author."""
    return ("flags", subject.author)


def wrote(subject: Subject) -> Key:
    """Marks an author who sent us a private message."""
    return ("wrote", subject.author)


def said(rule: str, action: str, subject: Subject) -> Key:
    """When an author saw each text of an action that has several."""
    return ("said", rule, action, subject.author)


def used(lookup: str) -> Key:
    """How often each candidate of a look-up was chosen."""
    return ("used", lookup)


ONCE = "once"


def once(action: str, subject: Subject) -> Key:
    """What is already open in a conversation, for an action of which there is one."""
    return (ONCE, action, subject.conversation)


def paused(account: str) -> Key:
    """Until when an account is paused, and by which guard."""
    return ("paused", account)


HELD = "held"


def held(action_id: str) -> Key:
    """A held action with everything needed to decide on it again."""
    return (HELD, action_id)


CLOCK: Key = ("clock",)
"""How far time has come: schedules before it have been decided."""

FOREVER = Window()


def kind_of(kind: str, status: str) -> str:
    """Shadow statements keep a ledger of their own."""
    return f"shadow-{kind}" if status == "shadow" else kind
