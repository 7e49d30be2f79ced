"""Notifications by e-mail: what stands in the letter, and what became of it."""

import email
import ssl
from base64 import b64encode
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from socialcare import Author, Effect, Mention, Sender
from socialcare_notify.mail import message_id

MakeSender = Callable[[dict[str, Any]], Sender]
MakeEffect = Callable[..., Effect]
Golden = Callable[[str, str], None]


def now_is_fine() -> bool:
    return True


def read(letter: bytes) -> EmailMessage:
    found = email.message_from_bytes(letter, policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def shown(letter: bytes) -> str:
    """A letter as it is read; its date is that of the machine."""
    found = read(letter)
    headers = [f"{name}: {value}" for name, value in found.items() if name != "Date"]
    return "\n".join([*headers, "", found.get_content()]).replace("\r\n", "\n")


CASES: dict[str, dict[str, Any]] = {
    "notice": {"about": "invite as advocate"},
    "case": {
        "action": "open_case",
        "answer_within": 7200.0,
        "on_breach": {"notify": "comms_lead"},
        "joined": False,
    },
    "question": {"action": "open_case", "ask": True, "joined": False},
    "joined": {"action": "open_case", "joined": True},
    "schedule": {"about": "the week is over", "mention": None},
}


@pytest.mark.parametrize("case", CASES)
async def test_the_letter_is_as_it_was_read_and_approved(
    case: str,
    table: dict[str, Any],
    mail_server: Any,
    sender: MakeSender,
    effect: MakeEffect,
    golden: Golden,
) -> None:
    answer = await sender(table).send(effect(**CASES[case]), now_is_fine)
    assert (answer.kind, answer.remote_id) == ("sent", "<3f2a.1@acme.example>")
    (letter,) = mail_server.letters
    golden(f"{case}.eml.txt", shown(letter))


async def test_a_private_message_has_no_link_and_says_that_it_is_private(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    one = effect()
    assert one.mention is not None
    private = Mention(id="9", text="psst", author=one.mention.author, at=one.mention.at, kind="message")
    await sender(table).send(effect(mention=private), now_is_fine)
    told = shown(mail_server.letters[0])
    assert "wrote to us in private on X" in told
    assert "https://" not in told


async def test_links_are_made_from_the_settings(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    one = effect().mention
    assert one is not None
    author = Author(id="did:plc:abc", handle="jo@mastodon.social")
    for platform, name in (
        ("mastodon", "11"),
        ("bluesky", "at://did:plc:abc/app.bsky.feed.post/3k"),
        ("other", "1"),
    ):
        mention = Mention(id=name, text="a", author=author, at=one.at, platform=platform)
        links = {"mastodon": "https://mastodon.social/@{handle}/{id}"}
        await sender(table | {"links": links}).send(effect(mention=mention), now_is_fine)
    told = [shown(letter) for letter in mail_server.letters]
    assert "Post: https://mastodon.social/@jo@mastodon.social/11\n" in told[0]
    assert "Post: https://bsky.app/profile/did:plc:abc/post/3k\n" in told[1]
    assert "Post:" not in told[2]


async def test_S15_no_text_of_anybody_brings_a_header_or_another_recipient(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    evil = "x\r\nBcc: all@example.com\r\n\r\nbody\u2028Bcc: b@example.com\n.\r\nMAIL FROM:<a@b>"
    one = effect().mention
    assert one is not None
    mention = Mention(id="1", text=evil, author=Author(id="7", handle=evil, name=evil), at=one.at)
    answer = await sender(table).send(effect(about=evil, mention=mention, account=evil, id=evil), now_is_fine)
    assert answer.kind == "sent"
    (letter,) = mail_server.letters
    found = read(letter)
    assert found["Bcc"] is None
    assert found["To"] == "manager@acme.example"
    assert mail_server.envelopes == [("MAIL FROM:<care@acme.example>", "RCPT TO:<manager@acme.example>")]
    assert [one.split()[0] for one in mail_server.said] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    rows = found.get_content().splitlines()
    assert not [row for row in rows if row.startswith(("Bcc", "MAIL", "."))]
    assert found["Message-ID"] == message_id(evil, "acme.example")


async def test_S10_the_address_never_comes_from_the_mention_or_the_payload(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    for to in ("evil@example.com", "webhook:desk", "", "https://example.com", "manager@acme.example"):
        answer = await sender(table).send(effect(to=to), now_is_fine)
        assert answer.kind == "refused"
        assert "does not say how" in answer.reason
    assert mail_server.letters == []


async def test_who_is_not_listed_is_replaced_by_the_one_named_for_that(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    answer = await sender(table | {"otherwise": "duty_manager"}).send(effect(to="new_colleague"), now_is_fine)
    assert answer.kind == "sent"
    assert read(mail_server.letters[0])["To"] == "manager@acme.example"


async def test_a_second_attempt_carries_the_same_id(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    for attempt in (1, 2):
        await sender(table).send(effect(attempt=attempt), now_is_fine)
    first, second = (read(one) for one in mail_server.letters)
    assert first["Message-ID"] == second["Message-ID"] == "<3f2a.1@acme.example>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_an_id_that_mail_could_not_carry_is_hashed() -> None:
    assert message_id("abc.1", "d") == "<abc.1@d>"
    for strange in ("a b", "a>b", "a..b", "", "\u00e4"):
        assert len(message_id(strange, "d")) == 64 + 4


# ---- what became of it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (({"RCPT": "550 no such user"}, ""), ("refused", 550)),
        (({"RCPT": "450 mailbox busy"}, ""), ("unsent", 450)),
        (({"MAIL": "552 no"}, ""), ("refused", 552)),
        (({"DATA": "554 no"}, ""), ("refused", 554)),
        (({"END": "554 looks like spam"}, ""), ("refused", 554)),
        (({"END": "451 come again"}, ""), ("unsent", 451)),
        (({"END": "what?"}, ""), ("unknown", None)),
        (({}, "END"), ("unknown", None)),
        (({}, "DATA"), ("unknown", None)),
        (({}, "RCPT"), ("unsent", None)),
        (({}, "MAIL"), ("unsent", None)),
        (({}, "EHLO"), ("unsent", None)),
        (({"QUIT": "500 no"}, ""), ("sent", None)),
        (({}, "QUIT"), ("sent", None)),
    ],
)
async def test_what_the_server_said_is_what_is_known(
    script: tuple[dict[str, str], str],
    outcome: tuple[str, int | None],
    table: dict[str, Any],
    mail_server: Any,
    sender: MakeSender,
    effect: MakeEffect,
) -> None:
    mail_server.answers, mail_server.drops_at = script
    answer = await sender(table).send(effect(), now_is_fine)
    assert (answer.kind, answer.status) == outcome, answer.reason
    assert (answer.reason == "") == (answer.kind == "sent")


async def test_where_nobody_listens_nothing_is_sent(
    table: dict[str, Any], unused_tcp_port: int, sender: MakeSender, effect: MakeEffect
) -> None:
    table["smtp"]["port"] = unused_tcp_port
    assert (await sender(table).send(effect(), now_is_fine)).kind == "unsent"


async def test_a_server_that_turns_everybody_away_leaves_it_unsent(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    mail_server.greeting = "554 closed"
    assert (await sender(table).send(effect(), now_is_fine)).kind == "unsent"


async def test_a_letter_whose_moment_has_passed_is_not_begun(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    asked: list[bool] = []

    def may_write() -> bool:
        asked.append(any(one.startswith("EHLO") for one in mail_server.said))
        return False

    answer = await sender(table).send(effect(), may_write)
    assert (answer.kind, asked) == ("unsent", [True]), "asked once, when the connection is open"
    assert not [one for one in mail_server.said if one.startswith("MAIL")]


# ---- TLS and login --------------------------------------------------------------------------------------------------


async def test_a_server_without_tls_is_told_nothing(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    table["smtp"] |= {"tls": "starttls", "user": "care", "password": "env:CARE_PASSWORD"}
    answer = await sender(table).send(effect(), now_is_fine)
    assert answer.kind == "unsent"
    assert [one.split()[0] for one in mail_server.said] == ["EHLO"]


async def test_a_name_and_password_go_over_tls_to_a_server_whose_certificate_counts(
    table: dict[str, Any],
    mail_server: Any,
    sender: MakeSender,
    effect: MakeEffect,
    certificate: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    mail_server.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    mail_server.tls.load_cert_chain(certificate)
    table["smtp"] |= {"tls": "starttls", "host": "localhost", "user": "care", "password": "env:CARE_PASSWORD"}
    assert (await sender(table).send(effect(), now_is_fine)).kind == "unsent", "nobody we trust signed it"
    assert "AUTH" not in " ".join(mail_server.said)
    table["smtp"]["authority"] = str(certificate)
    answer = await sender(table).send(effect(), now_is_fine)
    assert answer.kind == "sent", answer.reason
    login = b64encode(b"\0care\0pass-word-of-care").decode()
    assert f"AUTH PLAIN {login}" in mail_server.said
    assert "pass-word-of-care" not in caplog.text + repr(sender(table)) + str(answer)


async def test_a_wrong_password_leaves_it_unsent(
    table: dict[str, Any], mail_server: Any, sender: MakeSender, effect: MakeEffect
) -> None:
    mail_server.answers = {"AUTH": "535 no"}
    table["smtp"] |= {"user": "care", "password": "env:CARE_PASSWORD"}
    assert (await sender(table).send(effect(), now_is_fine)).kind == "unsent"
    assert mail_server.letters == []
