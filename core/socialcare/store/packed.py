"""Many small contents under digests, in little room."""

from __future__ import annotations

_PREFIX = 2
_LENGTH = 4
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
        return digest in self._young or (bool(self._rows) and self._place(digest) >= 0)

    def get(self, digest: bytes) -> bytes | None:
        """What is under a digest."""
        content = self._young.get(digest)
        if content is None and self._rows and (place := self._place(digest)) >= 0:
            row = self._rows[digest[:_PREFIX]]
            begin, end = self._span(digest, row, place)
            return bytes(row[begin:end])
        return content

    def put(self, digest: bytes, content: bytes) -> None:
        """Put it in, in the place of what was under the digest."""
        if self._rows:
            self._unpack(digest)
        self._young[digest] = content
        if len(self._young) > self._most_young:
            self._pack()

    def remove(self, digest: bytes) -> None:
        """Take it out, if it is there."""
        if self._young.pop(digest, None) is None and self._rows:
            self._unpack(digest)

    def _place(self, digest: bytes) -> int:
        """Where it lies in its row; -1 where it does not."""
        row = self._rows.get(digest[:_PREFIX])
        return row.find(digest[_PREFIX:]) if row is not None else -1

    def _span(self, digest: bytes, row: bytearray, place: int) -> tuple[int, int]:
        """From where to where its content lies."""
        begin = place + len(digest) - _PREFIX + _LENGTH
        return begin, begin + int.from_bytes(row[begin - _LENGTH : begin], "big")

    def _unpack(self, digest: bytes) -> None:
        if (place := self._place(digest)) >= 0:
            row = self._rows[digest[:_PREFIX]]
            del row[place : self._span(digest, row, place)[1]]

    def _pack(self) -> None:
        rows = self._rows
        for digest, content in self._young.items():
            row = rows.get(digest[:_PREFIX])
            if row is None:
                row = rows[digest[:_PREFIX]] = bytearray()
            row += digest[_PREFIX:] + len(content).to_bytes(_LENGTH, "big") + content
        self._young.clear()
