"""The policies that come with the product give `check` nothing to warn of."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from socialcare.cli.frame import cli

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["rules", "core/socialcare/starter"])
def test_a_policy_of_ours_is_clean(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(cli, ["check", folder, "--strict"])
    assert result.exit_code == 0, result.output
