"""How Bluesky counts a text, and what in it becomes clickable."""

import re
from collections.abc import Iterator

import regex

from socialcare import Entity
from socialcare_bluesky.names import is_handle

LIMIT = 300
"""The longest post, in graphemes. Source: the lexicon `app.bsky.feed.post`, `maxGraphemes`; its `maxLength` is 3,000 bytes."""

_BYTES_A_GRAPHEME = 10
_GRAPHEME = regex.compile(r"\X")

_HANDLE = re.compile(r"(?<![\w@./#-])@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_URL = re.compile(r"(?<![\w@/#])https?://[^\s<>\"]+", re.IGNORECASE)
_BARE_URL = re.compile(
    r"(?<![\w@./#-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?![\w@.-]*\w)(?:[/?#][^\s<>\"]*)?"
)
_TAG = re.compile(r"(?<![\w&#＃/])[#＃](?!\ufe0f)(?=\d*[^\W\d])\w{1,64}(?!\w)")
_AFTER = ".,;:!?'\"*…"


def length(text: str) -> int:
    """The graphemes of a text; where it has more than ten bytes each, a grapheme for every ten bytes begun."""
    if text.isascii() and "\r" not in text:
        return len(text)
    graphemes = sum(1 for _ in _GRAPHEME.finditer(text))
    return max(graphemes, -(-len(text.encode("utf-8", "replace")) // _BYTES_A_GRAPHEME))


def entities(text: str) -> list[Entity]:
    """What becomes clickable in a text, in order and without overlaps: links, handles, tags.

    On Bluesky the writer's program says what is clickable. This is what ours would say; a bare domain counts in small letters only.
    """
    kept: list[Entity] = []
    for entity in sorted([*_handles(text), *_urls(text), *_tags(text)], key=lambda each: each.start):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept


def _handles(text: str) -> Iterator[Entity]:
    for found in _HANDLE.finditer(text) if "@" in text else ():
        handle = found[1].rstrip("-")
        if is_handle(handle):
            yield Entity("handle", found.start(), found.start(1) + len(handle), f"@{handle}")


def _urls(text: str) -> Iterator[Entity]:
    for pattern in (_URL, _BARE_URL) if "." in text else ():
        for found in pattern.finditer(text):
            url = found[0].rstrip(_AFTER)
            url = url if "(" in url else url.rstrip(")").rstrip(_AFTER)
            yield Entity("url", found.start(), found.start() + len(url), url)


def _tags(text: str) -> Iterator[Entity]:
    for found in _TAG.finditer(text):
        yield Entity("hashtag", found.start(), found.end(), found[0])
