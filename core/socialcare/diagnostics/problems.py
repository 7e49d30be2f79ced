"""Places in files, what is wrong there, and the collector of it all."""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]
Also = tuple[tuple["Place", str], ...]


class Place(msgspec.Struct, frozen=True, order=True, gc=False):
    """A run of characters in one line of a file.

    `file` is the path as the user gave it; `line` and `column` count from 1; `column` and `length` are in
    code points.
    """

    file: str
    line: int
    column: int
    length: int = 1


class Diagnostic(msgspec.Struct, frozen=True):
    """One thing that is wrong: `label` stands under the caret, `fix` is the way out, `also` are second places."""

    code: str
    severity: Severity
    message: str
    place: Place | None
    label: str = ""
    fix: str = ""
    also: Also = ()


class Problems:
    """Collects the diagnostics of a run."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._errors = 0

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a diagnostic unless the very same one is there already."""
        if diagnostic not in self._found:
            self._found[diagnostic] = None
            self._errors += diagnostic.severity == "error"

    def error(
        self, code: str, place: Place | None, message: str, *, label: str = "", fix: str = "", also: Also = ()
    ) -> None:
        """Report what must be mended before anything runs."""
        self.add(Diagnostic(code, "error", message, place, label, fix, also))

    def warning(
        self, code: str, place: Place | None, message: str, *, label: str = "", fix: str = "", also: Also = ()
    ) -> None:
        """Report what runs but is likely not meant."""
        self.add(Diagnostic(code, "warning", message, place, label, fix, also))

    def note(
        self, code: str, place: Place | None, message: str, *, label: str = "", fix: str = "", also: Also = ()
    ) -> None:
        """Report what is good to know."""
        self.add(Diagnostic(code, "note", message, place, label, fix, also))

    def extend(self, diagnostics: "Iterable[Diagnostic] | Problems") -> None:
        """Take over the diagnostics of another collector or list."""
        for diagnostic in diagnostics.items if isinstance(diagnostics, Problems) else diagnostics:
            self.add(diagnostic)

    @property
    def items(self) -> list[Diagnostic]:
        """All diagnostics by place, then code; those without a place come first."""
        return sorted(self._found, key=_order)

    @property
    def has_errors(self) -> bool:
        """Whether anything must be mended."""
        return self._errors > 0

    @property
    def has_warnings(self) -> bool:
        """Whether anything is likely not meant."""
        return any(item.severity == "warning" for item in self._found)

    def __len__(self) -> int:
        return len(self._found)


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, int, str, str]:
    place = diagnostic.place
    where = (place.file, place.line, place.column, place.length) if place else ("", 0, 0, 0)
    return (*where, diagnostic.code, diagnostic.message)


_STARTS_WELL = re.compile(r"[^A-Z]|[A-Z](?=[A-Z0-9\s-]|$)")


def style_fault(diagnostic: Diagnostic) -> str | None:
    """Say how a message breaks the house's style (a lower-case start, no full stop), or None.

    A start in capitals (`UTF-8`, `X`) is taken for a proper name.
    """
    message = diagnostic.message
    if not message.strip():
        return f"{diagnostic.code}: the message is empty"
    if not _STARTS_WELL.match(message):
        return f"{diagnostic.code}: the message starts with a capital: {message}"
    if message.endswith("."):
        return f"{diagnostic.code}: the message ends with a full stop: {message}"
    if "\n" in message or "\n" in diagnostic.label:
        return f"{diagnostic.code}: the message or label has several lines: {message}"
    return None
