"""What is known of a rule at a glance, so that of a million pairs of rules only the few that matter are looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from socialcare.policy.analysis.ground import Ground, applies, sees_answers
from socialcare.policy.analysis.logic import TRUE, Atoms, Claim, Node, Or
from socialcare.policy.analysis.solver import Held, Solver
from socialcare.policy.analysis.subjects import Subject
from socialcare.policy.analysis.theory import Found
from socialcare.policy.analysis.worlds import world_of
from socialcare.policy.deciding import naive
from socialcare.policy.deciding.world import World
from socialcare.policy.language.patterns import Pattern
from socialcare.policy.statements import All, AnyOf, Comparison, Condition, Rule


@dataclass(frozen=True, slots=True)
class Contender:
    """A rule that takes slots.

    `claims` is, by slot, when it takes it, as far as a mention alone says. `words` are, by what they are asked of, those of which one
    must hold; `groups` the subjects of which something must hold, `mentioned` all that its condition names. `needles` are, for each `has`
    that must hold, the words that one of its phrases begins with; `spoken` all words that its condition looks for. `choices` are the
    same for alternatives of which one must hold, and for patterns; they tell something of a rule that is `wordy`: it asks of texts
    nothing but words and patterns, and none of those proves what it does not look for itself. `sample` is a world in which it fires.
    """

    rule: Rule
    claims: dict[str, Condition]
    words: dict[str, frozenset[str]]
    groups: frozenset[str]
    mentioned: frozenset[str]
    needles: tuple[frozenset[str], ...]
    spoken: frozenset[str]
    choices: tuple[frozenset[str], ...]
    wordy: bool
    sample: World | None

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
            and not (self.wordy and any(choice.isdisjoint(self.spoken) for choice in other.choices))
        )

    def shows_without(self, condition: Condition) -> bool:
        """Whether the sample is a world in which the rule fires, and a condition does not hold."""
        return self.sample is not None and naive.truth(condition, self.sample) is not True


class Index:
    """Finds the rules that a rule may imply: by the words that theirs needs, where it needs any."""

    def __init__(self, found: Iterable[Contender]) -> None:
        self._by_needle: dict[str, list[Contender]] = defaultdict(list)
        self._by_choice: dict[str, list[Contender]] = defaultdict(list)
        self._chosen: list[Contender] = []
        for one in found:
            if one.needles or not one.choices:
                for word in min(one.needles, key=len, default=frozenset({_NO_WORD})):
                    self._by_needle[word].append(one)
                continue
            self._chosen.append(one)
            for word in min(one.choices, key=len):
                self._by_choice[word].append(one)

    def implied_by(self, one: Contender) -> list[Contender]:
        """The rules that one may imply, each once, by id."""
        met = {
            other.rule.id: other
            for word in (*one.spoken, _NO_WORD)
            for other in self._by_needle.get(word, ())
        }
        by_choice = (self._by_choice.get(word, ()) for word in one.spoken) if one.wordy else (self._chosen,)
        met |= {other.rule.id: other for others in by_choice for other in others}
        return [met[name] for name in sorted(met) if met[name] is not one and one.may_imply(met[name])]


def contenders(ground: Ground) -> list[Contender]:
    """The live rules about mentions that can fire and take a slot, by id."""
    found: list[Contender] = []
    for rule in ground.rules:
        claims = {
            slot: _claim(rule, slot, ground) for slot in ("public", "private") if ground.speaking(rule, slot)
        }
        if not claims:
            continue
        fires = ground.solver.atoms.true(rule.when)
        facts = ground.solver.facts(fires)
        sample = ground.solver.find(fires)
        if facts is not None and sample.verdict != "no":
            world = _world(rule, sample, ground)
            found.append(_contender(rule, claims, facts, fires, ground.solver, world))
    return found


def _world(rule: Rule, sample: Found, ground: Ground) -> World | None:
    """A world in which a rule fires, if the values that were found make one."""
    if sample.verdict != "yes":
        return None
    world = world_of(sample.picks, ground.policy)
    return world if naive.truth(rule.when, world) is True else None


def _claim(rule: Rule, slot: str, ground: Ground) -> Condition:
    """When a rule takes a slot; what hangs on the answer of a look-up counts as possible."""
    ways = [applies(use) for use in ground.speaking(rule, slot)]
    if any(way == All(()) or sees_answers(way, rule) for way in ways):
        return rule.when
    return All((rule.when, AnyOf(tuple(ways))))


def _contender(
    rule: Rule,
    claims: dict[str, Condition],
    facts: tuple[Held, list[Or]],
    fires: Node,
    solver: Solver,
    sample: World | None,
) -> Contender:
    atoms, (held, choices) = solver.atoms, facts
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
    facts_of_patterns = [
        frozenset(_begins(atoms.all[number]))
        for number in held
        if _is_wanted(number, held[number], atoms, "matches")
    ]
    mentioned = set(_numbers(fires))
    return Contender(
        rule,
        claims,
        {asked: each - not_words.get(asked, frozenset()) for asked, each in words.items()},
        frozenset(atoms.about[number].group for number in held),
        frozenset(atoms.about[number].group for number in mentioned),
        tuple(needles),
        frozenset(word for number in mentioned for word in _looked_for(atoms.all[number])),
        (*facts_of_patterns, *_choices(choices, atoms)),
        all(_is_wordy(atoms.all[number], atoms.about[number]) for number in mentioned),
        sample,
    )


def _choices(choices: Iterable[Or], atoms: Atoms) -> Iterator[frozenset[str]]:
    """The words or patterns of which each list of alternatives needs one, where it needs nothing else."""
    for choice in choices:
        claims = [part for part in choice.parts if isinstance(part, Claim)]
        if len(claims) == len(choice.parts) and all(
            _is_wanted(claim.test, claim.members, atoms, "has", "matches") for claim in claims
        ):
            yield frozenset(word for claim in claims for word in _begins(atoms.all[claim.test]))


def _is_wanted(number: int, members: int, atoms: Atoms, *ops: str) -> bool:
    """Whether a test that must be so needs a text with words or patterns."""
    test = atoms.all[number]
    return members == TRUE and test.op in ops and test.if_missing is not True and test.of == "value"


def _is_wordy(test: Comparison, about: Subject) -> bool:
    return about.sort != "text" or test.op in ("has", "has_all", "matches", "exists")


_ANY_WORD, _NO_WORD = "*", ""


def _begins(test: Comparison) -> Iterator[str]:
    """The first word of each phrase, a star for any word; of a pattern its source, in strokes that no word has."""
    for item in test.operand:
        if isinstance(item, Pattern):
            yield f"/{item.source}/"
        else:
            yield _ANY_WORD if item.stars[0] else item.words[0]


def _looked_for(test: Comparison) -> Iterator[str]:
    yield _ANY_WORD
    if test.op == "matches":
        yield from _begins(test)
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
