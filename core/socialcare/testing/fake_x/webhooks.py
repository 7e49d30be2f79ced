"""Webhooks and the X Activity API: who is called, about what, and signed how."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from socialcare.testing.fake_x.bodies import body_of
from socialcare.testing.fake_x.fields import FIELDS, OLD
from socialcare.testing.fake_x.people import User
from socialcare.testing.fake_x.posts import Message, Post
from socialcare.testing.fake_x.problems import Json, not_found, refused
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.shapes import moment, post_json, user_json

if TYPE_CHECKING:
    from socialcare.testing.fake_x.world import Happening, World

EVENTS = frozenset(
    [
        "post.create",
        "post.delete",
        "post.mention.create",
        "post.reply.create",
        "post.quote.create",
        "post.repost.create",
        "dm.received",
        "dm.sent",
    ]
)
"""The events that the fake X has (`x-api/activity/introduction`)."""


@dataclass(slots=True)
class Hook:
    """An address of a client; `valid` until it gives a wrong answer to a check."""

    id: str
    url: str
    at: float
    valid: bool = True

    def shown(self) -> Json:
        """It as X shows it."""
        return {"id": self.id, "url": self.url, "valid": self.valid, "created_at": moment(self.at)}


@dataclass(slots=True)
class Subscription:
    """One kind of event about one account, and where it goes."""

    id: str
    event: str
    user_id: str
    hook: str | None
    tag: str | None
    at: float
    changed: float

    def shown(self) -> Json:
        """It as X shows it."""
        more = {"tag": self.tag, "webhook_id": self.hook}
        return {
            "subscription_id": self.id,
            "event_type": self.event,
            "filter": {"user_id": self.user_id},
            "created_at": moment(self.at),
            "updated_at": moment(self.changed),
            **{key: value for key, value in more.items() if value},
        }


class NewHook(Struct, forbid_unknown_fields=True):
    """The body of POST /2/webhooks."""

    url: Annotated[str, Meta(pattern="^https?://")]


class Filter(Struct, forbid_unknown_fields=True):
    """Whom a subscription is about."""

    user_id: str


class NewSubscription(Struct, forbid_unknown_fields=True):
    """The body of POST /2/activity/subscriptions."""

    event_type: str
    filter: Filter
    webhook_id: str | None = None
    tag: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


def sign(secret: str, raw: bytes) -> str:
    """The signature of an event, and the answer to a check (X: `x-api/webhooks/introduction`): the same function."""
    return "sha256=" + b64encode(hmac.digest(secret.encode(), raw, "sha256")).decode()


async def add_hook(world: World, call: Call) -> Json:
    """POST /2/webhooks: only an address that answers the check is taken."""
    url = body_of(call, NewHook).url
    if any(hook.url == url for hook in world.hooks.values()):
        raise refused(400, "This webhook URL is already registered.", kind="invalid-request")
    now = world.clock.now()
    hook = Hook(world.ids.at(now), url, now)
    if not await world.check_hook(hook):
        raise refused(400, "The webhook URL did not answer the CRC check.", kind="invalid-request")
    world.hooks[hook.id] = hook
    return {"data": hook.shown()}


def hooks(world: World, call: Call) -> Json:  # noqa: ARG001 - as the others
    """GET /2/webhooks."""
    shown = [hook.shown() for hook in world.hooks.values()]
    return {"data": shown, "meta": {"result_count": len(shown)}}


async def check_hook(world: World, call: Call) -> Json:
    """PUT /2/webhooks/:id: check it now; a right answer makes it valid again."""
    return {"data": {"valid": await world.check_hook(_hook(world, call))}}


def remove_hook(world: World, call: Call) -> Json:
    """DELETE /2/webhooks/:id."""
    del world.hooks[_hook(world, call).id]
    return {"data": {"deleted": True}}


def _hook(world: World, call: Call) -> Hook:
    found = world.hooks.get(call.path["id"])
    if found is None:
        raise refused(404, "No such webhook.", kind="resource-not-found")
    return found


def subscribe(world: World, call: Call) -> Json:
    """POST /2/activity/subscriptions."""
    wanted = body_of(call, NewSubscription)
    if wanted.event_type not in EVENTS:
        raise refused(400, f"Unknown event type {wanted.event_type}.", kind="invalid-request")
    if wanted.webhook_id is not None and wanted.webhook_id not in world.hooks:
        raise refused(400, "No such webhook.", kind="invalid-request")
    private = wanted.event_type in (
        "post.mention.create",
        "post.reply.create",
        "post.quote.create",
        "dm.received",
    )
    if private and (call.caller.user is None or call.caller.user.id != wanted.filter.user_id):
        raise refused(403, "This event is private: subscribe with the keys of the account that it is about.")
    now = world.clock.now()
    made = Subscription(
        id=world.ids.at(now),
        event=wanted.event_type,
        user_id=wanted.filter.user_id,
        hook=wanted.webhook_id,
        tag=wanted.tag,
        at=now,
        changed=now,
    )
    world.subscriptions[made.id] = made
    return {"data": {"subscription": made.shown()}, "meta": {"total_subscriptions": len(world.subscriptions)}}


def subscriptions(world: World, call: Call) -> Json:  # noqa: ARG001 - as the others
    """GET /2/activity/subscriptions."""
    shown = [one.shown() for one in world.subscriptions.values()]
    return {**({"data": shown} if shown else {}), "meta": {"total_subscriptions": len(shown)}}


def unsubscribe(world: World, call: Call) -> Json:
    """DELETE /2/activity/subscriptions/:id."""
    if world.subscriptions.pop(call.path["id"], None) is None:
        return {"errors": [not_found("subscription", "id", call.path["id"])]}
    return {"data": {"deleted": True}, "meta": {"total_subscriptions": len(world.subscriptions)}}


def events(world: World, happening: Happening) -> Iterator[tuple[Hook, Json]]:
    """The events that follow from what happened, each with the webhook that wants it."""
    what, which = happening
    for one in world.subscriptions.values():
        hook = world.hooks.get(one.hook or "")
        about = world.people.get(one.user_id)
        if hook is None or about is None or not _concerns(one.event, what, which, about):
            continue
        payload, includes = _payload(what, which)
        yield (
            hook,
            {
                "data": {
                    "event_uuid": world.ids.at(world.clock.now()),
                    "filter": {"user_id": one.user_id},
                    "event_type": one.event,
                    **({"tag": one.tag} if one.tag else {}),
                    "payload": payload,
                    **({"includes": includes} if includes else {}),
                }
            },
        )


def _concerns(event: str, what: str, which: Post | Message, about: User) -> bool:
    if isinstance(which, Message):
        return (event == "dm.received" and which.recipient is about) or (
            event == "dm.sent" and which.sender is about
        )
    if what == "delete":
        return event == "post.delete" and which.author is about
    other = which.author is not about
    match event:
        case "post.create":
            return not other
        case "post.mention.create":
            return other and about in which.mentions and which.reposted is None
        case "post.reply.create":
            return other and which.in_reply_to is not None and which.in_reply_to.author is about
        case "post.quote.create":
            return other and which.quoted is not None and which.quoted.author is about
        case "post.repost.create":
            return other and which.reposted is not None and which.reposted.author is about
    return False


def _payload(what: str, which: Post | Message) -> tuple[Json, Json]:
    if isinstance(which, Message):
        return _message(which), {}
    author = user_json(which.author, OLD, FIELDS["user.fields"])
    if what == "delete":
        return {"id": which.id, "author_id": which.author.id}, {"users": [{"data": author}]}
    shown = post_json(which, OLD, FIELDS[OLD.fields])
    if which.in_reply_to is not None:
        shown["in_reply_to_tweet_id"] = which.in_reply_to.id
    return shown, {"users": [author]}


def _message(message: Message) -> Json:
    data = {
        "text": message.text,
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
    }
    return {
        "direct_message_events": [
            {
                "type": "message_create",
                "id": message.id,
                "created_timestamp": str(int(message.at * 1000)),
                "message_create": {
                    "target": {"recipient_id": message.recipient.id},
                    "sender_id": message.sender.id,
                    "message_data": data,
                },
            }
        ],
        "users": {
            user.id: {"data": user_json(user, OLD, FIELDS["user.fields"])}
            for user in (message.sender, message.recipient)
        },
    }
