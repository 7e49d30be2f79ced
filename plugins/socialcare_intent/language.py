"""Tell the language of a post: what the platform says, else the script, else the common words."""

import re
import tomllib
from functools import cache
from importlib.resources import files

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
    if not cut.text.isascii():
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
    known = _common_words()
    points: dict[str, int] = {}
    hits: dict[str, dict[str, int]] = {}
    for place, form in enumerate(cut.forms):
        languages = known.get(form, ())
        for language in languages:
            points[language] = points.get(language, 0) + 6 // len(languages)
            hits.setdefault(language, {}).setdefault(form, place)
    if not points:
        return None
    (most, best), *others = sorted(((count, language) for language, count in points.items()), reverse=True)
    lead = most - (others[0][0] if others else 0)
    if len(hits[best]) < _FEWEST_WORDS or most < _LEAST_POINTS or lead < most * _LEAST_LEAD:
        return None
    prose = sum(form.islower() and form[0] != "#" for form in cut.forms)
    confidence = min(0.98, 0.55 + 0.25 * lead / most + 0.4 * min(1, most / 6 / (prose or 1)))
    evidence = dict.fromkeys(
        cut.between(place, place + 1) for place in list(hits[best].values())[:_MOST_WORDS]
    )
    return best, round(confidence, 3), tuple(evidence)


@cache
def _common_words() -> dict[str, tuple[str, ...]]:
    """Each common word with the languages it is common in."""
    text = files("socialcare_intent").joinpath("languages.toml").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for language, listed in tomllib.loads(text).items():
        for word in listed.split():
            found[word] = (*found.get(word, ()), language)
    return found
