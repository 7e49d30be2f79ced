"""Secrets, fetched from where the settings say that they are kept (S31)."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from socialcare import SettingsError

_LARGEST = 10_000


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs the calls of one account; shown by nothing that prints it."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(default="", repr=False)
    access_token_secret: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)


def secret(reference: str, setting: str, folder: Path) -> str:
    """The secret that a reference names.

    Raises:
        SettingsError: it is not there; the message names the setting, and never what was found.
    """
    kind, _, place = reference.partition(":")
    if kind == "env":
        found = os.environ.get(place, "").strip()
        if not found:
            raise SettingsError(
                f"setting `{setting}`: the environment variable `{place}` is not set; set it to the secret"
            )
        return _fit(found, setting)
    path = folder / place
    try:
        found = path.read_bytes()[: _LARGEST + 1].decode("utf-8").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
        raise SettingsError(
            f"setting `{setting}`: the file `{place}` cannot be read: {why.lower()}"
        ) from None
    if not found:
        raise SettingsError(f"setting `{setting}`: the file `{place}` is empty; write the secret into it")
    return _fit(found, setting)


def _fit(found: str, setting: str) -> str:
    if len(found) > _LARGEST or not found.isascii() or not found.isprintable():
        raise SettingsError(
            f"setting `{setting}`: what is kept there is no key or token of X; it is one line of ASCII"
        )
    return found
