"""Feeds, webhook and sender as the settings have them; none where `[plugins.x]` names no account."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from socialcare import Feed, Sender, SettingsError, Webhook, Window
from socialcare.clock import Clock, SystemClock
from socialcare.secrets import Secret, secret
from socialcare_x.live.accounts import Account, Keys, handles
from socialcare_x.live.messages import Messages
from socialcare_x.live.money import ReadingMoney
from socialcare_x.live.pictures import Pictures
from socialcare_x.live.sender import XSender
from socialcare_x.live.settings import LiveSettings
from socialcare_x.live.stream import Stream
from socialcare_x.live.timelines import Reading, Timeline
from socialcare_x.live.webhook import XWebhook


def feeds(settings: LiveSettings, folder: Path, clock: Clock | None = None) -> Sequence[Feed]:
    """What is listened to. Raises `SettingsError`: a secret is missing."""
    clock = clock or SystemClock()
    accounts = _accounts(settings, folder)
    money = ReadingMoney(settings.reading_money, clock)
    reading = Reading(handles(accounts), settings.authors, settings.interval, money, clock)
    found: list[Feed] = []
    for account in accounts.values():
        if account.settings.mentions:
            found.append(Timeline("mentions", account, reading))
        if account.settings.search is not None:
            found.append(Timeline("search", account, reading))
        if account.settings.messages:
            found.append(Messages(account, reading))
    streamed = [account for account in accounts.values() if account.settings.stream is not None]
    return [*found, Stream(streamed, reading)] if streamed else found


def webhooks(settings: LiveSettings, folder: Path, clock: Clock | None = None) -> Sequence[Webhook]:
    """Where X calls us. Raises as `feeds`."""
    if settings.webhook is None:
        return []
    secrets = [_needed(settings.consumer_secret, "consumer_secret", folder)]
    if settings.consumer_secret_before is not None:
        secrets.append(_needed(settings.consumer_secret_before, "consumer_secret_before", folder))
    us = {account.id: account.handle for account in settings.accounts.values()}
    return [XWebhook(settings.webhook.path, secrets, us, clock or SystemClock())]


def senders(
    settings: LiveSettings, actions: frozenset[str], folder: Path, clock: Clock | None = None
) -> Sequence[Sender]:
    """What speaks. Raises as `feeds`."""
    clock = clock or SystemClock()
    accounts = _accounts(settings, folder)
    pictures = Pictures(folder / settings.media if settings.media is not None else None, clock)
    windows = () if settings.posts is None else (Window(settings.posts, 900),)
    return [XSender(accounts, actions, pictures, clock, windows)] if accounts else []


def _accounts(settings: LiveSettings, folder: Path) -> Mapping[str, Account]:
    """Our accounts with their keys; every secret that is missing, or another account's, is named at once."""
    if not settings.accounts:
        return {}
    if find_spec("tweepy") is None:
        raise SettingsError("accounts of X need the package `tweepy`\nhelp: `pip install 'socialcare[x]'`")
    problems: list[str] = []

    def fetched(reference: str | None, setting: str) -> Secret:
        try:
            return _needed(reference, setting, folder)
        except SettingsError as error:
            problems.append(str(error))
            return Secret("")

    key = fetched(settings.consumer_key, "consumer_key")
    app = fetched(settings.consumer_secret, "consumer_secret")
    streams = any(account.stream is not None for account in settings.accounts.values())
    bearer = fetched(settings.bearer_token, "bearer_token") if settings.bearer_token or streams else None
    found = {}
    for name, account in settings.accounts.items():
        token = fetched(account.access_token, f"accounts.{name}.access_token")
        token_secret = fetched(account.access_token_secret, f"accounts.{name}.access_token_secret")
        if _is_anothers(token, account.id):
            problems.append(
                f"setting `accounts.{name}.id`: `{account.id}` is not the account that the access token belongs to\n"
                "help: the number stands before the `-` of the token; take both from the same account"
            )
        found[name] = Account(name, settings.api, account, Keys(key, app, token, token_secret, bearer))
    if problems:
        raise SettingsError("\n".join(problems))
    return found


def _is_anothers(token: Secret, number: str) -> bool:
    """Whether a token says that it is another account's: X's begin with the number of theirs, and a `-`."""
    owner, dash, _ = token.reveal().partition("-")
    return bool(dash) and owner.isdecimal() and owner != number


def _needed(reference: str | None, setting: str, folder: Path) -> Secret:
    """The secret of a setting. Raises `SettingsError`, with the setting's name in front."""
    if reference is None:
        raise SettingsError(f'setting `{setting}`: it is missing\nhelp: write `{setting} = "env:NAME"`')
    try:
        return secret(reference, folder)
    except SettingsError as error:
        raise SettingsError(f"setting `{setting}`: {error}") from None
