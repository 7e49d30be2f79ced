"""Archives of past mentions: what a dry run reads.

Answers of the X API v2, an X account's own archive, the airline and the "customer support on Twitter" data sets, decisions of an
earlier run, and any other table (CSV, JSON Lines, Parquet) with `--map`.
"""

from collections.abc import Sequence

from socialcare import Source, hookimpl
from socialcare_archive.airline import Airline
from socialcare_archive.mapped import Mapped
from socialcare_archive.parquet import Parquet
from socialcare_archive.recorded import Recorded
from socialcare_archive.twcs import Support, Threads
from socialcare_archive.x import XPages
from socialcare_archive.x_account import XAccount


@hookimpl
def register_sources() -> Sequence[Source]:
    """All of them; a table that `--map` fits is read by `--map`, whatever else it looks like."""
    return [Mapped(), Parquet(), XPages(), XAccount(), Airline(), Threads(), Support(), Recorded()]
