"""Reads plain data: the company, people, accounts and lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Listing
from socialcare.policy.reading.shapes import Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import NamedList
from socialcare.policy.yaml.files import read_list
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode

NAME = Word("a name: a letter, then letters, digits and `_`", r"[A-Za-z][A-Za-z0-9_]*")
ENTRY = Word("an entry")
ADDRESS = Word("an address")
RANK = Word("a rank", r"[A-Za-z][A-Za-z0-9_-]*")

LONGEST_LIST = 200_000


@dataclass(frozen=True, slots=True)
class Handle:
    """A handle, with `@` or without; kept without."""

    def read(self, node: Node, reading: Reading) -> str | None:
        """The handle."""
        text = reading.text(node, "a handle")
        if text is None:
            return None
        handle = text.removeprefix("@")
        if not handle or any(character.isspace() for character in handle) or "@" in handle[:1]:
            reading.problems.error("SC206", node.place, f"`{text}` is not a handle")
            return None
        return handle

    def schema(self, _: Sketch) -> Schema:
        """A string."""
        return {"type": ["string", "number"]}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a list: a list, or a file with one a line, `{from: lists/staff.txt}`."""

    folder: Path | None
    digests: dict[str, bytes] = field(default_factory=dict)
    """Of the files that were read, by name, the SHA-256 of each."""

    def read(self, node: Node, reading: Reading) -> tuple[tuple[str, ...], str | None] | None:
        """The words, and the file they come from."""
        if isinstance(node, ListNode):
            words = Listing(Word("a word of a list"), "words").read(node, reading)
            return None if words is None else (tuple(dict.fromkeys(words)), None)
        if isinstance(node, MapNode) and node.keys() == ["from"]:
            source = node.entries[0][1]
            name = reading.text(source, "the name of a file")
            found = None if name is None else self._from_file(name, source, reading)
            return None if found is None else (found, name)
        reading.wrong_form(node, "a list of words, or `{from: FILE}`", fix="write `[one, two]`")
        return None

    def _from_file(self, name: str, node: Node, reading: Reading) -> tuple[str, ...] | None:
        problem, words = self._read(name)
        if problem is not None:
            reading.problems.error("SC221", node.place, f"the list file `{name}` {problem}")
            return None
        return words

    def _read(self, name: str) -> tuple[str | None, tuple[str, ...]]:
        """What is wrong with a file, or its words: one a line, without empty lines and comments."""
        problem, data = read_list(self.folder, name)
        if problem is not None:
            return problem, ()
        self.digests[name] = sha256(data).digest()
        try:
            lines = data.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            return f"is not UTF-8 (byte {error.start + 1})", ()
        words = tuple(
            dict.fromkeys(line.strip() for line in lines if line.strip() and not line.startswith("#"))
        )
        if len(words) > LONGEST_LIST:
            return f"has more than {LONGEST_LIST:,} lines", ()
        return (None, words) if words else ("holds no words", ())

    def named(self, key: TextNode, node: Node, reading: Reading) -> NamedList | None:
        """The list by its name."""
        read = self.read(node, reading)
        return (
            None if read is None else NamedList(name=key.text, words=read[0], file=read[1], place=key.place)
        )

    def schema(self, sketch: Sketch) -> Schema:
        """A list of words, or by its form a map with `from`."""
        words: Schema = {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}}
        return sketch.by_form(list=words, map=sketch.map({"from": {"type": "string"}}, ["from"]))
