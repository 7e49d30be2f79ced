"""An X account's own archive: read as data, alone, in a folder and in its zip archive."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from socialcare import Mention, ReadOptions, Reject, Skipped, Source
from socialcare.testing import check_source
from socialcare_archive import register_sources

Rows = list[Mention | Reject | Skipped]

TWEET = {
    "id": "1590278462349443073", "id_str": "1590278462349443073", "full_text": "@anna_k fish &amp; chips at noon",
    "created_at": "Wed Nov 09 09:49:09 +0000 2022", "lang": "en", "retweet_count": "2", "favorite_count": "5",
    "in_reply_to_status_id_str": "1590278000000000000", "in_reply_to_screen_name": "anna_k", "in_reply_to_user_id_str": "77",
    "entities": {"user_mentions": [{"screen_name": "anna_k", "id_str": "77", "indices": ["0", "7"]}], "urls": []},
    "edit_info": {"initial": {"editTweetIds": ["1590278462349443073"], "isEditEligible": False}},
}  # fmt: skip
MESSAGE = {"id": "1585321444547837956", "senderId": "77", "recipientId": "5", "text": "hello", "urls": [],
           "createdAt": "2022-10-26T17:31:32.123Z"}  # fmt: skip
ACCOUNT = {"account": {"username": "AcmeCo", "accountId": "5", "accountDisplayName": "Acme", "createdAt": "2010-01-02T03:04:05.000Z"}}  # fmt: skip


def script(name: str, *values: Any) -> str:
    return f"window.YTD.{name}.part0 = " + json.dumps(values, indent=2)


def conversation(*events: dict[str, Any]) -> dict[str, Any]:
    return {"dmConversation": {"conversationId": "5-77", "messages": list(events)}}


@pytest.fixture
def source() -> Source:
    return next(each for each in register_sources() if each.name == "x_account")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tweets.js").write_text(script("tweets", {"tweet": TWEET}))
    (tmp_path / "account.js").write_text(script("account", ACCOUNT))
    (tmp_path / "direct-messages.js").write_text(
        script(
            "direct_messages", conversation({"messageCreate": MESSAGE}, {"reactionCreate": {"senderId": "5"}})
        )
    )
    return tmp_path


def rows(source: Source, path: Path) -> Rows:
    return list(source.read(path, ReadOptions()))


def only(found: Rows) -> Mention:
    (row,) = found
    assert isinstance(row, Mention), row
    return row


def test_the_posts_are_those_of_the_account(source: Source, folder: Path) -> None:
    found = only(rows(source, folder / "tweets.js"))
    assert (found.id, found.text) == ("1590278462349443073", "@anna_k fish & chips at noon")
    assert (found.author.id, found.author.handle, found.account) == ("5", "AcmeCo", "AcmeCo")
    assert found.at == datetime(2022, 11, 9, 9, 49, 9, tzinfo=UTC)
    assert (found.in_reply_to, found.in_reply_to_author) == ("1590278000000000000", "anna_k")
    assert (found.mentioned, found.retweets, found.likes, found.lang) == (("anna_k",), 2, 5, "en")


def test_private_messages_are_theirs_and_ours(source: Source, folder: Path) -> None:
    ours = MESSAGE | {"id": "1585321444547837957", "senderId": "5"}
    told = conversation({"messageCreate": MESSAGE}, {"reactionCreate": {}}, {"messageCreate": ours})
    (folder / "direct-messages.js").write_text(script("direct_messages", told))
    theirs, reaction, answer = rows(source, folder / "direct-messages.js")
    assert isinstance(theirs, Mention)
    assert isinstance(reaction, Skipped)
    assert isinstance(answer, Mention)
    assert (theirs.kind, theirs.author.id, theirs.account, theirs.conversation) == (
        "message",
        "77",
        "AcmeCo",
        "5-77",
    )
    assert answer.author.handle == "AcmeCo"


def test_the_zip_archive_is_read_as_it_was_downloaded(source: Source, folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.glob("*.js"):
            archive.write(file, f"data/{file.name}")
    assert rows(source, tmp_path / "x.zip" / "data" / "tweets.js") == rows(source, folder / "tweets.js")


@pytest.mark.parametrize(
    "other", [None, "", "window.YTD.account.part0 = [", script("account", {"account": {"username": "<b>"}})]
)
def test_without_its_owner_a_post_is_still_one_of_ours(
    source: Source, folder: Path, other: str | None
) -> None:
    if other is None:
        (folder / "account.js").unlink()
    else:
        (folder / "account.js").write_text(other)
    found = only(rows(source, folder / "tweets.js"))
    assert found.author.handle == found.account == "this_account"


@pytest.mark.parametrize(
    "name", ["tweets", "tweet", "community_tweet", "direct_messages", "direct_messages_group"]
)
def test_its_files_are_known_by_how_they_begin(source: Source, name: str) -> None:
    for first in (f"window.YTD.{name}.part0 = [", f"\ufeff\nwindow.YTD.{name}.part12=["):
        assert source.recognises(Path("any"), first.encode(), ReadOptions())


@pytest.mark.parametrize(
    "first",
    [
        "",
        "alert(1); window.YTD.tweets.part0 = [",
        "window.YTD.like.part0 = [",
        "window.YTD.tweets.part0 = alert(1)",
    ],
)
def test_other_programs_are_left_alone(source: Source, first: str) -> None:
    assert not source.recognises(Path("tweets.js"), first.encode(), ReadOptions())


def test_what_follows_the_list_is_not_run_and_harms_nothing(source: Source, folder: Path) -> None:
    with (folder / "tweets.js").open("a") as file:
        file.write("; fetch('https://evil.example'); (() => { throw 1 })()")
    assert isinstance(rows(source, folder / "tweets.js")[0], Mention)


def test_an_older_archive_has_its_tweets_bare(source: Source, folder: Path) -> None:
    (folder / "tweet.js").write_text(script("tweet", TWEET))
    assert rows(source, folder / "tweet.js") == rows(source, folder / "tweets.js")


def test_an_edit_is_the_same_post(source: Source, folder: Path) -> None:
    edited = TWEET | {
        "id_str": "1590278462349443079",
        "edit_info": {"edit": {"initialTweetId": TWEET["id_str"]}},
    }
    (folder / "tweets.js").write_text(script("tweets", {"tweet": TWEET}, {"tweet": edited}))
    first, second = rows(source, folder / "tweets.js")
    assert isinstance(first, Mention)
    assert isinstance(second, Mention)
    assert first.key == second.key


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id_str": "12-34"}, "`id_str` is no id"),
        ({"full_text": None}, "it has no `full_text`"),
        ({"created_at": None}, "it has no `created_at`"),
        ({"created_at": "yesterday"}, "it cannot be told when"),
        ({"full_text": "x" * 70_000}, "70,000 bytes"),
        ({"lang": 5}, "`lang` is a number where a text is expected"),
    ],
)
def test_a_bad_post_is_a_reject_and_stops_nothing(
    source: Source, folder: Path, change: dict[str, Any], reason: str
) -> None:
    (folder / "tweets.js").write_text(script("tweets", {"tweet": TWEET | change}, {"tweet": TWEET}))
    bad, good = rows(source, folder / "tweets.js")
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert isinstance(good, Mention)


def test_a_bad_message_is_a_reject_and_stops_nothing(source: Source, folder: Path) -> None:
    bad = [MESSAGE | {"senderId": "anna"}, MESSAGE | {"createdAt": None}]
    told = conversation(*({"messageCreate": each} for each in [*bad, MESSAGE]))
    (folder / "direct-messages.js").write_text(script("direct_messages", {"dmConversation": 5}, told))
    found = rows(source, folder / "direct-messages.js")
    assert [type(row) for row in found] == [Reject, Reject, Reject, Mention]


def test_the_source_keeps_its_word(source: Source, folder: Path) -> None:
    (folder / "tweets.js").write_text(script("tweets", *({"tweet": TWEET} for _ in range(40))))
    check_source(source, folder / "tweets.js")
