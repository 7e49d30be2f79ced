"""Opening a desk: the policy with what is built in, and what the settings unseal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from socialcare.config import Settings, find_settings
from socialcare.diagnostics import Problems
from socialcare.errors import SettingsError
from socialcare.model import Author, Mention
from socialcare.opening import PlainChannel, load_policy, open_desk, sealed_guards
from socialcare.pipeline import decide
from socialcare.plugins import Loaded, load
from socialcare.policy.statements import Policy
from socialcare.store.memory import MemoryStore

POLICY = "socialcare: 1\nrules:\n  hours: {when: {text: {has: open}}, do: {reply: We are open.}}\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return replace(find_settings(tmp_path), policy=tmp_path)


@pytest.fixture
def loaded(settings: Settings) -> Loaded:
    return load(settings)


def opened(settings: Settings, loaded: Loaded, unseal: Mapping[str, str] | None = None) -> Policy:
    problems = Problems()
    policy = load_policy(replace(settings, unseal=unseal or {}), loaded, problems)
    assert policy is not None, [item.message for item in problems.items]
    return policy


def test_a_policy_has_the_guards_that_are_built_in(settings: Settings, loaded: Loaded) -> None:
    guards = opened(settings, loaded).guards
    assert guards["sealed.bots"].sealed
    assert any(name.startswith("x.") for name in guards)
    assert next(name for name, _ in sealed_guards(loaded)) == "sealed.yaml"


def test_the_settings_unseal_a_guard_by_name_with_a_reason(settings: Settings, loaded: Loaded) -> None:
    before, after = opened(settings, loaded), opened(settings, loaded, {"sealed.max_age": "we answer late"})
    assert (after.guards["sealed.max_age"].status, after.guards["sealed.max_age"].because) == (
        "off",
        "we answer late",
    )
    assert after.hash != before.hash
    assert opened(settings, loaded, {"sealed.max_age": "another reason"}).hash != after.hash


def test_what_is_no_built_in_guard_cannot_be_unsealed(settings: Settings, loaded: Loaded) -> None:
    with pytest.raises(
        SettingsError,
        match=r"`sealed.max_ages` under `\[unseal\]` is no built-in guard\nhelp: did you mean `sealed.max_age`",
    ):
        opened(settings, loaded, {"sealed.max_ages": "x"})


def test_a_policy_with_an_error_is_none(settings: Settings, loaded: Loaded) -> None:
    (settings.policy / "policy.yaml").write_text(POLICY.replace("reply", "replly"))
    problems = Problems()
    assert load_policy(settings, loaded, problems) is None
    assert problems.has_errors


async def test_a_platform_that_no_plugin_knows_has_a_plain_channel(
    settings: Settings, loaded: Loaded
) -> None:
    desk = open_desk(opened(settings, loaded), loaded, MemoryStore())
    assert isinstance(desk.channel("elsewhere"), PlainChannel)
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    mention = Mention(id="1", text="open?", author=Author(id="2"), at=noon, platform="elsewhere")
    (decision,) = await decide([mention], desk)
    assert decision.actions[0].text == "We are open."
