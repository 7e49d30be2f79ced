"""To write something down about the mention or its author."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from socialcare import Action, Refers
from socialcare_actions.params import Params


class Label(Params):
    """One word."""

    word: Annotated[str, Field(min_length=1, max_length=60)]


class Note(Params):
    """What people of ours read beside the mention."""

    text: Annotated[str, Refers("text")]


class Urgency(Params):
    """A level, or a number and the steps that turn it into one."""

    level: Annotated[int, Field(ge=1)] | None = None
    by: Annotated[str | None, Refers("number")] = None
    steps: dict[float, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> "Urgency":
        if (self.level is None) == (self.by is None) or bool(self.steps) != (self.by is not None):
            raise ValueError("takes a level, as in `urgency: 3`, or both `by` and `steps`")
        return self


class Remember(Params):
    """What is known of the author from now on: flags and their values."""

    flags: Annotated[dict[str, bool | float | str], Refers("flag")]


def level(urgency: Mapping[str, Any]) -> Mapping[str, Any] | None:  # Any: an action's own JSON
    """The level given, or that of the highest step that the number reaches; nothing below the first step."""
    if urgency.get("level") is not None:
        return {"level": int(urgency["level"])}
    number = urgency.get("by")
    if number is None:
        return None
    reached = [(float(step), int(level)) for step, level in urgency["steps"].items() if float(step) <= number]
    return {"level": max(reached)[1]} if reached else None


RECORDS = (
    Action(
        name="label",
        doc="put a word on the mention, to find it again; one or a list",
        example="label: [routed, returns]",
        params=Label,
        shorthand="word",
        many=True,
    ),
    Action(
        name="note",
        doc="leave a remark for the people who read the mention",
        example="note: They asked twice this week.",
        params=Note,
        shorthand="text",
    ),
    Action(
        name="urgency",
        doc="how soon a person should look: a level, 1 the lowest, or a number and its steps; the highest counts",
        example="urgency: {by: author.followers, steps: {0: 1, 1000: 2, 10000: 3}}",
        merge="highest",
        params=Urgency,
        shorthand="level",
        propose=level,
    ),
    Action(
        name="remember",
        doc="set flags of the author, which later mentions can test",
        example="remember: {flags.opted_out: true}",
        params=Remember,
        shorthand="flags",
    ),
)
