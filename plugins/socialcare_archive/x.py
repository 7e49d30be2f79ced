"""Answers of the X API v2: pages with `data` and `includes`, lists of pages, one page or one post a line."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import UNSET, Raw, ValidationError, convert
from msgspec.json import Decoder

from socialcare import Author, Mention, ReadOptions, Reject
from socialcare.intake import (
    LARGEST_PAGE,
    BadRow,
    decoded,
    keys,
    lines,
    objects,
    plain,
    reject,
    timed,
    unpacked,
    until_damaged,
)
from socialcare_archive.x_mentions import author_of, mention_of
from socialcare_archive.x_shapes import Page, Post, Profile

Authors = Mapping[str, Author | BadRow]

_SMALL = 32 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_PAGE = Decoder(Page)
_POST = Decoder(Post)
_LIST = Decoder(list[Raw])
_ANY = Decoder(Raw)
_OTHERS = frozenset({b"turns", b"tweet_id", b"did", b"interactions"})
"""Keys of other formats."""


class XPages:
    """The archive source of X."""

    name = "x_api"
    doc = (
        "JSON of the X API v2: pages with `data` and `includes`, a list of them, one page or one post a line"
    )

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether it begins like an answer of the API."""
        there = keys(head)
        if there & _OTHERS:
            return False
        if not there & {b"data", b"includes"}:
            return there >= {b"id", b"text"} or (b"meta" in there and b'"result_count"' in head)
        return b'"text"' in head or b'"result_count"' in head

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:  # noqa: ARG002 - nothing to map
        """Every post in file order; a row is a line, or in a file of pages the number of the post."""
        return timed(until_damaged(path, _rows(path)))


def _rows(path: Path) -> Iterator[Mention | Reject]:
    with unpacked(path) as stream:
        head = stream.peek(64 * 1024) if hasattr(stream, "peek") else b""
        if _has_lines(head.removeprefix(_BOM)):
            for number, line, whole in lines(stream, LARGEST_PAGE):
                content = line.removeprefix(_BOM).strip()
                if not whole:
                    yield reject(path, number, f"the line is longer than {LARGEST_PAGE >> 20} MB", line)
                elif content:
                    yield from _posts(path, number, content)
            return
        number = 1
        for value in _values(stream):
            for row in _posts(path, number, value, numbered=True):
                yield row
                number += 1


def _values(stream: BinaryIO) -> Iterator[bytes | Raw]:
    """The pages or posts of a file that is one JSON value, or several; the usual small one is not taken apart by us."""
    begun = stream.read(_SMALL)
    content = begun.removeprefix(_BOM)
    if len(begun) < _SMALL:
        try:
            yield from _LIST.decode(content) if content.lstrip().startswith(b"[") else [_ANY.decode(content)]
            return
        except (ValueError, RecursionError):
            pass
    yield from objects(stream, begun)


def _has_lines(head: bytes) -> bool:
    """Whether each line is a value of its own; else the file is one value, or several, over many lines."""
    if not head.lstrip().startswith(b"{"):
        return False
    first, _, rest = head.partition(b"\n")
    if not rest or rest.lstrip().startswith(b"{"):
        return True
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _posts(
    path: Path, number: int, content: bytes | Raw, *, numbered: bool = False
) -> Iterator[Mention | Reject]:
    """The posts of one value: a page, an element of a stream, or a post."""
    try:
        posts, authors = _opened(content)
    except BadRow as why:
        yield reject(path, number, why, bytes(content))
        return
    for place, post in enumerate(posts):
        try:
            yield mention_of(_post(post), authors)
        except BadRow as why:
            raw = bytes(post) if isinstance(post, Raw) else json.dumps(post)
            yield reject(path, number + place if numbered else number, why, raw)


def _opened(
    content: bytes | Raw,
) -> tuple[list[Any], Authors]:  # Any: a post, still raw or, in a page with flaws, as plain data
    try:
        page = _PAGE.decode(content)
        if page.data is UNSET:
            return ([Raw(content)] if page.text is not UNSET or page.id is not UNSET else []), {}
        posts = _LIST.decode(page.data) if bytes(page.data).startswith(b"[") else [page.data]
        return posts, _authors(page.includes.users or [] if page.includes else [])
    except (ValueError, RecursionError):
        return _opened_tolerantly(bytes(content))


def _opened_tolerantly(content: bytes) -> tuple[list[Any], Authors]:  # Any: as in _opened
    """As `_opened`, for a page with something in it that strict readers refuse, such as half a surrogate pair."""
    value = plain(content)
    if not isinstance(value, dict):
        raise BadRow(f"it is {_kind(value)}, not a page or a post")
    if "data" not in value:
        return ([value] if "id" in value or "text" in value else []), {}
    data, includes = value["data"], value.get("includes")
    users = includes.get("users") if isinstance(includes, dict) else None
    profiles = []
    for user in users if isinstance(users, list) else []:
        try:
            profiles.append(convert(user, Profile))
        except ValidationError:
            continue
    return (data if isinstance(data, list) else [data]), _authors(profiles)


def _authors(profiles: list[Profile]) -> Authors:
    found: dict[str, Author | BadRow] = {}
    for profile in profiles:
        try:
            found[str(profile.id)] = author_of(profile)
        except BadRow as why:
            found[str(profile.id)] = why
    return found


def _post(value: Any) -> Post:  # Any: as in _opened
    return decoded(value if isinstance(value, Raw) else json.dumps(value).encode(), _POST)


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number"
