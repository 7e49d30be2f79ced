"""How Mastodon counts a text, and what in it becomes clickable.

Source: Mastodon's documentation, "Posting to your profile": 500 characters, of which a link is 23 and the domain of a handle none.
"""

import re

import regex

from socialcare import Entity

URL_WEIGHT = 23

_GRAPHEME = regex.compile(r"\X")
_URL = re.compile(r"(?<![\w@/#])https?://[^\s<>\"]+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w/=])@(\w+(?:[.-]+\w+)*)(@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)?", re.ASCII)
_TAG = re.compile(r"(?<![\w/)&])#(?=\d*[^\W\d])\w+")
_AFTER = ".,;:!?'\"*…"


def length(text: str) -> int:
    """The graphemes of a text; a link counts 23, a handle on another server without its domain."""
    shorter = text
    if "@" in text or "://" in text:
        for entity in reversed(entities(text)):
            if entity.kind == "url":
                shorter = shorter[: entity.start] + "x" * URL_WEIGHT + shorter[entity.end :]
            elif entity.kind == "handle":
                bare = "@" + entity.text[1:].partition("@")[0]
                shorter = shorter[: entity.start] + bare + shorter[entity.end :]
    if shorter.isascii() and "\r" not in shorter:
        return len(shorter)
    return sum(1 for _ in _GRAPHEME.finditer(shorter))


def entities(text: str) -> list[Entity]:
    """What Mastodon makes clickable in a text, in order and without overlaps; links only with `http://` or `https://`."""
    found = [Entity("url", each.start(), each.end(), each[0]) for each in _URL.finditer(text)]
    found = [_trimmed(each) for each in found]
    found += [Entity("handle", each.start(), each.end(), each[0]) for each in _HANDLE.finditer(text)]
    found += [Entity("hashtag", each.start(), each.end(), each[0]) for each in _TAG.finditer(text)]
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda each: each.start):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept


def _trimmed(link: Entity) -> Entity:
    """A link without the marks of the sentence around it."""
    url = link.text.rstrip(_AFTER)
    url = url if "(" in url else url.rstrip(")").rstrip(_AFTER)
    return Entity("url", link.start, link.start + len(url), url)
