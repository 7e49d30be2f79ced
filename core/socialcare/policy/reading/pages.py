"""Gathers the statements of all files by section, whatever file they stand in; the same id twice is an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from socialcare.diagnostics import Problems, suggestion
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode

MAPS = (
    "company", "people", "accounts", "lists", "calendars", "signals", "formulas", "counts", "rules", "guards",
    "simulations",
)  # fmt: skip
"""Sections whose entries have a name each."""

SINGLES = ("zone", "ranks", "order")
"""Sections that stand once."""

VERSION = "socialcare"
TESTS = "tests"
SECTIONS = (VERSION, *SINGLES, *MAPS)
_NOUNS = {
    "company": "company entry", "people": "person", "accounts": "account", "lists": "list", "calendars": "calendar",
    "signals": "signal", "formulas": "formula", "counts": "count", "rules": "rule", "guards": "guard",
    "simulations": "simulation",
}  # fmt: skip

Entry = tuple[TextNode, Node]


@dataclass(slots=True)
class Pages:
    """All statements of a policy, unread, by section and name."""

    maps: dict[str, dict[str, Entry]] = field(default_factory=lambda: {section: {} for section in MAPS})
    singles: dict[str, Entry] = field(default_factory=dict)
    cases: list[Node] = field(default_factory=list)
    sealed: set[str] = field(default_factory=set)
    """The ids of built-in guards."""
    versions: int = 0

    def entries(self, section: str) -> Iterable[Entry]:
        """Names and values of a section."""
        return self.maps[section].values()


def gather(
    statements: Iterable[tuple[str, MapNode]],
    tests: Iterable[tuple[str, MapNode]],
    sealed: Iterable[tuple[str, MapNode]],
    problems: Problems,
) -> Pages:
    """Put the statements of all files together; the built-in guards come first, so that their ids are taken."""
    pages = Pages()
    for _, node in sealed:
        for key, value in _sections(node, ("guards",), problems, pages):
            for entry in _entries(key, value, problems):
                pages.maps["guards"][entry[0].text] = entry
                pages.sealed.add(entry[0].text)
    for _, node in statements:
        for key, value in _sections(node, (*SINGLES, *MAPS), problems, pages):
            if key.text in SINGLES:
                _once(key, value, pages.singles, key.text, problems)
                continue
            for name, entry in ((entry[0].text, entry) for entry in _entries(key, value, problems)):
                _once(
                    entry[0],
                    entry[1],
                    pages.maps[key.text],
                    f"{_NOUNS[key.text]} `{name}`",
                    problems,
                    pages.sealed,
                )
    for _, node in tests:
        for key, value in _sections(node, (TESTS,), problems, pages):
            if isinstance(value, ListNode) and value.items:
                pages.cases.extend(value.items)
            else:
                problems.error(
                    "SC205",
                    key.place,
                    "expected a list of tests under `tests`",
                    fix="put `- ` before each test",
                )
    return pages


def _sections(node: MapNode, known: tuple[str, ...], problems: Problems, pages: Pages) -> Iterator[Entry]:
    """The known sections of one file; reports the others."""
    for key, value in node.entries:
        if key.text == VERSION:
            pages.versions += 1
            if not isinstance(value, TextNode) or value.text != "1":
                problems.error("SC224", value.place, "this version reads policies that say `socialcare: 1`")
        elif key.text in known:
            yield key, value
        elif not key.text.startswith("x-"):
            fix = ""
            if key.text == TESTS:
                fix = "put tests into a file whose name ends in `.test.yaml`, or under the rule they are for"
            elif key.text in SECTIONS:
                fix = (
                    "put it into a file of statements"
                    if known == (TESTS,)
                    else "only `guards:` may stand here"
                )
            problems.error(
                "SC201", key.place, f"unknown key `{key.text}` at the top of a file",
                label="" if fix else suggestion(key.text, (VERSION, *known)), fix=fix,
            )  # fmt: skip


def _entries(key: TextNode, node: Node, problems: Problems) -> Iterator[Entry]:
    if isinstance(node, MapNode) and node.entries:
        yield from ((name, value) for name, value in node.entries if not name.text.startswith("x-"))
    else:
        form = (
            "a list"
            if isinstance(node, ListNode)
            else "nothing"
            if isinstance(node, MapNode) or not node.text
            else f"`{node.text}`"
        )
        problems.error(
            "SC205", key.place, f"expected a map under `{key.text}`, found {form}", fix=_fix(key.text)
        )


def _fix(section: str) -> str:
    example = {
        "rules": "hours: {when: {intent: question}, do: {reply: …}}",
        "guards": "night: {when: …, hold: [reply]}",
    }
    return f"write\n{section}:\n  {example.get(section, 'NAME: …')}"


def _once(
    key: TextNode,
    value: Node,
    into: dict[str, Entry],
    what: str,
    problems: Problems,
    sealed: Iterable[str] = (),
) -> None:
    """Keep an entry, or report that its name is taken."""
    first = into.get(key.text)
    if first is None:
        into[key.text] = (key, value)
    elif what.startswith("guard") and key.text in sealed:
        problems.error(
            "SC211", key.place, f"the {what} is built in and cannot be changed", fix="choose another id"
        )
    else:
        problems.error("SC211", key.place, f"the {what} stands twice", also=((first[0].place, "first here"),))
