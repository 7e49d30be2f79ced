"""The doors for plugins. A hook only registers objects; the objects do the work.

Each hook is called once with the plugin's own settings: its table `[plugins.NAME]` of `socialcare.toml`, as plain data;
and, where it asks for it, the `folder` of that file, which paths in the settings are relative to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from socialcare.listening import Feed, Webhook
from socialcare.ports import Action, Channel, Classifier, Lookup, Source
from socialcare.sending import Sender

if TYPE_CHECKING:
    import click

    from socialcare.model import Decision

hookspec = pluggy.HookspecMarker("socialcare")
hookimpl = pluggy.HookimplMarker("socialcare")

Settings = Mapping[
    str, Any
]  # Any: a plugin's settings are its own; it validates them with a model of its own


@hookspec
def register_sources(settings: Settings, folder: Path) -> Sequence[Source]:  # type: ignore[empty-body]  # a hook has no body
    """Sources of mentions, e.g. a reader of an archive format."""


@hookspec
def register_channels(settings: Settings, folder: Path) -> Sequence[Channel]:  # type: ignore[empty-body]  # a hook has no body
    """Platforms: how long a text may be, what may be said to whom, what it costs."""


@hookspec
def register_classifiers(settings: Settings, folder: Path) -> Sequence[Classifier]:  # type: ignore[empty-body]  # a hook has no body
    """Classifiers, each with the typed fields that it fills."""


@hookspec
def register_lookups(settings: Settings, folder: Path) -> Sequence[Lookup]:  # type: ignore[empty-body]  # a hook has no body
    """Look-ups that a rule may ask, each with typed arguments and result."""


@hookspec
def register_actions(settings: Settings, folder: Path) -> Sequence[Action]:  # type: ignore[empty-body]  # a hook has no body
    """Words that may stand in a rule's `do:`."""


@hookspec
def register_commands(settings: Settings, folder: Path) -> Sequence[click.Command]:  # type: ignore[empty-body]  # a hook has no body
    """Commands: each becomes `socialcare NAME`."""


@hookspec
def register_feeds(settings: Settings, folder: Path) -> Sequence[Feed]:  # type: ignore[empty-body]  # a hook has no body
    """Streams of mentions that `socialcare run` listens to; asked by nothing else."""


@hookspec
def register_webhooks(settings: Settings, folder: Path) -> Sequence[Webhook]:  # type: ignore[empty-body]  # a hook has no body
    """Where platforms call `socialcare run`; asked by nothing else."""


@hookspec
def register_senders(settings: Settings, folder: Path) -> Sequence[Sender]:  # type: ignore[empty-body]  # a hook has no body
    """What carries actions out; asked by `socialcare run` and nothing else."""


@hookspec
def on_decision(decision: Decision) -> None:
    """Told of every decision after it was committed; what it raises is reported and changes nothing."""
