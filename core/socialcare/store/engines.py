"""What a dialect of SQL brings to a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from socialcare.errors import Interrupted

T = TypeVar("T")

_MOST_RUNS = 5

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

    def write(self, transaction: Callable[[Connection], T]) -> T:
        """Run a function in one transaction; it runs again where an error may pass. Raises `Interrupted`."""
        return self._until_it_passes(self.writing, transaction)

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a function that only reads, in one state of the database; again where an error may pass. Raises `Interrupted`."""
        return self._until_it_passes(self.reading, query)

    def _until_it_passes(self, engine: Engine, transaction: Callable[[Connection], T]) -> T:
        runs = 0
        while True:
            runs += 1
            try:
                with engine.begin() as connection:
                    return transaction(connection)
            except (IntegrityError, ProgrammingError, DataError, NotSupportedError):
                raise  # ours to mend, not the database's
            except DBAPIError as error:
                if runs == _MOST_RUNS or not self.may_pass(error):
                    raise Interrupted(reason(error)) from error


def reason(error: DBAPIError) -> str:
    """One line of what the database says."""
    return str(error.orig).partition("\n")[0].strip() or type(error.orig).__name__
