"""Bodies of requests in their shape."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from socialcare.testing.fake_x.problems import invalid
from socialcare.testing.fake_x.scripts import Call

Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$")]
Shape = TypeVar("Shape", bound=Struct)


def body_of(call: Call, shape: type[Shape]) -> Shape:
    """The body of a request in its shape. Raises `Refusal` with a 400."""
    try:
        return msgspec.convert(call.body, shape)
    except msgspec.ValidationError as error:
        raise invalid("body", call.raw[:80], str(error)) from error
