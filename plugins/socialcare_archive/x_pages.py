"""Pages of posts, as whole answers of the X API v2 are; also a post that stands alone, and whatever has a flaw."""

import json
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import UNSET, Raw, convert
from msgspec.json import Decoder

from socialcare import Mention, Reject
from socialcare.intake import BadRow, decoded, objects, plain, reject
from socialcare_archive.x_mentions import People, mention_of, people_of
from socialcare_archive.x_shapes import Page, Post, Profile

BOM = b"\xef\xbb\xbf"
_SMALL = 32 * 1024 * 1024
_AT_ONCE = 256
_PAGE = Decoder(Page)
_POST = Decoder(Post[str])
_LIST = Decoder(list[Raw])
_ANY = Decoder(Raw)


def of_pages(path: Path, stream: BufferedReader) -> Iterator[list[Mention | Reject]]:
    """The posts of a file that is one JSON value, or several; a row is the number of the post."""
    number = 1
    for value in _values(stream):
        rows = posts(path, number, value, numbered=True)
        while some := list(islice(rows, _AT_ONCE)):
            yield some
            number += len(some)


def posts(
    path: Path, number: int, content: bytes | Raw, *, numbered: bool = False
) -> Iterator[Mention | Reject]:
    """The posts of one value: a page, an element of a stream, or a post."""
    try:
        found, people = _opened(content)
    except BadRow as why:
        yield reject(path, number, why, bytes(content))
        return
    for place, post in enumerate(found):
        try:
            yield mention_of(_post(post), people)
        except BadRow as why:
            raw = bytes(post) if isinstance(post, Raw) else json.dumps(post)
            yield reject(path, number + place if numbered else number, why, raw)


def _values(stream: BufferedReader) -> Iterator[bytes | Raw]:
    """The pages or posts of a file that is one JSON value, or several; the usual small one is not taken apart by us."""
    begun = stream.read(_SMALL)
    content = begun.removeprefix(BOM)
    if len(begun) < _SMALL:
        try:
            yield from _LIST.decode(content) if content.lstrip().startswith(b"[") else [_ANY.decode(content)]
            return
        except (ValueError, RecursionError):
            pass
    yield from objects(stream, begun)


def _opened(
    content: bytes | Raw,
) -> tuple[list[Any], People]:  # Any: a post, still raw or, in a page with flaws, as plain data
    try:
        page = _PAGE.decode(content)
        if page.data is UNSET:
            return ([Raw(content)] if page.text is not UNSET or page.id is not UNSET else []), {}
        found = _LIST.decode(page.data) if bytes(page.data).startswith(b"[") else [page.data]
        return found, people_of(page.includes.users or [] if page.includes else [])
    except (ValueError, RecursionError):
        return _opened_tolerantly(bytes(content))


def _opened_tolerantly(content: bytes) -> tuple[list[Any], People]:  # Any: as in _opened
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
        with suppress(ValueError):  # another shape, or half a surrogate pair in a key
            profiles.append(convert(user, Profile[str]))
    return (data if isinstance(data, list) else [data]), people_of(profiles)


def _post(value: Any) -> Post[str]:  # Any: as in _opened
    return decoded(value if isinstance(value, Raw) else json.dumps(value).encode(), _POST)


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number"
