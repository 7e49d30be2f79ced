"""Reads what is said: texts with placeholders, `say`, `first_of`, `if_too_long`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from socialcare.diagnostics import suggestion
from socialcare.policy.language.flaws import Flaw
from socialcare.policy.language.texts import Placeholder, Text
from socialcare.policy.reading.conditions import When
from socialcare.policy.reading.context import Reading
from socialcare.policy.reading.forms import Key, Listing, Many, Map
from socialcare.policy.reading.shapes import Word
from socialcare.policy.reading.sketch import Schema, Sketch
from socialcare.policy.statements import Branch, Condition, Reply, Say
from socialcare.policy.yaml.nodes import ListNode, Node, TextNode

_SINGLE = re.compile(r"(?<!\{)\{ ?([a-z_]+(?:\.[a-z_]+)+) ?\}(?!\})")


@dataclass(frozen=True, slots=True)
class Prose:
    """A text whose placeholders name things that exist."""

    def read(self, node: Node, reading: Reading) -> Text | None:
        """The text, or `None` after reporting."""
        written = reading.text(node, "a text to say")
        if written is None or not isinstance(node, TextNode):
            return None
        try:
            text = Text.read(node.text.strip() if node.style in ("literal", "folded") else node.text)
        except Flaw as flaw:
            reading.flaw("SC217", node, flaw)
            return None
        known = [_is_known(placeholder, node, reading) for placeholder in text.paths]
        return text if all(known) and not _single_braces(node, reading) else None

    def schema(self, _: Sketch) -> Schema:
        """Any scalar."""
        return {"type": ["string", "number", "boolean"]}


def _single_braces(node: TextNode, reading: Reading) -> bool:
    """Report what would be a placeholder in two braces, and in one would be read by a customer as it stands."""
    meant = [
        found
        for found in _SINGLE.finditer(node.text)
        if reading.target(found[1]) is not None or found[1].startswith("company.")
    ]
    for found in meant:
        flaw = Flaw(f"`{found[0]}` is no placeholder", offset=found.start(), length=len(found[0]))
        place = reading.inside(node, flaw)
        reading.problems.error("SC217", place, flaw.sentence, fix=f"write `{{{{ {found[1]} }}}}`")
    return bool(meant)


def _is_known(placeholder: Placeholder, node: TextNode, reading: Reading) -> bool:
    """Whether a placeholder names something that can be said."""
    path = placeholder.path
    flaw = Flaw("", offset=placeholder.offset, length=len(path))
    head, _, part = path.partition(".")
    if head == "company":
        entries = reading.names.of("company entry")
        if part not in entries:
            known = [f"company.{name}" for name in entries]
            flaw = Flaw(
                f"unknown company entry `{path}`", offset=flaw.offset, length=flaw.length, known=known
            )
            reading.flaw("SC204", node, flaw)
        return part in entries
    target = reading.known_target(path, reading.inside(node, flaw))
    if target is not None and target.sort == "record":
        parts = [f"{path}.{part.name}" for part in target.field.parts] if target.field else []
        reading.problems.error(
            "SC217", reading.inside(node, flaw), f"`{path}` has several parts and cannot be said as it is",
            label=suggestion(path, parts),
        )  # fmt: skip
    return target is not None and target.sort != "record"


def _say(node: Node, texts: tuple[Text, ...] | None) -> Say | None:
    return None if texts is None else Say(texts, node.place)


@dataclass(frozen=True, slots=True)
class Saying:
    """One text, or several of which one is chosen."""

    def read(self, node: Node, reading: Reading) -> Say | None:
        """The texts."""
        return _say(node, Many(Prose()).read(node, reading))

    def schema(self, sketch: Sketch) -> Schema:
        """A text or a list of texts."""
        return Many(Prose()).schema(sketch)


def _branch(*, say: Say, when: Condition | None = None) -> Branch:
    return Branch(when, say)


BRANCH: Map[Branch] = Map(
    "a branch of `first_of`",
    _branch,
    {
        "when": Key(When(), doc="when this text is taken; without it, always"),
        "say": Key(Saying(), required=True, doc="the text, or several of which one is taken"),
    },
)


@dataclass(frozen=True, slots=True)
class Media:
    """The address of a picture or film, or a path to it such as `tip.image`."""

    def read(self, node: Node, reading: Reading) -> str | None:
        """The address or the path; a path must exist."""
        text = reading.text(node, "the address of the media")
        if text is None or "/" in text or text.startswith("content"):
            return text
        return text if reading.known_target(text, node.place) is not None else None

    def schema(self, _: Sketch) -> Schema:
        """A string."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a speaking action says and when: a text, or a map."""

    def read(self, node: Node, reading: Reading) -> tuple[Reply, Condition | None] | None:
        """The reply, and the condition of the action."""
        if isinstance(node, TextNode):
            say = Saying().read(node, reading)
            return None if say is None else (Reply((Branch(None, say),)), None)
        if isinstance(node, ListNode):
            reading.wrong_form(
                node, "a text or a map", fix="put the texts under `say`: `{say: [one, another]}`"
            )
            return None
        values = SPOKEN.values(node, reading)
        if values is None:
            return None
        when = values.pop("when", None)
        branches = values.pop("first_of", None)
        if branches is None and "say" not in values:
            reading.problems.error(
                "SC207", node.place, "nothing is said here", fix="write `say: …` or `first_of: [...]`"
            )
            return None
        if branches is not None and not _last_can_be_reached(branches, reading):
            return None
        if branches is None:
            branches = (Branch(None, values.pop("say")),)
        return Reply(tuple(branches), **values), when

    def schema(self, sketch: Sketch) -> Schema:
        """A text, or by its form a map."""
        return sketch.by_form(
            map=sketch.define("speech", lambda: SPOKEN.schema(sketch)), other=Prose().schema(sketch)
        )


def _last_can_be_reached(branches: tuple[Branch, ...], reading: Reading) -> bool:
    """Refuse a branch without `when` before the last: those behind it are never said."""
    early = [branch for branch in branches[:-1] if branch.when is None]
    for branch in early:
        reading.problems.error(
            "SC223", branch.say.place, "the texts after this one are never said", label="it has no `when`",
            fix="put it last, or give it a `when`",
        )  # fmt: skip
    return not early


SPOKEN: Map[dict[str, Any]] = Map(
    "a speaking action",
    dict,
    {
        "say": Key(Saying(), doc="the text, or several: the one the author has not seen for longest"),
        "first_of": Key(
            Listing(BRANCH, "texts with their conditions"), doc="the first text whose `when` holds"
        ),
        "if_too_long": Key(Prose(), doc="what is said where the text is too long for the platform"),
        "media": Key(Media(), doc="a picture's address, or a path such as `tip.image`"),
        "counts_as": Key(Word("a kind of content", r"[a-z][\w-]*"), doc="the kind of content, for budgets"),
        "when": Key(When(), doc="only when this holds"),
    },
    apart=(("say", "first_of"),),
)
