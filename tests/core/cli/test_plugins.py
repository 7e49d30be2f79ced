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


def test_a_plugin_that_is_on_brings_its_commands(
    capsys: pytest.CaptureFixture[str], settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = settings.parent / "bell-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bell\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[socialcare]\nbell = a_bell_that_rings\n")
    (settings.parent / "a_bell_that_rings.py").write_text(
        "import click\n"
        "from socialcare import hookimpl\n"
        "@hookimpl\n"
        "def register_commands():\n"
        "    return [click.Command('ring', callback=lambda: click.echo('ding'), help='Ring it.')]\n"
    )
    monkeypatch.syspath_prepend(settings.parent)
    monkeypatch.chdir(settings.parent)
    assert main(["ring"]) == 2
    assert "no such command `ring`" in capsys.readouterr().err
    settings.write_text("[plugins.bell]\n")
    assert main(["ring", "--color", "never"]) == 0
    assert capsys.readouterr().out == "ding\n"
    assert "commands: ring" in listed(capsys)[1]
