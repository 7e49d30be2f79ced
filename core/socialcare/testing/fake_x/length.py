"""How long a text is for X."""

from __future__ import annotations

import re
from unicodedata import normalize

from emoji import replace_emoji

LONGEST = 280
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh 1; all others weigh 2 (X: `fundamentals/counting-characters`)."""
LINK = re.compile(r"https?://\S+")


def weighted_length(text: str) -> int:
    """The length that X counts: a link 23, an emoji of whatever parts 2. Links without `https://` are counted as text."""
    links = LINK.findall(text)
    rest = replace_emoji(normalize("NFC", LINK.sub("", text)), "字")
    return 23 * len(links) + sum(
        1 if any(low <= ord(sign) <= high for low, high in LIGHT) else 2 for sign in rest
    )
