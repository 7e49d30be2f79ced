import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from socialcare import (
    Action,
    Classifier,
    Decision,
    Field,
    FieldValue,
    Mention,
    PluginError,
    SettingsError,
    hookimpl,
)
from socialcare import Settings as Plain
from socialcare.config import Settings
from socialcare.plugins import load
from socialcare.testing import AT, mention


class Words:
    """A plugin that brings whatever it is made with."""

    def __init__(
        self,
        *,
        actions: Sequence[Action] = (),
        classifiers: Sequence[Classifier] = (),
        commands: Sequence[click.Command] = (),
    ) -> None:
        self.actions, self.classifiers, self.commands = actions, classifiers, commands
        self.given: object = None

    @hookimpl
    def register_actions(self, settings: Plain, folder: Path) -> Sequence[Action]:
        self.given = (dict(settings), folder)
        return self.actions

    @hookimpl
    def register_classifiers(self, settings: Plain) -> Sequence[Classifier]:
        return self.classifiers

    @hookimpl
    def register_commands(self, settings: Plain) -> Sequence[click.Command]:
        return self.commands


class Constant:
    """A classifier that fills one field with one word."""

    reads_outside = False
    version = "1"

    def __init__(self, name: str, word: str) -> None:
        self.name, self.word = name, word
        self.fields: Sequence[Field] = [Field(name=name, kind="text", doc="a word", example=f"{name}: x")]

    def classify(self, mentions: Sequence[Mention]) -> Sequence[Mapping[str, FieldValue]]:
        return [{self.name: FieldValue(self.word)} for _ in mentions]


WAVE = Action(name="wave", doc="wave a hand", example="wave: true")


Make = Callable[..., Settings]


@pytest.fixture
def settings(tmp_path: Path) -> Make:
    def make(
        *names: str, tables: Plain | None = None, providers: Mapping[str, str] | None = None
    ) -> Settings:
        return Settings(
            path=tmp_path / "socialcare.toml",
            folder=tmp_path,
            policy=tmp_path / "rules",
            plugins={name: {} for name in names} | dict(tables or {}),
            providers=providers or {},
            unseal={},
        )

    return make


def test_the_core_starts_without_any_plugin(settings: Make) -> None:
    loaded = load(settings())
    assert "text" in loaded.vocabulary.fields
    assert not loaded.vocabulary.actions
    assert not loaded.sources


def test_installed_is_not_consent(settings: Make) -> None:
    loaded = load(settings())
    off = {one.name: one for one in loaded.info if not one.enabled}
    assert {"archive", "intent", "places", "actions", "x"} <= set(off)
    assert not off["actions"].brings
    assert off["actions"].version == version("socialcare")
    assert set(off) == set(loaded.vocabulary.off)


def test_an_enabled_plugin_brings_its_words_with_its_version(settings: Make) -> None:
    loaded = load(settings("actions"))
    assert "reply" in loaded.vocabulary.actions
    assert loaded.vocabulary.providers["reply"] == f"actions@{version('socialcare')}"
    assert loaded.vocabulary.providers["text"] == "mention@1"


def test_a_plugin_that_is_not_installed_is_refused_with_the_nearest_and_the_list(settings: Make) -> None:
    with pytest.raises(
        SettingsError, match=r"(?s)plugin `acions` is not installed.*did you mean `actions`\?.*x"
    ):
        load(settings("acions"))


def test_the_plugin_of_the_mention_needs_no_table(settings: Make) -> None:
    with pytest.raises(SettingsError, match="`mention` is always on"):
        load(settings("mention"))


def test_a_plugin_is_given_its_own_table_only(settings: Make, tmp_path: Path) -> None:
    one, two = Words(), Words()
    load(settings(tables={"one": {"a": 1}, "two": {"b": 2}}), extra={"one": one, "two": two})
    assert one.given == ({"a": 1}, tmp_path)
    assert two.given == ({"b": 2}, tmp_path)


def test_two_loads_share_nothing(settings: Make) -> None:
    load(settings(), extra={"wave": Words(actions=[WAVE])})
    assert "wave" not in load(settings()).vocabulary.actions


def boom() -> None:
    raise RuntimeError("the fuse is gone")


class Raises:
    @hookimpl
    def register_actions(self, settings: Plain) -> None:
        boom()


class Leaves:
    @hookimpl
    def register_actions(self, settings: Plain) -> None:
        sys.exit(3)


class ReturnsNothing:
    @hookimpl
    def register_lookups(self, settings: Plain) -> None:
        return None


class ReturnsWord:
    @hookimpl
    def register_actions(self, settings: Plain) -> str:
        return "reply"


class ReturnsObject:
    @hookimpl
    def register_lookups(self, settings: Plain) -> list[object]:
        return [object()]


class Misspelt:
    @hookimpl
    def register_action(self, settings: Plain) -> list[object]:
        return []


class AsksTooMuch:
    @hookimpl
    def register_actions(self, settings: Plain, desk: object) -> list[object]:
        return []


class IsAsync:
    @hookimpl
    async def register_actions(self, settings: Plain) -> list[object]:
        return []


class NoHook:
    pass


class NamelessCommand:
    @hookimpl
    def register_commands(self, settings: Plain) -> list[click.Command]:
        return [click.Command(None)]


BROKEN: dict[type, list[str]] = {
    Raises: ["`RuntimeError: the fuse is gone` at core/test_plugins.py:"],
    Leaves: ["`SystemExit: 3`"],
    ReturnsNothing: ["`register_lookups` returned nothing; it returns a list"],
    ReturnsWord: ["`register_actions` returned a `str`"],
    ReturnsObject: ["lookup: lacks", "`parameters`"],
    Misspelt: ["there is no hook `register_action`", "did you mean `register_actions`?"],
    AsksTooMuch: ["a hook asks for what it is not given", "desk"],
    IsAsync: ["`register_actions` is async"],
    NoHook: ["it has no hook", "@hookimpl"],
    NamelessCommand: ["click commands that have a name"],
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__)
def test_a_broken_plugin_is_named_and_the_others_load(settings: Make, broken: type) -> None:
    loaded = load(settings("actions"), extra={"bad": broken()}, skip_broken=True)
    assert "reply" in loaded.vocabulary.actions
    problem = next(one for one in loaded.info if one.name == "bad").problem or ""
    for part in ["plugin `bad` cannot be loaded", "take `[plugins.bad]` out of", *BROKEN[broken]]:
        assert part in problem


def test_all_broken_plugins_are_named_at_once(settings: Make) -> None:
    with pytest.raises(PluginError) as caught:
        load(settings(), extra={"one": Raises(), "two": NoHook()})
    assert "plugin `one`" in str(caught.value)
    assert "plugin `two`" in str(caught.value)


def test_a_plugin_that_raises_on_import_is_named_and_the_others_load(
    settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "fuse-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fuse\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[socialcare]\nfuse = a_blown_fuse\n")
    (tmp_path / "a_blown_fuse.py").write_text("raise ValueError('no current')\n")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load(settings("fuse", "actions"), skip_broken=True)
    fuse = next(one for one in loaded.info if one.name == "fuse")
    assert fuse.problem is not None
    assert "`ValueError: no current` at" in fuse.problem
    assert "a_blown_fuse.py:1" in fuse.problem
    assert "reply" in loaded.vocabulary.actions


def test_a_bad_declaration_names_the_plugin_and_the_word(settings: Make) -> None:
    bad = replace(WAVE, example="wave: [", doc="")
    with pytest.raises(PluginError) as caught:
        load(settings(), extra={"hand": Words(actions=[bad])})
    assert "plugin `hand` cannot be loaded: action `wave`: it has no `doc`" in str(caught.value)
    assert "action `wave`: its `example` is no YAML with a map" in str(caught.value)


def test_wrong_settings_of_a_plugin_name_the_plugin_and_the_key(settings: Make) -> None:
    with pytest.raises(SettingsError, match=r"plugin `places`: setting `shops`: there is no such setting"):
        load(settings(tables={"places": {"shops": 1}}))


def test_settings_of_a_plugin_that_asks_for_none_are_named_all_at_once(settings: Make) -> None:
    with pytest.raises(SettingsError) as caught:
        load(settings(tables={"intent": {"treshold": 0.5, "words": 3}, "actions": {}}))
    assert str(caught.value) == (
        "plugin `intent`: setting `treshold`: there is no such setting; setting `words`: there is no such setting"
    )


def test_one_action_of_two_plugins_is_an_error_that_names_both(settings: Make) -> None:
    both = {"one": Words(actions=[WAVE]), "two": Words(actions=[WAVE])}
    with pytest.raises(
        PluginError, match=r"`wave` is brought twice: as action by plugin `one` and as action by plugin `two`"
    ):
        load(settings(), extra=both)


def test_one_word_is_not_a_field_and_an_action_too(settings: Make) -> None:
    both = {"one": Words(actions=[WAVE]), "two": Words(classifiers=[Constant("wave", "x")])}
    with pytest.raises(PluginError, match="as field by plugin `two` and as action by plugin `one`"):
        load(settings(), extra=both)


def test_one_command_of_two_plugins_is_an_error(settings: Make) -> None:
    both = {name: Words(commands=[click.Command("hello")]) for name in ("one", "two")}
    with pytest.raises(PluginError, match="the command `hello` is brought twice: by plugin `one` and `two`"):
        load(settings(), extra=both)


async def test_the_settings_choose_the_provider_of_a_field(settings: Make) -> None:
    both = {name: Words(classifiers=[Constant("mood", name)]) for name in ("one", "two")}
    with pytest.raises(
        PluginError, match=r'(?s)`mood` is brought twice.*under `\[providers\]`: `"mood" = "one"`'
    ):
        load(settings(), extra=both)
    loaded = load(settings(providers={"mood": "two"}), extra=both)
    assert loaded.vocabulary.providers["mood"] == "two@1"
    (fields,) = await loaded.seam.fields(loaded.classifiers, [mention("hello")])
    assert fields == {"mood": FieldValue("two", provider="two@1")}


@pytest.mark.parametrize(
    ("providers", "said"),
    [
        ({"mod": "one"}, "no enabled plugin brings a field `mod`"),
        ({"mood": "three"}, "plugin `three` does not bring it"),
    ],
)
def test_a_provider_that_is_not_there_is_refused(
    settings: Make, providers: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        load(settings(providers=providers), extra={"one": Words(classifiers=[Constant("mood", "x")])})


def test_a_listener_that_raises_is_collected_and_the_others_hear(settings: Make) -> None:
    heard: list[Decision] = []

    class Deaf:
        @hookimpl
        def on_decision(self, decision: Decision) -> None:
            raise ValueError("not now")

    class Listener:
        @hookimpl
        def on_decision(self, decision: Decision) -> None:
            heard.append(decision)

    loaded = load(settings(), extra={"deaf": Deaf(), "listener": Listener()})
    decision = Decision(id="1", mention="1", at=AT, account="main", author="jo", outcome="inbox", policy="p")
    loaded.on_decision(decision)
    loaded.on_decision(decision)
    assert heard == [decision, decision]
    (failure,) = loaded.seam.failures
    assert (failure.plugin, failure.what, failure.count) == ("deaf", "hook `on_decision`", 2)
    assert "not now" in failure.reason
