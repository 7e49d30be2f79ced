from types import ModuleType

import pytest

from socialcare import Value
from socialcare.plugins import Loaded
from socialcare.testing import check_classifier, check_lookup, loaded


@pytest.fixture(scope="module")
def house(acme: ModuleType) -> Loaded:
    return loaded("actions", "intent", "places", "x", acme)


def test_the_plugin_of_the_examples_loads_beside_all_of_ours(house: Loaded) -> None:
    assert house.vocabulary.providers["product"] == "acme@1"
    assert {"faq_answer", "expert_for", "advocate", "next_from", "nearest_store"} == set(
        house.vocabulary.lookups
    )


def test_its_classifier_keeps_the_contract(house: Loaded) -> None:
    (shelf,) = (one.classifier for one in house.classifiers if one.plugin == "acme")
    check_classifier(shelf, ["I love my HX200, best heater!", "is the trail bike any good?", ""])


@pytest.mark.parametrize(
    ("name", "found", "absent"),
    [
        ("expert_for", {"topic": ("store", "returns")}, {"topic": "store"}),
        ("advocate", {"for": {"name": "HX200"}}, {"for": {"name": "Tent Nova"}}),
        ("next_from", {"file": "content/tips.yaml"}, {"file": "content/none.yaml"}),
    ],
)
def test_its_look_ups_keep_the_contract(
    house: Loaded, name: str, found: dict[str, Value], absent: dict[str, Value]
) -> None:
    check_lookup(house.vocabulary.lookups[name], found, absent)
