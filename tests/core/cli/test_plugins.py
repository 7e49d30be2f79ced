import json
from pathlib import Path

import pytest

from socialcare.cli.main import main


def listed(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    code = main(["plugins", *args])
    return code, capsys.readouterr().out


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "socialcare.toml"
    file.write_text("[plugins.actions]\n")
    return file


def test_each_plugin_is_listed_with_its_words_and_its_state(
    capsys: pytest.CaptureFixture[str], settings: Path
) -> None:
    code, text = listed(capsys, "--config", str(settings))
    assert code == 0
    assert "actions: reply, quote, repost" in text
    assert "x 0.1.0  off\n  help: `[plugins.x]` in socialcare.toml switches it on" in text


def test_the_list_can_be_read_by_a_program(capsys: pytest.CaptureFixture[str], settings: Path) -> None:
    _, text = listed(capsys, "--config", str(settings), "--format", "json")
    plugins = {one["name"]: one for one in json.loads(text)}
    assert plugins["actions"]["enabled"]
    assert "reply" in plugins["actions"]["brings"]["actions"]
    assert not plugins["x"]["enabled"]


def test_a_broken_plugin_is_a_finding(capsys: pytest.CaptureFixture[str], settings: Path) -> None:
    settings.write_text("[plugins.actions]\n[plugins.places]\nshops = 1\n")
    code, text = listed(capsys, "--config", str(settings))
    assert code == 1
    assert "places 0.1.0  broken\n  plugin `places`: setting `shops`" in text
    assert "actions: reply" in text


def test_settings_that_cannot_be_used_are_one_message(
    capsys: pytest.CaptureFixture[str], settings: Path
) -> None:
    settings.write_text("[plugins.acton]\n")
    assert main(["plugins", "--config", str(settings)]) == 2
    assert "did you mean `actions`?" in capsys.readouterr().err
