"""The one filter for everything we say in public or private, after rendering and after a person's edit.

A policy's own words are trusted; what was inserted (names, look-up answers) is not: it tags nobody, brings no foreign link and
no personal data, and carries no invisible characters (security requirement S14).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from socialcare.policy.language.words import bare
from socialcare.policy.statements import Policy
from socialcare.ports import Channel

_LINK = re.compile(r"(?:https?://)?([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?<![\w/])\+?\d(?:[\s().-]{0,2}\d){6,18}(?!\w)"  # a telephone or card number
)
"""What gives itself away as personal data by its shape."""
_COMMAND = re.compile(
    r"(?:d|dm|m|follow|unfollow|leave|on|off|stop|quit|get|set|rt|fav)\s+@?\w+\s*$", re.IGNORECASE
)
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_COMBINING_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a policy itself may say: handles, tags and hosts (folded), and private data it publishes itself."""

    handles: frozenset[str]
    tags: frozenset[str]
    hosts: frozenset[str]
    private: frozenset[str]


@dataclass(frozen=True, slots=True)
class Clean:
    """A text that may go out, and what stands in its way if it may not."""

    text: str
    problem: str | None


def allowed_by(policy: Policy, channel: Channel) -> Allowed:
    """What the policy's own words and data name: they are the allow list."""
    literals = [*policy.company.values(), *policy.people.values(), *_literals(policy)]
    entities = [entity for text in literals for entity in channel.entities(text)]
    return Allowed(
        handles=frozenset(
            [bare(e.text) for e in entities if e.kind == "handle"]
            + [bare(h) for h in policy.accounts.values()]
        ),
        tags=frozenset(bare(e.text.lstrip("$")) for e in entities if e.kind in ("hashtag", "cashtag")),
        hosts=frozenset(_host(e.text) for e in entities if e.kind == "url"),
        private=frozenset(found.group() for text in literals for found in PRIVATE.finditer(text)),
    )


def clean(text: str, channel: Channel, allowed: Allowed, handles: Iterable[str]) -> Clean:
    """The text as it may go out; `handles` are the author's own and those who consented to be tagged."""
    result = unicodedata.normalize("NFC", text)
    may_tag = allowed.handles | {bare(handle) for handle in handles}
    before = None
    while before != result:  # taking one thing out can bring another to light: `$#a`
        before, result = result, _neutral(_visible(result), channel, may_tag, allowed).strip()
    foreign = next((f.group() for f in PRIVATE.finditer(result) if f.group() not in allowed.private), None)
    if foreign is not None and not _inside_link(result, foreign, channel):
        return Clean(result, "it would repeat personal data")
    if _COMMAND.match(result):
        return Clean(result, "it reads as a command to the platform")
    return Clean(result, None if result else "nothing is left to say")


def _neutral(text: str, channel: Channel, may_tag: frozenset[str], allowed: Allowed) -> str:
    """The text with everything clickable that is not allowed made plain."""
    out: list[str] = []
    at = 0
    for entity in channel.entities(text):
        out.append(text[at : entity.start])
        out.append(_entity(entity.kind, entity.text, may_tag, allowed))
        at = entity.end
    return "".join((*out, text[at:]))


def _entity(kind: str, text: str, may_tag: frozenset[str], allowed: Allowed) -> str:
    if kind == "url":
        return text if _host(text) in allowed.hosts else ""
    if kind == "handle":
        return text if bare(text) in may_tag else text.lstrip("@＠")
    return text if bare(text.lstrip("$")) in allowed.tags else text.lstrip("#＃$")


def _host(url: str) -> str:
    found = _LINK.search(url)
    return found.group(1).casefold().removeprefix("www.") if found else ""


def _inside_link(text: str, part: str, channel: Channel) -> bool:
    return any(part in entity.text for entity in channel.entities(text) if entity.kind == "url")


def _visible(text: str) -> str:
    """Without control, bidi, zero-width and tag characters (joiners stay inside emoji), four marks a letter at most."""
    if text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    marks = 0
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") and character != _EMOJI_STYLE else 0
        if marks > _COMBINING_AT_MOST:
            continue
        if category in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") and character != "\n":
            joins = character == _JOINER and 0 < place < len(text) - 1 and _emoji_near(text, place)
            if not joins:
                continue
        out.append(character)
    return "".join(out)


def _emoji_near(text: str, place: int) -> bool:
    return all(
        unicodedata.category(text[near]) in ("So", "Sk") or text[near] in (_EMOJI_STYLE, "♀", "♂")
        for near in (place - 1, place + 1)
    )


def _literals(policy: Policy) -> Iterable[str]:
    for rule in policy.rules.values():
        for use in rule.uses:
            if use.reply is None:
                continue
            texts = [text for branch in use.reply.branches for text in branch.say.texts]
            if use.reply.if_too_long is not None:
                texts.append(use.reply.if_too_long)
            for text in texts:
                yield "".join(text.literal)
