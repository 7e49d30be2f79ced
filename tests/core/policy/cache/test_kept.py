"""A policy is read once: what comes out of the cache is what was read, until anything that it was read from changes."""

from pathlib import Path

import pytest

from socialcare.diagnostics import Diagnostic, Place, Problems, render_text
from socialcare.opening import sealed_guards
from socialcare.plugins import Loaded
from socialcare.policy.analysis.analyse import analyse
from socialcare.policy.cache import entries
from socialcare.policy.cache.kept import Kept, recall, remember, remember_findings
from socialcare.policy.cache.keys import key_of_findings
from socialcare.policy.load import load
from socialcare.policy.statements import Comparison, Policy
from socialcare.testing import loaded

TEXT = """\
socialcare: 1
accounts: {main: AcmeCo}
lists: {staff: {from: staff.txt}}
rules:
  hours:
    when: {intent: question, text: {has: [open, hours], matches: 'open \\d+'}, none: [{author.handle: {in: staff}}]}
    do: {reply: "We are open 9 to 18, {{ author.first_name | default: 'friend' }}."}
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOCIALCARE_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "care.yaml").write_text(TEXT, encoding="utf-8")
    (folder / "staff.txt").write_text("anna\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def brought() -> Loaded:
    return loaded("actions", "intent", "places")


def read(folder: Path, brought: Loaded) -> Policy:
    problems = Problems()
    policy = load(folder, brought.vocabulary, problems, sealed=sealed_guards(brought))
    assert policy is not None, render_text(problems, lambda _: TEXT, color=False)
    return policy


def kept(cache: Path) -> set[str]:
    return {file.name for file in cache.iterdir()} if cache.exists() else set()


def test_the_second_reading_is_the_first_one(cache: Path, folder: Path, brought: Loaded) -> None:
    first, second = read(folder, brought), read(folder, brought)
    assert len(kept(cache)) == 1
    assert second == first
    assert (second.sources, second.folder, second.hash) == (first.sources, first.folder, first.hash)
    assert second.sources[(folder / "care.yaml").as_posix()] == TEXT
    assert repr(second.rules["hours"].place) == repr(first.rules["hours"].place)


def test_it_does_come_out_of_the_cache(cache: Path, folder: Path, brought: Loaded) -> None:
    """Another policy put in its place is what is read."""
    policy = read(folder, brought)
    (key,) = kept(cache)
    other = Policy(company={"name": "from the cache"})
    said = Diagnostic("SC301", "warning", "said once more", Place("care.yaml", 4, 3))
    remember(key.removesuffix(".kept"), Kept(other, [said]), {})
    problems = Problems()
    again = load(folder, brought.vocabulary, problems, sealed=sealed_guards(brought))
    assert again is not None
    assert again.company == {"name": "from the cache"}
    assert problems.items == [said]
    assert again.sources == policy.sources


def test_a_changed_file_is_read_anew(cache: Path, folder: Path, brought: Loaded) -> None:
    first = read(folder, brought)
    (folder / "care.yaml").write_text(TEXT.replace("9 to 18", "8 to 20"), encoding="utf-8")
    second = read(folder, brought)
    assert first.hash != second.hash
    assert len(kept(cache)) == 2


def test_a_changed_list_is_read_anew(cache: Path, folder: Path, brought: Loaded) -> None:
    read(folder, brought)
    (folder / "staff.txt").write_text("bert\n", encoding="utf-8")
    assert read(folder, brought).lists["staff"].words == ("bert",)
    assert read(folder, brought).lists["staff"].words == ("bert",)
    (folder / "staff.txt").unlink()
    problems = Problems()
    assert load(folder, brought.vocabulary, problems, sealed=sealed_guards(brought)) is None
    assert [item.code for item in problems.items] == ["SC221"]


def test_other_plugins_and_other_guards_make_another_entry(
    cache: Path, folder: Path, brought: Loaded
) -> None:
    read(folder, brought)
    read(folder, loaded("actions", "intent"))
    assert len(kept(cache)) == 2
    load(folder, brought.vocabulary, Problems(), sealed=())
    assert len(kept(cache)) == 3


def test_a_policy_with_an_error_is_not_kept(cache: Path, folder: Path, brought: Loaded) -> None:
    (folder / "care.yaml").write_text(TEXT.replace("question", "qestion"), encoding="utf-8")
    for _ in range(2):
        problems = Problems()
        assert load(folder, brought.vocabulary, problems, sealed=sealed_guards(brought)) is None
        assert [item.code for item in problems.items] == ["SC203"]
    assert kept(cache) == set()


def test_a_damaged_entry_is_read_anew(cache: Path, folder: Path, brought: Loaded) -> None:
    first = read(folder, brought)
    (name,) = kept(cache)
    for body in (b"", b"\x80\x05N.", b"junk"):
        entries.keep(name.removesuffix(".kept"), body, {})
        assert recall(name.removesuffix(".kept"), folder) is None
        assert read(folder, brought) == first
        assert recall(name.removesuffix(".kept"), folder) is not None


def test_patterns_work_when_they_come_back(cache: Path, folder: Path, brought: Loaded) -> None:
    read(folder, brought)
    condition = read(folder, brought).rules["hours"].when
    tests = [part for part in condition.parts if isinstance(part, Comparison)]  # type: ignore[union-attr]  # it has parts
    pattern = next(test.operand[0] for test in tests if test.op == "matches")
    assert pattern.search("OPEN 24 hours") == (0, 7)


def test_a_word_of_a_plugin_without_a_file_keeps_nothing(cache: Path, folder: Path, acme: object) -> None:
    """Its code cannot be told from other code of the same name."""
    read(folder, loaded("actions", "intent", "places", acme))
    assert kept(cache) == set()


def test_findings_are_told_again(cache: Path, folder: Path, brought: Loaded) -> None:
    policy = read(folder, brought)
    first = analyse(policy, brought.vocabulary)
    assert {item.code for item in first.items} >= {"SC501"}
    assert len(kept(cache)) == 2
    second = analyse(read(folder, brought), brought.vocabulary)
    assert second.items == first.items
    assert len(kept(cache)) == 2


def test_findings_come_out_of_the_cache(cache: Path, folder: Path, brought: Loaded) -> None:
    policy = read(folder, brought)
    key = key_of_findings(policy, brought.vocabulary)
    assert key is not None
    said = Diagnostic("SC301", "note", "kept", None)
    remember_findings(key, [said])
    assert analyse(policy, brought.vocabulary).items == [said]
    entries.keep(key, b"damaged", {})
    assert said not in analyse(policy, brought.vocabulary).items


def test_a_test_more_is_analysed_anew(cache: Path, folder: Path, brought: Loaded) -> None:
    """Tests are no part of the policy's hash, and yet it is said where they are missing."""
    before = read(folder, brought)
    assert "SC501" in {item.code for item in analyse(before, brought.vocabulary).items}
    tests = (
        "    tests: [{mention: we are open, expect: {fires: true}}, {mention: hi, expect: {fires: false}}]\n"
    )
    (folder / "care.yaml").write_text(TEXT + tests, encoding="utf-8")
    after = read(folder, brought)
    assert after.hash == before.hash
    assert "SC501" not in {item.code for item in analyse(after, brought.vocabulary).items}
