"""How well the classifier tells on real tweets that the word lists were not tuned on; skips without the data."""

import runpy
from pathlib import Path
from typing import Any

import pytest

BENCH: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "bench" / "bench_intent.py"))
COMPLAINTS_OF_BRANDS, COMPLAINTS_OF_TRADES, PRAISE_OF_AIRLINES, COMPLAINTS_OF_AIRLINES, _ = BENCH["SETS"]


@pytest.mark.parametrize(
    ("which", "f1", "precision"),
    [
        (COMPLAINTS_OF_BRANDS, 0.72, 0.66),
        (COMPLAINTS_OF_TRADES, 0.70, 0.70),
        (PRAISE_OF_AIRLINES, 0.70, 0.68),
        (COMPLAINTS_OF_AIRLINES, 0.82, 0.85),
    ],
    ids=["complaints of brands", "complaints of trades", "praise of airlines", "complaints of airlines"],
)
def test_the_half_not_tuned_on_is_told_well_enough(
    which: Any, f1: float, precision: float, data: Path
) -> None:
    """Asked for: F1 0.60, 0.66, 0.60 and a precision of 0.60; held a little below what was reached."""
    score = BENCH["plugin_score"](which, "odd")
    assert score.f1 >= f1
    assert score.precision >= precision


def test_the_plugin_beats_the_trivial_guesses(data: Path) -> None:
    for which in BENCH["SETS"]:
        texts, labels = BENCH["labelled"](which, "odd")
        best = max(
            BENCH["score"]([guess(text) for text in texts], labels).f1
            for guess in BENCH["BASELINES"].values()
        )
        assert BENCH["plugin_score"](which, "odd").f1 > best
