"""Bluesky's public stream as Jetstream writes it: one event a line, of which most are no posts."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import UNSET
from msgspec.json import Decoder

from socialcare import Mention, ReadOptions, Reject, Skipped
from socialcare.intake import LARGEST_EVENT, BadRow, decoded, keys, lines, reject, unpacked, until_damaged
from socialcare_bluesky.names import is_handle
from socialcare_bluesky.posts import mention_of
from socialcare_bluesky.settings import BlueskySettings
from socialcare_bluesky.shapes import Event, Post

_EVENT = Decoder(Event)
_POST = Decoder(Post)
_POSTS = "app.bsky.feed.post"
_WRITTEN = frozenset({"create", "update"})
_MOST_HANDLES = 100_000
_OTHERS = {"app.bsky.feed.like": "it is a like", "app.bsky.feed.repost": "it is a repost"}


class Jetstream:
    """The archive source of recorded streams."""

    name = "bluesky_jetstream"
    doc = "events of Bluesky's Jetstream, one a line; posts are read, the rest is passed over"

    def __init__(self, settings: BlueskySettings) -> None:
        self._ours = settings.accounts

    def recognises(self, path: Path, head: bytes, options: ReadOptions) -> bool:  # noqa: ARG002 - by its content alone
        """Whether it begins with an event."""
        there = keys(head)
        return b"did" in there and bool(there & {b"commit", b"identity", b"account"})

    def read(self, path: Path, options: ReadOptions) -> Iterator[Mention | Reject | Skipped]:  # noqa: ARG002 - nothing to map
        """Every post as a mention, whoever wrote it; a changed post is an edit of it, and what is no post is skipped."""
        return until_damaged(path, self._rows(path))

    def _rows(self, path: Path) -> Iterator[Mention | Reject | Skipped]:
        handles = dict(self._ours)
        with unpacked(path) as stream:
            for number, line, _ in lines(stream, LARGEST_EVENT):
                content = line.strip()
                if not content:
                    continue
                try:
                    yield self._row(path, decoded(content, _EVENT, "an event"), handles)
                except BadRow as why:
                    yield reject(path, number, why, content)

    def _row(self, path: Path, event: Event, handles: dict[str, str]) -> Mention | Skipped:
        commit = event.commit
        if commit is None:
            self._learn(event, handles)
            return Skipped(file=str(path), what="it is news of an account")
        if commit.collection != _POSTS:
            return Skipped(file=str(path), what=_OTHERS.get(commit.collection, "it is no post"))
        if commit.operation not in _WRITTEN:
            return Skipped(file=str(path), what="it is a deletion")
        if commit.record is UNSET:
            raise BadRow("it has no `record`")
        return mention_of(event, commit, decoded(commit.record, _POST), handles, self._ours)

    def _learn(self, event: Event, handles: dict[str, str]) -> None:
        """Remember somebody's handle, which the network vouches for, for their posts to come."""
        told = event.identity.handle if event.identity is not None else None
        has_room = len(handles) < _MOST_HANDLES or event.did in handles
        if has_room and event.did and event.did not in self._ours and told and is_handle(told):
            handles[event.did] = told.lower()
