"""SC403, SC404: replies that are only a link, and that ask for personal data where all can read the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.said import texts_said, with_company
from socialcare.policy.language.texts import Placeholder, Text

_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<![\w@.])[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TAG = re.compile(r"[@#]\w+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")

_ASKS = re.compile(
    r"\b(?:send|give|tell|share|post|provide|include|state|confirm|need|require|(?:reply|respond|answer|come back)\b.{0,20}\bwith"
    r"|let us (?:have|know)|what(?:'s|’s| is| are| was)|may we have|(?:can|could) (?:we|you|i) (?:have|get))\b",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\b(?:(?:e-?mail|postal|home|street|delivery|shipping|billing|mailing) address|your address|(?:tele)?phone|mobile number"
    r"|(?:order|account|customer|card|booking|reservation|reference|confirmation|tracking|ticket|passport|policy|frequent flyer"
    r"|membership|loyalty|flight and seat)\s(?:number|no\b|id|code)|pnr|record locator|date of birth|birth ?date|birthday|zip code"
    r"|post(?:al )?code|full name|last name|surname|your e-?mail|password|social security)",
    re.IGNORECASE,
)
_NOT_HERE = re.compile(
    r"\b(?:do not|don['’]?t|never|not in public|not here|please delete|without)\b", re.IGNORECASE
)
_IN_PRIVATE = re.compile(
    r"\b(?:dms?|direct(?: private)? message|in private|privately|private message|message us)\b", re.IGNORECASE
)


def check_wording(ground: Ground) -> None:
    """Report texts of which nothing is left without their links, and public questions for what is nobody's business."""
    for said in texts_said(ground):
        text = _as_read(with_company(said.text, ground.policy))
        if _LINK.search(text) and not re.search(r"\w", _TAG.sub("", _LINK.sub("", text))):
            ground.problems.warning(
                "SC403", said.place, f"{said.name} is only a link",
                fix="answer in words first, and give the link for more",
            )  # fmt: skip
        if ground.slot(said.use) != "public":
            continue
        for data in _asked_for(text):
            ground.problems.warning(
                "SC404", said.place, f"{said.name} asks in public for {data}",
                label="who answers shows it to everybody", fix="ask for it in private: give the link to a private message",
            )  # fmt: skip


def _as_read(text: Text) -> str:
    """The text with a word for each placeholder that is left."""
    return "".join(_word(part) if isinstance(part, Placeholder) else part for part in text.parts)


def _word(placeholder: Placeholder) -> str:
    return "someone" if placeholder.path.endswith("handle") else "something"


def _asked_for(text: str) -> Iterator[str]:
    """What a text asks for; what says where to send it, or not to say it here, asks for nothing in public."""
    if _IN_PRIVATE.search(text):
        return
    for sentence in _SENTENCE.split(text):
        elsewhere = _LINK.search(sentence) or _ADDRESS.search(sentence) or _NOT_HERE.search(sentence)
        found = _DATA.search(sentence)
        if found is not None and not elsewhere and _ASKS.search(sentence):
            yield f"“{found[0]}”"
