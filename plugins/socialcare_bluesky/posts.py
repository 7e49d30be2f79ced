"""From a post as Bluesky writes it to a mention."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from socialcare import Author, Mention
from socialcare.intake import BadRow, identifier, moment, sound
from socialcare_bluesky.names import DID, RECORD_KEY, is_handle, owner
from socialcare_bluesky.shapes import Address, Commit, Event, Facet, Post

_MENTION = "app.bsky.richtext.facet#mention"
_QUOTES = frozenset({"app.bsky.embed.record", "app.bsky.embed.recordWithMedia"})
_LATEST_MICROSECOND = 4_102_444_800_000_000  # in the year 2100


def mention_of(
    event: Event, commit: Commit, post: Post, handles: Mapping[str, str], ours: Mapping[str, str]
) -> Mention:
    """A mention, made of a post; `handles` are the handles known so far by DID, and `ours` those of our own accounts."""
    did = identifier(event.did, "did", DID)
    address = f"at://{did}/{commit.collection}/{identifier(commit.rkey, 'rkey', RECORD_KEY)}"
    text = sound(post.text or "")
    named = dict(_named(text, post.facets or (), handles, ours))
    reply = post.reply
    parent = reply.parent.uri if reply is not None and reply.parent is not None else None
    root = reply.root.uri if reply is not None and reply.root is not None else None
    answered = owner(parent) if parent else None
    return Mention(
        id=address,
        root=address,
        text=text,
        author=Author(id=did, handle=handles.get(did)),
        at=_when(event, post),
        platform="bluesky",
        account=next((ours[each] for each in (*named, answered or "") if each in ours), None),
        conversation=sound(root or "")[:200] or address,
        in_reply_to=sound(parent)[:200] if parent else None,
        in_reply_to_author=handles.get(answered) if answered else None,
        quotes=_quoted(post),
        mentioned=tuple(dict.fromkeys(named.values())),
        lang=post.langs[0].partition("-")[0].lower()[:8] if post.langs else None,
    )


def _named(
    text: str, facets: tuple[Facet, ...] | list[Facet], handles: Mapping[str, str], ours: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Who is named in a text, DID and handle: the handle that is known, else the one that the text shows, else the DID.

    The words of a text are the writer's and may show anything: what they show of us is not believed of others.
    """
    content = text.encode()
    for facet in facets:
        for feature in facet.features:
            if feature.type != _MENTION or feature.did is None or not DID.fullmatch(feature.did):
                continue
            start, end = facet.index.byte_start, facet.index.byte_end
            shown = content[max(0, start) : max(0, end)].decode("utf-8", "replace").lstrip("@＠").lower()
            believed = is_handle(shown) and shown not in ours.values()
            yield feature.did, handles.get(feature.did) or (shown if believed else feature.did)


def _quoted(post: Post) -> str | None:
    embed = post.embed
    if embed is None or embed.type not in _QUOTES or embed.record is None:
        return None
    record: Address = embed.record.record or embed.record
    return sound(record.uri)[:200] if record.uri else None


def _when(event: Event, post: Post) -> datetime:
    """When the stream brought it; what the writer's program says, which may be anything, where the stream does not tell."""
    if event.time_us is not None and 0 < event.time_us < _LATEST_MICROSECOND:
        return datetime.fromtimestamp(event.time_us / 1_000_000, UTC)
    if post.created_at is None:
        raise BadRow("it has neither `time_us` nor `createdAt`")
    return moment(post.created_at)
