"""To bring in people of ours."""

from datetime import timedelta
from typing import Annotated

from socialcare import Action, Refers
from socialcare_actions.params import Params

Person = Annotated[str, Refers("person")]
"""A name under `people:`, or a look-up that answers with one: `{expert_for: topic, otherwise: duty_manager}`."""


class Handover(Params):
    """To which account of ours."""

    to: Annotated[str, Refers("account")]


class Breach(Params):
    """What happens when nobody answered in time."""

    notify: Person


class OpenCase(Params):
    """Who gets it, whether they are asked what to answer, and by when."""

    to: Person
    ask: bool = False
    answer_within: timedelta | None = None
    on_breach: Breach | None = None


class Notify(Params):
    """Whom, and about what."""

    to: Person
    about: Annotated[str | None, Refers("text")] = None


PEOPLE = (
    Action(
        name="handover",
        doc="give the mention to another account of ours, which decides it anew",
        example="handover: {to: help}",
        slot="both",
        params=Handover,
        shorthand="to",
        settles="handed_over",
    ),
    Action(
        name="open_case",
        doc="give it to a person, with a clock; a conversation has one case, and what follows joins it",
        example="open_case: {to: duty_manager, answer_within: 2h, on_breach: {notify: comms_lead}}",
        merge="one",
        params=OpenCase,
        shorthand="to",
        within="answer_within",
        breach="on_breach",
        settles="handed_over",
    ),
    Action(
        name="notify",
        doc="tell a person, of whom nothing is expected; one or a list",
        example="notify: {to: community, about: invite as advocate}",
        params=Notify,
        shorthand="to",
        many=True,
    ),
)
