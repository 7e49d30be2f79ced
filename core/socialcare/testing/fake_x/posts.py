"""What people write on the fake platform."""

from __future__ import annotations

from dataclasses import dataclass, field

from socialcare.testing.fake_x.people import User


@dataclass(slots=True, eq=False)
class Post:
    """A post, or one version of it: `history` holds the ids of all versions, oldest first, and is shared by them.

    `mentions` are the users that the text names, `carried` those that a reply names only because it is one; `seen_from`
    is the moment from which reads show it.
    """

    id: str
    author: User
    text: str
    at: float
    seen_from: float
    conversation: str
    history: list[str]
    mentions: tuple[User, ...] = ()
    carried: tuple[User, ...] = ()
    in_reply_to: Post | None = None
    quoted: Post | None = None
    reposted: Post | None = None
    media: tuple[str, ...] = ()
    lang: str = "en"
    reply_settings: str = "everyone"
    deleted_at: float | None = None

    @property
    def root(self) -> str:
        """The id of its first version."""
        return self.history[0]

    @property
    def newest(self) -> bool:
        """Whether no later version replaced it."""
        return self.history[-1] == self.id


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A direct message."""

    id: str
    sender: User
    recipient: User
    text: str
    at: float
    media: tuple[str, ...] = field(default=())

    @property
    def conversation(self) -> str:
        """The id of a conversation of two: their ids, the smaller one first."""
        first, second = sorted((self.sender.id, self.recipient.id), key=int)
        return f"{first}-{second}"
