"""Names of places and where they are; of several places of one name the first, which is the largest."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from socialcare_places.regions import COUNTRIES, REGIONS

LONGEST = 40
"""The longest name of a place, in characters."""

_DROPPED = re.compile(r"['’.]")
_SPACED = re.compile(r"[\s\-–]+")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: degrees of latitude and longitude; `region` is a state's or province's short name where it matters."""

    name: str
    region: str
    country: str
    latitude: float
    longitude: float

    def lies_in(self, area: str) -> bool:
        """Whether it lies in a region or country, by its short name."""
        return area in (self.region, self.country)


class Gazetteer:
    """The places of each name: `first` those of the company's stores, then some 1,200 large cities (GeoNames; see NOTICE)."""

    def __init__(self, first: Iterable[Spot] = ()) -> None:
        self._first = tuple(first)

    @cached_property
    def spots(self) -> Mapping[str, Sequence[Spot]]:
        """Folded name → the places of that name, the one that is meant first; read when a place is first asked for."""
        spots: dict[str, list[Spot]] = {}
        for spot in self._first:
            named = spots.setdefault(fold(spot.name), [])
            if spot not in named:
                named.append(spot)
        for name, spot in _cities():
            spots.setdefault(name, []).append(spot)
        return spots

    def find(self, name: str, area: str | None = None) -> Spot | None:
        """The place of that name, in that region or country if one is given."""
        named = self.spots.get(fold(name), ())
        return next((spot for spot in named if area is None or spot.lies_in(area)), None)

    def begins(self, word: str) -> bool:
        """Whether the name of any place begins with this word."""
        return fold(word).partition(" ")[0] in self._first_words

    @cached_property
    def _first_words(self) -> frozenset[str]:
        return frozenset(re.split("[ #]", name, maxsplit=1)[0] for name in self.spots)

    def understand(self, written: str) -> Spot | None:
        """The place meant by a text that is nothing else: `Nashville`, `portland, me`, `Paris Texas`."""
        whole = self.find(written)
        if whole is not None:
            return whole
        words = re.split(r"[,\s]+", written.strip())
        for cut in range(len(words) - 1, 0, -1):
            area = area_of(" ".join(words[cut:]))
            if area is not None and (spot := self.find(" ".join(words[:cut]), area)):
                return spot
        return None


@cache
def _cities() -> Sequence[tuple[str, Spot]]:
    """Each folded name of each large city, the larger city first."""
    cities: list[tuple[str, Spot]] = []
    with (files(__package__) / "cities.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            place = (row["region"], row["country"], float(row["latitude"]), float(row["longitude"]))
            spot = Spot(row["name"], *place)
            cities += [(fold(name), spot) for name in (spot.name, *filter(None, row["also"].split("|")))]
    return cities


def area_of(written: str) -> str | None:
    """The short name of a region or country that is written in full or short."""
    name = fold(written)
    return REGIONS.get(name) or COUNTRIES.get(name)


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A name without case, accents, apostrophes and hyphens, as people leave them out."""
    plain = name
    if not name.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _SPACED.sub(" ", _DROPPED.sub("", plain)).strip().casefold()
