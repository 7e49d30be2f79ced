"""Reads small policies over a vocabulary built by hand."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare.diagnostics import Problems, render_text
from socialcare.model import Vocabulary
from socialcare.policy.load import read_text
from socialcare.policy.statements import Policy


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    spec = importlib.util.spec_from_file_location(
        "policy_vocabulary", Path(__file__).with_name("vocabulary.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    words: Vocabulary = module.VOCABULARY
    return words


@pytest.fixture(scope="session")
def read(vocabulary: Vocabulary) -> Callable[[str], Policy]:
    """The policy of a text that must be free of errors; `socialcare: 1` is put before it."""

    def check(text: str) -> Policy:
        problems = Problems()
        policy = read_text(f"socialcare: 1\n{text}", vocabulary, problems)
        assert policy is not None, render_text(problems, lambda _: f"socialcare: 1\n{text}", color=False)
        return policy

    return check


@pytest.fixture(scope="session")
def reported(vocabulary: Vocabulary) -> Callable[[str], list[tuple[str, int, int, str]]]:
    """What is wrong with a text that must have errors: code, line, column (the text's own lines), message."""

    def check(text: str) -> list[tuple[str, int, int, str]]:
        problems = Problems()
        policy = read_text(f"socialcare: 1\n{text}", vocabulary, problems)
        assert policy is None
        found = [item for item in problems.items if item.place is not None]
        return [
            (item.code, item.place.line - 1, item.place.column, item.message) for item in found if item.place
        ]

    return check
