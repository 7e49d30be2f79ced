"""What X makes clickable in a text: URLs, handles, hashtags, cashtags.

The rules are those of twitter-text 3.1.0, `extractEntitiesWithIndices`; that they agree is tested against it.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from socialcare import Entity
from socialcare_x.links import links
from socialcare_x.tables import tables
from socialcare_x.units import from_units, to_units

Kind = Literal["url", "handle", "hashtag", "cashtag"]

_SPACES = r"\x09-\x0d\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def entities(text: str) -> list[Entity]:
    """What X makes clickable in a text, in order and without overlaps; indices in code points."""
    patterns = _patterns()
    kept: list[Entity] = []
    candidates = [
        *_urls(text),
        *_tags("handle", patterns.handle, patterns.not_after_handle, text),
        *_tags("hashtag", patterns.hashtag, patterns.not_after_hashtag, text),
        *_tags("cashtag", patterns.cashtag, None, text),
    ]
    for entity in sorted(candidates, key=lambda each: each.start):
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
    """Each kind with its sign, as group 1; what follows a match may forbid it."""
    facts = tables()
    letter = f"[{facts['letters']}]"
    word = f"[{facts['letters']}{facts['word_only']}]"
    return _Patterns(
        handle=re.compile(
            "(?:^|[^a-zA-Z0-9_!#$%&*@\uff20]|(?:^|[^a-zA-Z0-9_+~.-])(?:rt|RT|rT|Rt):?)"
            "([@\uff20][a-zA-Z0-9_]{1,20}(?:/[a-zA-Z][a-zA-Z0-9_-]{0,24})?)"
        ),
        not_after_handle=re.compile(f"[@\uff20{facts['latin_as_written']}]|://"),
        hashtag=re.compile(
            rf"(?:^|[\ufe0e\ufe0f]|(?!{word}|&)[^\ud800-\udfff])([#\uff03](?![\ufe0f\u20e3]){word}*{letter}{word}*)"
        ),
        not_after_hashtag=re.compile("[#\uff03]|://"),
        cashtag=re.compile(
            rf"(?:^|[\x85\u180e{_SPACES}])(\$[a-zA-Z]{{1,6}}(?:[._][a-zA-Z]{{1,2}})?)"
            rf"(?=\Z|[\ufeff{_SPACES}]|[!'#%&()*+,\\\-./:;<=>?@\[\]^_{{|}}~$])"
        ),
    )


def _urls(text: str) -> Iterator[Entity]:
    units = to_units(text)
    at = end = 0
    for link in links(units):
        start = end + len(from_units(units[at : link.start]))
        end = start + len(from_units(units[link.start : link.end]))
        at = link.end
        yield Entity("url", start, end, text[start:end])


def _tags(
    kind: Kind, pattern: re.Pattern[str], not_after: re.Pattern[str] | None, text: str
) -> Iterator[Entity]:
    for found in pattern.finditer(text):
        if not_after is None or not not_after.match(text, found.end()):
            yield Entity(kind, found.start(1), found.end(1), found[1])
