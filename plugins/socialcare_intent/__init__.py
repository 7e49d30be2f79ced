"""The plugin `intent`: question, complaint or praise, with feeling, language, topic and personal data, from words alone."""

from collections.abc import Sequence

from socialcare import Settings, hookimpl
from socialcare_intent.classifier import IntentClassifier


@hookimpl
def register_classifiers(settings: Settings) -> Sequence[IntentClassifier]:  # noqa: ARG001 - there is nothing to set
    """The one classifier of this plugin."""
    return [IntentClassifier()]
