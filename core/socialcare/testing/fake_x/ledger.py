"""What the fake X really did, and every request it got: the judge of its clients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypeAlias

import msgspec
from msgspec import Struct


class Requested(Struct, frozen=True, kw_only=True, tag="request"):
    """A request that came in, written down before anything is done about it."""

    number: int
    at: float
    endpoint: str
    path: str
    query: dict[str, str] = {}
    body: Any = None  # Any: JSON


class Answered(Struct, frozen=True, kw_only=True, tag="answer"):
    """What a request was answered, written down before the answer goes out; without a `status` nothing did."""

    request: int
    at: float
    account: str | None = None
    status: int | None = None
    answer: str = "ok"


class Posted(Struct, frozen=True, kw_only=True, tag="post"):
    """A post that a client made; `root` is the first version of what it replies to."""

    id: str
    account: str
    text: str
    at: float
    request: int
    in_reply_to: str | None = None
    root: str | None = None
    quoted: str | None = None


class Reposted(Struct, frozen=True, kw_only=True, tag="repost"):
    """A repost that a client made."""

    id: str
    account: str
    of: str
    at: float
    request: int


class Messaged(Struct, frozen=True, kw_only=True, tag="message"):
    """A direct message that a client sent; `to` is an id."""

    id: str
    account: str
    to: str
    text: str
    at: float
    request: int


class Removed(Struct, frozen=True, kw_only=True, tag="removal"):
    """A post that was deleted: by a client, or by its author (without `request`)."""

    id: str
    at: float
    request: int | None = None


class Called(Struct, frozen=True, kw_only=True, tag="call"):
    """A call of a client's webhook and what it answered (no status: no answer)."""

    url: str
    at: float
    what: str
    status: int | None = None


class Complaint(Struct, frozen=True, kw_only=True, tag="complaint"):
    """Something that a good client does not do."""

    request: int
    why: str


Entry: TypeAlias = Requested | Answered | Posted | Reposted | Messaged | Removed | Called | Complaint


class Ledger:
    """Entries in their order, kept in memory and, where `file` is given, appended to it line by line.

    Each line is handed to the operating system before the client hears anything: what a killed client has caused is there.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._applied: set[int] = set()
        self._encoder = msgspec.json.Encoder()
        self._file: IO[bytes] | None = file.open("ab") if file else None

    def write(self, entry: Entry) -> None:
        """Append."""
        self.keep(entry)
        if self._file is not None:
            self._file.write(self._encoder.encode(entry) + b"\n")
            self._file.flush()

    def keep(self, entry: Entry) -> None:
        """Append in memory alone."""
        self.entries.append(entry)
        if isinstance(entry, Posted | Reposted | Messaged | Removed) and entry.request is not None:
            self._applied.add(entry.request)

    def close(self) -> None:
        """Close the file; the memory stays readable."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def requests(self) -> Sequence[Requested]:
        """Every request."""
        return [entry for entry in self.entries if isinstance(entry, Requested)]

    @property
    def answers(self) -> Mapping[int, Answered]:
        """What each request was answered, by its number."""
        return {entry.request: entry for entry in self.entries if isinstance(entry, Answered)}

    @property
    def posts(self) -> Sequence[Posted]:
        """Every post that a client made, also those deleted since."""
        return [entry for entry in self.entries if isinstance(entry, Posted)]

    @property
    def messages(self) -> Sequence[Messaged]:
        """Every direct message that a client sent."""
        return [entry for entry in self.entries if isinstance(entry, Messaged)]

    @property
    def reposts(self) -> Sequence[Reposted]:
        """Every repost that a client made."""
        return [entry for entry in self.entries if isinstance(entry, Reposted)]

    @property
    def removals(self) -> Sequence[Removed]:
        """Every deletion."""
        return [entry for entry in self.entries if isinstance(entry, Removed)]

    @property
    def calls(self) -> Sequence[Called]:
        """Every call of a webhook."""
        return [entry for entry in self.entries if isinstance(entry, Called)]

    @property
    def complaints(self) -> Sequence[Complaint]:
        """What its clients did that they should not."""
        return [entry for entry in self.entries if isinstance(entry, Complaint)]

    def requests_of(self, endpoint: str) -> Sequence[Requested]:
        """The requests of one endpoint: `POST /2/tweets`."""
        return [request for request in self.requests if request.endpoint == endpoint]

    def applied(self, number: int) -> bool:
        """Whether the request of that number changed anything on the platform."""
        return number in self._applied

    def posts_in_reply_to(self, post_id: str) -> Sequence[Posted]:
        """The replies of clients to a post, named by the id of any version that they answered, or of its first one."""
        return [post for post in self.posts if post_id in (post.in_reply_to, post.root)]

    def answered_twice(self) -> Mapping[str, Sequence[Posted]]:
        """The posts (by the id of their first version) that got more than one reply of our accounts."""
        replies: dict[str, list[Posted]] = defaultdict(list)
        for post in self.posts:
            if post.root is not None:
                replies[post.root].append(post)
        return {root: posts for root, posts in replies.items() if len(posts) > 1}


def read_ledger(file: Path) -> Ledger:
    """The ledger that a fake X has written, or is still writing: a last line that is not whole yet is left out."""
    ledger = Ledger()
    decoder = msgspec.json.Decoder(Entry)
    for line in file.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            ledger.keep(decoder.decode(line))
    return ledger
