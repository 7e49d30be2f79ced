"""What the parameters of the actions have in common: how a person and a length of time are written."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from socialcare import Refers

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Params(BaseModel):
    """Refuses a misspelt parameter."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _seconds(written: object) -> object:
    if not isinstance(written, str):
        return written
    length = _LENGTH.fullmatch(written.strip())
    if length is None:
        raise ValueError("is no length of time such as `30m`, `2h` or `3d`")
    return float(length[1]) * _SECONDS[length[2]]


Person = Annotated[
    str | dict[str, Any], Refers("person")
]  # Any: the arguments of the look-up that answers with one
"""A name under `people:`, or a look-up that answers with one: `{expert_for: topic, otherwise: duty_manager}`."""

Duration = Annotated[
    float, BeforeValidator(_seconds), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?[smhdw]$"})
]
"""A length of time, in seconds; written `30m`, `2h`, `3d`."""
