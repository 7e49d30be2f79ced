import asyncio
from collections.abc import Mapping, Sequence

import pytest

from socialcare import (
    ABSENT,
    Choice,
    Field,
    FieldValue,
    Lookup,
    Mention,
    Parameter,
    Question,
    Value,
    hookimpl,
)
from socialcare.seam import Failed, Provider, Seam
from socialcare.testing import AT, loaded, mention

MOOD = Field(name="mood", kind="one_of", values=("good", "bad"), doc="a word", example="mood: good")


class Mood:
    """A classifier that says what its test tells it to."""

    name = "mood"
    version = "7"
    fields: Sequence[Field] = (MOOD,)

    def __init__(self, *, reads_outside: bool = False) -> None:
        self.reads_outside = reads_outside
        self.asked: list[str] = []

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        self.asked += [one.text for one in mentions]
        return [self.say(one.text) for one in mentions]

    def say(self, text: str) -> Mapping[str, FieldValue]:
        if text == "boom":
            raise ValueError("no mood for it")
        return {"mood": FieldValue(text)} if text != "nothing" else {"mood": ABSENT}


class Shop:
    name = "shop"
    doc = "a shop"
    example = "shop: {shop: {to: place}}"
    parameters: Sequence[Parameter] = (
        Parameter(name="to", kind="text", takes="field"),
        Parameter(name="least", kind="number", takes="literal", required=False, default=2.0),
    )
    result = Field(
        name="shop",
        kind="record",
        doc="a shop",
        example="shop: {exists: true}",
        parts=(Field(name="city", kind="text", doc="its city", example="shop.city: x", max_length=8),),
    )
    choice: Choice | None = None
    tags: str | None = None

    def __init__(self, *, reads_outside: bool = False) -> None:
        self.reads_outside = reads_outside
        self.asked: list[Question] = []

    async def find(self, question: Question) -> Sequence[Mapping[str, Value]]:
        self.asked.append(question)
        match question.arguments["to"]:
            case "boom":
                raise KeyError("city")
            case "never":
                await asyncio.Event().wait()
            case "exit":
                raise SystemExit(1)
            case "word":
                return "a city"  # type: ignore[return-value]  # the mistake
            case "long":
                return [{"city": "Llanfairpwll"}]
            case "more":
                return [{"city": "Ur", "king": "yes"}]
            case "none":
                return []
        return [{"city": "Ur"}]


@pytest.fixture
def seam() -> Seam:
    class Plugin:
        @hookimpl
        def register_lookups(self, settings: object) -> list[Lookup]:
            return [Shop()]

    return Seam(loaded(Plugin()).vocabulary, deadline=0.01, patience=2, pause=3)


def provider(mood: Mood, *fields: Field) -> Provider:
    return Provider("moods", mood, {one.name: one for one in fields or (MOOD,)})


def asked(to: Value) -> Question:
    return Question(arguments={"to": to}, mention=None, at=AT)


def told(seam: Seam) -> list[tuple[str, str, int]]:
    return [(one.what, one.reason, one.count) for one in seam.failures]


async def test_values_are_stamped_with_their_provider(seam: Seam) -> None:
    (row,) = await seam.classify(provider(Mood()), [mention("good")])
    assert row == {"mood": FieldValue("good", provider="moods@7")}
    assert not told(seam)


async def test_a_field_that_is_left_to_another_plugin_is_dropped_without_a_word(seam: Seam) -> None:
    other = Field(name="other", kind="text", doc="x", example="other: x", max_length=3)
    mood = Mood()
    mood.fields = (MOOD, other)
    assert await seam.classify(provider(mood, other), [mention("good")]) == [{}]
    assert not told(seam)


async def test_one_bad_mention_costs_the_others_nothing(seam: Seam) -> None:
    rows = await seam.classify(provider(Mood()), [mention("good"), mention("boom"), mention("bad")])
    assert [sorted(row) for row in rows] == [["mood"], [], ["mood"]]
    ((what, reason, count),) = told(seam)
    assert (what, count) == ("classifier `mood`", 1)
    assert reason.startswith("`ValueError: no mood for it` at core/test_seam.py:")


async def test_what_a_pure_classifier_says_does_not_depend_on_the_batches(seam: Seam) -> None:
    mentions = [mention(text) for text in ["good", "boom", "odd", "boom", "boom", "boom", "bad"]]
    whole = await seam.classify(provider(Mood()), mentions)
    parts = [(await seam.classify(provider(Mood()), [one]))[0] for one in mentions]
    assert whole == parts


async def test_a_thousand_failures_of_one_kind_are_one_line(seam: Seam) -> None:
    for _ in range(3):
        await seam.classify(provider(Mood()), [mention("boom"), mention("boom")])
    assert [count for _, _, count in told(seam)] == [6]


class Rubbish(Mood):
    """A classifier that returns whatever it was made with."""

    def __init__(self, rubbish: object) -> None:
        super().__init__()
        self.rubbish = rubbish

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        return self.rubbish  # type: ignore[return-value]  # rubbish is what the test is about


@pytest.mark.parametrize(
    ("rubbish", "said"),
    [
        (None, "returned nothing instead of a list of maps"),
        ("x", "returned a `str` instead of a list of maps"),
        ([{}, {}], "returned 2 maps for 1 mentions"),
        ([3], "returned a list of something else than maps"),
        ([{"mood": "good"}], "its `mood` is a `str` instead of a field value"),
        ([{"mood": FieldValue("odd")}], "its `mood` is none of the words declared"),
        ([{"mood": FieldValue(3.0)}], "its `mood` is no text"),
        ([{"mood": FieldValue("good", 1.1)}], "its `mood` has a confidence that is not between 0 and 1"),
        (
            [{"mood": FieldValue("good", float("nan"))}],
            "its `mood` has a confidence that is not between 0 and 1",
        ),
        ([{"feeling": FieldValue("good")}], "it fills `feeling`, which it does not declare"),
    ],
)
async def test_rubbish_leaves_the_field_unknown_and_is_named(seam: Seam, rubbish: object, said: str) -> None:
    assert await seam.classify(provider(Rubbish(rubbish)), [mention("x")]) == [{}]
    assert [(reason, count) for _, reason, count in told(seam)] == [(said, 1)]


async def test_a_pure_classifier_that_is_async_is_named(seam: Seam) -> None:
    class Late(Mood):
        async def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:  # type: ignore[override]  # the mistake
            return []

    assert await seam.classify(provider(Late()), [mention("x")]) == [{}]
    assert "declares `reads_outside`" in told(seam)[0][1]


async def test_what_keeps_failing_outside_is_left_alone_and_then_tried_again(seam: Seam) -> None:
    mood = Mood(reads_outside=True)
    for text in ["boom", "boom", "good", "good", "good", "bad", "good"]:
        await seam.classify(provider(mood), [mention(text)])
    assert mood.asked == ["boom", "boom", "bad", "good"]
    assert told(seam)[1][1:] == ("not asked, as it failed 2 times in a row", 3)


async def test_all_classifiers_together_fill_one_map(seam: Seam) -> None:
    other = Mood()
    other.fields = (Field(name="other", kind="text", doc="x", example="other: x", max_length=3),)
    filled = await seam.fields(
        [provider(Mood()), provider(other, *other.fields)], [mention("good"), mention("bad")]
    )
    assert [row["mood"].value for row in filled] == ["good", "bad"]


async def test_a_look_up_is_given_its_defaults(seam: Seam) -> None:
    shop = Shop()
    assert await seam.ask(shop, asked("Ur")) == [{"city": "Ur"}]
    assert shop.asked[0].arguments == {"to": "Ur", "least": 2.0}


async def test_a_look_up_with_a_missing_argument_answers_nothing_and_is_not_called(seam: Seam) -> None:
    shop = Shop()
    assert await seam.ask(shop, asked(None)) == ()
    assert not shop.asked


async def test_nothing_found_is_no_failure(seam: Seam) -> None:
    assert await seam.ask(Shop(), asked("none")) == []
    assert not told(seam)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("boom", "`KeyError: 'city'` at core/test_seam.py"),
        ("exit", "`SystemExit: 1`"),
        ("word", "answered with a `str` instead of a list of records"),
        ("long", "its answer has a part `city` that has 12 characters where 8 are declared"),
        ("more", "its answer has a part `king` that is not declared"),
    ],
)
async def test_a_look_up_that_breaks_its_word_has_failed(seam: Seam, to: str, said: str) -> None:
    answer = await seam.ask(Shop(), asked(to))
    assert isinstance(answer, Failed)
    assert answer.reason.startswith(said)
    ((what, _, count),) = told(seam)
    assert (what, count) == ("look-up `shop`", 1)


async def test_a_look_up_that_reads_outside_has_a_deadline(seam: Seam) -> None:
    answer = await seam.ask(Shop(reads_outside=True), asked("never"))
    assert answer == Failed("no answer within 0.01 s")


async def test_who_waits_for_a_look_up_can_be_stopped(seam: Seam) -> None:
    task = asyncio.create_task(seam.ask(Shop(), asked("never")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_long_complaint_of_a_plugin_is_cut(seam: Seam) -> None:
    class Wordy(Mood):
        def say(self, text: str) -> Mapping[str, FieldValue]:
            raise ValueError("so\nmuch " * 1000)

    await seam.classify(provider(Wordy()), [mention("x")])
    ((_, reason, _),) = told(seam)
    assert "\n" not in reason
    assert len(reason) < 300
