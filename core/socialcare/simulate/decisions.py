"""Writes decision records, version 1, one JSON object a line; docs/decisions-format.md describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import BinaryIO

from msgspec.json import Encoder

from socialcare.model import Decision, as_json

_ENCODER = Encoder(enc_hook=as_json)


class DecisionWriter:
    """Writes decisions to a file, in the order given; `unsealed` are the built-in guards that are off, with the reasons."""

    def __init__(self, file: BinaryIO, unsealed: Mapping[str, str] = MappingProxyType({})) -> None:
        self._file = file
        self.unsealed = dict(unsealed)
        self.written = 0
        self.until: datetime | None = None

    def write(self, decision: Decision) -> None:
        """Write one line."""
        self.write_all((decision,))

    def write_all(self, decisions: Sequence[Decision]) -> None:
        """Write one line for each."""
        if not decisions:
            return
        lines = _ENCODER.encode_lines(decisions)
        if self.unsealed:  # a line break stands nowhere but at the end of a record
            end = b',"unsealed":' + _ENCODER.encode(self.unsealed) + b"}\n"
            lines = lines.replace(b"}\n", end)
        self.write_lines(lines, len(decisions), decisions[-1].at)

    def write_lines(self, lines: bytes, count: int, until: datetime) -> None:
        """Write the lines of so many decisions, made elsewhere, the last of that moment."""
        self._file.write(lines)
        self.written += count
        self.until = until
