"""Rows of archives that could not be read: counted by reason, and kept in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from msgspec.json import Encoder

from socialcare.model import Mention, Reject
from socialcare.simulate.skips import Skips

_ENCODER = Encoder()
_QUOTED = re.compile(r"`[^`]*`|\d[\d,.]*")
_KINDS = 50
_ONLY_MENTIONS = {Mention}


@dataclass(slots=True)
class Kind:
    """Rejects for the same reason (or, beyond fifty reasons, for any other): the first of them, and how many there are."""

    first: Reject
    count: int = 0


class Rejects:
    """What was turned away; each is written to `path` as a line of JSON, and the file is made for the first.

    Beside it stands what was passed over on purpose, `skips`: it is counted, and not kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.skips = Skips()
        self.count = 0
        self._kinds: dict[str, Kind] = {}
        self._file: BinaryIO | None = None

    def add(self, reject: Reject) -> None:
        """Count one, and keep it."""
        self.count += 1
        kind = _QUOTED.sub("…", reject.reason)
        if kind not in self._kinds and len(self._kinds) >= _KINDS:
            kind = ""
        self._kinds.setdefault(kind, Kind(reject)).count += 1
        if self.path is not None:
            if self._file is None:
                self._file = self.path.open("wb")
            self._file.write(_ENCODER.encode(reject) + b"\n")

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[Kind]:
        """The reasons, the most frequent first."""
        return iter(sorted(self._kinds.values(), key=lambda kind: -kind.count))

    def sift(self, rows: Iterable[Mention | Reject]) -> Iterator[Mention]:
        """The mentions among the rows; the rejects stay here."""
        for row in rows:
            if isinstance(row, Reject):
                self.add(row)
            else:
                yield row

    def mentions(self, rows: list[Mention | Reject]) -> list[Mention]:
        """As `sift`, of some rows at a time, which costs much less a row."""
        if set(map(type, rows)) <= _ONLY_MENTIONS:
            return cast("list[Mention]", rows)
        return list(self.sift(rows))
