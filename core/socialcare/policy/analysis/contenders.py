"""What is known of a rule at a glance, so that of a million pairs of rules only the few that matter are looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from socialcare.policy.analysis.ground import Ground, applies, sees_answers
from socialcare.policy.analysis.logic import TRUE, Claim, Node
from socialcare.policy.analysis.solver import Held, Solver
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, Rule


@dataclass(frozen=True, slots=True)
class Contender:
    """A rule that takes slots.

    `claims` is, by slot, when it takes it, as far as a mention alone says. `words` are, by what they are asked of, those of which one
    must hold; `groups` the subjects of which something must hold, `mentioned` all that its condition names. `needles` are, for each `has`
    that must hold, the words that one of its phrases begins with; `spoken` all words that its condition looks for.
    """

    rule: Rule
    claims: dict[str, Condition]
    words: dict[str, frozenset[str]]
    groups: frozenset[str]
    mentioned: frozenset[str]
    needles: tuple[frozenset[str], ...]
    spoken: frozenset[str]

    def excludes(self, other: Contender) -> bool:
        """Whether a glance shows that no mention is for both."""
        theirs = other.words
        return any(asked in theirs and words.isdisjoint(theirs[asked]) for asked, words in self.words.items())

    def may_imply(self, other: Contender) -> bool:
        """Whether a glance leaves it open that wherever this one fires, the other does."""
        mine = self.words
        return (
            other.groups <= self.mentioned
            and not any(path in mine and not mine[path] <= words for path, words in other.words.items())
            and not any(needles.isdisjoint(self.spoken) for needles in other.needles)
        )


class Index:
    """Finds the rules that a rule may imply: by the words that theirs needs, where it needs any."""

    def __init__(self, found: Iterable[Contender]) -> None:
        self._by_word: dict[str, list[Contender]] = defaultdict(list)
        for one in found:
            for word in min(one.needles, key=len, default=frozenset({_NO_WORD})):
                self._by_word[word].append(one)

    def implied_by(self, one: Contender) -> list[Contender]:
        """The rules that one may imply, each once, by id."""
        met = {
            other.rule.id: other for word in (*one.spoken, _NO_WORD) for other in self._by_word.get(word, ())
        }
        return [met[name] for name in sorted(met) if met[name] is not one and one.may_imply(met[name])]


def contenders(ground: Ground) -> list[Contender]:
    """The live rules about mentions that can fire and take a slot, by id."""
    found: list[Contender] = []
    for rule in ground.rules:
        claims = {
            slot: _claim(rule, slot, ground) for slot in ("public", "private") if ground.speaking(rule, slot)
        }
        fires = ground.solver.atoms.true(rule.when)
        held = ground.solver.facts(fires)
        if claims and held is not None and ground.solver.find(fires).verdict != "no":
            found.append(_contender(rule, claims, held, fires, ground.solver))
    return found


def _claim(rule: Rule, slot: str, ground: Ground) -> Condition:
    """When a rule takes a slot; what hangs on the answer of a look-up counts as possible."""
    ways = [applies(use) for use in ground.speaking(rule, slot)]
    if any(way == All(()) or sees_answers(way, rule) for way in ways):
        return rule.when
    return All((rule.when, AnyOf(tuple(ways))))


def _contender(
    rule: Rule, claims: dict[str, Condition], held: Held, fires: Node, solver: Solver
) -> Contender:
    atoms = solver.atoms
    words: dict[str, frozenset[str]] = {}
    not_words: dict[str, frozenset[str]] = {}
    needles: list[frozenset[str]] = []
    for number, members in held.items():
        test = atoms.all[number]
        is_word = test.op in ("equals", "in", "exactly") and atoms.about[number].sort in ("one_of", "text")
        asked = f"{test.path} {'exactly' if test.op == 'exactly' else 'is'}"
        if is_word and not members & TRUE:
            not_words[asked] = not_words.get(asked, frozenset()) | frozenset(test.operand)
        if members != TRUE or test.if_missing is True or test.of == "confidence":
            continue
        if is_word:
            words[asked] = words.get(asked, frozenset(test.operand)) & frozenset(test.operand)
        elif isinstance(test.operand, bool) and test.op == "equals":
            words[test.path] = frozenset({str(test.operand)})
        elif test.op == "has":
            needles.append(frozenset(_begins(test)))
    mentioned = set(_numbers(fires))
    return Contender(
        rule,
        claims,
        {asked: each - not_words.get(asked, frozenset()) for asked, each in words.items()},
        frozenset(atoms.about[number].group for number in held),
        frozenset(atoms.about[number].group for number in mentioned),
        tuple(needles),
        frozenset(word for number in mentioned for word in _looked_for(atoms.all[number])),
    )


_ANY_WORD, _NO_WORD = "*", ""


def _begins(test: Comparison) -> Iterator[str]:
    """The first word of each phrase; a star stands for any word."""
    for phrase in test.operand:
        yield _ANY_WORD if phrase.stars[0] else phrase.words[0]


def _looked_for(test: Comparison) -> Iterator[str]:
    yield _ANY_WORD
    if test.op in ("has", "has_all"):
        for phrase in test.operand:
            yield from phrase.words


def _numbers(node: Node) -> Iterator[int]:
    """The tests of a formula."""
    if isinstance(node, Claim):
        yield node.test
    else:
        for part in node.parts:
            yield from _numbers(part)
