"""What X's answer to something we said means: delivery.md B.6, row by row.

Where in doubt it may have been done: only a problem document with a status that X gives before it does anything is a no.
"""

from msgspec import Raw, Struct
from msgspec.json import Decoder

from socialcare import Answer
from socialcare.intake import BadRow, decoded
from socialcare_x.live.replies import Reply, is_used_up
from socialcare_x.live.shapes import Id, Problem

_NOT_OURS_TO_USE = (
    "client-forbidden",
    "client-not-enrolled",
    "oauth1-permissions",
    "unsupported-authentication",
)
"""Endings of the types of problems that concern the app and not what was said: nothing else would be taken either."""

_DUPLICATE = 187
"""The code of older answers for a text that was posted before."""


class _Made(Struct):
    """What X says that it made."""

    id: Id = None
    dm_event_id: Id = None
    rest_id: Id = None
    retweeted: bool | None = None
    reposted: bool | None = None


class _Done(Struct):
    """The answer to a post, a message, a repost."""

    data: _Made | None = None
    errors: list[Raw] | None = None


_DONE = Decoder(_Done)


def answer_to(reply: Reply, target: str | None, now: float) -> Answer:
    """What became of one request; `target` is the post that was reposted, since X gives a repost no id of its own."""
    status = reply.status
    if 200 <= status < 300:
        return _done(reply, target)
    problem = reply.problem()
    if status == 429:
        if problem is not None and is_used_up(problem):
            return _paused(reply, problem)
        return Answer(kind="unsent", status=status, reason="rate limit", until=reply.reset(now))
    if problem is None:
        return Answer(
            kind="unknown", status=status, reason="an answer that is no problem document", charged=True
        )
    if status in (401, 402) or is_used_up(problem) or (problem.type or "").endswith(_NOT_OURS_TO_USE):
        return _paused(reply, problem)
    if status == 403 and _is_duplicate(problem):
        return Answer(kind="duplicate", status=status, reason=problem.said)
    if status in (400, 403, 404):
        return Answer(kind="refused", status=status, reason=problem.said)
    return Answer(kind="unknown", status=status, reason=problem.said, charged=True)


def _done(reply: Reply, target: str | None) -> Answer:
    doubt = Answer(
        kind="unknown", status=reply.status, reason="a success that names nothing it made", charged=True
    )
    try:
        found = decoded(reply.body, _DONE, "an answer")
    except BadRow:
        return doubt
    made = found.data
    if made is None or found.errors:
        return doubt
    done = (
        made.id or made.dm_event_id or made.rest_id or (target if made.retweeted or made.reposted else None)
    )
    if done is None:
        return doubt
    return Answer(kind="sent", status=reply.status, remote_id=str(done), charged=True)


def _paused(reply: Reply, problem: Problem) -> Answer:
    way_out = {
        401: "X does not know our keys: renew them, and change them in the settings",
        402: "X has no credit of ours: buy some",
    }
    return Answer(kind="paused", status=reply.status, reason=way_out.get(reply.status) or problem.said)


def _is_duplicate(problem: Problem) -> bool:
    return problem.code == _DUPLICATE or "duplicate content" in problem.said.casefold()
