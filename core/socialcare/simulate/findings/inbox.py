"""What the mentions of the inbox have in common, so that the next rule to write can be seen.

Groups are read off a sample: phrases that many of its mentions share and the mentions that rules took do not, the best first,
each mention in one group. Words are those of `has`, so that a phrase found here can stand in a condition as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from msgspec import Struct

from socialcare.model import Decision, Mention
from socialcare.policy.language.words import words
from socialcare.simulate.findings.exhibits import Drawer, Exhibit, shown

SAMPLE = 4_000
"""Mentions of the inbox, and as many others, that groups are read off."""

GROUPS = 12

_FEWEST = 3
_LEAST_SHARE = 0.004
_LEAST_LIFT = 1.3
_WORDS_READ = 60
_LONGEST_WORD = 30
_LONGEST_PHRASE = 3
_MOST_LIFT = 5.0
_WEIGHT = {1: 1.0, 2: 1.6, 3: 2.0}
_LITTLE = frozenset(["a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "anything", "are", "as", "at", "back", "be", "because", "been", "before", "being", "but", "by", "came", "can", "cant", "come", "could", "couldnt", "day", "did", "didnt", "do", "does", "doesnt", "doing", "done", "dont", "down", "even", "every", "everyone", "for", "from", "get", "gets", "getting", "go", "going", "gone", "gonna", "got", "had", "has", "hasnt", "have", "havent", "having", "he", "hello", "her", "here", "hey", "hi", "him", "his", "how", "i", "id", "if", "ill", "im", "in", "into", "is", "isnt", "it", "its", "ive", "just", "know", "last", "let", "like", "lol", "look", "make", "many", "maybe", "me", "might", "more", "most", "much", "must", "my", "need", "never", "new", "no", "nobody", "not", "nothing", "now", "of", "off", "oh", "ok", "okay", "on", "one", "only", "or", "other", "our", "out", "over", "own", "people", "please", "pls", "put", "quite", "rather", "really", "right", "said", "same", "say", "see", "she", "should", "since", "so", "some", "somebody", "someone", "something", "still", "such", "take", "than", "that", "thats", "the", "their", "them", "then", "there", "these", "they", "theyre", "thing", "this", "those", "though", "through", "time", "to", "today", "told", "too", "try", "trying", "two", "u", "under", "until", "up", "ur", "us", "use", "very", "via", "want", "wanted", "was", "wasnt", "way", "we", "well", "were", "werent", "what", "whats", "when", "where", "which", "while", "who", "why", "will", "wish", "with", "without", "wont", "would", "wouldnt", "yes", "yet", "you", "youre", "your"])  # fmt: skip


class _Read(Struct, frozen=True, gc=False):
    words: tuple[str, ...]
    intent: str
    account: str
    near: str
    exhibit: Exhibit


@dataclass(frozen=True, slots=True)
class Group:
    """Mentions of the inbox that share a phrase; `intent` where most have the same, `near` the rule that most nearly fired."""

    phrase: str
    count: int
    intent: str
    accounts: tuple[tuple[str, int], ...]
    near: str
    exhibits: tuple[Exhibit, ...]


class Inbox:
    """Samples what reached the inbox, and beside it what did not; it is read in the end. `zone` is that of the times shown."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.all: Drawer[tuple[Mention, Decision]] = Drawer(SAMPLE)
        self._others: Drawer[str] = Drawer(SAMPLE)
        self._zone = zone

    def see(self, mention: Mention, decision: Decision, rank: int) -> None:
        """Look at one decision about a mention."""
        if decision.outcome != "inbox":
            self._others.add(rank, lambda: mention.text)
        else:
            self.all.add(rank, lambda: (mention, decision))

    @property
    def read(self) -> int:
        """The mentions of the inbox that the groups are read off."""
        return min(self.all.count, SAMPLE)

    def groups(self) -> tuple[list[Group], int]:
        """The groups, the one that says most first, and how many mentions are in none."""
        read = [self._read(mention, decision) for mention, decision in self.all]
        others = Counter(phrase for text in self._others for phrase in _phrases(_words(text)))
        size = max(1, min(self._others.count, SAMPLE))
        holders = _holders(read)
        lift = {
            phrase: _lift(len(found) / len(read), others[phrase] / size) for phrase, found in holders.items()
        }
        holders = {phrase: found for phrase, found in holders.items() if lift[phrase] >= _LEAST_LIFT}
        fewest = max(_FEWEST, round(_LEAST_SHARE * len(read)))
        left = set(range(len(read)))
        groups: list[Group] = []
        while len(groups) < GROUPS and holders:
            best = max(
                holders,
                key=lambda phrase: (
                    len(holders[phrase]) * lift[phrase] * _WEIGHT[phrase.count(" ") + 1],
                    phrase,
                ),
            )
            taken = holders[best]
            if len(taken) >= fewest:
                groups.append(_group(best, [read[place] for place in sorted(taken)]))
                left -= taken
            del holders[best]
            holders = {
                phrase: rest for phrase, found in holders.items() if len(rest := found & left) >= fewest
            }
        return sorted(groups, key=lambda group: (-group.count, group.phrase)), len(left)

    def _read(self, mention: Mention, decision: Decision) -> _Read:
        found = decision.fields.get("intent")
        return _Read(
            words=_words(mention.text),
            intent=found.value if found is not None and isinstance(found.value, str) else "",
            account=decision.account,
            near=decision.near[0] if decision.near else "",
            exhibit=shown(mention, decision, self._zone),
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(words(text[: 20 * _WORDS_READ])[:_WORDS_READ])


def _phrases(read: tuple[str, ...]) -> set[str]:
    """Runs of words that begin and end with a word that says something."""
    found = set()
    telling = [
        len(word) > 1 and word not in _LITTLE and not word.isdecimal() and len(word) <= _LONGEST_WORD
        for word in read
    ]
    for start in range(len(read)):
        for stop in range(start + 1, min(start + _LONGEST_PHRASE, len(read)) + 1):
            if telling[start] and telling[stop - 1]:
                found.add(" ".join(read[start:stop]))
    return found


def _holders(read: Sequence[_Read]) -> dict[str, set[int]]:
    """Phrase → the places of the mentions that have it; what hardly any has says nothing."""
    counts = Counter(phrase for each in read for phrase in _phrases(each.words))
    fewest = max(_FEWEST, round(_LEAST_SHARE * len(read)))
    kept = {phrase for phrase, count in counts.items() if count >= fewest}
    holders: dict[str, set[int]] = {phrase: set() for phrase in sorted(kept)}
    for place, each in enumerate(read):
        for phrase in _phrases(each.words) & kept:
            holders[phrase].add(place)
    return holders


def _lift(here: float, elsewhere: float) -> float:
    return min(_MOST_LIFT, here / max(elsewhere, 1e-9))


def _group(phrase: str, members: Sequence[_Read]) -> Group:
    accounts = Counter(each.account for each in members)
    return Group(
        phrase=phrase,
        count=len(members),
        intent=_mostly(each.intent for each in members),
        accounts=tuple(accounts.most_common(3)),
        near=_mostly(each.near for each in members),
        exhibits=tuple(each.exhibit for each in members[:12]),
    )


def _mostly(values: Iterator[str] | Sequence[str]) -> str:
    """The value that at least half have, or nothing."""
    counts = Counter(values)
    value, count = counts.most_common(1)[0]
    return value if 2 * count >= counts.total() else ""
