"""Reads the statements of all files of a policy to one value; or to problems, never to half of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.reading.actions import declare_flags
from socialcare.policy.reading.calendars import read_calendar
from socialcare.policy.reading.cases import Cases
from socialcare.policy.reading.conditions import When
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.crosschecks import crosscheck, used_fields
from socialcare.policy.reading.data import ADDRESS, ENTRY, NAME, RANK, Handle, Words
from socialcare.policy.reading.forms import Listing
from socialcare.policy.reading.guards import read_guard
from socialcare.policy.reading.hashing import policy_hash
from socialcare.policy.reading.measures import read_count, read_formula
from socialcare.policy.reading.names import Names, Noun
from socialcare.policy.reading.pages import Entry, Pages, gather
from socialcare.policy.reading.rules import Rules
from socialcare.policy.reading.scalars import ZONE
from socialcare.policy.reading.shapes import Name, Shape
from socialcare.policy.reading.simulations import read_simulation
from socialcare.policy.statements import DEFAULT_RANKS, Policy
from socialcare.policy.yaml.nodes import Node, TextNode
from socialcare.policy.yaml.parsed import PolicyFiles
from socialcare.policy.yaml.reader import read_yaml

T = TypeVar("T")

_ABOUT_NAMES = ("SC202", "SC204", "SC215")
"""Problems that may come of a file that could not be read: what it declares is missing."""

_NOUNS: dict[str, Noun] = {
    "company": "company entry", "people": "person", "accounts": "account", "lists": "list", "calendars": "calendar",
    "signals": "signal", "formulas": "formula", "counts": "count", "rules": "rule", "guards": "guard",
}  # fmt: skip


def read_statements(
    files: PolicyFiles,
    sealed: Iterable[tuple[str, str]],
    vocabulary: Vocabulary,
    problems: Problems,
    words: Words,
) -> Policy | None:
    """The policy that files make together with the built-in guards, without its sources; `words` reads its lists.

    `None` after reporting what is wrong, in the files or before them.
    """
    unreadable = problems.has_errors
    built_in = [(name, read_yaml(text.encode(), name, problems)) for name, text in sealed]
    found = Problems()
    pages = gather(
        files.statements, files.tests, [(name, node) for name, node in built_in if node is not None], found
    )
    if files.statements and not pages.versions:
        place = files.statements[0][1].place
        found.error(
            "SC224",
            place,
            "no file says which version of the language this is",
            fix="begin the file with `socialcare: 1`",
        )
    policy = _read(pages, vocabulary, found, words)
    problems.extend(item for item in found.items if not (unreadable and item.code in _ABOUT_NAMES))
    if policy is None or problems.has_errors:
        return None
    return replace(
        policy,
        folder=str(words.folder or ""),
        uses=used_fields(policy, vocabulary),
        hash=policy_hash(policy),
    )


def _read(pages: Pages, vocabulary: Vocabulary, problems: Problems, words: Words) -> Policy | None:
    """All statements of the pages; `None` when one cannot be read."""
    names = Names(vocabulary)
    reading = Reading(vocabulary, problems, names)
    ranks = _declare(pages, names, reading)
    names.lists = _each(pages.entries("lists"), words.named, reading)
    rules = Rules()
    parts: dict[str, Any] = {
        "company": _each(pages.entries("company"), _named(ENTRY), reading),
        "people": _each(pages.entries("people"), _named(ADDRESS), reading),
        "accounts": _as_written(
            pages, "accounts", _each(pages.entries("accounts"), _named(Handle()), reading)
        ),
        "calendars": _each(pages.entries("calendars"), read_calendar, reading),
        "signals": _each(pages.entries("signals"), _named(When()), reading),
        "formulas": _each(pages.entries("formulas"), read_formula, reading),
        "counts": _each(pages.entries("counts"), read_count, reading),
        "rules": _each(pages.entries("rules"), rules.read, reading),
        "guards": _each(
            pages.entries("guards"),
            lambda key, node, reading: read_guard(key, node, reading, sealed=key.text in pages.sealed),
            reading,
        ),
        "simulations": _each(pages.entries("simulations"), read_simulation, reading),
    }
    order = _single(pages, "order", Listing(Name("rule"), "rules"), reading)
    cases = [Cases().read(node, reading) for node in pages.cases]
    whole = Policy(
        **parts, lists=names.lists, ranks=ranks, order=order or (), zone=names.zone,
        conversations=tuple(case for case in cases if case is not None),
    )  # fmt: skip
    crosscheck(whole, pages, reading)
    return None if problems.has_errors else whole


def _declare(pages: Pages, names: Names, reading: Reading) -> tuple[str, ...]:
    """Make known every name that a statement may refer to; returns the ranks."""
    names.zone = _single(pages, "zone", ZONE, reading) or "UTC"
    ranks = _single(pages, "ranks", Listing(RANK, "ranks"), reading) or DEFAULT_RANKS
    _check_ranks(ranks, pages, reading)
    for rank in (*ranks, "normal"):
        names.add("rank", rank)
    for section, noun in _NOUNS.items():
        for name, (key, _) in pages.maps[section].items():
            if noun == "formula" and names.target(name) is not None:
                reading.problems.error(
                    "SC225", key.place, f"`{name}` is a field already", fix="choose another name"
                )
            elif noun in ("rule", "guard") or NAME.read(key, reading) is not None:
                names.add(noun, name, key.place)
    declare_flags((node for _, node in pages.entries("rules")), names)
    names.close_accounts()
    return ranks


def _check_ranks(ranks: tuple[str, ...], pages: Pages, reading: Reading) -> None:
    if len(set(ranks)) < len(ranks):
        twice = next(rank for place, rank in enumerate(ranks) if rank in ranks[:place])
        reading.problems.error("SC211", pages.singles["ranks"][1].place, f"the rank `{twice}` stands twice")
    if "normal" not in ranks:
        place = pages.singles["ranks"][1].place
        reading.problems.error(
            "SC207", place, "`ranks` needs `normal`", label="the rank of rules that name none"
        )


def _each(
    entries: Iterable[Entry], read: Callable[[TextNode, Node, Reading], T | None], reading: Reading
) -> dict[str, T]:
    """The entries that can be read, by name and in order of name."""
    values = {key.text: read(key, node, reading) for key, node in entries}
    return {name: value for name, value in sorted(values.items()) if value is not None}


def _as_written(pages: Pages, section: str, values: dict[str, T]) -> dict[str, T]:
    """The entries in the order in which they stand: the first account is the one that speaks for the company."""
    return {key.text: values[key.text] for key, _ in pages.entries(section) if key.text in values}


def _named(shape: Shape[T]) -> Callable[[TextNode, Node, Reading], T | None]:
    """A reader of entries that need nothing of their name."""
    return lambda _, node, reading: shape.read(node, reading)


def _single(pages: Pages, section: str, shape: Shape[T], reading: Reading) -> T | None:
    entry = pages.singles.get(section)
    return None if entry is None else shape.read(entry[1], reading)
