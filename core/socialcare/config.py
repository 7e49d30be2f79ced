"""The settings of a deployment: `socialcare.toml`, found upward from where one stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import SettingsError

NAME = "socialcare.toml"
DEFAULT = Path(__file__).with_name("default.toml")
"""What holds where there is no file: our offline plugins, and a policy in `rules`."""

_WAYS_OUT = {
    "policy": 'name the folder of the rules: `policy = "rules"`',
    "plugins": "a plugin is switched on by a table of its own: `[plugins.NAME]`, which may be empty",
    "providers": 'name the plugin that fills a field: `intent = "NAME"` under `[providers]`',
    "live": 'say where `socialcare run` keeps what it must not lose: `database = "socialcare.db"` under `[live]`',
    "unseal": 'give the reason: `"x.no_strangers" = "why we may"` under `[unseal]`',
}
"""Every key of the file, and how it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a `socialcare.toml` says.

    `path` is the file, `None` for the shipped default; `folder` is what paths in it are relative to, and `policy` the
    folder of the rules, both absolute. `plugins` holds each enabled plugin's own table, `providers` field → plugin,
    `unseal` sealed guard → the reason why this company may do without it, `live` the table of `socialcare run`.
    """

    path: Path | None
    folder: Path
    policy: Path
    plugins: Mapping[str, Mapping[str, Any]]  # Any: a plugin's settings are its own
    providers: Mapping[str, str]
    unseal: Mapping[str, str]
    live: Mapping[str, Any] = field(
        default_factory=dict
    )  # Any: read by what runs live, with a model of its own

    @property
    def shown(self) -> str:
        """The file as messages name it."""
        return shown(self.path) if self.path else "the default settings"


class _File(BaseModel):
    """The file as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    policy: str = "rules"
    plugins: dict[str, dict[str, Any]] = {}  # Any: a plugin's settings are its own
    providers: dict[str, Any] = {}  # Any: a dotted key is a table to TOML
    unseal: dict[str, Any] = {}  # Any: as providers
    live: dict[str, Any] = {}  # Any: as Settings


def find_settings(start: Path | None = None, *, file: Path | None = None) -> Settings:
    """The settings for a folder (the working one): of `file`, else of the nearest `socialcare.toml` above, else the default.

    Raises:
        SettingsError: the file cannot be used as it is.
    """
    if file is not None:
        return read_settings(file)
    folder = (start or Path()).absolute()
    for above in (folder, *folder.parents):
        if (above / NAME).is_file():
            return read_settings(above / NAME)
    return _settings(_read(DEFAULT), path=None, folder=folder)


def read_settings(path: Path) -> Settings:
    """The settings of one file.

    Raises:
        SettingsError: it is absent, is no TOML, has an unknown key or a value of another type; all of it at once.
    """
    path = path.absolute()
    return _settings(_read(path), path=path, folder=path.parent)


def shown(path: Path) -> str:
    """A path as messages write it: relative where it lies under the working folder."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _read(path: Path) -> _File:
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(
            f"{shown(path)}: cannot be read: {(error.strerror or 'no reason given').lower()}\n"
            "help: `socialcare init DIR` writes one"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{shown(path)}: is not UTF-8 at byte {error.start}\nhelp: save it as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f'{shown(path)}: {_plain(str(error))}\nhelp: the file is TOML: `key = "value"` and `[table]`, one a line'
        ) from error
    try:
        return _File.model_validate(content)
    except ValidationError as error:
        raise SettingsError("\n".join(_problem(shown(path), e["loc"]) for e in error.errors())) from error


def _settings(file: _File, *, path: Path | None, folder: Path) -> Settings:
    name = shown(path) if path else "the default settings"
    return Settings(
        path=path,
        folder=folder,
        policy=folder / file.policy,
        plugins=file.plugins,
        providers=dict(_dotted(file.providers, name, "providers")),
        unseal=dict(_dotted(file.unseal, name, "unseal")),
        live=file.live,
    )


def _problem(file: str, where: tuple[int | str, ...]) -> str:
    key = ".".join(str(part) for part in where)
    if where[0] in _WAYS_OUT:
        kind = "a text" if key == "policy" else "a table"
        return f"{file}: `{key}` must be {kind}\nhelp: {_WAYS_OUT[str(where[0])]}"
    return f"{file}: unknown key `{key}`\nhelp: {suggestion(str(where[0]), _WAYS_OUT)}"


def _dotted(table: Mapping[str, Any], file: str, top: str, above: str = "") -> Iterator[tuple[str, str]]:
    """Words of a table: `author.is_bot = "acme"` is a table in a table to TOML, and a dotted word to us."""
    for key, value in table.items():
        word = f"{above}{key}"
        if isinstance(value, dict):
            yield from _dotted(value, file, top, f"{word}.")
        elif isinstance(value, str) and value.strip():
            yield word, value.strip()
        else:
            raise SettingsError(f"{file}: `{top}.{word}` must be a text\nhelp: {_WAYS_OUT[top]}")


def _plain(message: str) -> str:
    twice = re.fullmatch(r"Cannot declare \((.*?),?\) twice \(at (.*)\)", message)
    if twice is not None:
        table = ".".join(re.findall(r"'([^']*)'", twice[1]))
        return f"there is a `[{table}]` already, and here is another (at {twice[2]}); put the keys under the first"
    return message[:1].lower() + message[1:]
