"""What is wrong in `[plugins.notify]` is said at the start, all at once, with a way out and without a secret."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import socialcare_notify
from socialcare import Sender, SettingsError
from socialcare.config import Settings
from socialcare.plugins import load

MakeSender = Callable[[dict[str, Any]], Sender]


def without_people(table: dict[str, Any]) -> None:
    table["people"] = {}


def unknown_key(table: dict[str, Any]) -> None:
    table["adress"] = "a@b"


def no_address(table: dict[str, Any]) -> None:
    table["people"]["duty_manager"] = "manager@acme.example\r\nBcc: all@example.com"


def no_sender(table: dict[str, Any]) -> None:
    table["smtp"]["sender"] = "Care <care@acme.example>"


def unknown_hook(table: dict[str, Any]) -> None:
    table["people"]["expert"] = "webhook:nowhere"
    table["otherwise"] = "nobody"
    del table["smtp"]


def unknown_word(table: dict[str, Any]) -> None:
    table["people"]["expert"] = {"label": "expert@acme.example"}


def plain_password(table: dict[str, Any]) -> None:
    table["smtp"] |= {"user": "care", "password": "hunter2-hunter2"}


def half_a_login(table: dict[str, Any]) -> None:
    table["smtp"]["user"] = "care"


def open_mail(table: dict[str, Any]) -> None:
    table["smtp"]["host"] = "mail.acme.example"


def absent_authority(table: dict[str, Any]) -> None:
    table["smtp"] |= {"tls": "starttls", "authority": "absent.pem"}


def no_secret(table: dict[str, Any]) -> None:
    table["webhooks"]["desk"]["secrets"] = []


def absent_secret(table: dict[str, Any]) -> None:
    table["webhooks"]["desk"]["secrets"] = ["env:CARE_ABSENT"]


def weak_secret(table: dict[str, Any]) -> None:
    table["webhooks"]["desk"]["secrets"] = ["env:CARE_PASSWORD"]


def private_hook(table: dict[str, Any]) -> None:
    table["webhooks"]["desk"]["url"] = "https://10.0.0.1/care"


def foreign_local(table: dict[str, Any]) -> None:
    table["allow_local"] = ["8.8.8.8:80"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_people, "at least 1 item"),
        (unknown_key, "setting `adress`: there is no such setting"),
        (no_address, "write an e-mail address, or `webhook:NAME`"),
        (no_sender, "setting `smtp.sender`: write an e-mail address, such as"),
        (unknown_hook, "`people.duty_manager` is reached by e-mail, and there is no table `smtp`"),
        (unknown_hook, "the webhook `nowhere`, which is not under `webhooks`"),
        (unknown_hook, "`otherwise` names `nobody`, who is not under `people`"),
        (unknown_word, "`label`, which is neither one of `words` nor `otherwise`"),
        (plain_password, 'write where it is kept: `"env:NAME"`'),
        (half_a_login, "`user` and `password` come together"),
        (open_mail, '`tls = "none"` is for a server on this machine'),
        (absent_authority, "`absent.pem` cannot be read"),
        (no_secret, "at least 1 item"),
        (absent_secret, "the environment has no `CARE_ABSENT`"),
        (weak_secret, "is no key of a webhook"),
        (private_hook, "an address of the host is private, and is never called"),
        (foreign_local, "no address of one's own machine"),
    ],
)
async def test_a_wrong_setting_is_named(
    change: Callable[[dict[str, Any]], None], said: str, table: dict[str, Any], sender: MakeSender
) -> None:
    change(table)
    with pytest.raises(SettingsError) as told:
        sender(table)
    assert said in str(told.value)
    assert str(told.value).startswith("plugin `notify`: ")
    assert not any(value in str(told.value) for value in ("hunter2", "pass-word-of-care", "Bcc"))


async def test_only_the_words_of_the_settings_are_carried_out(
    table: dict[str, Any], sender: MakeSender
) -> None:
    assert sender(table).actions == {"notify", "open_case"}
    table["people"]["expert"] = "expert@acme.example"
    assert sender(table | {"words": ["notify"]}).actions == {"notify"}


async def test_what_it_declares_is_what_mail_and_webhooks_can(
    table: dict[str, Any], sender: MakeSender
) -> None:
    one = sender(table)
    assert (one.platform, one.idempotency, one.look_up) == ("", "none", "none")


async def test_nothing_is_seen_of_what_was_told(
    table: dict[str, Any], sender: MakeSender, effect: Any
) -> None:
    one, case = sender(table), effect()
    for found in (await one.find(case, case.mention.at), await one.own_posts("main", case.mention.at)):
        assert found == ((), False)
    assert await one.is_there(case.mention) is None
    assert one.client_key(case) is None
    await one.close()


def test_secrets_are_not_asked_for_where_nothing_runs_live(tmp_path: Path) -> None:
    table = {
        "people": {"a": "webhook:b"},
        "webhooks": {"b": {"url": "https://example.com/", "secrets": ["env:CARE_ABSENT"]}},
    }
    settings = Settings(
        path=None, folder=tmp_path, policy=tmp_path, plugins={"notify": table}, providers={}, unseal={}
    )
    assert load(settings, extra={"notify": socialcare_notify}).senders == ()
