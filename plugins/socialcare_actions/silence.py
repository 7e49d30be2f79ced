"""To say nothing, and to keep others from speaking."""

from typing import Annotated

from pydantic import Field

from socialcare import Action
from socialcare_actions.params import Params


class Reason(Params):
    """Why nothing is said."""

    reason: Annotated[str, Field(min_length=1, max_length=280)]


SILENCE = (
    Action(
        name="ignore",
        doc="noise: nobody needs to see it",
        example="ignore: they only share a link",
        slot="both",
        params=Reason,
        shorthand="reason",
        settles="ignored",
    ),
    Action(
        name="acknowledge",
        doc="read, and no answer is needed",
        example="acknowledge: thanks for our answer",
        slot="both",
        params=Reason,
        shorthand="reason",
        settles="acknowledged",
    ),
    Action(
        name="to_inbox",
        doc="a person decides",
        example="to_inbox: a competitor is named",
        slot="both",
        params=Reason,
        shorthand="reason",
        settles="inbox",
    ),
)
