"""The layout of the "Twitter US airline sentiment" data set."""

import re
from collections.abc import Iterator
from pathlib import Path

from socialcare import Author, Mention, ReadOptions, Reject
from socialcare.intake import UNTIMED, identifier, moment, shown_name, sound
from socialcare_archive import tables
from socialcare_archive.texts import is_retweet, mentioned, unescaped
from socialcare_archive.x_names import is_handle

COLUMNS = {"tweet_id", "airline", "name", "text", "tweet_created"}

_NO_HANDLE = re.compile(r"[^A-Za-z0-9_]")

_HANDLES: dict[str, tuple[str, ...]] = {
    "Virgin America": ("VirginAmerica",),
    "United": ("united",),
    "Southwest": ("SouthwestAir",),
    "Delta": ("Delta", "JetBlue"),
    "US Airways": ("USAirways",),
    "American": ("AmericanAir",),
}
"""The handles under which each airline is named; the rows of Delta name JetBlue."""


class Airline:
    """The archive source of that layout."""

    name = "airline_tweets"
    doc = "the airline layout, as CSV or JSON Lines: `tweet_id, airline, name, text, tweet_created, …`"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its heading alone
        """Whether the heading has its columns."""
        return COLUMNS.issubset(tables.columns(head))

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject]:  # noqa: ARG002 - nothing to map
        """Every row as a mention of its airline."""
        return tables.mentions(path, mention)


def mention(row: tables.Row, number: int) -> Mention:  # noqa: ARG001 - rows have ids
    """A mention, made of a row."""
    text = unescaped(sound(row.get("text", "")))
    who = sound(row.get("name", "")).lstrip("@＠")
    written = row.get("tweet_created", "")
    shared = row.get("retweet_count", "")
    post = identifier(row.get("tweet_id"), "tweet_id")
    named = mentioned(text)
    return Mention(
        id=post,
        root=post,
        text=text,
        author=_author(who, post),
        at=moment(written) if written else UNTIMED,
        at_is_guessed=not written,
        account=_account(row.get("airline", ""), named),
        is_retweet=is_retweet(text),
        mentioned=named,
        retweets=int(shared) if shared.isdecimal() else None,
    )


def _author(name: str, post: str) -> Author:
    """Who wrote it; some handles of the data set were damaged by a search-and-replace of its makers."""
    if is_handle(name):
        return Author(id=name, handle=name)
    return Author(id=_NO_HANDLE.sub("_", name)[:200] or f"unknown-{post}", name=shown_name(name))


def _account(airline: str, named: tuple[str, ...]) -> str | None:
    """The airline's handle: of those it is known by the one that the tweet names, else the first."""
    known = _HANDLES.get(airline, ("".join(filter(str.isalnum, airline)),))
    there = {each.casefold() for each in named}
    return next((each for each in known if each.casefold() in there), known[0]) or None
