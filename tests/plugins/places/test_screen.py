"""The fast look at a text leaves out no text that names a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.testing import mention
from socialcare_places.classifier import Places
from socialcare_places.gazetteer import Gazetteer, Spot

OUR_STORES = (
    "Shop #5",
    "No#5",
    "St. John's",
    "東京",
    "Ærøskøbing",
    "L.A. Live",
    "The",
    "Up/Down",
    "İzmir",
    "Near Mint",
)
GAZETTEER = Gazetteer(Spot(name, "TX", "US", 1.0, 2.0) for name in OUR_STORES)
PLACES = Places(GAZETTEER)

names = st.sampled_from(
    [spot.name for named in GAZETTEER.spots.values() for spot in named]
) | st.sampled_from(OUR_STORES)
bent_names = st.tuples(names, st.integers(0, 12), st.sampled_from(["'", "’", ".", "-", " ", "_", "é", "\u0301", "..", "#"])).map(
    lambda bent: bent[0][: bent[1]] + bent[2] + bent[0][bent[1] :]
)  # fmt: skip
words = st.sampled_from([
    "in", "In", "near", "at", "to", "the", "downtown", "city", "store", "Stores", "branch", "I'm", "don't", "is", "hello",
    "@acme", "@a.b", "＠x", "http://x.example/in/Boston", "www.a.example", "TX", "ME", "Texas", "state", "U.K.", "😊", "①", "“",
])  # fmt: skip
gaps = st.sampled_from(
    [" "] * 8 + [", ", ". ", ".", " #", "#", "-", "  ", "\n", "'", "’", '"', "_", "…", "–", "@"]
)
texts = st.lists(st.tuples(names | bent_names | words, gaps), max_size=8).map(
    lambda parts: "".join(part for pair in parts for part in pair)
)


@given(texts | texts.map(str.lower) | texts.map(str.upper))
def test_the_place_of_a_text_is_what_reading_it_closely_finds(text: str) -> None:
    (row,) = PLACES.classify([mention(text)])
    assert row["place"] == PLACES._place(text)


@pytest.mark.parametrize(
    "text", ["hello, who may I ask in this matter?", "worst airline ever", "@AcmeCo thanks, it's fine now 😊"]
)
def test_a_text_that_names_nothing_is_not_read_closely(text: str) -> None:
    assert not PLACES._may_name_one(text)


def test_a_table_of_many_stores_is_screened_as_well() -> None:
    places = Places(
        Gazetteer(Spot(f"{n % 977}th Street Shop {n}", "", "US", 1.0, 2.0) for n in range(20_000))
    )
    (row,) = places.classify([mention("is the one near 13th Street Shop 990 open?")])
    assert row["place"].value == "13th Street Shop 990"
    assert not places._may_name_one("hello, who may I ask in this matter?")
