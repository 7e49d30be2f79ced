"""Carries out the words that reach people of ours; where they are reached stands in the settings and nowhere else (S10)."""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from socialcare import Answer, Effect, Found, Mention, SettingsError
from socialcare.egress import Egress, Forbidden
from socialcare.secrets import secret
from socialcare_notify import mail, webhook
from socialcare_notify.message import line, message_of
from socialcare_notify.settings import HOOK, NotifySettings, Smtp


@dataclass(kw_only=True)
class Notifications:
    """E-mails and webhooks to people of ours: told at least once, with an id by which a second time can be told."""

    settings: NotifySettings
    post: mail.Post | None
    hooks: Mapping[str, webhook.Hook]
    actions: frozenset[str]

    name: str = "notify"
    doc: str = "tells our own people by e-mail or webhook"
    platform: str = ""
    idempotency: Literal["client_id", "key", "none"] = "none"
    key_ttl: float = 0.0
    look_up: Literal["by_id", "by_reply_target", "none"] = "none"
    lag: float = 0.0
    most_seconds: float = mail.MOST_SECONDS

    def reaches(self, person: str, action: str) -> bool:
        """Whether the settings say where a person is told of a word."""
        return self.settings.way(person, action) is not None

    def client_key(self, effect: Effect) -> None:
        """Neither a mail server nor a webhook keeps keys for us."""

    async def send(self, effect: Effect, may_write: Callable[[], bool]) -> Answer:
        """One letter or one call, to the person that the action names."""
        message = message_of(effect, self.settings.links)
        way = self.settings.way(message.to, effect.action)
        if way is None:
            who = line(message.to) or "nobody"
            return Answer(
                kind="refused", reason=f"`[plugins.notify.people]` does not say how `{who}` is reached"
            )
        if way.startswith(HOOK):
            return await self.hooks[way.removeprefix(HOOK)].send(message, may_write)
        assert self.post is not None, "the settings demand a mail server where somebody has an e-mail address"  # noqa: S101 - as it says
        return await self.post.send(way, message, may_write)

    async def find(self, effect: Effect, since: datetime) -> Found:  # noqa: ARG002 - the port's words
        """What was told cannot be seen from here."""
        return Found((), complete=False)

    async def own_posts(self, account: str, since: datetime) -> Found:  # noqa: ARG002 - the port's words
        """What was told cannot be seen from here."""
        return Found((), complete=False)

    async def is_there(self, mention: Mention) -> bool | None:  # noqa: ARG002 - the port's word
        """That is for the platform to say."""
        return None

    async def close(self) -> None:
        """No connection is kept."""


def opened(settings: NotifySettings, folder: Path, now: Callable[[], float] = time.time) -> Notifications:
    """What the settings describe, with its secrets read; `now` is epoch seconds.

    Raises:
        SettingsError: a secret or a file is not there, or a webhook has an address that is not called.
    """
    try:
        egress = Egress(allow_local=settings.allow_local)
    except ValueError as error:
        raise SettingsError(f"setting `allow_local`: {error}") from None
    hooks = {name: _hook(name, settings, egress, folder, now) for name in settings.webhooks}
    post = _post(settings.smtp, folder, now) if settings.smtp is not None else None
    return Notifications(settings=settings, post=post, hooks=hooks, actions=settings.words)


def _post(server: Smtp, folder: Path, now: Callable[[], float]) -> mail.Post:
    password = secret(server.password, folder) if server.password is not None else None
    if server.tls == "none":
        return mail.Post(server, password, None, now)
    try:
        trust = ssl.create_default_context(cafile=folder / server.authority if server.authority else None)
    except OSError:  # an `SSLError` is one too
        raise SettingsError(
            f"setting `smtp.authority`: `{server.authority}` cannot be read\nhelp: it is a file of certificates in PEM"
        ) from None
    return mail.Post(server, password, trust, now)


def _hook(
    name: str, settings: NotifySettings, egress: Egress, folder: Path, now: Callable[[], float]
) -> webhook.Hook:
    written = settings.webhooks[name]
    try:
        egress.check(written.url)
    except Forbidden as error:
        raise SettingsError(f"setting `webhooks.{name}.url`: {error}") from None
    keys = [webhook.sound_key(secret(one, folder), one) for one in written.secrets]
    return webhook.Hook(written.url, keys, egress, now)
