"""What a reply does is read off its words."""

import gzip
import json
from pathlib import Path

import pytest

from socialcare.simulate.findings.deeds import DEEDS, deeds

PRIVATE, SORRY, THANKS, LINK = DEEDS
LABELS = {
    "Request DM": PRIVATE,
    "Request email address via DM": PRIVATE,
    "Request username via DM": PRIVATE,
    "Apologize": SORRY,
    "Provide URL": LINK,
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Please DM us your order number ^HN", {PRIVATE}),
        ("Send us a private message at https://x.com/messages/compose?recipient_id=1", {PRIVATE, LINK}),
        ("We apologise for that, and we're sorry.", {SORRY}),
        ("Thanks for the shout-out! /RB", {THANKS}),
        ("Have a look at www.example.com", {LINK}),
        ("The admin of the DMV is here", set()),
        ("", set()),
    ],
)
def test_the_deeds_of_a_reply(text: str, found: set[str]) -> None:
    assert deeds(text) == found


def test_hand_labels_agree(data: Path) -> None:
    """A recall of 0.95 and a precision of 0.9 at least, for each deed that the labelled replies know."""
    with gzip.open(data / "twcs-labelled-brand-actions.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for deed in (PRIVATE, SORRY, LINK):
        wanted = [deed in {LABELS.get(label) for label in row["labels"]} for row in rows]
        found = [deed in deeds(row["text"]) for row in rows]
        both = sum(a and b for a, b in zip(wanted, found, strict=True))
        assert both / sum(wanted) >= 0.95
        assert both / sum(found) >= 0.9
