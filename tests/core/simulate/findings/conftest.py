"""A single mention."""

from datetime import UTC, datetime

import pytest

from socialcare.model import Author, Mention


@pytest.fixture
def one_mention() -> Mention:
    return Mention(id="1", text="hello", author=Author(id="1"), at=datetime(2026, 3, 2, 10, tzinfo=UTC))
