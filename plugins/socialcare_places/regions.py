"""What people write behind the name of a city: states, provinces, nations, in full and short."""

_STATES = """
AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware, DC District of Columbia,
FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas, KY Kentucky, LA Louisiana, ME Maine,
MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada,
NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon,
PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia,
WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming,
AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland, NS Nova Scotia, ON Ontario,
PE Prince Edward Island, QC Quebec, SK Saskatchewan
"""

_COUNTRIES = """
US USA, US United States, US America, GB UK, GB United Kingdom, GB Great Britain, GB England, GB Scotland, GB Wales,
GB Northern Ireland, IE Ireland, CA Canada, AU Australia, NZ New Zealand, ZA South Africa, IN India, FR France, DE Germany, ES Spain,
IT Italy, NL Netherlands, BE Belgium, CH Switzerland, AT Austria, PT Portugal, MX Mexico, BR Brazil, JP Japan, CN China, SG Singapore,
AE UAE, PH Philippines, NG Nigeria, KE Kenya, PK Pakistan
"""


def _named(rows: str) -> dict[str, str]:
    """Name in small letters → short name."""
    pairs = (row.strip().split(" ", 1) for row in rows.replace("\n", " ").split(","))
    return {name.casefold(): short for short, name in pairs}


_FULL = _named(_STATES)

SHORT = frozenset(_FULL.values()) | {"US", "UK", "USA"}
"""Short names as they are written; a small `or` or `in` is a word."""

REGIONS = {**_FULL, **{short.casefold(): short for short in _FULL.values()}}
COUNTRIES = {**_named(_COUNTRIES), "us": "US"}
