"""The policy of the rule language's own examples, with the plugin `acme` and all of ours."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from types import ModuleType
from typing import Any

import pytest

from socialcare.testing import Rehearsal, desk

HERE = Path(__file__).parent
POLICY = HERE / "policy"


@pytest.fixture
def examples(acme: ModuleType) -> Callable[..., Rehearsal]:
    """Put the examples to work, or another folder; the tier of X is one that allows quotes."""

    def put(policy: Path = POLICY, *, tier: str = "enterprise", **opened: Any) -> Rehearsal:
        settings = {"places": {"stores": "stores.csv"}, "x": {"tier": tier}}
        return desk(policy, "intent", "places", "x", acme, settings=settings, folder=HERE, **opened)

    return put


@pytest.fixture
def at() -> Callable[[str], datetime]:
    """A moment in UTC of late 2026: `at("11-20 15:00")`, a Friday; New York is five hours behind."""

    def moment(text: str) -> datetime:
        return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)

    return moment


@pytest.fixture
def with_more(examples: Callable[..., Rehearsal], tmp_path: Path) -> Callable[[str], Rehearsal]:
    """The examples with one file more."""

    def put(text: str) -> Rehearsal:
        folder = tmp_path / "policy"
        copytree(POLICY, folder)
        (folder / "more.yaml").write_text(text, "utf-8")
        return examples(folder)

    return put
