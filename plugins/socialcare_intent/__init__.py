"""The plugin `intent`: question, complaint or praise, with feeling, language, topic and personal data, from words alone."""

from collections.abc import Sequence

from socialcare import hookimpl
from socialcare_intent.classifier import IntentClassifier


@hookimpl
def register_classifiers() -> Sequence[IntentClassifier]:
    """The one classifier of this plugin."""
    return [IntentClassifier()]
