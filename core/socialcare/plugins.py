"""Loads the plugins that the settings consent to, one by one: what is broken is named, and stops nobody but itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points, version
from inspect import iscoroutine
from types import MappingProxyType
from typing import Any

import click
import pluggy
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from socialcare import hookspecs
from socialcare.config import Settings
from socialcare.declarations import problems_of
from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import PluginError, SettingsError, SocialcareError
from socialcare.listening import Feed, Webhook
from socialcare.model import Decision, Vocabulary
from socialcare.observed import PLUGIN as OBSERVED
from socialcare.ports import Action, Channel, Classifier, Lookup, Source
from socialcare.seam import Failed, Provider, Seam, attempt
from socialcare.sending import Sender
from socialcare.vocabulary import Brought, gather

GROUP = "socialcare"
"""The entry points under which plugins are published."""

_OWN = "mention"
"""The plugin of the mention's own fields: always on."""

_PORTS: dict[str, type] = {
    "register_sources": Source,
    "register_channels": Channel,
    "register_classifiers": Classifier,
    "register_lookups": Lookup,
    "register_actions": Action,
}
_LIVE_PORTS: dict[str, type] = {
    "register_feeds": Feed,
    "register_webhooks": Webhook,
    "register_senders": Sender,
}
"""Asked only where mentions are taken in and answered: they may need secrets that a dry run has no use for."""

_COMMANDS = "register_commands"
_TOLD = "on_decision"
_NO_SUCH = "there is no such setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """One plugin, for `socialcare plugins`: whether it is on, its hooks, the words it brings by kind, why it is left out."""

    name: str
    version: str
    enabled: bool
    hooks: tuple[str, ...] = ()
    brings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the enabled plugins bring together; `seam` is how it is called."""

    vocabulary: Vocabulary
    classifiers: tuple[Provider, ...]
    sources: tuple[Source, ...]
    commands: tuple[click.Command, ...]
    feeds: tuple[Feed, ...]
    webhooks: tuple[Webhook, ...]
    senders: tuple[Sender, ...]
    info: tuple[Info, ...]
    seam: Seam
    manager: pluggy.PluginManager = field(repr=False)

    def on_decision(self, decision: Decision) -> None:
        """Tell the plugins that asked for it, after the commit; what one of them raises is collected by the seam."""
        for hook in self.manager.hook.on_decision.get_hookimpls():
            told = partial(_alone(self.manager, hook.plugin, _TOLD), decision=decision)
            self.seam.tell(hook.plugin_name, f"hook `{_TOLD}`", told)


def load(
    settings: Settings,
    *,
    extra: Mapping[str, object] = MappingProxyType({}),
    skip_broken: bool = False,
    live: bool = False,
) -> Loaded:
    """Load what the settings enable, and `extra`: name → a plugin that need not be installed, as tests have it.

    All plugins are tried, and those that cannot be loaded are named at once; with `skip_broken` they are left out
    and named in `info` instead. Feeds, webhooks and senders are asked for only with `live`.

    Raises:
        SettingsError: a plugin or provider that is named is not there, or a plugin's own settings are wrong.
        PluginError: a plugin is broken, declares what cannot be, or brings a word that another one brings.
    """
    installed = {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda one: one.name)}
    _demand_installed(settings, {*installed, *extra})
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    brought: list[Brought] = []
    broken: dict[str, SocialcareError] = {}
    for name in dict.fromkeys((_OWN, *settings.plugins, *extra)):
        source = OBSERVED if name == _OWN else extra.get(name, installed.get(name))
        result = attempt(partial(_open, manager, name, source, settings, live=live))
        if isinstance(result, Brought):
            brought.append(result)
        else:
            broken[name] = _error(name, result, settings)
    if broken and not skip_broken:
        ours = all(isinstance(error, SettingsError) for error in broken.values())
        raise (SettingsError if ours else PluginError)("\n".join(str(error) for error in broken.values()))
    manager.check_pending()
    vocabulary, classifiers = gather(brought, settings)
    on = {_OWN, *settings.plugins, *extra}
    vocabulary = replace(vocabulary, off=tuple(name for name in installed if name not in on))
    return Loaded(
        vocabulary=vocabulary,
        classifiers=classifiers,
        sources=tuple(one for plugin in brought for one in plugin.sources),
        commands=tuple(one for plugin in brought for one in plugin.commands),
        feeds=tuple(one for plugin in brought for one in plugin.feeds),
        webhooks=tuple(one for plugin in brought for one in plugin.webhooks),
        senders=tuple(one for plugin in brought for one in plugin.senders),
        info=tuple(_info(brought, broken, installed)),
        seam=Seam(vocabulary),
        manager=manager,
    )


def _demand_installed(settings: Settings, there: Collection[str]) -> None:
    problems = [
        f"{settings.shown}: plugin `{name}` is not installed\n"
        f"help: {suggestion(name, set(there))}; install it, or take `[plugins.{name}]` out"
        for name in settings.plugins
        if name not in there
    ]
    if _OWN in settings.plugins:
        problems.append(f"{settings.shown}: `{_OWN}` is always on\nhelp: take `[plugins.{_OWN}]` out")
    if problems:
        raise SettingsError("\n".join(problems))


def _open(
    manager: pluggy.PluginManager, name: str, source: object, settings: Settings, *, live: bool
) -> Brought | SocialcareError:
    """What a plugin brings, or what the person who can mend it has to read; the manager keeps only what is sound."""
    try:
        plugin = source.load() if isinstance(source, EntryPoint) else source
        _register(manager, plugin, name)
        try:
            return _ask(manager, plugin, name, _version(source), settings, live=live)
        except BaseException:
            manager.unregister(plugin)  # what is not sound is not told of decisions either
            raise
    except ValidationError as error:
        return SettingsError("; ".join(_setting(one["loc"], _said(one)) for one in error.errors()))
    except SocialcareError as error:
        return error


def _register(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    hooks = {*_PORTS, *_LIVE_PORTS, _COMMANDS, _TOLD}
    marked = {each: manager.parse_hookimpl_opts(plugin, each) for each in dir(plugin)}
    own = {each: options for each, options in marked.items() if options is not None}
    for wrong in sorted(each for each in own.keys() - hooks if not own[each]["optionalhook"]):
        raise PluginError(f"there is no hook `{wrong}`; {suggestion(wrong, hooks)}")
    if not own:
        raise PluginError("it has no hook; mark functions such as `register_actions` with `@hookimpl`")
    try:
        manager.register(plugin, name)
    except pluggy.PluginValidationError as error:
        raise PluginError(
            f"a hook asks for what it is not given: {str(error).splitlines()[-1].lower()}"
        ) from error


def _ask(
    manager: pluggy.PluginManager, plugin: object, name: str, released: str, settings: Settings, *, live: bool
) -> Brought:
    there = (*_PORTS, *_LIVE_PORTS, _COMMANDS, _TOLD)
    hooks = tuple(hook for hook in there if _implementations(manager, plugin, hook))
    asks = any(
        "settings" in one.argnames for hook in hooks for one in _implementations(manager, plugin, hook)
    )
    if not asks and (unread := settings.plugins.get(name)):
        raise SettingsError("; ".join(_setting((key,), _NO_SUCH) for key in unread))
    things: dict[str, tuple[Any, ...]] = {}  # Any: what the hook's port says, once it was checked
    for hook in hooks:
        if hook != _TOLD and (live or hook not in _LIVE_PORTS):
            things[hook.removeprefix("register_")] = _registered(manager, plugin, name, hook, settings)
    for hook, port in (_PORTS | _LIVE_PORTS).items():
        for thing in things.get(hook.removeprefix("register_"), ()):
            named = f" `{thing.name}`" if hasattr(thing, "name") else ""
            if wrong := list(problems_of(thing, port)):
                raise PluginError(
                    "\n".join(f"{port.__name__.lower()}{named}: {problem}" for problem in wrong)
                )
    return Brought(plugin=name, version=released, hooks=hooks, **things)


def _registered(
    manager: pluggy.PluginManager, plugin: object, name: str, hook: str, settings: Settings
) -> tuple[Any, ...]:
    """The things that one hook of one plugin registered."""
    table = MappingProxyType(dict(settings.plugins.get(name, {})))
    results = _alone(manager, plugin, hook)(settings=table, folder=settings.folder)
    given = results[0] if results else None
    if iscoroutine(given):
        given.close()
        raise PluginError(f"`{hook}` is async; a hook only registers, and is a plain function")
    if not isinstance(given, list | tuple):
        kind = "nothing" if given is None else f"a `{type(given).__name__}`"
        raise PluginError(f"`{hook}` returned {kind}; it returns a list")
    if hook == _COMMANDS and (wrong := [one for one in given if not _is_command(one)]):
        raise PluginError(
            f"`{hook}` returned a `{type(wrong[0]).__name__}`; it returns click commands that have a name"
        )
    return tuple(given)


def _is_command(thing: object) -> bool:
    return isinstance(thing, click.Command) and bool(thing.name)


def _alone(manager: pluggy.PluginManager, plugin: object, hook: str) -> pluggy.HookCaller:
    """A hook for one plugin: pluggy would lose the results of all when one of them raises."""
    return manager.subset_hook_caller(hook, [other for other in manager.get_plugins() if other is not plugin])


def _implementations(manager: pluggy.PluginManager, plugin: object, hook: str) -> list[pluggy.HookImpl]:
    return [one for one in getattr(manager.hook, hook).get_hookimpls() if one.plugin is plugin]


def _error(name: str, result: object, settings: Settings) -> SocialcareError:
    """What cannot be loaded, as the user reads it: the plugin, why, and the way out."""
    out = f"mend the plugin, or take `[plugins.{name}]` out of {settings.shown}"
    if isinstance(result, SettingsError):
        return SettingsError(f"plugin `{name}`: {result}")
    reason = result.reason if isinstance(result, Failed) else str(result)
    lines = [f"plugin `{name}` cannot be loaded: {line}" for line in reason.splitlines()]
    return PluginError("\n".join([*lines, f"help: {out}"]))


def _said(problem: ErrorDetails) -> str:
    return _NO_SUCH if problem["type"] == "extra_forbidden" else problem["msg"]


def _setting(where: tuple[int | str, ...], said: str) -> str:
    return f"setting `{'.'.join(str(part) for part in where)}`: {said[:1].lower()}{said[1:]}"


def _version(source: object) -> str:
    if source is OBSERVED:
        return version(__name__.partition(".")[0])
    if isinstance(source, EntryPoint) and source.dist is not None:
        return source.dist.version
    return str(getattr(source, "__version__", "0"))


def _info(
    brought: list[Brought], broken: Mapping[str, SocialcareError], installed: Mapping[str, EntryPoint]
) -> Iterator[Info]:
    for one in brought:
        yield Info(name=one.plugin, version=one.version, enabled=True, hooks=one.hooks, brings=one.words())
    for name, error in broken.items():
        yield Info(name=name, version=_version(installed.get(name)), enabled=True, problem=str(error))
    for name, point in installed.items():
        if name not in broken and all(one.plugin != name for one in brought):
            yield Info(name=name, version=_version(point), enabled=False)
