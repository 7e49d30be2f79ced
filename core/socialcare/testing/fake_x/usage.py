"""What was read, as X counts it for its bill."""

from __future__ import annotations

from socialcare.testing.fake_x.ledger import Answered, Requested
from socialcare.testing.fake_x.problems import Json
from socialcare.testing.fake_x.scripts import Call
from socialcare.testing.fake_x.world import World

CAP = 3_000_000
"""Post reads of one cycle on pay-per-use (`x-api/fundamentals/post-cap`)."""
COUNTED = (
    "GET /2/users/:id/mentions",
    "GET /2/tweets/search/recent",
    "GET /2/tweets",
    "GET /2/users/:id/tweets",
)


def usage(world: World, call: Call) -> Json:  # noqa: ARG001 - as the others
    """GET /2/usage/tweets: here each answered request for posts counts one."""
    reads = {
        entry.number
        for entry in world.ledger.entries
        if isinstance(entry, Requested) and entry.endpoint in COUNTED
    }
    used = sum(
        isinstance(entry, Answered) and entry.request in reads and entry.status == 200
        for entry in world.ledger.entries
    )
    return {
        "data": {"cap_reset_day": 1, "project_cap": str(CAP), "project_id": "1", "project_usage": str(used)}
    }
