"""Files that are no archive of posts, told by their first bytes, with the way out."""

import re

_PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95|[(}\]cq)K])")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SIGNS = {
    b"\x93NUMPY": "a NumPy file; write the table as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file; save the table as CSV UTF-8",
    b"SQLite format 3": "a database; export the table as CSV",
    b"BZh": "packed with bzip2; unpack it first, or pack it with gzip",
    b"\xfd7zXZ": "packed with xz; unpack it first, or pack it with gzip",
    b"7z\xbc\xaf": "packed with 7-Zip; unpack it first, or pack it as zip",
    b"Rar!": "packed with RAR; unpack it first, or pack it as zip",
    b"%PDF": "a PDF",
}
_HALF = 0.3
"""The share of NULs from which on bytes are no text of one byte a letter."""


def strange(head: bytes) -> str | None:
    """What a file is that no source can read, in words; none where it may be text."""
    if _PICKLE.match(head):
        return "is a pickle, which could run programs when it is opened; write the table as CSV"
    for sign, what in _SIGNS.items():
        if head.startswith(sign):
            return f"is {what}"
    if head.startswith(_UTF16) or head[:1_000].count(0) > _HALF * len(head[:1_000]) > 0:
        return "is UTF-16 or no text at all; save it as UTF-8 (in a spreadsheet: CSV UTF-8)"
    return None
