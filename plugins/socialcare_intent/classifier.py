"""The classifier: what a mention is about, what its author wants, and what must not be repeated."""

from collections.abc import Mapping, Sequence

from socialcare import Field, FieldValue, Mention
from socialcare_intent.fields import FIELDS


class IntentClassifier:
    """Fills the fields from a mention's text, its stated language and its retweet flag."""

    name = "intent"
    version = "1"
    fields: Sequence[Field] = FIELDS
    reads_outside = False

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        """The fields of each mention, in order; never raises, whatever the text."""
        from socialcare_intent.reading import fields_of  # noqa: PLC0415 - who only checks a policy reads no text

        return fields_of(mentions)
