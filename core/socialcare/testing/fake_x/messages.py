"""Direct messages: sent and read."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from socialcare.testing.fake_x.bodies import Id, body_of
from socialcare.testing.fake_x.fields import names_of
from socialcare.testing.fake_x.ledger import Messaged
from socialcare.testing.fake_x.problems import NO_MESSAGES, Json, invalid, refused
from socialcare.testing.fake_x.reading import person
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.shapes import asked, message_json, user_json
from socialcare.testing.fake_x.world import World

SHOWN = 30 * 86_400
"""Seconds that the events of messages look back."""


class Attachment(Struct, forbid_unknown_fields=True):
    """A picture of a message."""

    media_id: Id


class NewMessage(Struct, forbid_unknown_fields=True):
    """The body of POST /2/dm_conversations/with/:id/messages."""

    text: Annotated[str, Meta(max_length=10_000)] = ""
    attachments: Annotated[list[Attachment], Meta(max_length=1)] = []


def send(world: World, call: Call) -> Json:
    """POST /2/dm_conversations/with/:id/messages: only to who is open to messages or wrote first."""
    author = call.caller.account
    recipient = person(world, call)
    wanted = body_of(call, NewMessage)
    if not wanted.text and not wanted.attachments:
        raise invalid("text", "", "one of `text` or `attachments` is required")
    wrote = any(one.sender is recipient and one.recipient is author for one in world.messages)
    if author.id in recipient.blocked or recipient.state or not (wrote or recipient.open_to_messages):
        raise refused(403, NO_MESSAGES)
    made = world.message(
        author.username,
        recipient.username,
        wanted.text,
        media=tuple(one.media_id for one in wanted.attachments),
    )
    world.ledger.write(
        Messaged(
            id=made.id,
            account=author.username,
            to=recipient.id,
            text=wanted.text,
            at=made.at,
            request=call.number,
        )
    )
    return {"data": {"dm_conversation_id": made.conversation, "dm_event_id": made.id}}


def events(world: World, call: Call) -> Json:
    """GET /2/dm_events: all messages of the account, newest first."""
    return _events(world, call, None)


def events_with(world: World, call: Call) -> Json:
    """GET /2/dm_conversations/with/:id/dm_events: those with one person."""
    return _events(world, call, person(world, call).id)


def _events(world: World, call: Call, other: str | None) -> Json:
    own = call.caller.account
    since = world.clock.now() - SHOWN
    token = call.query.get("pagination_token")
    kinds = asked(call.query, "event_types")
    size = int(call.query.get("max_results", 100))
    fitting = [
        one
        for one in reversed(world.messages)
        if own in (one.sender, one.recipient)
        and one.at >= since
        and (other is None or other in (one.sender.id, one.recipient.id))
        and (token is None or int(one.id) < int(token))
        and (not kinds or "MessageCreate" in kinds)
    ]
    page = fitting[:size]
    meta: Json = {"result_count": len(page)}
    if len(fitting) > size:
        meta["next_token"] = page[-1].id
    if not page:
        return {"meta": meta}
    expansions = asked(call.query, "expansions")
    wanted = asked(call.query, "dm_event.fields") | (expansions & {"sender_id", "participant_ids"})
    people = {}
    for one in page:
        if "sender_id" in expansions:
            people[one.sender.id] = one.sender
        if "participant_ids" in expansions:
            people |= {one.sender.id: one.sender, one.recipient.id: one.recipient}
    includes = [
        user_json(user, names_of(call.query), asked(call.query, "user.fields")) for user in people.values()
    ]
    return {
        "data": [message_json(one, wanted) for one in page],
        **({"includes": {"users": includes}} if includes else {}),
        "meta": meta,
    }
