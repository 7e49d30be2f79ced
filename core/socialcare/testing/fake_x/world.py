"""What is on the fake platform: people, posts, messages, and what may happen to them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from socialcare.clock import Clock
from socialcare.testing.fake_x.ids import Ids, person_id
from socialcare.testing.fake_x.ledger import Ledger, Removed
from socialcare.testing.fake_x.people import State, User
from socialcare.testing.fake_x.posts import Message, Post
from socialcare.testing.fake_x.rules import Rule
from socialcare.testing.fake_x.webhooks import Hook, Subscription

Tier = Literal["self-serve", "enterprise"]
Happening: TypeAlias = tuple[Literal["post", "delete", "message"], Post | Message]
HANDLE = re.compile(r"(?<![\w@/])@(\w{1,15})")


class World(ABC):
    """The platform itself, without its doors; whatever happens is told to `listeners`.

    `lag` is after how many seconds reads show what was posted over the API; the same text of one account within
    `duplicates_within` seconds counts as a duplicate.
    """

    def __init__(
        self, *, clock: Clock, seed: int, tier: Tier, lag: float, duplicates_within: float, ledger: Ledger
    ) -> None:
        self.clock = clock
        self.seed = seed
        self.tier = tier
        self.lag = lag
        self.duplicates_within = duplicates_within
        self.ledger = ledger
        self.ids = Ids(seed)
        self.people: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self.messages: list[Message] = []
        self.media: set[str] = set()
        self.rules: dict[str, Rule] = {}
        self.hooks: dict[str, Hook] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.named: dict[str, list[int]] = defaultdict(list)
        self.written: dict[str, list[int]] = defaultdict(list)
        self.all_posts: list[int] = []
        self.said: dict[tuple[str, str], Post] = {}
        self.listeners: list[Callable[[Happening], None]] = []
        self._by_name: dict[str, User] = {}

    @abstractmethod
    async def check_hook(self, hook: Hook) -> bool:
        """Ask a webhook whether it is ours; a wrong answer makes it invalid."""

    def user(
        self,
        username: str,
        *,
        description: str | None = None,
        automated: bool | None = None,
        open_to_messages: bool | None = None,
        state: State | None = None,
    ) -> User:
        """The account of that name, made where there is none yet; what is given is set."""
        username = username.removeprefix("@")
        found = self._by_name.get(username.lower())
        if found is None:
            found = User(
                person_id(username, self.seed), username, username, self.clock.now() - 5 * 365 * 86_400
            )
            self._by_name[username.lower()] = self.people[found.id] = found
        if description is not None:
            found.description = description
        if automated is not None:
            found.automated = automated
        if open_to_messages is not None:
            found.open_to_messages = open_to_messages
        if state is not None:
            found.state = state
        return found

    def known(self, username: str) -> User | None:
        """The account of that name, if there is one."""
        return self._by_name.get(username.lower())

    def block(self, who: str, whom: str) -> None:
        """One account blocks another."""
        self.user(who).blocked.add(self.user(whom).id)

    def post(  # noqa: PLR0913 - what a post can have
        self,
        author: str,
        text: str,
        *,
        mentioning: Iterable[str] = (),
        carrying: Iterable[str] = (),
        in_reply_to: str | Post | None = None,
        quoting: str | Post | None = None,
        reposting: str | Post | None = None,
        at: float | None = None,
        media: tuple[str, ...] = (),
        lang: str = "en",
        reply_settings: str = "everyone",
        lag: float = 0.0,
    ) -> Post:
        """Somebody posts. Who is named: the handles in the text; those of `mentioning` are put in front where it lacks them.

        A reply carries the handles of whom it answers and of `carrying`, as X's own apps do. `at` is in epoch seconds.
        """
        here = {name.lower() for name in HANDLE.findall(text)}
        missing = [
            name.removeprefix("@") for name in mentioning if name.removeprefix("@").lower() not in here
        ]
        text = " ".join([*(f"@{name}" for name in missing), text])
        parent, quoted, reposted = (
            self.there(which) if which is not None else None for which in (in_reply_to, quoting, reposting)
        )
        who = self.user(author)
        moment = self.clock.now() if at is None else at
        number = self.ids.at(moment)
        mentions = tuple(dict.fromkeys(self.user(name) for name in HANDLE.findall(text)))
        carried: dict[User, None] = {}
        if parent is not None:
            carried = dict.fromkeys((parent.author, *parent.carried, *(self.user(name) for name in carrying)))
        made = Post(
            id=number,
            author=who,
            text=text,
            at=moment,
            seen_from=moment + lag,
            conversation=parent.conversation if parent else number,
            history=[number],
            mentions=mentions,
            carried=tuple(user for user in carried if user is not who and user not in mentions),
            in_reply_to=parent,
            quoted=quoted,
            reposted=reposted,
            media=media,
            lang=lang,
            reply_settings=reply_settings,
        )
        self._show(made)
        return made

    def edit(self, post: str | Post, text: str) -> Post:
        """Its author changes a post: a new version with an id of its own, in the same chain."""
        old = self.there(post)
        moment = self.clock.now()
        made = Post(
            id=self.ids.at(moment),
            author=old.author,
            text=text,
            at=moment,
            seen_from=moment,
            conversation=old.conversation,
            history=old.history,
            mentions=tuple(dict.fromkeys(self.user(name) for name in HANDLE.findall(text))),
            carried=old.carried,
            in_reply_to=old.in_reply_to,
            quoted=old.quoted,
            media=old.media,
            lang=old.lang,
            reply_settings=old.reply_settings,
        )
        old.history.append(made.id)
        self._show(made)
        return made

    def delete(self, post: str | Post, *, request: int | None = None) -> None:
        """A post goes, with all its versions."""
        gone = self.there(post)
        now = self.clock.now()
        for version in gone.history:
            self.posts[version].deleted_at = now
        self.ledger.write(Removed(id=gone.id, at=now, request=request))
        self._tell("delete", gone)

    def message(self, sender: str, recipient: str, text: str, *, media: tuple[str, ...] = ()) -> Message:
        """Somebody writes a direct message."""
        moment = self.clock.now()
        made = Message(self.ids.at(moment), self.user(sender), self.user(recipient), text, moment, media)
        self.messages.append(made)
        self._tell("message", made)
        return made

    def is_shown(self, post: Post) -> bool:
        """Whether reads show a post now."""
        return post.deleted_at is None and not post.author.state and post.seen_from <= self.clock.now()

    def there(self, post: str | Post) -> Post:
        """The post of that id."""
        return self.posts[post] if isinstance(post, str) else post

    def _show(self, post: Post) -> None:
        self.posts[post.id] = post
        self.said[post.author.id, post.text] = post
        number = int(post.id)
        insort(self.all_posts, number)
        insort(self.written[post.author.id], number)
        if post.reposted is None:
            for user in (*post.mentions, *post.carried):
                if user is not post.author:
                    insort(self.named[user.id], number)
        self._tell("post", post)

    def _tell(self, what: Literal["post", "delete", "message"], which: Post | Message) -> None:
        for listener in self.listeners:
            listener((what, which))
