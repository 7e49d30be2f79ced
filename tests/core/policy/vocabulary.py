"""A vocabulary built by hand, large enough for the examples of the rule language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, model_validator
from pydantic import Field as Param

from socialcare.model import Choice, Field, Kind, Parameter, Refers, Value, Vocabulary
from socialcare.ports import Action, Question


def field(name: str, kind: Kind, **more: Any) -> Field:
    return Field(name=name, kind=kind, doc=f"the {name}", example=f"{name}: {{exists: true}}", **more)


INTENTS = ("complaint", "question", "praise", "opinion_request", "other")
PRODUCT = field(
    "product",
    "record",
    may_be_missing=True,
    parts=(field("name", "text", max_length=40), field("price", "number")),
)
FIELDS = (
    field("text", "text"),
    field("intent", "one_of", values=INTENTS),
    field("topic", "one_of", values=("billing", "delivery", "returns", "product", "other")),
    field("account", "one_of"),
    field("language", "one_of"),
    field("personal_data", "some_of", values=("phone", "address", "card", "email")),
    field("sentiment", "number"),
    field("quote_score", "number"),
    field("place", "text", max_length=40, may_be_missing=True),
    PRODUCT,
    field("author.handle", "text", max_length=16),
    field("author.first_name", "text", max_length=20, may_be_missing=True),
    field("author.followers", "number", may_be_missing=True),
    field("author.is_us", "boolean"),
    field("author.is_bot", "boolean", may_be_missing=True),
    field("author.protected", "boolean", may_be_missing=True),
    field("author.wrote_first", "boolean"),
    field("author.account_age", "duration", may_be_missing=True),
    field("author.created_at", "time", may_be_missing=True),
    field("mention.retweets", "number", may_be_missing=True),
    field("mention.age", "duration", may_be_missing=True),
)


@dataclass
class Asked:
    name: str
    parameters: Sequence[Parameter]
    result: Field
    choice: Choice | None = None
    tags: str | None = None
    doc: str = "answers"
    example: str = "{}"
    reads_outside: bool = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        return ()


def takes(name: str, kind: Kind, takes: str = "literal", **more: Any) -> Parameter:
    return Parameter(name=name, kind=kind, takes=takes, **more)  # type: ignore[arg-type]  # one of two words


STORE = field(
    "store", "record",
    parts=(*tuple(field(part, "text", max_length=40) for part in ("name", "street", "city", "hours_today")), field("km", "number")),
)  # fmt: skip
LOOKUPS = (
    Asked("nearest_store", [takes("to", "text", "field")], STORE),
    Asked("faq_answer", [takes("min_score", "number", required=False)], field("faq", "record", parts=(field("answer", "text"), field("score", "number"), field("topic", "text")))),
    Asked("expert_for", [takes("topic", "text", "field")], field("expert", "record", parts=(field("person", "text"),))),
    Asked(
        "advocate", [takes("for", "record", "field"), takes("at_most", "number", required=False), takes("in", "duration", required=False)],
        field("fan", "record", parts=(field("handle", "text", max_length=16),)), Choice(key="handle", at_most="at_most", within="in"), "handle",
    ),
    Asked("next_from", [takes("file", "text"), takes("no_repeat", "duration", required=False)], field("tip", "record", parts=(field("text", "text"), field("image", "text")))),
)  # fmt: skip

Person = Annotated[str, Refers("person")]


class Handover(BaseModel):
    to: Annotated[str, Refers("account")]


class Breach(BaseModel):
    notify: Person


class OpenCase(BaseModel):
    to: Person | None = None
    ask: bool = False
    answer_within: timedelta | None = None
    on_breach: Breach | None = None


class Notify(BaseModel):
    to: Person
    about: Annotated[str, Refers("text")] = ""


class Label(BaseModel):
    label: str = Param(min_length=1, max_length=40)


class Note(BaseModel):
    text: Annotated[str, Refers("text")]


class Urgency(BaseModel):
    level: int | None = Param(default=None, ge=1, le=4)
    by: Annotated[str | None, Refers("number")] = None
    steps: dict[float, int] | None = None

    @model_validator(mode="after")
    def _one(self) -> "Urgency":
        if (self.level is None) == (self.by is None):
            raise ValueError("give a level, or `by` with `steps`")
        return self


class Remember(BaseModel):
    flags: Annotated[dict[str, Any], Refers("flag")]


class Reason(BaseModel):
    reason: str = ""


def speaks(name: str, slot: Any, effect: Any) -> Action:
    return Action(
        name=name,
        doc=f"{name} it",
        example=f"{name}: Hello!",
        slot=slot,
        effect=effect,
        speaks=True,
        settles="answered",
    )


def does(
    name: str, params: type[BaseModel] | None = None, shorthand: str | None = None, **more: Any
) -> Action:
    return Action(
        name=name, doc=f"{name} it", example=f"{name}: …", params=params, shorthand=shorthand, **more
    )


ACTIONS = (
    speaks("reply", "public", "public"),
    speaks("quote", "public", "public"),
    speaks("post", "public", "public"),
    speaks("dm", "private", "private"),
    does("repost", effect="public", slot="public"),
    does("handover", Handover, "to", slot="both", settles="handed_over"),
    does("open_case", OpenCase, "to", merge="one", settles="handed_over"),
    does("notify", Notify, "to", many=True),
    does("label", Label, "label", many=True),
    does("note", Note, "text", many=True),
    does("urgency", Urgency, "level", merge="highest"),
    does("remember", Remember, "flags"),
    does("ignore", Reason, "reason", slot="both", settles="ignored"),
    does("acknowledge", Reason, "reason", slot="both", settles="acknowledged"),
    does("to_inbox", Reason, "reason", slot="both", settles="inbox"),
)  # fmt: skip

VOCABULARY = Vocabulary(
    fields={each.name: each for each in FIELDS},
    actions={each.name: each for each in ACTIONS},
    lookups={each.name: each for each in LOOKUPS},
    providers={"intent": "intent@1"},
)
