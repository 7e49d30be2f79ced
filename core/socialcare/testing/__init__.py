"""The kit for plugin authors: mentions, a vocabulary from plugins, and what each kind of plugin has to hold to.

from socialcare.testing import check_classifier

def test_the_classifier_keeps_its_word():
check_classifier(MyClassifier())
"""

from socialcare.testing.checks import (
    check_action,
    check_channel,
    check_classifier,
    check_lookup,
    check_source,
)
from socialcare.testing.desks import Rehearsal, desk
from socialcare.testing.samples import AT, TEXTS, loaded, mention, vocabulary

__all__ = [
    "AT",
    "TEXTS",
    "Rehearsal",
    "check_action",
    "check_channel",
    "check_classifier",
    "check_lookup",
    "check_source",
    "desk",
    "loaded",
    "mention",
    "vocabulary",
]
