"""The company's table of stores: a CSV file, one store a row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from socialcare import SettingsError
from socialcare_places.gazetteer import Spot

COLUMNS = (
    "name", "street", "city", "region", "country", "postcode", "latitude", "longitude", "zone", "phone", "mon-fri", "sat", "sun",
)  # fmt: skip
_WEEK = ("mon-fri", "mon-fri", "mon-fri", "mon-fri", "mon-fri", "sat", "sun")
_REQUIRED = ("name", "street", "city", "latitude", "longitude", "zone")
_LONGEST: Mapping[str, int] = {"name": 40, "street": 60, "city": 40, "phone": 20}
"""In characters: what a reply must have room for."""

_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Store:
    """A store: where it is in degrees, the zone its clock shows, and its hours by day, Monday first (`""`: not told)."""

    name: str
    street: str
    city: str
    region: str
    country: str
    latitude: float
    longitude: float
    zone: ZoneInfo
    phone: str
    week: tuple[str, ...]

    def spots(self) -> Iterator[Spot]:
        """The names under which people look for it: its city's and its own."""
        for name in (self.city, self.name):
            yield Spot(name, self.region, self.country, self.latitude, self.longitude)

    def hours_on(self, moment: datetime) -> str | None:
        """The hours of the store's own day at that moment, for a reply; `None` where the table does not tell."""
        hours = self.week[moment.astimezone(self.zone).weekday()]
        return (
            f"open today {hours.replace('-', ' to ')}" if ":" in hours else (hours and "closed today") or None
        )


def read_stores(file: Path) -> Sequence[Store]:
    """Every store of the table.

    Raises:
        SettingsError: the file cannot be read, a column is missing, or a cell is wrong; all of it at once, by row and column.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, strict=True)
            missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
            if missing:
                raise SettingsError(
                    f"{file}: the first row lacks {', '.join(f'`{name}`' for name in missing)}\n"
                    f"help: its columns are {','.join(COLUMNS)}"
                )
            rows = [(table.line_num, row) for row in table]
    except OSError as error:
        raise SettingsError(
            f"{file}: the table of stores cannot be read: {(error.strerror or 'no reason given').lower()}\n"
            "help: `stores` is relative to the folder of the settings"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{file}: the table of stores is no CSV in UTF-8: {error}") from error
    wrong = [f"{file}:{line} column `{column}`: {why}" for line, row in rows for column, why in _wrong(row)]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return [_store(row) for _, row in rows]


def _wrong(row: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """The column and what is wrong in it, for every cell that cannot be used."""
    if None in row or None in row.values():
        yield "name", f"the row has not {len(COLUMNS)} cells; put a cell that holds a comma in quotes"
        return
    cells = {column: str(row[column]).strip() for column in COLUMNS}
    yield from ((column, "is empty") for column in _REQUIRED if not cells[column])
    for column, most in _LONGEST.items():
        if len(cells[column]) > most:
            yield column, f"has {len(cells[column])} characters, and a reply has room for {most}"
    for column, most in (("latitude", 90), ("longitude", 180)):
        if cells[column] and not _is_degree(cells[column], most):
            yield column, f"`{cells[column]}` is no number of degrees between -{most} and {most}"
    if cells["zone"] and not _is_zone(cells["zone"]):
        yield "zone", f"`{cells['zone']}` is no time zone such as `America/New_York`"
    for column in dict.fromkeys(_WEEK):
        if cells[column] not in ("", "closed") and not _HOURS.fullmatch(cells[column]):
            yield column, f"`{cells[column]}` is neither hours such as `09:00-18:00` nor `closed`"


def _is_degree(cell: str, most: int) -> bool:
    try:
        return -most <= float(cell) <= most
    except ValueError:
        return False


def _is_zone(cell: str) -> bool:
    try:
        ZoneInfo(cell)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no such zone, no name of one, a folder of them
        return False
    return True


def _store(row: Mapping[str, str]) -> Store:
    cells = {column: row[column].strip() for column in COLUMNS}
    texts = {name: cells[name] for name in ("name", "street", "city", "region", "country", "phone")}
    return Store(
        **texts,
        latitude=float(cells["latitude"]),
        longitude=float(cells["longitude"]),
        zone=ZoneInfo(cells["zone"]),
        week=tuple(cells[column] for column in _WEEK),
    )
