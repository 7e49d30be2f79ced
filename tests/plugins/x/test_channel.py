import pytest
import yaml
from pydantic import ValidationError

import socialcare_x
from socialcare import Channel
from socialcare.testing import check_channel, desk


def channel(**settings: str) -> Channel:
    (registered,) = socialcare_x.register_channels(settings)
    return registered


def guards(**settings: str) -> dict[str, dict[str, object]]:
    written: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(channel(**settings).guards)
    return written["guards"]


def test_x_is_a_channel_of_280_characters() -> None:
    x = channel()
    assert isinstance(x, Channel)
    assert (x.name, x.limit, x.weighted_length("日本 acme.com")) == ("x", 280, 28)


@pytest.mark.parametrize("tier", ["self-serve", "enterprise"])
def test_x_keeps_what_a_channel_promises(tier: str) -> None:
    check_channel(channel(tier=tier))


def test_pay_per_use_can_quote_nobody_and_a_contract_can() -> None:
    assert "quote" not in channel().actions
    assert "quote" in channel(tier="enterprise").actions
    assert guards()["x.no_quotes"]["forbid"] == ["quote"]
    assert "x.no_quotes" not in guards(tier="enterprise")


@pytest.mark.parametrize("tier", ["self-serve", "enterprise"])
def test_nobody_is_answered_who_did_not_address_us_and_messaged_who_did_not_write(tier: str) -> None:
    law = guards(tier=tier)
    assert law["x.no_strangers"]["forbid"] == ["reply", "quote"]
    assert law["x.no_uninvited_dm"]["forbid"] == ["dm"]


def test_what_was_written_in_private_is_not_answered_in_public() -> None:
    policy = "accounts: {main: AcmeCo}\nrules: {r: {do: {reply: Hello!, dm: Hello!}}}"
    decision = desk(policy, socialcare_x).tell("@AcmeCo hi", kind="message")
    assert {(act.action, act.state, act.by) for act in decision.actions} == {
        ("reply", "forbidden", ("x.no_secrets",)),
        ("dm", "allowed", ()),
    }


@pytest.mark.parametrize("tier", ["self-serve", "enterprise"])
def test_every_guard_says_why_and_binds_on_x_alone(tier: str) -> None:
    for guard in guards(tier=tier).values():
        assert str(guard["because"]).endswith(".")
        assert guard["when"]["platform"] == "x"  # type: ignore[index]  # YAML read without its schema


@pytest.mark.parametrize("settings", [{"tier": "free"}, {"teir": "enterprise"}])
def test_settings_it_does_not_know_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        channel(**settings)


def test_a_link_makes_a_post_dear_and_a_summoned_reply_cheap() -> None:
    x = channel()
    assert x.price("post", "Our stores: acme.com", summoned=False) == 0.2
    assert x.price("reply", "Our stores: acme.com", summoned=True) == 0.01
