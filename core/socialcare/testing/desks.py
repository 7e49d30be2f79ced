"""A policy at work, for tests: it is told what people say, and shows what it decides; nothing is ever sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace as changed

from socialcare.desk import Desk
from socialcare.diagnostics import Problems, render_text
from socialcare.errors import PolicyError
from socialcare.model import Author, Decision, Event, Field, FieldValue, Mention
from socialcare.opening import open_desk, sealed_guards
from socialcare.pipeline import decide
from socialcare.plugins import Loaded
from socialcare.policy.load import load, read_text
from socialcare.policy.statements import Policy
from socialcare.store.memory import MemoryStore
from socialcare.testing.samples import AT, loaded, mention
from socialcare.testing.standins import Counting, Declared

_OF_A_MENTION = frozenset(Mention.__struct_fields__)


@dataclass(slots=True)
class Rehearsal:
    """A desk with a store in memory, the moment that has come on it, and the fields pinned of mentions, by id."""

    desk: Desk
    pins: dict[str, Mapping[str, FieldValue]]
    now: datetime = AT
    told: int = 0

    def decide(self, *events: Event) -> list[Decision]:
        """Everything that is decided when these events happen, in order of time, as one batch."""
        self.now = max([self.now, *(event.at for event in events)])
        return asyncio.run(decide(events, self.desk))

    def tell(
        self,
        text: str,
        *,
        at: datetime | None = None,
        author: str | Author = "jo",
        fields: Mapping[str, object] = MappingProxyType({}),
        **more: object,
    ) -> Decision:
        """The decision about a mention.

        Without `at` it comes when the last event did. What else is given is said by the mention itself (`conversation`, `kind`, …)
        or pinned as a field (`intent`, …), and so are `fields`, whose names may hold points. A text that names no account of
        ours is for the first one.

        Raises:
            AssertionError: nothing is decided about it, since it was decided before.
        """
        one = self.mention(text, at=at, author=author, fields=fields, **more)
        mine = [found for found in self.decide(one) if found.event == "mention"]
        if not mine:
            raise AssertionError(f"mention {one.id} was decided before")
        return mine[-1]

    def mention(
        self,
        text: str,
        *,
        at: datetime | None = None,
        author: str | Author = "jo",
        fields: Mapping[str, object] = MappingProxyType({}),
        **more: object,
    ) -> Mention:
        """The mention that `tell` would have decided, its fields pinned; ids count up where none is given."""
        self.told += 1
        said = {name: value for name, value in more.items() if name in _OF_A_MENTION}
        one = mention(text, author=author, at=at or self.now, **{"id": f"{self.told:06}", **said})
        company = self.desk.company
        if one.account is None and all(company.account(handle) is None for handle in one.mentioned):
            one = changed(one, account=next(iter(company.accounts.values()), None))
        self.pins[one.id] = {
            name: value if isinstance(value, FieldValue) else FieldValue(value)  # type: ignore[arg-type]  # a test pins what it likes
            for name, value in {**more, **fields}.items()
            if name not in said
        }
        return one


def desk(
    policy: str | Path,
    *plugins: object,
    fields: Sequence[Field] = (),
    settings: Mapping[str, Mapping[str, Any]] | None = None,  # Any: a plugin's settings are its own
    folder: Path | None = None,
    **opened: Any,  # Any: the words of `open_desk`
) -> Rehearsal:
    """Put a policy to work: its text (with or without `socialcare: 1`) or its folder, read and guarded as in earnest.

    The actions are always there; where no plugin brings a channel, one that counts characters stands in. `fields` are
    declared for a test to pin; `folder` is where lists and the files of plugins lie; `opened` are words of `open_desk`.

    Raises:
        PolicyError: the policy has errors; its text shows all of them.
    """
    wanted = [
        *(() if "actions" in plugins else ("actions",)),
        *plugins,
        *([Declared(fields)] if fields else ()),
    ]
    brought = loaded(*wanted, settings=settings, folder=folder)
    if not brought.vocabulary.channels:
        brought = loaded(*wanted, Counting(), settings=settings, folder=folder)
    pins: dict[str, Mapping[str, FieldValue]] = {}
    opened_desk = open_desk(_read(policy, brought, folder), brought, MemoryStore(), **opened)
    return Rehearsal(replace(opened_desk, pins=pins), pins)


def _read(policy: str | Path, brought: Loaded, folder: Path | None) -> Policy:
    problems = Problems()
    guards = sealed_guards(brought)
    sources: dict[str, str] = {}
    if isinstance(policy, Path):
        found = load(policy, brought.vocabulary, problems, sealed=guards)
    else:
        text = dedent(policy)
        sources["policy.yaml"] = text if "socialcare:" in text else f"socialcare: 1\n{text}"
        found = read_text(sources["policy.yaml"], brought.vocabulary, problems, sealed=guards, folder=folder)
    if found is None:
        raise PolicyError(render_text(problems, sources.get, color=False))
    return found
