"""The plugin `acme` of the examples: what the rule language's examples name and no shipped plugin brings.

Written as anyone would write a plugin, with nothing but the front door; small, and the same every time.
"""

import re
from collections.abc import Mapping, Sequence

from socialcare import (
    ABSENT,
    Choice,
    Field,
    FieldValue,
    Lookup,
    Mention,
    Parameter,
    Question,
    Settings,
    Value,
    hookimpl,
)

PRODUCTS = ("HX200", "Kettle K2", "Trail Bike", "Tent Nova")

ANSWERS = (
    ("warranty", "Our warranty is two years; keep your receipt.", "returns", 0.9),
    ("refund", "A refund takes five working days after your parcel reaches us.", "billing", 0.8),
    ("track", "You can follow your parcel with the number in our e-mail. " + "It is updated every hour. " * 12, "delivery", 0.95),
)  # fmt: skip
"""Word in the question, answer, topic, how well it fits."""

EXPERTS = {"billing": "email_desk", "delivery": "duty_manager", "returns": "email_desk"}

ADVOCATES = {"HX200": ("warm_wanda", "heat_hank"), "Trail Bike": ("trail_tess",)}
"""Who agreed to be named, by product, the longest user first."""

TIPS = (
    (
        "Descale your kettle once a month: half water, half vinegar, and it boils faster.",
        "https://acme.example/tips/1.png",
    ),
    ("Check the brakes of your bike before the first frost.", "https://acme.example/tips/2.png"),
    ("Air your tent for a day before you pack it away for the winter.", "https://acme.example/tips/3.png"),
)

_WARM = re.compile(r"\b(love|best|amazing|great|thank(?:s| you)|wonderful)\b", re.IGNORECASE)


class Shelf:
    """Fills `product` and `quote_score`."""

    name = "shelf"
    version = "1"
    reads_outside = False
    fields: Sequence[Field] = (
        Field(
            name="product",
            kind="record",
            doc="the product of ours that they name",
            example="product: {exists: true}",
            parts=(
                Field(
                    name="name",
                    kind="text",
                    doc="its name",
                    example="product.name: {exists: true}",
                    max_length=20,
                ),
            ),
        ),
        Field(
            name="quote_score",
            kind="number",
            doc="how well their words would stand alone, 0 to 1",
            example="quote_score: {at_least: 0.9}",
        ),
    )

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        """The first product in the text, and a score that grows with warm words."""
        return [{"product": _product(m.text), "quote_score": _score(m.text)} for m in mentions]


def _product(text: str) -> FieldValue:
    said = text.casefold()
    named = next((name for name in PRODUCTS if name.casefold() in said), None)
    return ABSENT if named is None else FieldValue({"name": named}, 0.9, (named,))


def _score(text: str) -> FieldValue:
    warm = tuple(match[0] for match in _WARM.finditer(text))
    return FieldValue(min(1.0, 0.5 * len(warm)), 0.7, warm)


class FaqAnswer:
    """Answers with the entry whose word stands in the question."""

    name = "faq_answer"
    doc = "the answer to a frequent question"
    example = "faq: {faq_answer: {min_score: 0.75}}"
    parameters: Sequence[Parameter] = (
        Parameter(name="min_score", kind="number", takes="literal", required=False, default=0.5),
    )
    result = Field(
        name="faq",
        kind="record",
        doc="an entry of the frequent questions",
        example="faq: {exists: true}",
        parts=(
            Field(
                name="answer",
                kind="text",
                doc="what to say",
                example="faq.answer: {exists: true}",
                max_length=500,
            ),
            Field(
                name="topic",
                kind="one_of",
                values=("billing", "delivery", "returns"),
                doc="what it is about",
                example="faq.topic: billing",
            ),
            Field(
                name="score",
                kind="number",
                doc="how well it fits, 0 to 1",
                example="faq.score: {below: 0.85}",
            ),
        ),
    )
    choice: Choice | None = None
    tags: str | None = None
    reads_outside = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """The entries that fit at least as well as asked, the best first."""
        text = question.mention.text.casefold() if question.mention else ""
        least = question.arguments["min_score"]
        fits = [
            (score, answer, topic)
            for word, answer, topic, score in ANSWERS
            if word in text and isinstance(least, int | float) and score >= least
        ]
        return [
            {"answer": answer, "topic": topic, "score": score}
            for score, answer, topic in sorted(fits, reverse=True)
        ]


class ExpertFor:
    """Answers with the person who knows a topic."""

    name = "expert_for"
    doc = "the person of ours who knows a topic"
    example = "expert: {expert_for: {topic: topic}}"
    parameters: Sequence[Parameter] = (
        Parameter(name="topic", kind="text", takes="field", doc="the field that names the topic"),
    )
    result = Field(
        name="expert",
        kind="record",
        doc="a person of ours",
        example="expert: {exists: true}",
        parts=(
            Field(
                name="person",
                kind="text",
                doc="a name under `people:`",
                example="expert.person: x",
                max_length=40,
            ),
        ),
    )
    choice: Choice | None = None
    tags: str | None = None
    reads_outside = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """The expert of the topic, or of the first of several that has one."""
        topic = question.arguments["topic"]
        topics = topic if isinstance(topic, tuple) else (str(topic),)
        return [{"person": EXPERTS[one]} for one in topics if one in EXPERTS]


class Advocate:
    """Answers with customers who agreed to be named for a product."""

    name = "advocate"
    doc = "a customer who agreed to be asked about a product"
    example = "fan: {advocate: {for: product, at_most: 1, in: 14d}}"
    parameters: Sequence[Parameter] = (
        Parameter(name="for", kind="record", takes="field", doc="the field that holds the product"),
        Parameter(name="at_most", kind="number", takes="literal", required=False, default=1),
        Parameter(name="in", kind="duration", takes="literal", required=False, default=14 * 86400.0),
    )
    result = Field(
        name="fan",
        kind="record",
        doc="an advocate",
        example="fan: {exists: true}",
        parts=(
            Field(name="handle", kind="text", doc="their handle", example="fan.handle: x", max_length=15),
        ),
    )
    choice: Choice | None = Choice(key="handle", at_most="at_most", within="in")
    tags: str | None = "handle"
    reads_outside = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """All advocates of the product."""
        product = question.arguments["for"]
        name = product.get("name") if isinstance(product, Mapping) else None
        return [{"handle": handle} for handle in ADVOCATES.get(str(name), ())]


class NextFrom:
    """Answers with texts that were prepared, in their order."""

    name = "next_from"
    doc = "the next text of a file that was not used lately"
    example = "tip: {next_from: {file: content/tips.yaml, no_repeat: 60d}}"
    parameters: Sequence[Parameter] = (
        Parameter(name="file", kind="text", takes="literal", doc="the file of texts"),
        Parameter(name="no_repeat", kind="duration", takes="literal", required=False),
    )
    result = Field(
        name="tip",
        kind="record",
        doc="a prepared text",
        example="tip: {exists: true}",
        parts=(
            Field(
                name="text",
                kind="text",
                doc="what to say",
                example="tip.text: {exists: true}",
                max_length=200,
            ),
            Field(
                name="image",
                kind="text",
                doc="its picture",
                example="tip.image: {exists: true}",
                max_length=60,
            ),
        ),
    )
    choice: Choice | None = Choice(key="text", within="no_repeat")
    tags: str | None = None
    reads_outside = False

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        """All texts of `content/tips.yaml`; no other file is there."""
        known = question.arguments["file"] == "content/tips.yaml"
        return [{"text": text, "image": image} for text, image in TIPS] if known else []


@hookimpl
def register_classifiers(settings: Settings) -> Sequence[Shelf]:
    """The fields of our shelf."""
    return [Shelf()]


@hookimpl
def register_lookups(settings: Settings) -> Sequence[Lookup]:
    """What rules may ask us."""
    return [FaqAnswer(), ExpertFor(), Advocate(), NextFrom()]
