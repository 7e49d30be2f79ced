import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import socialcare_x
from socialcare import SettingsError
from socialcare_x.channel import XSettings

ACCOUNT = {
    "id": "123",
    "handle": "acme",
    "access_token": "env:X_TOKEN",
    "access_token_secret": "file:token.txt",
}
SETTINGS: dict[str, Any] = {
    "consumer_key": "env:X_KEY",
    "consumer_secret": "env:X_SECRET",
    "accounts": {"main": ACCOUNT},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("X_KEY", "X_SECRET", "X_TOKEN"):
        monkeypatch.setenv(name, f"the {name.lower()}")
    (tmp_path / "token.txt").write_text("the token secret\n")
    return tmp_path


def test_without_an_account_nothing_listens_and_nothing_speaks(tmp_path: Path) -> None:
    assert not socialcare_x.register_feeds({}, tmp_path)
    assert not socialcare_x.register_webhooks({"tier": "enterprise"}, tmp_path)
    assert not socialcare_x.register_senders({}, tmp_path)


def test_an_account_listens_to_its_mentions_and_speaks(folder: Path) -> None:
    assert [feed.name for feed in socialcare_x.register_feeds(SETTINGS, folder)] == ["x.mentions.main"]
    (sender,) = socialcare_x.register_senders(SETTINGS, folder)
    assert sender.actions == {"reply", "dm", "post", "repost"}
    (sender,) = socialcare_x.register_senders(SETTINGS | {"tier": "enterprise"}, folder)
    assert "quote" in sender.actions


def test_each_feed_is_switched_on_by_its_own_word(folder: Path) -> None:
    account = ACCOUNT | {"mentions": False, "search": "acme -is:retweet", "stream": "acme", "messages": True}
    settings = SETTINGS | {"accounts": {"main": account}, "bearer_token": "env:X_TOKEN", "webhook": {}}
    names = [feed.name for feed in socialcare_x.register_feeds(settings, folder)]
    assert names == ["x.search.main", "x.messages.main", "x.stream"]
    (webhook,) = socialcare_x.register_webhooks(settings, folder)
    assert (webhook.name, webhook.path) == ("x.webhook", "/webhooks/x")


def test_a_token_of_another_account_is_refused_and_not_repeated(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X_TOKEN", "123-marked")
    assert socialcare_x.register_senders(SETTINGS, folder)
    monkeypatch.setenv("X_TOKEN", "456-marked")
    for register in (socialcare_x.register_feeds, socialcare_x.register_senders):
        with pytest.raises(SettingsError) as caught:
            register(SETTINGS, folder)
        assert str(caught.value) == (
            "setting `accounts.main.id`: `123` is not the account that the access token belongs to\n"
            "help: the number stands before the `-` of the token; take both from the same account"
        )


@pytest.mark.parametrize("setting", ["consumer_key", "consumer_secret", "bearer_token"])
def test_S31_a_secret_in_plain_text_is_refused_and_not_repeated(setting: str) -> None:
    with pytest.raises(ValidationError) as caught:
        XSettings.model_validate(SETTINGS | {setting: "xvz1evFS4wEEPTGEFPHBog"})
    (problem,) = caught.value.errors()
    assert problem["loc"] == (setting,)
    assert "env:NAME" in problem["msg"]
    assert "xvz1" not in problem["msg"]


def test_S31_a_token_in_plain_text_is_refused_too() -> None:
    with pytest.raises(ValidationError) as caught:
        XSettings.model_validate(SETTINGS | {"accounts": {"main": ACCOUNT | {"access_token": "123-abc"}}})
    assert caught.value.errors()[0]["loc"] == ("accounts", "main", "access_token")


def test_every_secret_that_is_missing_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("X_KEY", raising=False)
    settings = {"accounts": {"main": ACCOUNT | {"stream": "acme"}}, "consumer_key": "env:X_KEY"}
    with pytest.raises(SettingsError) as caught:
        socialcare_x.register_feeds(settings, tmp_path)
    said = str(caught.value)
    assert "setting `consumer_key`: the environment has no `X_KEY`" in said
    assert "setting `consumer_secret`: it is missing" in said
    assert "setting `bearer_token`: it is missing" in said
    assert "setting `accounts.main.access_token_secret`: the secret `file:token.txt` cannot be read" in said


def test_S31_keys_are_shown_by_nothing_that_prints_a_feed_or_a_sender(folder: Path) -> None:
    (feed,) = socialcare_x.register_feeds(SETTINGS, folder)
    (sender,) = socialcare_x.register_senders(SETTINGS, folder)
    shown = repr(vars(feed)) + repr(vars(sender))
    assert "the x_" not in shown
    assert "token secret" not in shown


@pytest.mark.parametrize(
    "api", ["http://api.x.com", "https://api.x.com/2", "https://me@api.x.com", "ftp://x"]
)
def test_the_api_is_reached_by_tls_unless_it_is_on_this_machine(api: str) -> None:
    with pytest.raises(ValidationError):
        XSettings.model_validate({"api": api})
    assert XSettings.model_validate({"api": "http://127.0.0.1:8080/"}).api == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    "wrong", [{"handle": "no handle"}, {"id": "acme"}, {"search": "x" * 513}, {"feeds": ["mentions"]}]
)
def test_what_is_no_account_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        XSettings.model_validate({"accounts": {"main": ACCOUNT | wrong}})


def test_deciding_and_registering_load_neither_tweepy_nor_aiohttp(folder: Path) -> None:
    program = (
        "import sys, socialcare_x; from pathlib import Path; "
        f"s = {SETTINGS!r}; f = Path({str(folder)!r}); "
        "socialcare_x.register_channels(s); socialcare_x.register_feeds(s, f); socialcare_x.register_senders(s, f); "
        "print(sorted({'tweepy', 'aiohttp', 'oauthlib', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
