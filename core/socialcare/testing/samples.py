"""What a test starts from: mentions, a clock that stands still, the plugins it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from socialcare.config import Settings
from socialcare.model import Author, Mention, Vocabulary
from socialcare.plugins import Loaded, load

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""The moment of everything that does not say when: a Friday afternoon."""

TEXTS = (
    "Do you have a store near Nashville?",
    "@AcmeCo third late delivery this week. Unbelievable!",
    "thank you so much, best service ever 🎉",
    "RT @AcmeCo: our winter sale begins today https://acme.example/sale",
    "Wann öffnet die Filiale in Köln?",
    "営業時間を教えてください",
    "مرحبا، أين أقرب متجر؟",
    "call me at 555-0142 or write to jo@example.org",
    "👍",
    "?",
    "",
    " \n\t ",
    "a" * 5_000,
    "zero\u200bwidth \u202eturned\u202c e\u0301\u0301\u0301 \x00 \ufffd",
    "{{ author.handle }} %s \\d+ <b>&amp;</b> ' OR 1=1 --",
)
"""Texts of every sort that people and machines write."""


def mention(
    text: str, *, author: str | Author = "jo", at: datetime = AT, **more: Any
) -> Mention:  # Any: fields of Mention
    """A mention by the author of that handle; its id follows from what was written by whom and when, unless `id` is given."""
    who = author if isinstance(author, Author) else Author(id=author, handle=author, name=author.capitalize())
    told = {"mentioned": tuple(re.findall(r"(?<!\w)@(\w+)", text)), **more}
    if "id" not in told:
        known = f"{who.id} {at.isoformat()} {text}".encode(errors="surrogatepass")
        told["id"] = str(int(sha256(known).hexdigest()[:15], 16))
    return Mention(text=text, author=who, at=at, **told)


def loaded(
    *plugins: object,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    folder: Path | None = None,
    providers: Mapping[str, str] | None = None,
) -> Loaded:  # Any: a plugin's settings are its own
    """What plugins bring, through the same loader as in earnest.

    A plugin is a module, an object with hooks, or the name of an installed one; `settings` holds their tables by name
    (that of the module without `socialcare_`, or of the object's class in small letters), `providers` field → plugin.
    """
    named = {_name(plugin): plugin for plugin in plugins}
    tables = {name: dict((settings or {}).get(name, {})) for name in named}
    return load(
        Settings(
            path=None,
            folder=folder or Path.cwd(),
            policy=(folder or Path.cwd()) / "rules",
            plugins=tables,
            providers=providers or {},
            unseal={},
        ),
        extra={name: plugin for name, plugin in named.items() if not isinstance(plugin, str)},
    )


def vocabulary(*plugins: object) -> Vocabulary:
    """The words that plugins bring, and those of the mention itself."""
    return loaded(*plugins).vocabulary


def _name(plugin: object) -> str:
    if isinstance(plugin, str):
        return plugin
    name: str = getattr(plugin, "__name__", type(plugin).__name__)
    return name.rpartition(".")[2].removeprefix("socialcare_").lower()
