from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from socialcare.model import ABSENT, Author, FieldValue, Mention
from socialcare.observed import FIELDS, Company, Observer, first_name

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
US = Company({"main": "AcmeCo", "help": "@AcmeHelp"})
MENTION = Mention(
    id="1", text="@AcmeCo any news?", author=Author(id="7", handle="jo"), at=NOW, mentioned=("AcmeCo",)
)


def seen(mention: Mention, account: str = "main") -> dict[str, FieldValue]:
    return Observer(US)(mention, account)


def test_everything_observed_is_declared() -> None:
    full = Author(
        id="7", handle="jo", name="Jo Doe", followers=1, posts=2, created_at=NOW, verified=True, protected=False, is_bot=False,
        description="hi",
    )  # fmt: skip
    fields = seen(replace(MENTION, author=full, retweets=1, likes=2, replies=3))
    assert set(fields) == {field.name for field in FIELDS} - {"author.wrote_first"}  # that is remembered


def test_only_what_is_asked_for_is_read() -> None:
    fields = Observer(US, {"account", "author.verified"})(MENTION, "main")
    assert set(fields) == {"text", "platform", "account"}


def test_what_the_source_does_not_say_is_unknown_and_not_absent() -> None:
    fields = seen(MENTION)
    assert "author.followers" not in fields
    assert "author.first_name" not in fields


def test_a_mention_without_a_time_of_its_own_has_no_age() -> None:
    assert seen(MENTION)["mention.age"].value == 0.0
    assert "mention.age" not in seen(replace(MENTION, at_is_guessed=True))


def test_the_account_is_the_first_of_ours_that_the_text_names() -> None:
    mention = replace(MENTION, mentioned=("stranger", "ACMEHELP", "AcmeCo"))
    assert US.account_of(mention) == "help"
    assert US.account_of(replace(mention, account="acmeco")) == "main"
    assert US.account_of(replace(mention, mentioned=(), account="Globex")) == "Globex"
    assert US.account_of(replace(mention, mentioned=(), account="Globex"), "main") == "main"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "direct"),
        ({"mentioned": ("stranger",)}, "indirect"),
        ({"mentioned": (), "account": "AcmeCo"}, "direct"),
        ({"mentioned": (), "kind": "message"}, "direct"),
        ({"is_retweet": True}, "carried"),
        ({"in_reply_to": "9", "in_reply_to_author": "AcmeCo"}, "direct"),
        ({"in_reply_to": "9", "in_reply_to_author": "stranger", "text": "@stranger @AcmeCo lol"}, "carried"),
        ({"in_reply_to": "9", "in_reply_to_author": "stranger", "text": "@stranger ask @AcmeCo"}, "direct"),
        (
            {"in_reply_to": "9", "in_reply_to_author": "stranger", "text": "@stranger ask @AcmeCo.They know"},
            "direct",
        ),
    ],
)
def test_being_named_is_told_from_being_carried_along(changes: dict[str, object], expected: str) -> None:
    assert US.addressed(replace(MENTION, **changes), "main") == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"in_reply_to": "9", "in_reply_to_author": "AcmeCo"}, True),
        ({"in_reply_to": "9", "in_reply_to_author": "stranger"}, False),
        ({"in_reply_to_author": "AcmeCo"}, False),  # X: a first post that begins with our handle
        ({}, False),
    ],
)
def test_only_a_reply_to_a_post_of_ours_answers_us(changes: dict[str, object], expected: bool) -> None:
    assert seen(replace(MENTION, **changes))["answers_us"].value is expected


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Jo Doe", "Jo"),
        ("Anne-Marie", "Anne-Marie"),
        ("José", "José"),
        ("ACME FANS", None),
        ("the real one", None),
        ("🔥 Mike", None),
        ("J", None),
        ("Mr Finch", None),
        ("The Blue Kettle", None),
        ("Flights Deals And Much More", None),
        (None, None),
    ],
)
def test_only_what_looks_like_a_first_name_is_used_as_one(name: str | None, word: str | None) -> None:
    assert first_name(name) == word


def test_a_name_that_is_no_first_name_is_known_to_be_absent() -> None:
    fields = seen(replace(MENTION, author=Author(id="7", name="BEST DEALS")))
    assert fields["author.first_name"] == ABSENT


def test_an_archive_of_another_company_knows_who_it_concerns() -> None:
    theirs = replace(MENTION, account="Globex", mentioned=("Globex",), text="@Globex hello")
    assert US.account_of(theirs, "main") == "main"
    assert US.addressed(theirs, "main") == "direct"
    assert US.wrote(replace(theirs, author=Author(id="1", handle="globex")))
    assert not US.wrote(theirs)


@pytest.mark.parametrize("handle", ["acme.bsky.social", "acme@care.example"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [("@b.example @{} lol", "carried"), ("@b.example ask @{}.", "direct"), ("ask @{}", "direct")],
)
def test_handles_with_dots_and_servers_are_found_in_their_own_words(
    handle: str, text: str, expected: str
) -> None:
    us = Company({"main": f"@{handle}"})
    reply = replace(
        MENTION,
        text=text.format(handle),
        mentioned=("b.example", handle),
        in_reply_to="9",
        in_reply_to_author="b.example",
    )
    assert us.addressed(reply, "main") == expected
