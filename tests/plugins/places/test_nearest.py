from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import socialcare_places
from socialcare import Question, SettingsError, Value
from socialcare.ports import Lookup
from socialcare.testing import AT, check_lookup, loaded
from socialcare_places.gazetteer import Gazetteer, Spot
from socialcare_places.nearest import distance

ROOT = Path(__file__).parents[3]


def lookup(**settings: Any) -> Lookup:  # Any: a plugin's settings are its own
    brought = loaded(socialcare_places, settings={"places": settings}, folder=ROOT)
    return brought.vocabulary.lookups["nearest_store"]


async def found(to: str, **more: Value) -> list[Any]:  # Any: parts of the answer of several types
    answers = await lookup(stores="rules/stores.csv").find(
        Question(arguments={"to": to, **more}, mention=None, at=AT)
    )
    return [(one["city"], one["km"], one["found_in"]) for one in answers]


def test_the_look_up_keeps_the_contract() -> None:
    check_lookup(lookup(stores="rules/stores.csv"), {"to": "Nashville"}, {"to": "Atlantis"})


async def test_a_store_in_the_city_itself_is_near() -> None:
    assert await found("Nashville") == [("Nashville", 0, "Nashville, TN, US")]


async def test_a_city_without_a_store_is_told_the_nearest_one() -> None:
    """Memphis is some 315 km from Nashville as the crow flies."""
    ((city, km, _),) = await found("Memphis")
    assert city == "Nashville"
    assert 310 <= km <= 325


@pytest.mark.parametrize("place", ["Atlantis", "", "Paris, TX", "near me"])
async def test_a_place_nobody_knows_has_no_store(place: str) -> None:
    assert await found(place) == []


async def test_stores_further_away_than_asked_do_not_count() -> None:
    assert await found("Memphis", within=100.0) == []
    assert await found("Memphis", within=400.0) != []


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("Birmingham", "GB"),
        ("Birmingham, AL", "US"),
        ("london ontario", "CA"),
        ("London", "GB"),
        ("Portland", "US"),
    ],
)
def test_of_places_of_one_name_the_largest_is_meant_unless_the_region_says_other(
    written: str, country: str
) -> None:
    spot = Gazetteer().understand(written)
    assert spot is not None
    assert spot.country == country


def test_a_city_with_a_store_of_ours_comes_before_a_larger_one_of_its_name() -> None:
    ours = Spot("Manchester", "NH", "US", 42.99, -71.46)
    assert Gazetteer([ours]).find("manchester") == ours


async def test_without_a_table_the_look_up_fails_and_says_what_to_set() -> None:
    with pytest.raises(SettingsError, match="stores = "):
        await lookup().find(Question(arguments={"to": "Nashville"}, mention=None, at=AT))


def test_a_bad_table_stops_the_loading_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "stores.csv").write_text("name\nx\n")
    with pytest.raises(SettingsError, match=r"plugin `places`: .*stores.csv: the first row lacks `street`"):
        loaded(socialcare_places, settings={"places": {"stores": "stores.csv"}}, folder=tmp_path)


degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180)).map(lambda at: Spot("x", "", "", *at))


@given(degrees, degrees)
def test_distance_is_the_same_both_ways_and_never_more_than_half_round_the_earth(
    one: Spot, other: Spot
) -> None:
    assert distance(one, other) == pytest.approx(distance(other, one), abs=1e-6)
    assert 0 <= distance(one, other) <= 20_016
    assert distance(one, one) == 0


def test_known_distances_agree() -> None:
    """London to New York is 5,570 km on a great circle."""
    london, new_york = Spot("", "", "", 51.5074, -0.1278), Spot("", "", "", 40.7128, -74.0060)
    assert distance(london, new_york) == pytest.approx(5570, abs=3)
