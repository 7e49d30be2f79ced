"""Reads off the words of a reply what it does: asks for a private message, apologises, thanks, gives a link."""

from __future__ import annotations

import re

DEEDS = ("asks for a private message", "apologises", "thanks", "gives a link")
"""What is read off a reply, in the order of reports."""

_PRIVATE = (
    r"\bdms?\b|\bdm['’]?(?:ed|ing)\b|\b(?:direct|private)[- ]message|\b(?:message|msg) us\b|\bpm us\b|\binbox us\b"
    r"|\bsend (?:us )?(?:\w+ ){0,3}(?:message|msg)\b|\bin private\b|\bprivately\b|\bbackstage\b"
    r"|(?:twitter|x)\.com/(?:direct_)?messages/|\bm\.me/"
)
_SORRY = r"\bsorry\b|\bapolog(?:y|ies|i[sz]e[sd]?|i[sz]ing)\b|\bour (?:sincere )?regrets?\b|\bwe regret\b|\bforgive us\b"
_THANKS = r"\bthanks?\b|\bthank you\b|\bthx\b|\bty\b|\bappreciate\b|\bgrateful\b|\bcheers\b"
_LINK = r"https?://|\bwww\.\w"

_SIGNS = tuple(re.compile(sign, re.IGNORECASE) for sign in (_PRIVATE, _SORRY, _THANKS, _LINK))


def deeds(text: str) -> frozenset[str]:
    """What a reply does, as a subset of `DEEDS`. English, and links in any language."""
    return frozenset(deed for deed, sign in zip(DEEDS, _SIGNS, strict=True) if sign.search(text))
