"""The one filter for everything we say in public or private, after rendering and after a person's edit.

A policy's own words are trusted; what was inserted (names, look-up answers) is not: it tags nobody, brings no foreign link and
no personal data, and carries no invisible characters (security requirement S14).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from msgspec import Struct

from socialcare.policy.language.words import bare
from socialcare.policy.statements import Policy
from socialcare.ports import Channel

_LINK = re.compile(r"(?:https?://)?([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?<![\w/])\+?\d(?:[\s().-]{0,2}\d){6,18}(?!\w)"  # a telephone or card number
)
"""What gives itself away as personal data by its shape."""
# what `PRIVATE` cannot match without, found many times faster
_MAYBE_ADDRESS = re.compile(r"@(?<=[\w.+-]@)[\w-]")
_MAYBE_NUMBER = re.compile(r"\d(?:[\s().-]{0,2}\d){6}")
_COMMAND = re.compile(
    r"(?:d|dm|m|follow|unfollow|leave|on|off|stop|quit|get|set|rt|fav)\s+@?\w+\s*$", re.IGNORECASE
)
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_COMBINING_AT_MOST = 4
# more marks in a row than that; what is no mark may be among them, and no mark is in front of U+0300
_MAYBE_MARKS = re.compile(rf"[^\x00-\u02ff\w]{{{_COMBINING_AT_MOST + 1}}}")
_STRETCH = re.compile(r"([\n\x20-\x7e]+)|[^\n\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a policy itself may say: handles, tags and hosts (folded), and private data it publishes itself."""

    handles: frozenset[str]
    tags: frozenset[str]
    hosts: frozenset[str]
    private: frozenset[str]


class Clean(Struct, frozen=True, gc=False):
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


def clean(text: str, channel: Channel, allowed: Allowed, handles: Collection[str]) -> Clean:
    """The text as it may go out; `handles` are the author's own and those who consented to be tagged."""
    result = unicodedata.normalize("NFC", text)
    before = None
    while before != result:  # taking one thing out can bring another to light: `$#a`
        before, result = result, _neutral(_visible(result), channel, allowed, handles).strip()
    foreign = [one for one in _private(result) if one.group() not in allowed.private]
    if foreign and not _all_in_links(foreign, result, channel):
        return Clean(result, "it would repeat personal data")
    if _COMMAND.match(result):
        return Clean(result, "it reads as a command to the platform")
    return Clean(result, None if result else "nothing is left to say")


def _private(text: str) -> list[re.Match[str]]:
    if _MAYBE_NUMBER.search(text) or _MAYBE_ADDRESS.search(text):
        return list(PRIVATE.finditer(text))
    return []


def _neutral(text: str, channel: Channel, allowed: Allowed, handles: Collection[str]) -> str:
    """The text with everything clickable that is not allowed made plain."""
    entities = channel.entities(text)
    if not entities:
        return text
    may_tag = frozenset(map(bare, handles))
    out: list[str] = []
    at = 0
    for entity in entities:
        out.append(text[at : entity.start])
        out.append(_entity(entity.kind, entity.text, may_tag, allowed))
        at = entity.end
    return "".join((*out, text[at:]))


def _entity(kind: str, text: str, may_tag: frozenset[str], allowed: Allowed) -> str:
    if kind == "url":
        return text if _host(text) in allowed.hosts else ""
    if kind == "handle":
        name = bare(text)
        return text if name in may_tag or name in allowed.handles else text.lstrip("@＠")
    return text if bare(text.lstrip("$")) in allowed.tags else text.lstrip("#＃$")


def _host(url: str) -> str:
    found = _LINK.search(url)
    return found.group(1).casefold().removeprefix("www.") if found else ""


def _all_in_links(parts: Iterable[re.Match[str]], text: str, channel: Channel) -> bool:
    """Whether each part lies where it stands inside a link: what is said again outside one is said."""
    links = [(one.start, one.end) for one in channel.entities(text) if one.kind == "url"]
    return all(any(start <= part.start() and part.end() <= end for start, end in links) for part in parts)


def _visible(text: str) -> str:
    """Without control, bidi, zero-width and tag characters (joiners stay inside emoji), four marks a letter at most."""
    # printable are no characters of these categories, but marks are
    if text.replace("\n", "").isprintable() and (text.isascii() or not _MAYBE_MARKS.search(text)):
        return text
    out: list[str] = []
    marks = 0
    for found in _STRETCH.finditer(text):
        character, place = found[0], found.start()
        if found[1]:
            marks = 0
            out.append(character)
            continue
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") and character != _EMOJI_STYLE else 0
        if marks > _COMBINING_AT_MOST:
            continue
        if category in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"):
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
