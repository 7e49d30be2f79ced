"""The policy that a command works on, with the plugins that its settings enable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from socialcare.cli.console import out
from socialcare.config import NAME, Settings, find_settings
from socialcare.diagnostics import Problems, render_text
from socialcare.errors import PolicyError
from socialcare.opening import load_policy
from socialcare.plugins import Loaded
from socialcare.plugins import load as load_plugins
from socialcare.policy.statements import Policy


@dataclass(frozen=True, slots=True)
class Opened:
    """Settings, plugins and policy, all sound."""

    settings: Settings
    loaded: Loaded
    policy: Policy


def settings_for(folder: Path | None) -> Settings:
    """The settings for a folder that the user named, or none.

    A folder with a `socialcare.toml` of its own is a deployment; any other is a folder of rules, with the settings of the
    nearest `socialcare.toml` above it.

    Raises:
        SettingsError: the file cannot be used as it is.
    """
    if folder is None or (folder / NAME).is_file():
        return find_settings(folder)
    return replace(find_settings(folder), policy=folder)


def open_policy(folder: Path | None) -> Opened:
    """Load what the user named; where the policy has errors, print them all on stderr and stop.

    Raises:
        SettingsError, PluginError: the settings or a plugin cannot be used.
        PolicyError: the policy has errors.
    """
    settings = settings_for(folder)
    loaded = load_plugins(settings)
    problems = Problems()
    policy = load_policy(settings, loaded, problems)
    if policy is None:
        errors = [item for item in problems.items if item.severity == "error"]
        color = not out().no_color and out().is_terminal
        click.echo(render_text(errors, source_of, color=color), err=True, nl=False)
        raise PolicyError(
            "the policy has errors, so nothing was run\nhelp: `socialcare codes CODE` tells more about each"
        )
    return Opened(settings, loaded, policy)


def source_of(name: str) -> str | None:
    """The text of a policy's file, for excerpts."""
    try:
        return Path(name).read_text("utf-8-sig", errors="replace")
    except OSError:
        return None
