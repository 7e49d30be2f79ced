"""Turns the bytes of a file into text, or says why they are none."""

import re

from socialcare.diagnostics import Place, Problems

LARGEST_FILE = 1_000_000

_MOST_CONTROLS = 20
# What YAML forbids or takes for the end of a line where an editor shows none; \r is only allowed before \n.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)"
)
_EVERYDAY = bytes({*b"\t\n", *range(0x20, 0x7F), *range(0x80, 0x100)} - {0xC2, 0xE2, 0xEF})
"""A file of no other bytes needs no closer look: what is forbidden beyond ASCII begins with one of those three."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes, file: str, problems: Problems) -> str | None:
    r"""Return the text of a file with `\n` at the end of each line and no byte order mark, or report and None.

    The text must be UTF-8 of at most 1 MB without control characters.
    """
    if len(data) > LARGEST_FILE:
        problems.error(
            "SC104",
            Place(file, 1, 1),
            f"the file is larger than {LARGEST_FILE:,} bytes",
            fix="split the file, or load long lists with `from: lists/words.txt`",
        )
        return None
    if data.startswith(_UTF16) or _looks_like_utf16(data):
        problems.error(
            "SC106",
            Place(file, 1, 1),
            "the file is written in UTF-16, not UTF-8",
            fix="save it as UTF-8: most editors offer it under `save with encoding`",
        )
        return None
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        _report_broken(error, file, problems)
        return None
    if data.translate(None, _EVERYDAY) and _report_controls(text, file, problems):
        return None
    return text.replace("\r\n", "\n")


def text_of(data: bytes) -> str:
    """The text of a file that was read without an error."""
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def _looks_like_utf16(data: bytes) -> bool:
    """ASCII in UTF-16 without its mark has a zero in every second byte."""
    head = data[:64]
    return len(head) >= 4 and (not any(head[0::2]) or not any(head[1::2]))


def _report_broken(error: UnicodeDecodeError, file: str, problems: Problems) -> None:
    before = error.object[: error.start].decode("utf-8")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    problems.error(
        "SC106",
        Place(file, line, column),
        f"the byte 0x{error.object[error.start]:02x} is not UTF-8",
        label=f"at byte {error.start + 1} of the file",
        fix="save the file as UTF-8: most editors offer it under `save with encoding`",
    )


def _report_controls(text: str, file: str, problems: Problems) -> bool:
    line, line_start, passed = 1, 0, 0
    for number, found in enumerate(_CONTROL.finditer(text)):
        if number == _MOST_CONTROLS:
            break
        at = found.start()
        line += text.count("\n", passed, at)
        line_start = max(line_start, text.rfind("\n", passed, at) + 1)
        passed = at
        problems.error(
            "SC107",
            Place(file, line, at - line_start + 1),
            f"the character U+{ord(found[0]):04X} cannot be seen and is not allowed",
            fix="remove it; where a pattern needs it, write it as an escape",
        )
    return passed > 0 or bool(_CONTROL.match(text))
