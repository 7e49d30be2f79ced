"""The words of `do:` that every policy needs: to speak, to hand over, to ask people, to remember, to say nothing.

They are proposals: what is allowed is carried out elsewhere.
"""

from collections.abc import Sequence

from socialcare import Action, hookimpl
from socialcare_actions.people import PEOPLE
from socialcare_actions.records import RECORDS
from socialcare_actions.silence import SILENCE
from socialcare_actions.speech import SPEECH


@hookimpl
def register_actions() -> Sequence[Action]:
    """All of them."""
    return [*SPEECH, *PEOPLE, *RECORDS, *SILENCE]
