"""What a person is told, before it becomes a letter or JSON."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from socialcare import Effect, Mention

LINKS: Mapping[str, str] = {
    "x": "https://x.com/i/status/{id}",
    "bluesky": "https://bsky.app/profile/{author}/post/{last}",
}
"""What the address of a post looks like where the settings do not say."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text around them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something for one person: `id` is the effect's, the same in every attempt; `within` seconds; `link` leads to the post."""

    id: str
    to: str
    word: str
    account: str
    about: str | None
    ask: bool
    joined: bool
    within: float | None
    then: str | None
    mention: Mention | None
    link: str | None


def message_of(effect: Effect, links: Mapping[str, str]) -> Message:
    """The message of an effect; what its payload does not say in the right form is not there."""
    payload = effect.payload
    within, breach = payload.get("answer_within"), payload.get("on_breach")
    return Message(
        id=effect.id,
        to=_text(payload.get("to")) or "",
        word=effect.action,
        account=effect.account,
        about=_text(payload.get("about")),
        ask=payload.get("ask") is True,
        joined=payload.get("joined") is True,
        within=float(within) if isinstance(within, int | float) and within > 0 else None,
        then=_text(breach.get("notify")) if isinstance(breach, Mapping) else None,
        mention=effect.mention,
        link=_link(effect.mention, links) if effect.mention is not None else None,
    )


def title(message: Message) -> str:
    """One line that says what it is about."""
    mention = message.mention
    who = f"{_handle(mention)} on {mention.platform.capitalize()}" if mention is not None else message.account
    if message.word != "open_case":
        return line(f"{message.about or message.word.replace('_', ' ')}: {who}")
    if message.joined:
        return line(f"more on a case of yours: {who}")
    return line(f"what shall we answer {who}?" if message.ask else f"a case for you: {who}")


def asked(message: Message) -> str:
    """What is expected of the person."""
    if message.word != "open_case":
        return "For your information; nothing is expected of you."
    within = f" within {span(message.within)}" if message.within is not None else ""
    what = f"Please say{within} what we should answer." if message.ask else f"Please see to it{within}."
    follows = " They wrote again in a conversation of which you have the case." if message.joined else ""
    after = f" If nobody does, {line(message.then)} is told." if message.then and message.within else ""
    return f"{what}{after}{follows}"


def data(message: Message) -> dict[str, Any]:  # Any: JSON
    """The message as a webhook tells it; the same bytes in every attempt."""
    mention = message.mention
    return {
        "id": message.id,
        "word": message.word,
        "to": message.to,
        "account": message.account,
        "about": message.about,
        "asked": asked(message),
        "ask": message.ask,
        "joined": message.joined,
        "answer_within_seconds": message.within,
        "then_told": message.then,
        "mention": _mention(mention, message.link) if mention is not None else None,
    }


def text(message: Message) -> str:
    """The message in plain words; what somebody else wrote is quoted line by line."""
    parts = [asked(message)]
    if message.about:
        parts.append(f"About: {line(message.about)}")
    if (mention := message.mention) is not None:
        parts.append(f"{_author(mention)} wrote {_where(mention)} {moment(mention.written or mention.at)}:")
        parts.append(quoted(mention.text))
    facts = [("Post", message.link), ("Account", line(message.account)), ("Id", line(message.id))]
    parts.append("\n".join(f"{name}: {fact}" for name, fact in facts if fact))
    return "\n\n".join(parts) + "\n"


def line(written: str) -> str:
    """A text on one line, at most 200 characters, without what a terminal or a header would obey."""
    bare = " ".join(_bare(written).split())
    return bare if len(bare) <= 200 else bare[:199] + "…"


def quoted(written: str) -> str:
    """A text of somebody else's: each line of it, whatever ends lines, stands behind `>`."""
    return "\n".join(f"> {_bare(one)}".rstrip() for one in written.splitlines()) or ">"


def span(seconds: float) -> str:
    """A span of time in the greatest unit that divides it."""
    size, name = next((each for each in _UNITS if seconds % each[0] == 0), (1, "second"))
    count = f"{seconds / size:g}"
    return f"{count} {name}" if count == "1" else f"{count} {name}s"


def moment(at: datetime) -> str:
    """A moment in UTC."""
    return at.astimezone(UTC).strftime("on %Y-%m-%d at %H:%M UTC")


def _bare(written: str) -> str:
    """A text without control characters and without what turns its direction."""
    return "".join(
        " " if sign == "\t" or unicodedata.category(sign) in ("Zl", "Zp") else sign
        for sign in written
        if sign not in _TURNS
        and (sign in "\t\n\r\v\f\x1c\x1d\x1e\x85" or unicodedata.category(sign) not in ("Cc", "Cs"))
    )


def _author(mention: Mention) -> str:
    author = mention.author
    known = [author.name or "", f"{author.followers:,} followers" if author.followers is not None else ""]
    more = ", ".join(line(one) for one in known if one)
    return f"{_handle(mention)} ({more})" if more else _handle(mention)


def _handle(mention: Mention) -> str:
    return line(f"@{mention.author.handle}" if mention.author.handle else mention.author.id)


def _where(mention: Mention) -> str:
    place = mention.platform.capitalize()
    return f"to us in private on {place}" if mention.kind == "message" else f"on {place}"


def _mention(mention: Mention, link: str | None) -> dict[str, Any]:  # Any: JSON
    author = mention.author
    return {
        "id": mention.id,
        "platform": mention.platform,
        "kind": mention.kind,
        "at": (mention.written or mention.at).astimezone(UTC).isoformat(),
        "link": link,
        "text": mention.text,
        "author": {
            "id": author.id,
            "handle": author.handle,
            "name": author.name,
            "followers": author.followers,
        },
    }


def _link(mention: Mention, links: Mapping[str, str]) -> str | None:
    """The address of a post, made from the template of the settings; a private message has none."""
    template = {**LINKS, **links}.get(mention.platform)
    if template is None or mention.kind == "message":
        return None
    parts = {
        "{id}": mention.id,
        "{last}": mention.id.rpartition("/")[2],
        "{author}": mention.author.id,
        "{handle}": mention.author.handle or "",
    }
    for word, value in parts.items():
        template = template.replace(word, quote(value, safe=":@"))
    return template


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
