"""Notifications by webhook: what is sent, how it is signed, and what became of it."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from socialcare import Effect, Sender
from socialcare_notify.settings import NotifySettings
from socialcare_notify.webhook import signature

MakeSender = Callable[[dict[str, Any]], Sender]
MakeEffect = Callable[..., Effect]
Golden = Callable[[str, str], None]


def now_is_fine() -> bool:
    return True


async def test_the_body_is_as_it_was_read_and_approved(
    table: dict[str, Any], receiver: Any, sender: MakeSender, effect: MakeEffect, golden: Golden
) -> None:
    case = effect(
        "open_case",
        "expert",
        ask=True,
        answer_within=7200.0,
        on_breach={"notify": "comms_lead"},
        joined=False,
    )
    answer = await sender(table).send(case, now_is_fine)
    assert (answer.kind, answer.remote_id, answer.status) == ("sent", "3f2a.1", 204)
    golden("case.json", json.dumps(receiver.told, indent=2, ensure_ascii=False) + "\n")


async def test_a_person_may_be_reached_by_another_way_for_each_word(
    table: dict[str, Any], receiver: Any, mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    one = sender(table)
    await one.send(effect("open_case", "expert"), now_is_fine)
    await one.send(effect("notify", "expert"), now_is_fine)
    assert (len(receiver.got), len(mail_server.letters)) == (1, 1)


async def test_every_attempt_has_the_same_id_and_body(
    table: dict[str, Any], receiver: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    for attempt in (1, 2):
        await sender(table).send(effect(to="desk", attempt=attempt), now_is_fine)
    (first, body), (second, again) = receiver.got
    assert body == again
    assert first["webhook-id"] == second["webhook-id"] == "3f2a.1"
    assert first["content-type"] == "application/json"


async def test_S22_both_secrets_sign_while_they_are_exchanged(
    table: dict[str, Any], receiver: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    table["webhooks"]["desk"]["secrets"] = ["env:CARE_KEY", "env:CARE_OLD_KEY"]
    await sender(table).send(effect(to="desk"), now_is_fine)
    headers, body = receiver.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = ["v1," + b64encode(hmac.digest(key * 32, signed, "sha256")).decode() for key in (b"k", b"o")]
    assert headers["webhook-signature"].split() == expected


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the specification of Standard Webhooks."""
    from socialcare.secrets import Secret  # noqa: PLC0415 - for this test alone

    key = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    assert b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (200, {}, "sent"),
        (299, {}, "sent"),
        (302, {"Location": "https://example.com/"}, "refused"),
        (400, {}, "refused"),
        (401, {}, "refused"),
        (410, {}, "refused"),
        (408, {}, "unsent"),
        (429, {"Retry-After": "60"}, "unsent"),
        (429, {"Retry-After": "Fri, 20 Nov 2026 15:00:00 GMT"}, "unsent"),
        (500, {}, "unknown"),
        (503, {"Retry-After": "60"}, "unknown"),
    ],
)
async def test_what_the_receiver_said_is_what_is_known(
    status: int,
    headers: dict[str, str],
    kind: str,
    table: dict[str, Any],
    receiver: Any,
    sender: MakeSender,
    effect: MakeEffect,
) -> None:
    receiver.status, receiver.headers = status, headers
    answer = await sender(table).send(effect(to="desk"), now_is_fine)
    assert (answer.kind, answer.status) == (kind, status)
    assert (answer.until is not None) == (headers.get("Retry-After") == "60" and kind == "unsent")
    assert len(receiver.got) == 1, "one request an attempt"


async def test_what_broke_off_may_have_arrived(
    table: dict[str, Any], receiver: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    receiver.breaks_off = True
    assert (await sender(table).send(effect(to="desk"), now_is_fine)).kind == "unknown"
    assert len(receiver.got) == 1


async def test_the_head_of_an_answer_counts_whatever_follows(
    table: dict[str, Any], receiver: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    receiver.status, receiver.body = 200, b"x" * 2_000_000
    assert (await sender(table).send(effect(to="desk"), now_is_fine)).kind == "sent"
    receiver.status = 500
    assert (await sender(table).send(effect(to="desk"), now_is_fine)).kind == "unknown"


async def test_where_nobody_listens_or_the_moment_has_passed_nothing_is_sent(
    table: dict[str, Any], receiver: Any, unused_tcp_port: int, sender: MakeSender, effect: MakeEffect
) -> None:
    assert (await sender(table).send(effect(to="desk"), lambda: False)).kind == "unsent"
    table["webhooks"]["desk"]["url"] = f"http://127.0.0.1:{unused_tcp_port}/care"
    table["allow_local"] = [f"127.0.0.1:{unused_tcp_port}"]
    assert (await sender(table).send(effect(to="desk"), now_is_fine)).kind == "unsent"
    assert receiver.got == []


async def test_a_receiver_whose_name_leads_into_our_network_is_refused(
    table: dict[str, Any], sender: MakeSender, effect: MakeEffect
) -> None:
    table["webhooks"]["desk"]["url"] = "https://localhost/care"
    answer = await sender(table).send(effect(to="desk"), now_is_fine)
    assert answer.kind == "refused"
    assert "is never called" in answer.reason


def test_the_settings_say_who_is_reached_how(table: dict[str, Any]) -> None:
    settings = NotifySettings.model_validate(table)
    assert settings.way("expert", "open_case") == "webhook:desk"
    assert settings.way("expert", "notify") == "expert@acme.example"
    assert settings.way("nobody", "notify") is None
    assert settings.way(None, "notify") is None


async def test_the_receiver_of_the_page_believes_us_and_nobody_else(
    table: dict[str, Any], receiver: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "notifications.md").read_text("utf-8")
    names: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], names)
    await sender(table).send(effect(to="desk"), now_is_fine)
    headers, body = receiver.got[0]
    at = int(headers["webhook-timestamp"])
    key, other = ("whsec_" + b64encode(sign * 32).decode() for sign in (b"k", b"o"))
    assert names["is_ours"](body, headers, key, at + 300)
    assert not names["is_ours"](body, headers, key, at + 301)
    assert not names["is_ours"](body, headers, other, at)
    assert not names["is_ours"](body + b" ", headers, key, at)
    for name in ("webhook-id", "webhook-timestamp"):
        assert not names["is_ours"](body, {**headers, name: headers[name] + "1"}, key, at)
