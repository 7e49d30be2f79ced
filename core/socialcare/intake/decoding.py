"""One post's JSON as a struct: by the strict reader where it can, by a tolerant one where the post has a flaw."""

import json
import re
from typing import Any, TypeVar

from msgspec import DecodeError, Raw, ValidationError
from msgspec.json import Decoder

from socialcare.intake.door import DEEPEST, LARGEST_EVENT, BadRow

T = TypeVar("T")

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_WRONG = re.compile(r"Expected `([^`]*)`, got `([^`]*)`(?: - at `\$\.?([^`]*)`)?")
_KINDS = {
    "str": "a text", "int": "a number", "float": "a number", "bool": "a yes or no", "array": "a list", "object": "an object",
    "null": "nothing",
}  # fmt: skip


def decoded(content: bytes | Raw, decoder: Decoder[T], what: str = "a post") -> T:
    """A post as the struct that `decoder` reads; half a surrogate pair and bytes that are no UTF-8 are repaired.

    Raises:
        BadRow: it is too large, nested too deep, no JSON, or has another shape than `what`.
    """
    raw = bytes(content)
    _demand_shallow(raw, what)
    try:
        try:
            return decoder.decode(raw)
        except ValidationError:
            raise
        except (ValueError, RecursionError):
            return decoder.decode(_mended(raw))
    except ValidationError as error:
        raise BadRow(_in_words(error, what)) from error
    except RecursionError as error:
        raise BadRow(_TOO_DEEP) from error
    except ValueError as error:
        raise BadRow("it is no JSON") from error


def is_surely_in_bounds(raw: bytes) -> bool:
    """Whether a text is not too large, and has too few brackets to be nested too deep, be it JSON or not."""
    # taking them out is three times as fast as counting them
    brackets = 2 * len(raw) - len(raw.replace(b"{", b"")) - len(raw.replace(b"[", b""))
    return brackets <= DEEPEST and len(raw) <= LARGEST_EVENT


def plain(content: bytes) -> Any:  # Any: whatever the archive holds
    """Any JSON as plain data, flaws repaired.

    Raises:
        BadRow: it is nested too deep, or no JSON.
    """
    try:
        return json.loads(content.decode("utf-8", "replace"), strict=False)
    except RecursionError as error:
        raise BadRow(_TOO_DEEP) from error
    except ValueError as error:
        raise BadRow(f"it is no JSON: {str(error).partition(':')[0].lower()}") from error


def _mended(raw: bytes) -> bytes:
    return _HALF.sub("\ufffd", json.dumps(plain(raw), ensure_ascii=False)).encode()


_HALF = re.compile("[\ud800-\udfff]")
_TOO_DEEP = f"it is nested deeper than {DEEPEST} levels"


def _demand_shallow(raw: bytes, what: str) -> None:
    if len(raw) > LARGEST_EVENT:
        raise BadRow(
            f"{what.replace('a ', 'the ', 1)} has {len(raw):,} bytes, and none has more than {LARGEST_EVENT:,}"
        )
    if is_surely_in_bounds(raw):
        return
    depth = 0
    for sign in _STRING.sub(b"", raw):
        depth += (sign in b"{[") - (sign in b"}]")
        if depth > DEEPEST:
            raise BadRow(_TOO_DEEP)


def _in_words(error: DecodeError, what: str) -> str:
    found = _WRONG.search(str(error))
    if found is None:
        return f"it has not the shape of {what}"
    wanted = " or ".join(
        dict.fromkeys(
            _KINDS.get(word.strip(), word.strip()) for word in found[1].split("|") if word.strip() != "null"
        )
    )
    where = f"`{found[3]}`" if found[3] else "it"
    return f"{where} is {_KINDS.get(found[2], found[2])} where {wanted} is expected"
