"""The folder of kept policies is private, bounded and never in the way."""

import os
import sys
from pathlib import Path

import pytest

from socialcare.policy.cache.entries import MOST, find, keep, place

KEY = "0" * 64
posix = pytest.mark.skipif(sys.platform == "win32", reason="files have no modes there")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOCIALCARE_CACHE", str(tmp_path / "a" / "kept"))
    return tmp_path / "a" / "kept"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_what_is_kept_is_found(folder: Path) -> None:
    assert find(KEY) is None
    keep(KEY, b"body", {"lists/a.txt": b"digest"})
    found = find(KEY)
    assert found is not None
    assert (found.body, found.lists) == (b"body", {"lists/a.txt": b"digest"})
    assert names(folder) == [f"{KEY}.kept"]


@posix
def test_folder_and_entries_are_for_the_user_alone(folder: Path) -> None:
    keep(KEY, b"body", {})
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / f"{KEY}.kept").stat().st_mode & 0o777 == 0o600


@posix
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    keep(KEY, b"body", {})
    folder.chmod(0o777)
    assert find(KEY) is None
    keep("1" * 64, b"body", {})
    assert names(folder) == [f"{KEY}.kept"]


@posix
def test_a_link_in_the_place_of_an_entry_is_not_followed(folder: Path, tmp_path: Path) -> None:
    keep(KEY, b"body", {})
    file = folder / f"{KEY}.kept"
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert find(KEY) is None
    keep(KEY, b"other", {})
    assert not file.is_symlink()


@pytest.mark.parametrize("data", [b"", b"\x93", b"foreign", b"\x93\x80\xc4\x01a\xc4\x01b", b"\x80\x04N."])
def test_a_broken_entry_is_none(folder: Path, data: bytes) -> None:
    keep(KEY, b"body", {})
    (folder / f"{KEY}.kept").write_bytes(data)
    assert find(KEY) is None
    keep(KEY, b"body", {})
    assert find(KEY) is not None


def test_one_changed_byte_is_noticed(folder: Path) -> None:
    keep(KEY, b"a rather long body", {})
    file = folder / f"{KEY}.kept"
    data = bytearray(file.read_bytes())
    data[data.index(b"rather")] ^= 1
    file.write_bytes(data)
    assert find(KEY) is None


def test_only_the_last_used_entries_are_kept(folder: Path) -> None:
    keys = [f"{number:064x}" for number in range(MOST + 3)]
    folder.mkdir(parents=True, mode=0o700)
    (folder / "notes.txt").write_text("not ours")
    for number, key in enumerate(keys):
        keep(key, b"body", {})
        os.utime(folder / f"{key}.kept", (number, number))
        if number == MOST - 1:
            assert find(keys[0]) is not None  # and so it is the last used one
    assert names(folder) == sorted([f"{key}.kept" for key in (keys[0], *keys[4:])] + ["notes.txt"])


def test_what_was_never_finished_goes_in_the_end(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    half = folder / f"{KEY}.kept.x1.half"
    half.write_bytes(b"ha")
    os.utime(half, (1, 1))
    for number in range(MOST):
        keep(f"{number:064x}", b"body", {})
    assert not half.exists()


@pytest.mark.parametrize("word", ["off", "0", "", " No "])
def test_it_can_be_switched_off(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCARE_CACHE", word)
    assert place() is None
    keep(KEY, b"body", {})
    assert find(KEY) is None


def test_where_no_folder_can_be_made_nothing_is_kept(folder: Path) -> None:
    folder.parent.write_text("a file in the way")
    keep(KEY, b"body", {})
    assert find(KEY) is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="other platforms have other places")
def test_the_place_is_the_cache_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SOCIALCARE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert place() == tmp_path / "socialcare"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place() == tmp_path / ".cache" / "socialcare"
