"""Acme's store table can be read and makes sense."""

import csv
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

STORES = Path(__file__).parents[2] / "rules" / "stores.csv"
HOURS = re.compile(r"closed|(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")
COLUMNS = "name,street,city,region,country,postcode,latitude,longitude,zone,phone,mon-fri,sat,sun"


@pytest.fixture
def stores() -> list[dict[str, str]]:
    with STORES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_store_has_every_column(stores: list[dict[str, str]]) -> None:
    assert len(stores) >= 14
    for store in stores:
        assert list(store) == COLUMNS.split(",")
        assert all(store.values())


def test_stores_stand_in_their_country(stores: list[dict[str, str]]) -> None:
    box = {"US": (24, 50, -125, -66), "GB": (49, 61, -9, 2)}
    for store in stores:
        south, north, west, east = box[store["country"]]
        assert south < float(store["latitude"]) < north
        assert west < float(store["longitude"]) < east


def test_zones_hours_and_invented_telephones_are_well_formed(stores: list[dict[str, str]]) -> None:
    for store in stores:
        assert ZoneInfo(store["zone"]).key.startswith("America" if store["country"] == "US" else "Europe")
        for days in ("mon-fri", "sat", "sun"):
            assert HOURS.fullmatch(store[days])
            assert store[days] == "closed" or store[days][:5] < store[days][6:]
        assert re.fullmatch(r"\d{3}-555-01\d\d|020 7946 0\d{3}|0161 496 0\d{3}", store["phone"])
