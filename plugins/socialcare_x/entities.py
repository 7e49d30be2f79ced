"""What X makes clickable in a text: URLs, handles, hashtags, cashtags.

The rules are those of twitter-text 3.1.0, `extractEntitiesWithIndices`; that they agree is tested against it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import Literal, NamedTuple

from socialcare import Entity
from socialcare_x.links import links, may_hold_link
from socialcare_x.tables import tables
from socialcare_x.units import to_units

Kind = Literal["url", "handle", "hashtag", "cashtag"]

_SPACES = r"\x09-\x0d\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def entities(text: str) -> list[Entity]:
    """What X makes clickable in a text, in order and without overlaps; indices in code points."""
    found = _urls(text) if may_hold_link(text) else []
    patterns = _patterns()
    if "@" in text or "\uff20" in text:
        found += _tags("handle", patterns.handle, patterns.not_after_handle, text)
    if "#" in text or "\uff03" in text:
        found += _tags("hashtag", patterns.hashtag, patterns.not_after_hashtag, text)
    if "$" in text:
        found += _tags("cashtag", patterns.cashtag, None, text)
    return _apart(found) if len(found) > 1 else found


def _apart(found: list[Entity]) -> list[Entity]:
    """In order; of two that overlap the first."""
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda each: each.start):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept


class _Patterns(NamedTuple):
    handle: re.Pattern[str]
    not_after_handle: re.Pattern[str]
    hashtag: re.Pattern[str]
    not_after_hashtag: re.Pattern[str]
    cashtag: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Each kind from its sign on, looking back at what may stand before it; what follows a match may forbid it."""
    facts = tables()
    letter = f"[{facts['letters']}]"
    word = f"[{facts['letters']}{facts['word_only']}]"
    return _Patterns(
        handle=re.compile(
            "[@\uff20](?:(?<![a-zA-Z0-9_!#$%&*@\uff20].)|(?<=[rR][tT].)(?<![a-zA-Z0-9_+~.-][rR][tT].))"
            "[a-zA-Z0-9_]{1,20}(?:/[a-zA-Z][a-zA-Z0-9_-]{0,24})?"
        ),
        not_after_handle=re.compile(f"[@\uff20{facts['latin_as_written']}]|://"),
        hashtag=re.compile(
            rf"[#\uff03](?:(?<=[\ufe0e\ufe0f].)|(?<![&\ud800-\udfff{facts['letters']}{facts['word_only']}].))"
            rf"(?![\ufe0f\u20e3]){word}*{letter}{word}*"
        ),
        not_after_hashtag=re.compile("[#\uff03]|://"),
        cashtag=re.compile(
            rf"\$(?<![^\x85\u180e{_SPACES}].)[a-zA-Z]{{1,6}}(?:[._][a-zA-Z]{{1,2}})?"
            rf"(?=\Z|[\ufeff{_SPACES}]|[!'#%&()*+,\\\-./:;<=>?@\[\]^_{{|}}~$])"
        ),
    )


def _urls(text: str) -> list[Entity]:
    units = to_units(text)
    spans = [(link.start, link.end) for link in links(units)]
    if len(units) > len(text):
        ends = list(accumulate(2 if character > "\uffff" else 1 for character in text))
        spans = [(bisect_right(ends, start), bisect_right(ends, end)) for start, end in spans]
    return [Entity("url", start, end, text[start:end]) for start, end in spans]


def _tags(
    kind: Kind, pattern: re.Pattern[str], not_after: re.Pattern[str] | None, text: str
) -> Iterator[Entity]:
    """The tags of one kind; one that follows right after another is none, however the other ends."""
    end = 0
    for found in pattern.finditer(text):
        start = found.start()
        if start == end > 0:
            continue
        end = found.end()
        if not_after is None or not not_after.match(text, end):
            yield Entity(kind, start, end, found[0])
