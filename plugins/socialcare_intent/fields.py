"""The fields that this plugin fills, told without reading a text."""

import tomllib
from functools import cache
from importlib.resources import files

from socialcare import Field

INTENTS = ("question", "complaint", "praise", "opinion_request", "other")
KINDS = ("phone", "email", "card", "bank_account", "address", "booking_ref")
"""Kinds of personal data."""


@cache
def words_of_topics() -> dict[str, list[str]]:
    """The phrases of each topic, or of several topics at once, that `topics.toml` lists."""
    text = files("socialcare_intent").joinpath("topics.toml").read_text(encoding="utf-8")
    listed: dict[str, list[str]] = tomllib.loads(text)
    return listed


TOPICS = tuple(sorted({topic for named in words_of_topics() for topic in named.split()}))

FIELDS = (
    Field(
        name="intent",
        kind="one_of",
        values=INTENTS,
        doc="what the author wants: an answer, redress, to praise, to hear opinions of others, or something else",
        example="intent: {equals: question, confidence: {at_least: 0.8}}",
    ),
    Field(
        name="sentiment",
        kind="number",
        doc="how the author feels about it, from -1 (bad) to 1 (good)",
        example="sentiment: {below: -0.4}",
    ),
    Field(
        name="only_thanks",
        kind="boolean",
        doc="whether they thank and neither praise, blame nor ask",
        example="only_thanks: true",
    ),
    Field(
        name="language",
        kind="one_of",
        max_length=3,
        doc="the language as ISO 639 has it (`en`); unknown where the platform does not say and the text is too short",
        example="language: en",
        may_be_missing=True,
    ),
    Field(
        name="personal_data",
        kind="some_of",
        values=KINDS,
        doc="personal data in the text",
        example="personal_data: [phone, address, card]",
    ),
    Field(
        name="is_retweet",
        kind="boolean",
        doc="whether it repeats another's post and adds nothing",
        example="is_retweet: false",
    ),
    Field(
        name="topic",
        kind="some_of",
        values=TOPICS,
        doc="what the text speaks of",
        example="topic: [billing, delivery]",
    ),
)
