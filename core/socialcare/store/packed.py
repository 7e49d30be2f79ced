"""Many small contents under digests, in little room."""

from __future__ import annotations

_PREFIX, _LENGTH = 2, 4
"""Bytes of a digest that name its row, and bytes in which the length of a content is written."""

_YOUNG = 1 << 17


class Packed:
    """Bytes under digests that are all of one length and as good as random; once there are many, they are packed.

    Packed, those whose digests begin with the same two bytes lie one after the other in a row: the rest of the digest, how long the
    content is, the content. A million empty ones under 12 bytes take 20 MB, where a set of Python's takes 90. To ask for one costs half
    a microsecond then; so the last `young` that were put are held as they are, and a short archive pays nothing. That the rest of a
    digest stands elsewhere in its row by chance is as rare as two keys that share a digest.
    """

    def __init__(self, young: int = _YOUNG) -> None:
        self._most_young = young
        self._young: dict[bytes, bytes] = {}
        self._rows: dict[bytes, bytearray] = {}

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._young or self._find(digest) is not None

    def get(self, digest: bytes) -> bytes | None:
        """What is under a digest."""
        content = self._young.get(digest)
        if content is None and (found := self._find(digest)) is not None:
            row, _, content_from, end = found
            return bytes(row[content_from:end])
        return content

    def put(self, digest: bytes, content: bytes) -> None:
        """Put it in, in the place of what was under the digest."""
        self._unpack(digest)
        self._young[digest] = content
        if len(self._young) > self._most_young:
            self._pack()

    def remove(self, digest: bytes) -> None:
        """Take it out, if it is there."""
        self._young.pop(digest, None)
        self._unpack(digest)

    def _find(self, digest: bytes) -> tuple[bytearray, int, int, int] | None:
        """The row in which it lies packed, from where on, and from where to where its content does."""
        if not self._rows or (row := self._rows.get(digest[:_PREFIX])) is None:
            return None
        place = row.find(digest[_PREFIX:])
        if place < 0:
            return None
        length = place + len(digest) - _PREFIX
        content = length + _LENGTH
        return row, place, content, content + int.from_bytes(row[length:content], "big")

    def _unpack(self, digest: bytes) -> None:
        if (found := self._find(digest)) is not None:
            row, place, _, end = found
            del row[place:end]

    def _pack(self) -> None:
        for digest, content in self._young.items():
            row = self._rows.setdefault(digest[:_PREFIX], bytearray())
            row += digest[_PREFIX:] + len(content).to_bytes(_LENGTH, "big") + content
        self._young.clear()
