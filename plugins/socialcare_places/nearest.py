"""The look-up `nearest_store`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt

from socialcare import Choice, Field, Parameter, Question, SettingsError, Value
from socialcare_places.gazetteer import Gazetteer, Spot
from socialcare_places.stores import Store

_EARTH = 6371.0088
"""The mean radius of the earth in kilometres (IUGG)."""

RESULT = Field(
    name="store",
    kind="record",
    doc="a store of ours",
    example="store: {exists: true}",
    parts=(
        Field(name="name", kind="text", doc="its name", example="store.name: {exists: true}", max_length=40),
        Field(
            name="street",
            kind="text",
            doc="street and number",
            example="store.street: {exists: true}",
            max_length=60,
        ),
        Field(name="city", kind="text", doc="its city", example="store.city: {exists: true}", max_length=40),
        Field(
            name="km",
            kind="number",
            doc="how far it is, as the crow flies",
            example="store.km: {at_most: 25}",
        ),
        Field(
            name="hours_today",
            kind="text",
            doc="`open today 09:00 to 20:00` or `closed today`, by the store's own clock",
            example="store.hours_today: {exists: true}",
            max_length=40,
        ),
        Field(
            name="phone", kind="text", doc="its number", example="store.phone: {exists: true}", max_length=20
        ),
        Field(
            name="found_in",
            kind="text",
            doc="the place from which the distance is measured",
            example="store.found_in: {exists: true}",
            max_length=60,
        ),
    ),
)


class NearestStore:
    """Answers with the store nearest to a place; a place that nobody knows has none."""

    name = "nearest_store"
    doc = "the store of ours that is nearest to a place"
    example = "store: {nearest_store: {to: place}}"
    parameters: Sequence[Parameter] = (
        Parameter(name="to", kind="text", takes="field", doc="the field that names the place"),
        Parameter(
            name="within", kind="number", takes="literal", doc="only stores within so many km", required=False
        ),
    )
    result = RESULT
    choice: Choice | None = None
    tags: str | None = None
    reads_outside = False

    def __init__(self, stores: Sequence[Store] | None, gazetteer: Gazetteer) -> None:
        self._stores = stores
        self._gazetteer = gazetteer

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """The nearest store and its hours on the day of the question; raises `SettingsError` where there is no table."""
        if self._stores is None:
            raise SettingsError(
                'no table of stores: set `stores = "rules/stores.csv"` under `[plugins.places]`'
            )
        place = self._gazetteer.understand(str(question.arguments["to"]))
        if place is None or not self._stores:
            return ()
        km, store = min(((distance(place, store), store) for store in self._stores), key=lambda pair: pair[0])
        within = question.arguments.get("within")
        if isinstance(within, int | float) and km > within:
            return ()
        found: dict[str, Value] = {
            "name": store.name,
            "street": store.street,
            "city": store.city,
            "km": round(km),
            "hours_today": store.hours_on(question.at),
            "phone": store.phone or None,
            "found_in": ", ".join(filter(None, (place.name, place.region, place.country))),
        }
        return (found,)


def distance(one: Spot | Store, other: Spot | Store) -> float:
    """Kilometres between two places on a sphere (haversine formula)."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude)
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * _EARTH * asin(sqrt(min(1.0, chord)))
