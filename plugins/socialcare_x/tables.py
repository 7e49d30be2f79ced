"""The facts that X counts and links by, read from `tables.json`.

Source: twitter-text 3.1.0 (Apache-2.0) and twemoji-parser 11.0.2 (MIT), asked character by character; the script that
wrote the file lies beside the tests. A character class is the inside of a regular expression's brackets; `latin`, `path` and `path_end` hold the letters that equal a member
regardless of case, too.
"""

import json
from functools import cache
from importlib import resources
from typing import TypedDict


class Tables(TypedDict):
    """The file as it stands; classes without ASCII, except `letters` and `word_only`."""

    about: str
    top_level_domains: str
    latin: str
    latin_as_written: str
    path: str
    path_end: str
    not_in_domain: str
    letters: str
    word_only: str
    emoji_sequences: str


@cache
def tables() -> Tables:
    """The tables, read once."""
    text = resources.files("socialcare_x").joinpath("tables.json").read_text(encoding="utf-8")
    loaded: Tables = json.loads(text)
    return loaded
