"""From a reply of the policy to the text that would go out: branch, text, placeholders, filter, length."""

from collections.abc import Collection, Mapping
from functools import partial

from msgspec import Struct

from socialcare.policy.deciding.outgoing import Allowed, Clean, clean
from socialcare.policy.deciding.world import World
from socialcare.policy.language.texts import Text
from socialcare.policy.statements import Branch, Reply
from socialcare.ports import Channel


class Rendered(Struct, frozen=True, gc=False):
    """A text ready for the guards; `problem` is why it cannot go out as it is, `number` which of the reply's texts it is."""

    text: str
    problem: str | None
    number: int
    media: str | None


def branch_of(reply: Reply, world: World) -> Branch | None:
    """The first branch whose condition is true; one whose condition is unknown is skipped."""
    for branch in reply.branches:
        if branch.when is None or world.truth(branch.when, world) is True:
            return branch
    return None


def render(
    reply: Reply,
    world: World,
    channel: Channel,
    allowed: Allowed,
    handles: Collection[str],
    seen: Mapping[str, float],
    *,
    public: bool,
) -> Rendered:
    """The text of the branch that applies.

    Of several texts the one that the author has not seen for longest (`seen`: number of the text → epoch seconds). What
    is too long for the channel after filtering is replaced by `if_too_long`; what then is still too long, or misses a
    value, keeps its draft and says so. Private messages have no limit here.
    """
    text, number = _next_text(reply, branch_of(reply, world) or reply.branches[-1], seen)
    cleaned = _fill(text, world, channel, allowed, handles)
    over = _over(cleaned, channel) if public else None
    if over is not None and reply.if_too_long is not None:
        cleaned = _fill(reply.if_too_long, world, channel, allowed, handles)
        over = _over(cleaned, channel)
    problem = cleaned.problem
    if problem is None and over is not None:
        problem = f"too long: {over} of {channel.limit}"
    media = printable(world, reply.media) if reply.media is not None else None
    return Rendered(cleaned.text, problem, number, str(media) if media is not None else None)


def printable(world: World, path: str) -> str | float | None:
    """What a placeholder stands for; `None` where there is nothing to insert."""
    found = world.value(path)
    value = found.value if found is not None else None
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, tuple):
        return ", ".join(value) or None
    if isinstance(value, Mapping):
        name = value.get("name")
        return name if isinstance(name, str) else None
    return value.isoformat()


def _next_text(reply: Reply, chosen: Branch, seen: Mapping[str, float]) -> tuple[Text, int]:
    """The text of a branch to be said next, and its number among all texts of the reply."""
    first = 0
    for branch in reply.branches:
        if branch is chosen:
            break
        first += len(branch.say.texts)
    texts = chosen.say.texts
    if len(texts) == 1:
        return texts[0], first
    numbers = range(first, first + len(texts))
    number = min(numbers, key=lambda one: (seen.get(str(one), float("-inf")), one))
    return texts[number - first], number


def _fill(text: Text, world: World, channel: Channel, allowed: Allowed, handles: Collection[str]) -> Clean:
    rendered = text.render(partial(printable, world))
    if rendered.unresolved:  # a draft that only people see; the filter could take a placeholder for a link
        return Clean(rendered.text, f"no value for {', '.join(rendered.unresolved)}")
    return clean(rendered.text, channel, allowed, handles)


def _over(cleaned: Clean, channel: Channel) -> int | None:
    """The length of a text that is too long for the channel."""
    if channel.limit is None:
        return None
    length = channel.weighted_length(cleaned.text)
    return length if length > channel.limit else None
