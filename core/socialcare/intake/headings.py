"""The columns that a table names in its first line, for telling a user which there are."""

import csv
import re

_SIGNS = ",;\t"
_LONGEST = 60
"""Characters of a column's name; what is longer is prose."""


def headings(head: bytes) -> list[str]:
    """The names of the columns of a CSV by its first bytes; none where the first line is no heading of several columns."""
    first = head.decode("utf-8-sig", "replace").partition("\n")[0].rstrip("\r")
    if first.lstrip().startswith(("{", "[")):
        return []
    bare = re.sub(r'"[^"]*"', "", first)
    try:
        names = next(csv.reader([first], delimiter=max(_SIGNS, key=bare.count)), [])
    except csv.Error:
        return []
    plain = [name.strip() for name in names]
    return plain if len(plain) > 1 and all(0 < len(name) <= _LONGEST for name in plain) else []
