"""What is told of a code."""

from collections.abc import Iterable

import msgspec


class Code(msgspec.Struct, frozen=True):
    """A code such as `SC101`: a title in a few words, and a page saying why, what to avoid and what to prefer."""

    code: str
    title: str
    page: str


def by_name(*groups: Iterable[Code]) -> dict[str, Code]:
    """Put groups of codes under their names; a name given twice raises ValueError."""
    found: dict[str, Code] = {}
    for code in (code for group in groups for code in group):
        if code.code in found:
            raise ValueError(f"the code {code.code} is given twice")
        found[code.code] = code
    return found
