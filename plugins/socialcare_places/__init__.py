"""Finds the place that a mention names, and the company's store that is nearest to it."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from socialcare import Classifier, Lookup, Settings, hookimpl
from socialcare_places.classifier import Places
from socialcare_places.gazetteer import Gazetteer
from socialcare_places.nearest import NearestStore
from socialcare_places.stores import Store, read_stores


class Table(BaseModel):
    """The settings: `stores` is the company's table of stores, relative to the folder of the settings."""

    model_config = ConfigDict(extra="forbid")

    stores: str | None = None

    def read(self, folder: Path) -> Sequence[Store] | None:
        """The stores, or `None` where the company names no table."""
        return None if self.stores is None else read_stores(folder / self.stores)


@hookimpl
def register_classifiers(settings: Settings, folder: Path) -> Sequence[Classifier]:
    """The field `place`."""
    return [Places(_gazetteer(Table.model_validate(settings).read(folder)))]


@hookimpl
def register_lookups(settings: Settings, folder: Path) -> Sequence[Lookup]:
    """The look-up `nearest_store`."""
    stores = Table.model_validate(settings).read(folder)
    return [NearestStore(stores, _gazetteer(stores))]


def _gazetteer(stores: Sequence[Store] | None) -> Gazetteer:
    """The large cities of the world, and before them the places where the company's stores are."""
    return Gazetteer(spot for store in stores or () for spot in store.spots())
