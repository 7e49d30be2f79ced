"""Decisions that a dry run wrote `--with-input`: the mentions in them, so that a policy can be run again over what was decided.

Only the mention is taken. What fields it had then, and what look-ups answered, is decided anew: two runs differ by the policy or by
the plugins, and both are what one runs again for.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw, Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from socialcare import ArchiveError, Author, Mention, ReadOptions, Reject, Skipped
from socialcare.intake import (
    LARGEST_EVENT,
    BadRow,
    decoded,
    description,
    identifier,
    keys,
    lines,
    reject,
    shown_name,
    sound,
    unpacked,
    until_damaged,
)

_KEYS = frozenset({b"event", b"mention", b"outcome", b"fired", b"policy"})
_NOTHING = Raw(b"null")
_LONGEST_WORD = 300


class _Input(Struct):
    event: Raw = _NOTHING


class _Record(Struct):
    event: str
    input: _Input | None = None


_RECORD, _MENTION = Decoder(_Record), Decoder(Mention)


class Recorded:
    """The archive source of decisions."""

    name = "decisions"
    doc = "decisions that `socialcare simulate --decisions FILE --with-input` wrote"

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether it begins with the record of a decision."""
        return keys(head) >= _KEYS

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject | Skipped]:  # noqa: ARG002 - nothing to map
        """The mention of every decision about one; time that came, and what people said of held answers, is skipped.

        Raises:
            ArchiveError: the decisions were written without `--with-input`.
        """
        return until_damaged(path, _rows(path))


def _rows(path: Path) -> Iterator[Mention | Reject | Skipped]:
    begun = False
    with unpacked(path) as stream:
        for number, line, _ in lines(stream, LARGEST_EVENT):
            content = line.strip()
            if not content:
                continue
            try:
                record = decoded(content, _RECORD, "a decision")
                if record.event != "mention":
                    yield Skipped(file=str(path), what="it is a decision about no mention")
                    continue
                event = record.input.event if record.input is not None else _NOTHING
                if event == _NOTHING and not begun:
                    raise ArchiveError(
                        f"{path}: holds decisions without what was decided about\n"
                        "help: write them again with `--with-input`"
                    )
                yield _sound(decoded(event, _MENTION, "a mention"))
                begun = True
            except BadRow as why:
                yield reject(path, number, why, content)


def _sound(mention: Mention) -> Mention:
    """The mention as the door would have let it in: the file may have been through other hands."""
    author = mention.author
    if any(at is not None and at.tzinfo is None for at in (mention.at, mention.written, author.created_at)):
        raise BadRow("it has a time without a zone")
    return replace(
        mention,
        id=identifier(mention.id, "id"),
        root=identifier(mention.root, "root") if mention.root else "",
        text=sound(mention.text),
        platform=identifier(mention.platform, "platform"),
        account=_word(mention.account),
        conversation=_word(mention.conversation) or "",
        in_reply_to=_word(mention.in_reply_to),
        in_reply_to_author=_word(mention.in_reply_to_author),
        quotes=_word(mention.quotes),
        mentioned=tuple(_word(each) or "" for each in mention.mentioned[:1_000]),
        lang=_word(mention.lang),
        author=_author(author),
    )


def _author(author: Author) -> Author:
    return replace(
        author,
        id=identifier(author.id, "id of the author"),
        handle=_word(author.handle),
        name=shown_name(author.name),
        description=description(author.description),
    )


def _word(text: str | None) -> str | None:
    return None if text is None else sound(text)[:_LONGEST_WORD]
