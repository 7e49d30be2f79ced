"""Says in the user's words where a YAML parser gave up."""

import re
from typing import Any

from socialcare.diagnostics import Place
from socialcare.policy.yaml.page import Page

# The words of libyaml and of PyYAML's own parser, the first that fits: (their words, ours, the way out).
_WORDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(theirs), ours, fix)
    for theirs, ours, fix in (
        (
            r"could not find expected ':'",
            "the line is neither `key: value` nor a list item",
            "write a colon and a space behind the key, or indent the line as part of the text above",
        ),
        (
            r"mapping values are not allowed",
            "a key stands where none can begin",
            "quote the text if the colon belongs to it, or check the indentation",
        ),
        (
            r"block sequence entries are not allowed",
            "a list item stands where none can begin",
            "put the list on the lines below its key, or quote the text if the `-` belongs to it",
        ),
        (
            r"expected ',' or '[\]}]'|unexpected ':'",
            "a comma or a closing bracket is missing before this",
            "write commas between the values inside `{…}` and `[…]`, and quote texts that hold brackets or colons",
        ),
        (
            r"expected key|expected <block end>|expected '-'|expected the node content|expected node content",
            "the line does not fit the lines above it",
            "indent it like its neighbours, and quote the text if it begins with a sign",
        ),
        (
            r"end of stream|unexpected document (indicator|separator)",
            "a quote or bracket is not closed",
            "close it, or quote the text it belongs to",
        ),
        (
            r"escape",
            "an escape in the double quotes is not known",
            "put the text in single quotes, where a backslash is a backslash",
        ),
        (
            r"cannot start any token|tag|anchor|alias|alphabetic|alphanumeric",
            "a sign stands here that has a meaning of its own in YAML",
            "quote the text",
        ),
        (
            r"directive|%|document start",
            "a line stands outside the one map of the file",
            "indent it, or remove it",
        ),
        (
            r"block scalar|indentation|tab",
            "the text under `|` or `>` is not indented as it should be",
            "indent all its lines by the same number of spaces",
        ),
    )
)
# Here the parser stops far behind the fault: what it was reading began there.
_BEGINS_EARLIER = re.compile(r"could not find expected ':'|end of stream")
_OTHERWISE = ("the line cannot be read as YAML", "quote the text, or check the indentation and the brackets")


def explain(error: Exception, page: Page) -> None:
    """Report where and why a parser gave up, unless a trap that was reported already explains it."""
    theirs = f"{getattr(error, 'problem', None) or ''} {getattr(error, 'context', None) or ''}"
    marks: list[Any] = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
    if _BEGINS_EARLIER.search(theirs):
        marks.reverse()
    mark = marks[0] or marks[1]
    last = len(page.lines) - 1
    row = min(mark.line, last) if mark else 0
    column = min(mark.column, len(page.lines[row])) if mark and mark.line <= last else 0
    if row in page.rows or (page.broken_from is not None and row >= page.broken_from):
        return
    ours, fix = next(((ours, fix) for words, ours, fix in _WORDS if words.search(theirs)), _OTHERWISE)
    page.problems.error("SC139", Place(page.file, row + 1, column + 1), ours, fix=fix)
