from datetime import UTC, datetime
from pathlib import Path

import pytest

from socialcare import SettingsError
from socialcare_places.stores import read_stores

HEADER = "name,street,city,region,country,postcode,latitude,longitude,zone,phone,mon-fri,sat,sun\n"
ROW = "Gulch,611 12th Avenue,Nashville,TN,US,37203,36.15,-86.79,America/Chicago,615-555-0117,09:00-20:00,09:00-18:00,closed\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "stores.csv"


def refusal(table: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_stores(table)
    return str(caught.value)


def test_a_row_is_a_store(table: Path) -> None:
    table.write_text(HEADER + ROW)
    (store,) = read_stores(table)
    assert (store.name, store.city, store.latitude, str(store.zone)) == (
        "Gulch",
        "Nashville",
        36.15,
        "America/Chicago",
    )


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 20, 15, tzinfo=UTC), "open today 09:00 to 20:00"),
        (datetime(2026, 11, 21, 5, 59, tzinfo=UTC), "open today 09:00 to 20:00"),
        (datetime(2026, 11, 21, 6, 0, tzinfo=UTC), "open today 09:00 to 18:00"),
        (datetime(2026, 11, 22, 15, tzinfo=UTC), "closed today"),
    ],
)
def test_the_hours_are_those_of_the_stores_own_day(table: Path, moment: datetime, said: str) -> None:
    """Midnight in Nashville is six in the morning, universal time."""
    table.write_text(HEADER + ROW)
    assert read_stores(table)[0].hours_on(moment) == said


def test_hours_that_are_not_told_are_absent(table: Path) -> None:
    table.write_text(HEADER + ROW.replace("closed", ""))
    assert read_stores(table)[0].hours_on(datetime(2026, 11, 22, 15, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("36.15", "north", "2 column `latitude`: `north` is no number of degrees between -90 and 90"),
        ("36.15", "nan", "2 column `latitude`: `nan` is no number"),
        ("-86.79", "-186.79", "2 column `longitude`: `-186.79` is no number of degrees between -180 and 180"),
        ("America/Chicago", "Nashville", "2 column `zone`: `Nashville` is no time zone"),
        ("America/Chicago", "America", "2 column `zone`: `America` is no time zone"),
        ("America/Chicago", "../etc/passwd", "2 column `zone`: `../etc/passwd` is no time zone"),
        ("09:00-20:00", "9 to 8", "2 column `mon-fri`: `9 to 8` is neither hours such as"),
        ("Gulch", "", "2 column `name`: is empty"),
        ("611 12th Avenue", "x" * 61, "2 column `street`: has 61 characters, and a reply has room for 60"),
        ("closed", "closed,yes", "2 column `name`: the row has not 13 cells"),
        (",closed", "", "2 column `name`: the row has not 13 cells"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(table: Path, old: str, new: str, said: str) -> None:
    table.write_text(HEADER + ROW.replace(old, new))
    assert f"stores.csv:{said}" in refusal(table)


def test_all_bad_cells_are_named_at_once(table: Path) -> None:
    table.write_text(HEADER + ROW.replace("36.15", "x").replace("closed", "shut") + ROW.replace("Gulch", ""))
    assert [line.split(": ")[0].rpartition("/")[2] for line in refusal(table).splitlines()] == [
        "stores.csv:2 column `latitude`",
        "stores.csv:2 column `sun`",
        "stores.csv:3 column `name`",
    ]


def test_a_table_without_a_column_or_a_file_is_refused(table: Path) -> None:
    assert "the table of stores cannot be read" in refusal(table)
    table.write_text(HEADER.replace("zone,", "") + ROW)
    assert "the first row lacks `zone`" in refusal(table)
    table.write_bytes(b"\xff\xfe")
    assert "no CSV in UTF-8" in refusal(table)
