"""A desk with a policy written in the test, the plugins of the default settings, and mentions by the minute."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcare.config import Settings, find_settings
from socialcare.desk import Desk
from socialcare.diagnostics import Problems
from socialcare.model import Author, Mention
from socialcare.opening import load_policy, open_desk
from socialcare.plugins import Loaded, load
from socialcare.store.memory import MemoryStore

POLICY = """
socialcare: 1
accounts: {main: AcmeCo}
people: {desk: desk@acme.example}
calendars:
  open_hours: {zone: UTC, week: {every day: 09:00-18:00}}
counts:
  asked: {of: mention, per: author, in: 1h}
rules:
  hours:
    rank: question
    when: {text: {has: open}}
    do: {reply: We are open 9 to 18., label: hours}
  apology:
    rank: complaint
    when: {text: {has: broken}}
    do: {reply: "Sorry, {{ author.first_name }}.", open_case: {to: desk, answer_within: 4h}}
  noise:
    when: {text: {has: advert}}
    do: {ignore: advert}
  long:
    when: {text: {has: novel}}
    do: {reply: "%s"}
  famous:
    when: {author.followers: {above: 1000}}
    do: {label: famous}
  never:
    when: {text: {has: xyzzy}}
    do: {label: magic}
  morning:
    at: {every: day, time: 09:00, calendar: open_hours, if_missed: skip}
    do: {post: Good morning}
guards:
  night: {hold: [public], until: open_hours}
""" % ("All day and night " * 20)
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)

DeskFor = Callable[..., Desk]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The default settings: every plugin of ours."""
    return find_settings(tmp_path_factory.mktemp("nowhere"))


@pytest.fixture(scope="session")
def loaded(settings: Settings) -> Loaded:
    return load(settings)


@pytest.fixture
def desk_for(tmp_path: Path, settings: Settings, loaded: Loaded) -> DeskFor:
    """A desk for a policy; what else is said goes to `open_desk`."""

    def make(text: str = POLICY, **said: Any) -> Desk:
        (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
        problems = Problems()
        policy = load_policy(replace(settings, policy=tmp_path), loaded, problems)
        assert policy is not None, [item.message for item in problems.items]
        return open_desk(policy, loaded, MemoryStore(), **said)

    return make


@pytest.fixture
def mentions() -> Callable[[Iterable[str]], Iterator[Mention]]:
    """Mentions of these texts, a minute apart from a Monday at ten, each by somebody else."""

    def make(texts: Iterable[str]) -> Iterator[Mention]:
        for number, text in enumerate(texts, start=1):
            yield Mention(
                id=f"{number:04}",
                text=text,
                author=Author(id=str(number), handle=f"user_{number}"),
                at=MONDAY + timedelta(minutes=number),
                account="AcmeCo",
                mentioned=("AcmeCo",),
            )

    return make
