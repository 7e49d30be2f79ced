"""A policy is a folder: which of its files are read, and what is said when it is none."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare.diagnostics import Problems, render_text
from socialcare.policy.yaml import files
from socialcare.policy.yaml.files import find_policy_files
from socialcare.policy.yaml.parsed import PolicyFiles, read_policy_files


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str, text: str = "rules: {a: b}\n") -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def read(path: str | Path) -> tuple[PolicyFiles, Problems]:
    found = Problems()
    raw = find_policy_files(Path(path), found)
    return read_policy_files(Path(path), raw, found), found


def told(found: Problems) -> str:
    return render_text(found, lambda file: None, color=False, strict=True)


def test_all_yaml_under_the_folder_is_read_in_order(here: Path) -> None:
    write("policy/b.yaml", "policy/a/z.yml", "policy/a.yaml", "policy/a/b/c.yaml", "policy/notes.txt")
    read_files, found = read("policy")
    assert found.items == []
    assert [name for name, _ in read_files.statements] == [
        "policy/a/b/c.yaml",
        "policy/a/z.yml",
        "policy/a.yaml",
        "policy/b.yaml",
    ]
    assert read_files.statements[0][1].keys() == ["rules"]


def test_an_ending_in_capitals_is_the_same_ending(here: Path) -> None:
    write("policy/A.YAML", "policy/A.Test.YML")
    read_files, found = read("policy")
    assert found.items == []
    assert [name for name, _ in read_files.statements] == ["policy/A.YAML"]
    assert [name for name, _ in read_files.tests] == ["policy/A.Test.YML"]


def test_a_file_that_an_editor_gave_a_second_ending_is_not_left_out_in_silence(here: Path) -> None:
    write("policy/a.yaml", "policy/guards.yaml.txt")
    assert told(read("policy")[1]) == (
        "error SC103 `policy/guards.yaml.txt` is not read, for its ending\n"
        "   = fix: name it `policy/guards.yaml`\n"
        "1 error\n"
    )


def test_conversation_tests_are_kept_apart(here: Path) -> None:
    write("policy/a.yaml", "policy/a.test.yaml", "policy/tests/b.test.yml")
    read_files, _ = read("policy")
    assert [name for name, _ in read_files.statements] == ["policy/a.yaml"]
    assert [name for name, _ in read_files.tests] == ["policy/a.test.yaml", "policy/tests/b.test.yml"]


def test_hidden_things_and_content_are_left_out(here: Path) -> None:
    write("policy/a.yaml", "policy/.git/b.yaml", "policy/.b.yaml", "policy/content/tips.yaml")
    write("policy/deeper/content/c.yaml")
    read_files, found = read("policy")
    assert [name for name, _ in read_files.statements] == ["policy/a.yaml", "policy/deeper/content/c.yaml"]
    assert found.items == []


def test_paths_are_shown_relative_to_the_working_directory(here: Path) -> None:
    write("policy/a.yaml")
    assert read(here / "policy")[0].statements[0][0] == "policy/a.yaml"
    assert read("./policy/")[0].statements[0][0] == "policy/a.yaml"
    assert read(".")[0].statements[0][0] == "policy/a.yaml"


def test_a_policy_that_is_none_is_told_with_the_way_out(
    here: Path, golden: Callable[[str, str], None]
) -> None:
    write("policy/a.yaml")
    Path("empty").mkdir()
    write("only-tests/a.test.yaml")
    shown = [told(read(path)[1]) for path in ("policy/a.yaml", "missing", "empty", "only-tests")]
    golden("yaml/folders.txt", "\n".join(shown))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000])
def test_a_name_that_cannot_be_is_told(here: Path, name: str) -> None:
    assert [item.code for item in read(name)[1].items] in (["SC101"], ["SC103"])


def test_a_file_with_errors_does_not_hide_those_of_the_others(here: Path) -> None:
    write("policy/a.yaml", "policy/c.yaml", text="a: @b\n")
    write("policy/b.yaml")
    read_files, found = read("policy")
    assert [item.place.file for item in found.items if item.place] == ["policy/a.yaml", "policy/c.yaml"]
    assert [name for name, _ in read_files.statements] == ["policy/b.yaml"]


def test_links_are_followed_only_within_the_folder(here: Path) -> None:
    write("policy/a.yaml", "outside/b.yaml", "policy/.data/c.yaml")
    Path("policy/again.yaml").symlink_to("a.yaml")
    Path("policy/c.yaml").symlink_to(".data/c.yaml")
    read_files, found = read("policy")
    assert [name for name, _ in read_files.statements] == ["policy/a.yaml", "policy/c.yaml"]
    assert found.items == []
    Path("policy/b.yaml").symlink_to("../outside/b.yaml")
    Path("policy/folder").symlink_to("../outside")
    Path("policy/lost.yaml").symlink_to("nowhere.yaml")
    Path("policy/round.yaml").symlink_to("round.yaml")
    _, found = read("policy")
    assert [item.code for item in found.items] == ["SC103"] * 4


def test_a_pipe_is_not_waited_for(here: Path) -> None:
    write("policy/a.yaml")
    os.mkfifo("policy/b.yaml")
    assert [item.code for item in read("policy")[1].items] == ["SC103"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_file_is_told(here: Path) -> None:
    write("policy/a.yaml", "policy/b.yaml")
    Path("policy/b.yaml").chmod(0)
    assert [item.code for item in read("policy")[1].items] == ["SC103"]


def test_a_folder_named_like_a_file_is_read_as_a_folder(here: Path) -> None:
    write("policy/a.yaml/b.yaml")
    assert [name for name, _ in read("policy")[0].statements] == ["policy/a.yaml/b.yaml"]


def test_the_number_and_the_size_of_files_are_bounded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(*(f"policy/{n:02}.yaml" for n in range(20)))
    monkeypatch.setattr(files, "MOST_FILES", 10)
    read_files, found = read("policy")
    assert len(read_files.statements) == 10
    assert [item.message for item in found.items] == ["`policy` holds more than 10 files"]
    monkeypatch.setattr(files, "MOST_FILES", 20)
    monkeypatch.setattr(files, "LARGEST_POLICY", 100)
    assert [item.code for item in read("policy")[1].items] == ["SC104"]
