"""Deciding mentions apart and in any order comes to what deciding them in order does."""

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.desk import Desk
from socialcare.model import Author, Mention
from socialcare.simulate.apart import decided_here, is_apart, put_together
from socialcare.simulate.decisions import DecisionWriter
from socialcare.simulate.ordering import ordered, ordered_rows
from socialcare.simulate.report import Run, render_json
from socialcare.simulate.rows import Row
from socialcare.simulate.run import run
from socialcare.simulate.summary import Summary
from socialcare.testing import desk as rehearse

PLAIN = """
accounts: {main: AcmeCo}
calendars: {morning: {zone: UTC, week: {every day: 09:00-12:00}}}
rules:
  hours:
    when: {text: {has: open}}
    do: {label: [hours, asked]}
  famous:
    when: {all: [{author.followers: {above: 1000}}, {text: {matches: 'a\\d+'}}]}
    do: {label: [asked, famous]}
  early:
    when: {time: {inside: morning}}
    do: {label: early}
"""
UNSEALED = {"x.opt_out": "a test"}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def opened(policy: str) -> Desk:
    return rehearse(policy, "actions", near=False).desk


DESK = opened(PLAIN)
AUTHORS = st.sampled_from(
    [Author(id="1"), Author(id="2", handle="ann", followers=5_000), Author(id="3", handle="AcmeCo")]
)
MENTIONS = st.builds(
    Mention,
    id=st.integers(1, 12).map(str),
    root=st.sampled_from(["", "1", "2"]),
    text=st.sampled_from(["open?", "a12 is \u2028 open", "nothing", "\r\n"]),
    author=AUTHORS,
    at=st.integers(-5, 5).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    at_is_guessed=st.booleans(),
    account=st.sampled_from([None, "AcmeCo", "other"]),
    kind=st.sampled_from(["post", "message"]),
    lang=st.sampled_from([None, "en"]),
)


def in_order(mentions: Sequence[Mention]) -> tuple[bytes, object]:
    file = io.BytesIO()
    writer = DecisionWriter(file, UNSEALED)
    _, events = ordered(mentions)
    desk = opened(PLAIN)
    summary = asyncio.run(run(events, desk, also=lambda _, decisions: writer.write_all(decisions)))
    return file.getvalue(), told(summary)


def told(summary: Summary) -> object:
    return render_json(Run(summary=summary, rejects=(), skips=(), failures=(), seconds=1.0))


def apart(batches: Sequence[Sequence[Mention]]) -> tuple[bytes, object]:
    rows: list[Row] = []
    for batch in batches:
        rows += chain.from_iterable(decided_here(batch, DESK, UNSEALED, batch=4))
    file = io.BytesIO()
    summary = put_together(
        ordered_rows(rows, room=5)[1], DESK.setting.policy, lambda lines, _number, _until: _write(file, lines)
    )
    return file.getvalue(), told(summary)


def _write(file: io.BytesIO, lines: bytes) -> None:
    file.write(lines)


@given(st.lists(st.lists(MENTIONS, min_size=1, max_size=6), max_size=5))
@settings(max_examples=60)
def test_the_order_in_which_mentions_are_decided_changes_nothing(batches: list[list[Mention]]) -> None:
    assert apart(batches) == in_order([one for batch in batches for one in batch])


def test_a_policy_of_labels_is_decided_apart() -> None:
    assert is_apart(DESK)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("label: early", "reply: Good morning"),
        ("label: early}", "label: early}\n    limit: {at_most: 1, per: author, in: 1d}"),
        ("  early:", "  early:\n    status: shadow"),
        ("rules:", "counts: {asked: {of: mention, per: author, in: 1h}}\nrules:"),
        ("  early:", "  later:\n    at: {every: day, time: 09:00}\n    do: {post: Good morning}\n  early:"),
    ],
    ids=["reply", "limit", "shadow", "count", "schedule"],
)
def test_what_speaks_or_remembers_is_decided_in_order(old: str, new: str) -> None:
    assert not is_apart(opened(PLAIN.replace(old, new)))
