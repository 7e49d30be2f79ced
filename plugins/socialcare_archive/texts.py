"""What can be read off a post's own words."""

import re

_HANDLES = re.compile(r"(?<![A-Za-z0-9_!#$%&*@＠/])[@＠]([A-Za-z0-9_]{1,20})(?![A-Za-z0-9_@＠]|://)")
_RETWEET = re.compile(r"RT [@＠]\w")


def unescaped(text: str) -> str:
    """A text as it was typed: X escapes these three characters, and no others."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentioned(text: str) -> tuple[str, ...]:
    """The handles in a text, without the sign, in order, each once."""
    return tuple(dict.fromkeys(_HANDLES.findall(text))) if "@" in text or "＠" in text else ()


def is_retweet(text: str) -> bool:
    """Whether the words are somebody else's, shared the old way."""
    return _RETWEET.match(text) is not None
