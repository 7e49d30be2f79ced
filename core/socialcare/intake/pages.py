"""JSON that is too large for one piece: the objects at the top of a file, or in the list that the file is."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from socialcare.intake.door import DEEPEST
from socialcare.intake.files import Damaged

LARGEST_PAGE = 64 * 1024 * 1024
"""Bytes of one page, unpacked."""

_BLOCK = 256 * 1024
_TOKEN = re.compile(rb'[{}\[\]]|"(?:[^"\\]|\\.)*+"|"', re.DOTALL)
_COLON = re.compile(rb"\s*:")


def objects(stream: BinaryIO, begun: bytes = b"") -> Iterator[bytes]:
    """Each object (or list) at the top, as its bytes; a list at the top is opened and its elements are what is at the top.

    `begun` are the bytes already read.

    Raises:
        Damaged: an object is larger than a page can be, nested too deep, or not closed.
    """
    buffer, block, place, start = b"", begun or stream.read(_BLOCK), 0, -1
    open_list, depth = 0, 0
    while block:
        buffer += block
        for token in _TOKEN.finditer(buffer, place):
            sign = token.group()
            if sign == b'"':
                place = token.start()
                break
            place = token.end()
            if sign in (b"{", b"["):
                if depth == 0 and sign == b"[":
                    open_list = depth = 1
                    continue
                start = token.start() if depth == open_list else start
                depth += 1
                if depth > DEEPEST + 4:
                    raise Damaged(f"it is nested deeper than {DEEPEST} levels")
            elif sign in (b"}", b"]"):
                depth = max(0, depth - 1)
                if start >= 0 and depth == open_list:
                    yield buffer[start:place]
                    start = -1
                elif depth == 0:
                    open_list = 0
        else:
            place = len(buffer)
        used = start if start >= 0 else place
        buffer, place, start = buffer[used:], place - used, 0 if start >= 0 else -1
        if len(buffer) > LARGEST_PAGE:
            raise Damaged(
                f"a page is larger than {LARGEST_PAGE >> 20} MB; write one page, or one post, a line"
            )
        block = stream.read(max(_BLOCK, len(buffer)))
    if start >= 0 or depth > 0:
        raise Damaged("the file ends in the middle of a page")


def keys(head: bytes) -> frozenset[bytes]:
    """The keys of the first object at the top, as far as the first bytes of a file tell them."""
    found: set[bytes] = set()
    depth = inside = 0
    for token in _TOKEN.finditer(head):
        sign = token.group()
        if sign in (b"{", b"["):
            depth += 1
            inside = inside or (depth if sign == b"{" else 0)
        elif sign in (b"}", b"]"):
            depth -= 1
            if inside and depth < inside:
                break
        elif depth == inside and _COLON.match(head, token.end()):
            found.add(sign.strip(b'"'))
    return frozenset(found)
