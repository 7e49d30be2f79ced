from pathlib import Path

import pytest

import socialcare_places
from socialcare import Classifier
from socialcare.testing import check_classifier, loaded, mention

ROOT = Path(__file__).parents[3]
HEADER = "name,street,city,region,country,postcode,latitude,longitude,zone,phone,mon-fri,sat,sun\n"


@pytest.fixture(scope="module")
def places() -> Classifier:
    (one,) = (
        p for p in loaded(socialcare_places, settings=TABLE, folder=ROOT).classifiers if p.plugin == "places"
    )
    return one.classifier


TABLE = {"places": {"stores": "rules/stores.csv"}}


def place(classifier: Classifier, text: str) -> object:
    rows = classifier.classify([mention(text)])
    assert isinstance(rows, list)
    return rows[0]["place"].value


def test_the_classifier_keeps_the_contract(places: Classifier) -> None:
    check_classifier(places)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do you have a store near Nashville?", "Nashville"),
        ("anything open in downtown Boston?", "Boston"),
        ("is there a shop here in Leeds?", "Leeds"),
        ("any shop in new york", "New York"),
        ("I'm in the Bronx, where do I go?", "The Bronx"),
        ("Which one is closest to St. Louis MO?", "St. Louis, MO"),
        ("Store in Birmingham, AL?", "Birmingham, AL"),
        ("are you coming to London Ontario", "London, ON"),
        ("the Denver store was closed", "Denver"),
        ("Springfield store hours?", "Springfield"),
        ("stuck in #Charlotte", "Charlotte"),
        ("anything near nyc?", "New York City"),
        ("in montreal", "Montréal"),
        ("from Leeds, but I am near Bradford now", "Bradford"),
    ],
)
def test_the_place_a_text_names_is_found(places: Classifier, text: str, expected: str) -> None:
    assert place(places, text) == expected


@pytest.mark.parametrize("text", ["@AcmeCo Nashville", "Nashville, TN!", "Back Bay", "LA"])
def test_an_answer_that_is_only_a_place_is_one(places: Classifier, text: str) -> None:
    """What people write when they were asked which city they are in."""
    assert place(places, text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "any store near me?",
        "I store my bikes in the garage.",
        "reading in bath",
        "in la la land",
        "stuck in Washington state",
        "near @Boston",
        "see https://acme.example/in/Boston now",
        "who is in for Paris, TX?",
        "in, Boston or not, we love it",
        "",
    ],
)
def test_a_text_that_names_no_place_has_none(places: Classifier, text: str) -> None:
    assert place(places, text) is None


def test_a_name_that_is_a_word_needs_its_capital(places: Classifier) -> None:
    assert place(places, "any shop in Reading?") == "Reading"
    assert place(places, "any point in reading this?") is None


def test_a_store_of_ours_is_a_place_although_its_city_is_small(places: Classifier) -> None:
    assert place(places, "how do I get to Pearl District?") == "Pearl District"
