"""Tell the language of a post: what the platform says, else the script, else the common words."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import repeat
from struct import Struct
from typing import NamedTuple

from socialcare_intent.words import LONGEST_READ, Words

NO_LANGUAGE = frozenset({"und", "zxx", "mul", "mis", "art", "qam", "qct", "qht", "qme", "qst", "unknown"})
"""What platforms write where they found none (X: qam mentions only, qht hashtags, qme media, qst very short text)."""

_OLD_CODES = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "msa": "ms", "fil": "tl"}
_FEWEST_WORDS = 2
_MOST_WORDS = 5
_LEAST_POINTS = 9
_LEAST_LEAD = 0.4
"""A word gives 6 points, shared by the languages it is common in; the best language must lead by this share of its own."""

_NOT_PROSE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|__\w+__|&\#?\w{1,8};")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u2e80-\ud7af\uf900-\ufdff\uff66-\uff9f]")
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_SHARES_SCRIPT = (
    ("uk", "ru", re.compile(r"[іїєґІЇЄҐ]")),
    ("fa", "ar", re.compile(r"[پچژگ]")),
    ("ur", "ar", re.compile(r"[ٹڈڑے]")),
)


@lru_cache(maxsize=256)
def stated_language(lang: str | None) -> str | None:
    """The language that a platform states (`pt-BR`, `in`, `und`), as ISO 639 in two or three letters, or `None`."""
    if not lang:
        return None
    code = re.split(r"[-_]", lang.strip().lower(), maxsplit=1)[0]
    if code in NO_LANGUAGE or not re.fullmatch(r"[a-z]{2,3}", code):
        return None
    return _OLD_CODES.get(code, code)


def detect_language(cut: Words) -> tuple[str, float, tuple[str, ...]] | None:
    """The language of a text (ISO 639-1), how sure that is (0 to 1), and its words; `None` where the text is too short."""
    if not cut.text.isascii() and _OTHER_SCRIPT.search(cut.text):
        prose = _NOT_PROSE.sub(" ", cut.text[:LONGEST_READ])
        if _OTHER_SCRIPT.search(prose) and (script := _by_script(prose)):
            return script
    return _by_words(cut)


def _by_script(prose: str) -> tuple[str, float, tuple[str, ...]] | None:
    """The language of a script that is not Latin, where that script has at least half as many letters as Latin."""
    letters = {language: script.findall(prose) for language, script in _SCRIPTS}
    if letters["ja"]:  # Japanese is written with Chinese signs too
        letters["ja"], letters["zh"] = letters["ja"] + letters["zh"], []
    language, found = max(letters.items(), key=lambda item: len(item[1]))
    if not found or len(found) * 2 < len(_LATIN.findall(prose)):
        return None
    for near, shared, signs in _SHARES_SCRIPT:
        if language == shared and signs.search(prose):
            language = near
    return language, 0.9 if len(found) > 3 else 0.7, tuple(dict.fromkeys(found))[:3]


def _by_words(cut: Words) -> tuple[str, float, tuple[str, ...]] | None:
    """The language whose common words the text has clearly more of than any other's."""
    common = _common_words()
    forms = cut.forms
    packed = sum(map(common.points.get, forms, repeat(0)))
    if not packed:
        return None
    points = common.unpacked(packed.to_bytes(2 * len(common.languages), "little"))
    *_, second, most = sorted(points)
    lead = most - second
    if most < _LEAST_POINTS or lead < most * _LEAST_LEAD:
        return None
    best = points.index(most)
    words = common.words[best]
    hits: dict[str, int] = {}
    for place, form in enumerate(forms):
        if form in words and form not in hits:
            hits[form] = place
            if len(hits) == _MOST_WORDS:
                break
    if len(hits) < _FEWEST_WORDS:
        return None
    prose = sum(map(str.islower, forms))
    if "#" in cut.text:
        prose -= sum(form[0] == "#" and form.islower() for form in forms)
    confidence = min(0.98, 0.55 + 0.25 * lead / most + 0.4 * min(1, most / 6 / (prose or 1)))
    return (
        common.languages[best],
        round(confidence, 3),
        cut.spelled(hits.values()),
    )


class _Common(NamedTuple):
    """The words that are common in a language.

    `points` holds what each word gives to each of the `languages`, in 16 bits a language: words are added up in one sum,
    and no text that is read has so many that the points of one language run into the next.
    """

    languages: tuple[str, ...]
    words: tuple[frozenset[str], ...]
    points: Mapping[str, int]
    unpacked: Callable[[bytes], tuple[int, ...]]


@cache
def _common_words() -> _Common:
    text = files("socialcare_intent").joinpath("languages.toml").read_text(encoding="utf-8")
    listed = {language: frozenset(words.split()) for language, words in tomllib.loads(text).items()}
    shared = Counter(word for words in listed.values() for word in words)
    points: dict[str, int] = {}
    for lane, words in enumerate(listed.values()):
        for word in words:
            points[word] = points.get(word, 0) + (6 // shared[word] << 16 * lane)
    return _Common(tuple(listed), tuple(listed.values()), points, Struct(f"<{len(listed)}H").unpack)
