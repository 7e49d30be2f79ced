"""Reads YAML into nodes with places, refusing while it reads what a policy may not contain.

Only events are asked for, lazily and in a loop: composing deep nesting crashes the C parser, and reading it to
the end takes it quadratic time.
"""

from collections.abc import Callable
from typing import Any, cast

import yaml

from socialcare.diagnostics import Place, Problems
from socialcare.policy.yaml.decoding import decode
from socialcare.policy.yaml.errors import explain
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, Style, TextNode
from socialcare.policy.yaml.page import DEEPEST, MOST_PROBLEMS, Page
from socialcare.policy.yaml.traps import find_traps

MOST_NODES = 100_000

FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # absent where PyYAML was built without libyaml
_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}

_SCALAR, _ALIAS, _DOCUMENT = yaml.ScalarEvent, yaml.AliasEvent, yaml.DocumentStartEvent
_MAP, _END_OF_MAP = yaml.MappingStartEvent, yaml.MappingEndEvent
_LIST, _END_OF_LIST = yaml.SequenceStartEvent, yaml.SequenceEndEvent
_STRANGE_KEYS = ("", "<<")


def read_yaml(data: bytes, file: str, problems: Problems, *, parser: Any = FAST) -> MapNode | None:
    """Read one file of a policy, or report everything that is wrong with it and return None.

    `file` names it in the problems; `parser` is the PyYAML loader whose events are read. A file is bounded by
    1 MB, 50 levels and 100,000 nodes.
    """
    found = Problems()
    text = decode(data, file, found)
    top: Node | None = None
    if text is not None:
        page = Page(text.split("\n"), file, found)
        find_traps(page)
        if len(found) < MOST_PROBLEMS:
            top = _Reading(page).read(text, parser)
    if text is not None and not found.has_errors and not isinstance(top, MapNode):
        _refuse_top(top, file, found)
    problems.extend(found)
    return top if isinstance(top, MapNode) and not found.has_errors else None


def _refuse_top(top: Node | None, file: str, found: Problems) -> None:
    if top is None or (isinstance(top, TextNode) and not top.text):
        found.error(
            "SC108",
            Place(file, 1, 1),
            "the file is empty",
            fix="remove it, or write statements into it:\n"
            "  rules:\n"
            "    hours:\n"
            "      when: {intent: question}\n"
            "      do: {reply: We are open 9 to 18.}",
        )
        return
    found.error(
        "SC109",
        top.place,
        f"the file holds {'a list' if isinstance(top, ListNode) else 'a text'} where statements are expected",
        fix="begin with the name of a kind of statement, and indent the rest under it:\n  rules:",
    )


class _Reading:
    """One pass over the events of a file."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._documents = 0
        self._stopped = False

    def read(self, text: str, parser: Any) -> Node | None:
        """Return the top node as far as it could be read."""
        tops: list[Node] = []
        try:
            self._follow(parser(text).get_event, tops)
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # pure PyYAML lets numbers overflow
            explain(error, self._page)
        return tops[-1] if tops else None

    def _follow(self, take: Callable[[], Any], tops: list[Node]) -> None:  # noqa: C901, PLR0912, PLR0915 - a call a value would cost as much as the parser
        """Put what the events say into `tops`.

        One loop over local names, because it takes every value of every file: the list or map that is open takes a node by `put`;
        a map has `keys`, those seen so far, and a `key` that waits for its value; what encloses it is on the stack `above`.
        """
        file, lines = self._page.file, self._page.lines
        put: Callable[[Any], None] = tops.append
        keys: dict[str, TextNode] | None = None
        key: TextNode | None = None
        above: list[tuple[Callable[[Any], None], dict[str, TextNode] | None]] = []
        count, here, line = 0, -1, 0  # nodes of one line share its number
        node: Node
        while not self._stopped and (event := take()) is not None:
            kind = type(event)
            if kind is _SCALAR:
                start, end = event.start_mark, event.end_mark
                row, column, style = start.line, start.column, event.style
                length = end.column - column if end.line == row else _in_line(style, lines[row], column)
                if row != here:
                    here, line = row, row + 1
                node = TextNode(file, line, column + 1, length or 1, event.value, _STYLES[style])
                if event.anchor is not None or event.tag is not None:
                    self._refuse_sigils(event, node.place)
            elif kind is _MAP or kind is _LIST:
                if self._refuses(event, len(above), wants_key=keys is not None and key is None):
                    return
                start = event.start_mark
                if start.line != here:
                    here, line = start.line, start.line + 1
                entries: Any = []
                of_kind = MapNode if kind is _MAP else ListNode
                node = of_kind(file, line, start.column + 1, 1, entries)
            elif kind is _END_OF_MAP or kind is _END_OF_LIST:
                put, keys = above.pop()
                key = None
                continue
            elif (rare := self._take_rare(event, kind)) is not None:
                node = rare
            else:
                continue
            count += 1
            if keys is None:
                put(node)
            elif key is not None:
                put((key, node))
                key = None
            else:  # what opens a list or map here was refused
                key = cast("TextNode", node)
                first = keys.setdefault(key.text, key)
                if first is not key or (key.text in _STRANGE_KEYS and key.style == "plain"):
                    self._refuse_key(key, first)
            if count > MOST_NODES:
                fix = "split the file, or load long lists with `from: lists/words.txt`"
                self._stop("SC104", event, f"the file holds more than {MOST_NODES:,} values", fix)
            if kind is _MAP or kind is _LIST:
                above.append((put, keys))
                put, keys = entries.append, {} if kind is _MAP else None

    def _take_rare(self, event: Any, kind: type) -> TextNode | None:
        """What begins or ends a document or the whole holds nothing; what points elsewhere is refused."""
        if kind is _DOCUMENT:
            self._begin_document(event)
        if kind is not _ALIAS:
            return None
        place = self._place(event)
        self._error("SC111", place, f"`*{event.anchor}` points to another value", _NO_ALIAS)
        return TextNode(place.file, place.line, place.column, place.length, "", "plain")

    def _refuses(self, event: Any, depth: int, *, wants_key: bool) -> bool:
        """Whether a list or map cannot begin here."""
        if depth >= DEEPEST:
            fix = "name a part as a signal of its own and use the name here"
            self._stop("SC105", event, f"the values are nested more than {DEEPEST} deep", fix)
            return True
        if event.anchor is not None or event.tag is not None:
            self._refuse_sigils(event, self._place(event))
        if wants_key:
            fix = "write a word as the key, or quote the text if it is one"
            self._stop("SC116", event, "a list or map stands where a key is expected", fix)
        return wants_key

    def _refuse_key(self, key: TextNode, first: TextNode) -> None:
        if first is not key:
            self._error(
                "SC110",
                key.place,
                f"the key `{key.text}` stands twice in one map",
                "keep one of the two, or give one another name",
                also=((first.place, "first here"),),
            )
        elif key.text:
            self._error("SC113", key.place, "the merge key `<<` is not read", _NO_ALIAS)
        else:
            fix = "write the key before `:`, or quote the text if it is one"
            self._error("SC116", key.place, "a key is missing", fix)

    def _begin_document(self, event: Any) -> None:
        self._documents += 1
        if event.version is not None or event.tags:
            fix = "remove the line that begins with `%`"
            self._error("SC115", self._place(event), "directives are not read", fix)
        if self._documents > 1:
            fix = "put what follows `---` into a file of its own"
            self._stop("SC114", event, "a second document begins in the file", fix)

    def _refuse_sigils(self, event: Any, place: Place) -> None:
        if event.tag is not None:
            fix = "remove it, or quote the text if it is one"
            self._error("SC112", place, f"`{event.tag}` is a tag, and tags are not read", fix)
        if event.anchor is not None:
            self._error(
                "SC111", place, f"`&{event.anchor}` is an anchor, and anchors are not read", _NO_ALIAS
            )

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        row, column = start.line, start.column
        if end.line == row:
            length = end.column - column
        else:
            length = _in_line(event.style, self._page.lines[row], column) if type(event) is _SCALAR else 1
        return Place(self._page.file, row + 1, column + 1, max(1, length))

    def _error(
        self, code: str, place: Place, message: str, fix: str, also: tuple[tuple[Place, str], ...] = ()
    ) -> None:
        if place.line - 1 not in self._page.rows:  # a trap on this line says it better
            self._page.problems.error(code, place, message, fix=fix, also=also)
            self._stopped = self._stopped or len(self._page.problems) >= MOST_PROBLEMS

    def _stop(self, code: str, event: Any, message: str, fix: str) -> None:
        self._stopped = True
        self._error(code, self._place(event), message, fix)


def _in_line(style: str | None, line: str, column: int) -> int:
    """How much of its first line a text of several lines takes; of one under `|` or `>` only the sign."""
    return 1 if style in ("|", ">") else len(line) - column


_NO_ALIAS = "write the value out, or name it once as a signal or a list; quote the text if it is one"
