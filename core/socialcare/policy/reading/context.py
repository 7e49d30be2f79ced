"""What every reader of a policy's parts is given: the words that exist, and where to say what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from socialcare.diagnostics import Place, Problems, did_you_mean, suggestion
from socialcare.model import Field, Vocabulary
from socialcare.policy.language.flaws import Flaw
from socialcare.policy.reading.names import Names, Noun, Target
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode

_DECLARED: Mapping[Noun, str] = {
    "person": "people: {{{}: who@example.com}}",
    "account": "accounts: {{{}: Handle}}",
    "list": "lists: {{{}: [one, another]}}",
    "calendar": "calendars: {{{}: {{week: {{mon-fri: 09:00-18:00}}}}}}",
    "signal": "signals: {{{}: {{intent: question}}}}",
}
"""How a name is declared, by its kind."""

_MEANT: Mapping[str, str] = {
    "not": "write `none: [{…}]`, with the conditions that must not hold",
    "or": "write `any: [{…}, {…}]`, or a list of values under one field",
    "and": "write the conditions one below the other; lines are and",
    "if": "write the condition itself; it stands under `when`",
    "confidence": "put it under its field: `intent: {equals: question, confidence: {at_least: 0.8}}`",
}
"""Keys that other languages have in a condition, and what is written here."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a policy.

    `answers` are the aliases of a rule's look-ups, with what they answer: empty outside a rule. `early` says that they are
    known but not answered yet, as in the rule's own `when`.
    """

    vocabulary: Vocabulary
    problems: Problems
    names: Names
    answers: Mapping[str, Field] = field(default_factory=dict)
    early: bool = False

    def with_answers(self, answers: Mapping[str, Field], *, early: bool = False) -> Reading:
        """The same reading inside a rule that asks these look-ups."""
        return replace(self, answers=answers, early=early)

    def wrong_form(self, node: Node, wanted: str, *, fix: str = "") -> None:
        """Say that a value has not the form that is wanted there."""
        self.problems.error("SC205", node.place, f"expected {wanted}, found {form(node)}", fix=fix)

    def unknown_key(self, key: TextNode, known: Collection[str], where: str) -> None:
        """Say that a key means nothing there."""
        self.problems.error(
            "SC201", key.place, f"unknown key `{key.text}` in {where}", label=suggestion(key.text, known)
        )

    def flaw(self, code: str, node: TextNode, flaw: Flaw, *, where: str = "") -> None:
        """Report what a small reader found wrong in a text, at its very characters where they can be told."""
        label = (
            suggestion(node.text[flaw.offset : flaw.offset + flaw.length], flaw.known) if flaw.known else ""
        )
        place = node.place if where else self.inside(node, flaw)
        self.problems.error(code, place, flaw.sentence + where, label=label)

    def inside(self, node: TextNode, flaw: Flaw) -> Place:
        """The place of the characters a flaw is about."""
        return _inside(node, flaw.offset, flaw.length)

    def known_name(self, node: Node, noun: Noun) -> str | None:
        """Read the name of something that the policy or a plugin declares, or report that there is none."""
        text = self.text(node, f"the name of {_article(noun)}")
        if text is None or text in self.names.of(noun):
            return text
        self.unknown_name(text, node.place, noun)
        return None

    def unknown_name(self, text: str, place: Place, noun: Noun) -> None:
        """Say that nothing of that kind has the name."""
        known = self.names.of(noun)
        brought = noun in ("action", "look-up")
        fix = self._switch_on(text, known) if brought else _declare(noun, text, known)
        self.problems.error(
            "SC220" if brought else "SC204",
            place,
            f"unknown {noun} `{text}`",
            label=suggestion(text, known),
            fix=fix,
        )

    def text(self, node: Node, wanted: str) -> str | None:
        """Read a text that is not empty."""
        if not isinstance(node, TextNode):
            self.wrong_form(node, wanted)
            return None
        if not node.text.strip():
            self.problems.error("SC222", node.place, f"{wanted} is missing here")
            return None
        return node.text.strip()

    def target(self, path: str) -> Target | None:
        """What a path names, or `None`; an answer that is not there yet is none."""
        if self.answers and not self.early:
            alias, _, part = path.partition(".")
            answer = self.answers.get(alias)
            if answer is not None:
                return _answer(path, part, answer)
        return self.names.target(path)

    def known_target(self, path: str, place: Place) -> Target | None:
        """What a path names; reports where it names nothing."""
        found = self.target(path)
        if found is None:
            self._unknown_path(path, place)
        return found

    def _unknown_path(self, path: str, place: Place) -> None:
        alias = path.partition(".")[0]
        if self.early and alias in self.answers:
            self.problems.error(
                "SC202", place, f"`{alias}` is not answered yet",
                label="look-ups run after `when` holds", fix=f"test `{path}` in the `when` of an action or of a branch of `first_of`",
            )  # fmt: skip
        elif path.startswith("flags."):
            self.problems.error(
                "SC215", place, f"nothing sets the flag `{path}`", label=suggestion(path, self.names.paths("flags.")),
                fix=f"set it in a rule: `remember: {{{path}: true}}`",
            )  # fmt: skip
        elif path in self.names.of("signal"):
            self.problems.error(
                "SC202", place, f"`{path}` is a signal, not a field", label=f"write `all: [{path}]`"
            )
        elif path in _MEANT:
            self.problems.error("SC202", place, f"`{path}` is no field", fix=_MEANT[path])
        else:
            known = self._paths()
            self.problems.error(
                "SC202", place, f"unknown field `{path}`", label=suggestion(path, known),
                fix=self._switch_on(path, known),
            )  # fmt: skip

    def _switch_on(self, word: str, known: Iterable[str]) -> str:
        """The way out where a word is like none that is known: it may be one of a plugin that is off."""
        off = self.vocabulary.off
        if not off or did_you_mean(word, known):
            return ""
        return f"if a plugin brings it, switch that on in socialcare.toml; off are {', '.join(off)}"

    def _paths(self) -> list[str]:
        answers = {} if self.early else self.answers
        parts = [f"{alias}.{part.name}" for alias, answer in answers.items() for part in answer.parts]
        return [*answers, *parts, *self.names.paths()]


def _declare(noun: Noun, text: str, known: Iterable[str]) -> str:
    """The way out where a name is like none that is declared."""
    if did_you_mean(text, known):
        return ""
    if noun == "person" and "@" in text:
        return f"give the address a name, `people: {{duty: {text}}}`, and write the name"
    if noun == "signal" and " " in text:
        return "a condition is a map, as in `when: {intent: question}`"
    return f"declare it at the top of a file: `{_DECLARED[noun].format(text)}`" if noun in _DECLARED else ""


def _answer(path: str, part: str, answer: Field) -> Target | None:
    if not part:
        return Target(path, answer.kind, "answer", answer.values, field=answer)
    for known in answer.parts:
        if known.name == part:
            return Target(path, known.kind, "answer", known.values, known.may_be_missing, known)
    return None


def _inside(node: TextNode, offset: int, length: int) -> Place:
    """The place of some characters of a text; of all of it where escapes or folded lines hide which they are."""
    place, quotes = node.place, {"plain": 0, "single": 1, "double": 1}.get(node.style)
    if quotes is None or place.length != len(node.text) + 2 * quotes:
        return place
    return Place(place.file, place.line, place.column + quotes + offset, max(length, 1))


def form(node: Node) -> str:
    """What a node is, in a word for the user."""
    if isinstance(node, MapNode):
        return "a map"
    if isinstance(node, ListNode):
        return "a list"
    return f"`{node.text}`" if node.text else "nothing"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
