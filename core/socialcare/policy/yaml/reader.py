"""Reads YAML into nodes with places, refusing while it reads what a policy may not contain.

Only events are asked for, lazily and in a loop: composing deep nesting crashes the C parser, and reading it to
the end takes it quadratic time.
"""

from typing import Any

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


class _Frame:
    """A list or map that is still open, the key that waits for its value, and the keys seen so far."""

    __slots__ = ("key", "keys", "node")

    def __init__(self, node: ListNode | MapNode) -> None:
        self.node = node
        self.key: TextNode | None = None
        self.keys: dict[str, Place] = {}


class _Reading:
    """One pass over the events of a file."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: list[_Frame] = []
        self._top: Node | None = None
        self._documents = 0
        self._count = 0
        self._stopped = False

    def read(self, text: str, parser: Any) -> Node | None:
        """Return the top node as far as it could be read."""
        try:
            for event in yaml.parse(text, Loader=parser):
                self._take(event)
                if self._count > MOST_NODES:
                    fix = "split the file, or load long lists with `from: lists/words.txt`"
                    self._stop("SC104", event, f"the file holds more than {MOST_NODES:,} values", fix)
                if self._stopped:
                    break
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # pure PyYAML lets numbers overflow
            explain(error, self._page)
        return self._top

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            place = self._place(event)
            if event.anchor is not None or event.tag is not None:
                self._refuse_sigils(event, place)
            self._attach(TextNode(event.value, place, _STYLES[event.style]))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._begin(event, kind)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._open.pop()
        elif kind is yaml.AliasEvent:
            place = self._place(event)
            self._error("SC111", place, f"`*{event.anchor}` points to another value", _NO_ALIAS)
            self._attach(TextNode("", place, "plain"))
        elif kind is yaml.DocumentStartEvent:
            self._begin_document(event)

    def _begin(self, event: Any, kind: type) -> None:
        place = self._place(event)
        if len(self._open) >= DEEPEST:
            fix = "name a part as a signal of its own and use the name here"
            self._stop("SC105", event, f"the values are nested more than {DEEPEST} deep", fix)
            return
        if event.anchor is not None or event.tag is not None:
            self._refuse_sigils(event, place)
        top = self._open[-1] if self._open else None
        if top and isinstance(top.node, MapNode) and top.key is None:
            fix = "write a word as the key, or quote the text if it is one"
            self._stop("SC116", event, "a list or map stands where a key is expected", fix)
            return
        node: ListNode | MapNode = (
            MapNode([], place) if kind is yaml.MappingStartEvent else ListNode([], place)
        )
        self._attach(node)
        self._open.append(_Frame(node))

    def _attach(self, node: Node) -> None:
        self._count += 1
        if not self._open:
            self._top = node
            return
        frame = self._open[-1]
        parent = frame.node
        if isinstance(parent, ListNode):
            parent.items.append(node)
        elif frame.key is not None:
            parent.entries.append((frame.key, node))
            frame.key = None
        elif isinstance(node, TextNode):
            self._check_key(node, frame.keys)
            frame.key = node

    def _check_key(self, key: TextNode, keys: dict[str, Place]) -> None:
        first = keys.setdefault(key.text, key.place)
        if first is not key.place:
            self._error(
                "SC110",
                key.place,
                f"the key `{key.text}` stands twice in one map",
                "keep one of the two, or give one another name",
                also=((first, "first here"),),
            )
        elif key.style == "plain" and key.text == "<<":
            self._error("SC113", key.place, "the merge key `<<` is not read", _NO_ALIAS)
        elif key.style == "plain" and not key.text:
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
        elif type(event) is yaml.ScalarEvent and event.style not in ("|", ">"):
            length = len(self._page.lines[row]) - column
        else:
            length = 1
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


_NO_ALIAS = "write the value out, or name it once as a signal or a list; quote the text if it is one"
