"""One vocabulary from what several plugins bring: each word has one bringer, or the settings say which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from socialcare.config import Settings
from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import PluginError, SettingsError
from socialcare.listening import Feed, Webhook
from socialcare.model import Field, Vocabulary
from socialcare.ports import Action, Channel, Classifier, Lookup, Source
from socialcare.seam import Provider
from socialcare.sending import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one plugin brings, and the hooks that it brought it through."""

    plugin: str
    version: str
    hooks: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    channels: tuple[Channel, ...] = ()
    classifiers: tuple[Classifier, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    actions: tuple[Action, ...] = ()
    commands: tuple[click.Command, ...] = ()
    feeds: tuple[Feed, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    senders: tuple[Sender, ...] = ()

    def words(self) -> dict[str, tuple[str, ...]]:
        """Its words by kind; a kind of which it brings nothing is left out."""
        kinds = {
            "fields": [one.name for classifier in self.classifiers for one in classifier.fields],
            "lookups": [one.name for one in self.lookups],
            "actions": [one.name for one in self.actions],
            "channels": [one.name for one in self.channels],
            "sources": [one.name for one in self.sources],
            "commands": [str(one.name) for one in self.commands],
            "feeds": [one.name for one in self.feeds],
            "webhooks": [one.name for one in self.webhooks],
            "senders": [one.name for one in self.senders],
        }
        return {kind: tuple(names) for kind, names in kinds.items() if names}


def gather(plugins: Sequence[Brought], settings: Settings) -> tuple[Vocabulary, tuple[Provider, ...]]:
    """The vocabulary, and the classifiers, each with the fields that are left to it.

    Raises:
        SettingsError: `[providers]` names a field that nobody brings, or a plugin that does not bring it.
        PluginError: two plugins bring the same word.
    """
    _demand_providers(plugins, settings)
    fillers = tuple(
        Provider(
            one.plugin, classifier, {each.name: each for each in _left(one.plugin, classifier, settings)}
        )
        for one in plugins
        for classifier in one.classifiers
    )
    if clashes := list(_clashes(plugins, fillers)):
        raise PluginError("\n".join(clashes))
    vocabulary = Vocabulary(
        fields={name: each for one in fillers for name, each in one.fields.items()},
        actions={each.name: each for one in plugins for each in one.actions},
        lookups={each.name: each for one in plugins for each in one.lookups},
        channels={each.name: each for one in plugins for each in one.channels},
        providers={name: one.name for one in fillers for name in one.fields}
        | {name: f"{one.plugin}@{one.version}" for one in plugins for name in _called(one)},
    )
    return vocabulary, fillers


def _called(one: Brought) -> Iterator[str]:
    """The words of a plugin that a rule calls."""
    words = one.words()
    yield from (*words.get("lookups", ()), *words.get("actions", ()))


def _left(plugin: str, classifier: Classifier, settings: Settings) -> Iterator[Field]:
    """Those fields of a classifier that the settings do not give to another plugin."""
    return (each for each in classifier.fields if settings.providers.get(each.name, plugin) == plugin)


def _demand_providers(plugins: Sequence[Brought], settings: Settings) -> None:
    bringers: dict[str, list[str]] = {}
    for one in plugins:
        for name in one.words().get("fields", ()):
            bringers.setdefault(name, []).append(one.plugin)
    problems = [
        f"`providers.{name}`: no enabled plugin brings a field `{name}`\nhelp: {suggestion(name, set(bringers))}"
        if name not in bringers
        else f"`providers.{name}`: plugin `{plugin}` does not bring it\nhelp: {suggestion(plugin, bringers[name])}"
        for name, plugin in settings.providers.items()
        if plugin not in bringers.get(name, ())
    ]
    if problems:
        raise SettingsError("\n".join(f"{settings.shown}: {problem}" for problem in problems))


def _clashes(plugins: Sequence[Brought], fillers: Sequence[Provider]) -> Iterator[str]:
    """Every word that is brought more than once, in words that name the bringers and the way out."""
    fields = [
        (name, one.plugin, "field")
        for one in fillers
        for each in one.fields.values()
        for name in _paths(each)
    ]
    words = [(each.name, one.plugin, "look-up") for one in plugins for each in one.lookups]
    words += [(each.name, one.plugin, "action") for one in plugins for each in one.actions]
    for name, bringers in _repeated(fields + words).items():
        ways = " and ".join(f"as {kind} by plugin `{plugin}`" for plugin, kind in bringers)
        help_ = "take one of the plugins out of `[plugins]`"
        if all(kind == "field" for _, kind in bringers):
            help_ = f'name the one to use under `[providers]`: `"{name}" = "{bringers[0][0]}"`'
        yield f"the word `{name}` is brought twice: {ways}\nhelp: {help_}"
    for kind in ("channels", "sources", "commands"):
        apart = [(name, one.plugin, kind) for one in plugins for name in one.words().get(kind, ())]
        for name, bringers in _repeated(apart).items():
            names = " and ".join(f"`{plugin}`" for plugin, _ in bringers)
            yield (
                f"the {kind[:-1]} `{name}` is brought twice: by plugin {names}\n"
                "help: take one of the plugins out of `[plugins]`"
            )


def _repeated(words: Iterable[tuple[str, str, str]]) -> Mapping[str, list[tuple[str, str]]]:
    """Word → plugin and kind of its bringers, of those that have more than one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, plugin, kind in words:
        found.setdefault(name, []).append((plugin, kind))
    return {name: bringers for name, bringers in found.items() if len(bringers) > 1}


def _paths(field: Field, above: str = "") -> Iterator[str]:
    """The field's name and, of a record, the paths of its parts: a condition can name each of them."""
    name = f"{above}{field.name}"
    yield name
    for part in field.parts:
        yield from _paths(part, f"{name}.")
