"""What a dialect of SQL brings to a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

Dialect = Literal["sqlite", "postgresql"]


class Upkeep(Protocol):
    """Work of the writer on its own account, done between two transactions."""

    def is_due(self) -> bool:
        """Whether there is some."""
        ...

    def do(self) -> None:
        """Do it."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Engines:
    """Where to write and where to read, on how many threads; whether an error may pass by itself; how to let go of it all."""

    dialect: Dialect
    writing: Engine
    reading: Engine
    writers: int
    readers: int
    warnings: Sequence[str] = ()
    upkeep: Upkeep | None = None
    may_pass: Callable[[DBAPIError], bool] = lambda _: False
    release: Callable[[], None] = lambda: None
