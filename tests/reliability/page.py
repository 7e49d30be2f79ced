"""The figures on docs/reliability.md."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tests.bench.page import told
from tests.bench.workload import ROOT

PAGE = ROOT / "docs" / "reliability.md"
_LIBRARIES = ("socialcare", "SQLAlchemy", "psycopg", "aiohttp")


def tell(section: str, command: str, parts: Sequence[str]) -> None:
    """Print a section, and put it in its place on the page."""
    told(section, command, parts, PAGE, _LIBRARIES)


def sqlite_version() -> str:
    """The SQLite that is measured."""
    return f"SQLite {sqlite3.sqlite_version}"
