"""From a post as Mastodon writes it to a mention."""

from dataclasses import dataclass

from socialcare import Author, Mention
from socialcare.intake import description, identifier, moment, shown_name, sound
from socialcare_mastodon.html_text import seen
from socialcare_mastodon.shapes import Account, Status

_PRIVATE = frozenset({"direct", "private"})
"""Who can read it: those named in it, or the author's followers; neither is everybody."""


@dataclass(slots=True)
class Us:
    """Who we are on the server: our account, where an answer told it, and the server's domain, where the settings do."""

    account: Account | None
    server: str | None

    def handle(self, acct: str) -> str:
        """Somebody's handle, with the domain of our server where that is known."""
        bare = sound(acct)[:300]
        return bare if "@" in bare or self.server is None else f"{bare}@{self.server}"


def mention_of(status: Status, us: Us, conversation: str = "") -> Mention:
    """A mention, made of a post; `conversation` is the id of the private conversation that it belongs to."""
    number = identifier(status.id, "id")
    people = {each.id: us.handle(each.acct) for each in status.mentions}
    addresses = {each.url: us.handle(each.acct) for each in status.mentions if each.url}
    words = [seen(sound(status.spoiler_text or "")), seen(sound(status.content), addresses)]
    quoted = status.quote.quoted_status if status.quote is not None else None
    answered = status.in_reply_to_account_id
    known = {status.account.id: us.handle(status.account.acct), **people}
    if us.account is not None:
        known[us.account.id] = us.handle(us.account.acct)
    return Mention(
        id=number,
        root=number,
        text="\n\n".join(filter(None, words)),
        author=author_of(status.account, us),
        at=moment(status.created_at),
        platform="mastodon",
        account=us.handle(us.account.acct) if us.account is not None else None,
        kind="message" if status.visibility in _PRIVATE else "post",
        conversation=sound(conversation)[:200],
        in_reply_to=identifier(status.in_reply_to_id, "in_reply_to_id") if status.in_reply_to_id else None,
        in_reply_to_author=known.get(answered) if answered else None,
        quotes=identifier(quoted.id, "quoted_status") if quoted is not None and quoted.id else None,
        mentioned=tuple(dict.fromkeys(people.values())),
        lang=sound(status.language)[:8] if status.language else None,
        retweets=status.reblogs_count,
        likes=status.favourites_count,
        replies=status.replies_count,
    )


def author_of(account: Account, us: Us) -> Author:
    """Who somebody is; what their profile does not say stays unknown."""
    return Author(
        id=identifier(account.id, "id of the account"),
        handle=us.handle(account.acct),
        name=shown_name(account.display_name),
        followers=account.followers_count,
        posts=account.statuses_count,
        created_at=moment(account.created_at) if account.created_at else None,
        is_bot=account.bot,
        description=description(seen(sound(account.note))) if account.note else None,
    )
