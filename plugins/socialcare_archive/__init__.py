"""Archives of past mentions: what a dry run reads.

Answers of the X API v2, the airline and the "customer support on Twitter" data sets, and any other table with `--map`.
"""

from collections.abc import Sequence

from socialcare import Source, hookimpl
from socialcare_archive.airline import Airline
from socialcare_archive.mapped import Mapped
from socialcare_archive.twcs import Support, Threads
from socialcare_archive.x import XPages


@hookimpl
def register_sources() -> Sequence[Source]:
    """All of them; a table that `--map` fits is read by `--map`, whatever else it looks like."""
    return [Mapped(), XPages(), Airline(), Threads(), Support()]
