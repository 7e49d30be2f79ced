"""What was passed over on purpose, counted by what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from socialcare.model import Skipped

_NAMED = 5


@dataclass(slots=True)
class Skip:
    """Things passed over for the same reason: how many, and the first five files that they are (in)."""

    what: str
    count: int = 0
    files: list[str] = field(default_factory=list)


class Skips:
    """Rows that are no posts, files that are no archives."""

    def __init__(self) -> None:
        self._kinds: dict[str, Skip] = {}

    def add(self, skipped: Skipped) -> None:
        """Count one."""
        kind = self._kinds.setdefault(skipped.what, Skip(skipped.what))
        kind.count += skipped.count
        if skipped.file not in kind.files and len(kind.files) < _NAMED:
            kind.files.append(skipped.file)

    def __iter__(self) -> Iterator[Skip]:
        """The kinds, the most frequent first."""
        return iter(sorted(self._kinds.values(), key=lambda kind: -kind.count))
