"""The fields of a mention itself, brought through the same door as everything else by a plugin that is always on.

Most are read off the mention; those that depend on who *we* are (`account`, `addressed`, `answers_us`, `author.is_us`) need
the policy's accounts, so an `Observer` is given them; `author.wrote_first` is remembered, not seen (`World` answers for it).
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import attrgetter
from typing import TypeAlias

from socialcare.hookspecs import Settings, hookimpl
from socialcare.model import ABSENT, Field, FieldValue, Mention, Value

FIELDS: tuple[Field, ...] = (
    Field(
        name="text",
        kind="text",
        doc="what they wrote",
        example="text: {has: [open, close]}",
        max_length=25_000,
    ),
    Field(
        name="platform",
        kind="one_of",
        doc="where it was said: x, bluesky, mastodon, or what a plugin calls its own",
        example="platform: [bluesky, mastodon]",
        max_length=40,
    ),
    Field(
        name="account",
        kind="one_of",
        doc="the account of ours that it concerns, by its name under `accounts:`",
        example="account: [main, help]",
        max_length=40,
    ),
    Field(
        name="addressed",
        kind="one_of",
        doc="whether they named us (direct), only carried our handle along in a thread (carried), or neither (indirect)",
        example="addressed: direct",
        values=("direct", "carried", "indirect"),
    ),
    Field(
        name="answers_us",
        kind="boolean",
        doc="whether it replies to a post of ours",
        example="answers_us: true",
    ),
    Field(name="public", kind="boolean", doc="whether everybody can read it", example="public: false"),
    Field(
        name="mention.age",
        kind="duration",
        doc="how long ago it was written",
        example="mention.age: {above: 24h, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="mention.retweets",
        kind="number",
        doc="how often it was shared",
        example="mention.retweets: {above: 100, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="mention.likes",
        kind="number",
        doc="how many liked it",
        example="mention.likes: {above: 500, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="mention.replies",
        kind="number",
        doc="how many replied to it",
        example="mention.replies: {above: 20, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="author.handle",
        kind="text",
        doc="their handle, without the sign",
        example="author.handle: {in: staff}",
        max_length=32,
    ),
    Field(
        name="author.name",
        kind="text",
        doc="the name they show",
        example="author.name: {contains: support}",
        max_length=50,
        may_be_missing=True,
    ),
    Field(
        name="author.first_name",
        kind="text",
        doc="the first word of their name, where it looks like a first name",
        example="author.first_name: {exists: true}",
        max_length=20,
        may_be_missing=True,
    ),
    Field(
        name="author.description",
        kind="text",
        doc="what they say of themselves",
        example="author.description: {has: [journalist, reporter], if_missing: false}",
        max_length=500,
        may_be_missing=True,
    ),
    Field(
        name="author.followers",
        kind="number",
        doc="how many follow them",
        example="author.followers: {above: 50000, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="author.posts",
        kind="number",
        doc="how many posts they have made",
        example="author.posts: {below: 5, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="author.account_age",
        kind="duration",
        doc="how old their account is",
        example="author.account_age: {below: 7d, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="author.verified",
        kind="boolean",
        doc="whether the platform verified them",
        example="author.verified: {equals: true, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="author.protected",
        kind="boolean",
        doc="whether only followers see their posts",
        example="author.protected: {equals: true, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="author.is_bot",
        kind="boolean",
        doc="whether the account says that it is automated",
        example="author.is_bot: {equals: true, if_missing: false}",
        may_be_missing=True,
    ),
    Field(
        name="author.is_us",
        kind="boolean",
        doc="whether it is an account of ours",
        example="author.is_us: true",
    ),
    Field(
        name="author.wrote_first",
        kind="boolean",
        doc="whether they have sent us a private message before, or just now",
        example="author.wrote_first: true",
    ),
)


def bare(handle: str) -> str:
    """A handle for comparison: folded, without its sign."""
    return handle.lstrip("@").casefold()


# A name that is a handle, a company or a joke must not be used as a form of address.
_FIRST_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_])){1,19}")


_NO_NAMES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "lady", "lord", "herr", "frau", "señor", "señora", "madame", "monsieur",
    "the", "team", "just", "your", "my", "our", "not",
})  # fmt: skip
"""Words before a name, and words that a name made up for the platform begins with."""


_HANDLE = r"@\w+(?:[.@-]\w+)*"
"""A handle of any platform: `@acme`, `@acme.bsky.social`, `@acme@mastodon.social`."""


def _is_handle(handle: str, typed: Sequence[str]) -> bool:
    """Whether a handle is among those typed, where the next sentence may follow without a blank."""
    return any(each == handle or each.startswith((f"{handle}.", f"{handle}-")) for each in typed)


class Company:
    """Who we are: the policy's accounts, name → handle, and the handles' owners."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self.accounts = accounts
        self._by_handle = {bare(handle): name for name, handle in accounts.items()}
        ours = {*self._by_handle, *accounts}
        self._lengths = {len(name) + sign for name in ours for sign in (0, 1)}
        """Of our handles and names, with their sign and without: most handles differ in length already."""

    def account(self, handle: str | None) -> str | None:
        """The name of the account of ours with that handle (or that is already a name of ours)."""
        if handle is None:
            return None
        return self._by_handle.get(bare(handle)) or (handle if handle in self.accounts else None)

    def account_of(self, mention: Mention, otherwise: str | None = None) -> str:
        """The account a mention concerns: what the source names, else the first of ours in its text, else `otherwise`.

        An account that the policy does not name is a key of its own: the handle as the source spells it.
        """
        named = self.account(mention.account)
        if named is not None:
            return named
        if otherwise is not None:
            return otherwise
        ours = (self.account(handle) for handle in mention.mentioned)
        return next((name for name in ours if name is not None), mention.account or "")

    def addressed(self, mention: Mention, account: str) -> str:
        """Whether the mention names the account itself, only carries it along in a thread, or neither.

        A platform puts the handles of a thread before a reply's own words; a handle in that leading run was not typed for us
        unless the reply answers us. Without an account of our own to compare with, a source that says whom a
        mention concerns is believed.
        """
        ours = {bare(self.accounts.get(account, account)), bare(mention.account or "")}
        if ours.isdisjoint(map(bare, mention.mentioned)):
            told = mention.kind == "message" or (not mention.mentioned and mention.account is not None)
            return "direct" if told or self._is_ours(mention.in_reply_to_author, mention) else "indirect"
        if mention.is_retweet:
            return "carried"
        if mention.in_reply_to is None or self.answers(mention) or mention.in_reply_to_author is None:
            return "direct"
        own_words = re.sub(rf"^(?:\s*{_HANDLE})+", "", mention.text)
        typed = [bare(handle) for handle in re.findall(_HANDLE, own_words)]
        return "direct" if any(_is_handle(handle, typed) for handle in ours if handle) else "carried"

    def answers(self, mention: Mention) -> bool:
        """Whether the mention replies to a post of an account of ours.

        X names a user as replied to wherever a post begins with their handle, though it may reply to no post.
        """
        return mention.in_reply_to is not None and self._is_ours(mention.in_reply_to_author, mention)

    def wrote(self, mention: Mention) -> bool:
        """Whether the mention is a post of an account of ours."""
        return self._is_ours(mention.author.handle, mention)

    def _is_ours(self, handle: str | None, mention: Mention) -> bool:
        """Whether a handle is an account of ours: by the policy, or because the source says the mention concerns it."""
        if handle is None:
            return False
        if mention.account is not None and bare(handle) == bare(mention.account):
            return True
        if len(handle) not in self._lengths and handle.isascii() and not handle.startswith("@@"):
            return False
        return bare(handle) in self._by_handle or handle in self.accounts


def first_name(name: str | None) -> str | None:
    """A word to address them by, or none: the first word of a shown name, if it is written like a first name."""
    words = name.split() if name else []
    word = words[0] if words and len(words) <= 4 else ""
    if word.casefold() in _NO_NAMES:
        return None
    return word if _FIRST_NAME.fullmatch(word) and word[0].isupper() and not word[1:].isupper() else None


Read: TypeAlias = "Callable[[Mention, str, Company], Value | FieldValue]"
"""Reads a field off a mention, seen as an account of ours; `None` where the source does not say."""


def _first_name(mention: Mention, _account: str, _company: Company) -> FieldValue | None:
    if mention.author.name is None:
        return None
    word = first_name(mention.author.name)
    return FieldValue(word) if word else ABSENT


def _account_age(mention: Mention, _account: str, _company: Company) -> float | None:
    created = mention.author.created_at
    if created is None or mention.at_is_guessed:
        return None
    return max(0.0, (mention.at - created).total_seconds())


def _age(mention: Mention) -> float:
    return 0.0 if mention.written is None else max(0.0, (mention.at - mention.written).total_seconds())


_ATTRIBUTES: Mapping[str, str] = {
    "text": "text",
    "platform": "platform",
    "mention.retweets": "retweets",
    "mention.likes": "likes",
    "mention.replies": "replies",
    "author.name": "author.name",
    "author.description": "author.description",
    "author.followers": "author.followers",
    "author.posts": "author.posts",
    "author.verified": "author.verified",
    "author.protected": "author.protected",
    "author.is_bot": "author.is_bot",
}
"""Fields that stand in a mention as they are, and where."""

_READ: Mapping[str, Read] = {
    "account": lambda _mention, account, _company: account,
    "addressed": lambda mention, account, company: company.addressed(mention, account),
    "answers_us": lambda mention, _account, company: company.answers(mention),
    "public": lambda mention, _account, _company: mention.kind == "post",
    "mention.age": lambda mention, _account, _company: None if mention.at_is_guessed else _age(mention),
    "author.handle": lambda mention, _account, _company: mention.author.handle or mention.author.id,
    "author.first_name": _first_name,
    "author.account_age": _account_age,
    "author.is_us": lambda mention, _account, company: company.wrote(mention),
}


class Observer:
    """Reads fields off mentions: the text, the platform and those named, or all."""

    def __init__(self, company: Company, names: Collection[str] | None = None) -> None:
        self._company = company
        wanted = [name for name in _ATTRIBUTES if names is None or name in {"text", "platform", *names}]
        self._names = wanted
        self._values = attrgetter(*(_ATTRIBUTES[name] for name in wanted))
        self._reads = [(name, read) for name, read in _READ.items() if names is None or name in names]

    def __call__(self, mention: Mention, account: str) -> dict[str, FieldValue]:
        """The fields that the mention itself holds, seen as `account`; what the source does not say is left out."""
        fields: dict[str, FieldValue] = {}
        self.add(fields, mention, account)
        return fields

    def add(self, fields: dict[str, FieldValue], mention: Mention, account: str) -> None:
        """The same, written over what is known already."""
        values = self._values(mention)
        if None in values:
            for name, value in zip(self._names, values, strict=True):
                if value is not None:
                    fields[name] = FieldValue(value)
        else:
            fields.update(zip(self._names, map(FieldValue, values), strict=True))
        for name, read in self._reads:
            value = read(mention, account, self._company)
            if value is not None:
                fields[name] = value if isinstance(value, FieldValue) else FieldValue(value)


class Observed:
    """Declares the fields of the mention; an `Observer` fills them, since it must know who we are."""

    name = "mention"
    version = "1"
    fields: Sequence[Field] = FIELDS
    reads_outside = False

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        """Nothing: the flow observes each mention itself, as the account that decides it."""
        return [{} for _ in mentions]


class ObservedPlugin:
    """The plugin `mention`: always on, needs no settings."""

    @hookimpl
    def register_classifiers(self, settings: Settings) -> Sequence[Observed]:  # noqa: ARG002 - there is nothing to set
        """The declaration of the mention's own fields."""
        return [Observed()]


PLUGIN = ObservedPlugin()
