"""The airline layout, customer support on Twitter, and any other table with `--map`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from socialcare import ArchiveError, Mention, ReadOptions, Reject, Source

Read = Callable[..., list[Mention | Reject]]
SourceOf = Callable[[Path], Source | None]

AIRLINE = (
    "tweet_id,airline,name,retweet_count,text,tweet_created\n"
    '567733511281721344,United,anna_k,2,"@united fish &amp; chips, really?",2015-02-17 09:13:11 -0800\n'
)
SUPPORT = (
    "tweet_id,author_id,created_at,text,in_response_to_tweet_id\n"
    "8206,117435,Sun Nov 05 22:58:13 +0000 2017,@SpotifyCares it works,8205\n"
    "8207,SpotifyCares,Sun Nov 05 23:58:13 +0000 2017,@117435 Great,8206\n"
)
THREAD = {
    "conversation_id": "9",
    "brands": ["AcmeHelp"],
    "complete": True,
    "turns": [
        {"tweet_id": "10", "author_id": "5", "inbound": True, "created_at": "Mon Oct 09 13:26:15 +0000 2017",
         "text": "hey @AcmeHelp", "in_response_to_tweet_id": None},
        {"tweet_id": "11", "author_id": "AcmeHelp", "inbound": False, "created_at": None,
         "text": "@5 Hello", "in_response_to_tweet_id": "10"},
        {"tweet_id": "12", "author_id": "5", "inbound": True, "created_at": "Mon Oct 09 13:27:15 +0000 2017",
         "text": "bye", "in_response_to_tweet_id": "11"},
    ],
}  # fmt: skip
MAP = {"text": "Message", "id": "Nr", "author": "From", "created_at": "When", "account": "Desk"}


def mention(rows: list[Mention | Reject], number: int = 0) -> Mention:
    row = rows[number]
    assert isinstance(row, Mention), row
    return row


def test_an_airline_tweet_concerns_its_airline(read: Read) -> None:
    found = mention(read(AIRLINE, "a.csv"))
    assert found.account == "united"
    assert found.author.handle == "anna_k"
    assert found.text == "@united fish & chips, really?"
    assert found.at == datetime(2015, 2, 17, 17, 13, 11, tzinfo=UTC)
    assert (found.retweets, found.mentioned) == (2, ("united",))


def test_a_handle_that_the_data_set_damaged_is_repaired(read: Read) -> None:
    found = mention(read(AIRLINE.replace("anna_k", "simuLate Flightthis"), "a.csv"))
    assert (found.author.id, found.author.handle) == ("simuLate_Flightthis", None)


def test_airline_tweets_are_read_as_json_lines_too(read: Read) -> None:
    row = {
        "tweet_id": 567733511281721344,
        "airline": "United",
        "name": "anna_k",
        "retweet_count": 2,
        "text": "@united fish &amp; chips, really?",
        "tweet_created": "2015-02-17 09:13:11 -0800",
        "gold": None,
    }
    assert read([row], "a.jsonl") == read(AIRLINE, "a.csv")


def test_support_tweets_concern_the_brand(read: Read) -> None:
    customer, brand = read(SUPPORT, "s.csv")
    assert isinstance(customer, Mention)
    assert isinstance(brand, Mention)
    assert (customer.account, customer.author.handle, customer.in_reply_to) == ("SpotifyCares", None, "8205")
    assert (brand.account, brand.author.handle) == ("SpotifyCares", "SpotifyCares")


def test_a_conversation_tells_who_answers_whom(read: Read) -> None:
    first, answer, last = (mention(read([THREAD], "t.jsonl"), number) for number in range(3))
    assert {each.account for each in (first, answer, last)} == {"AcmeHelp"}
    assert {each.conversation for each in (first, answer, last)} == {"9"}
    assert (answer.author.handle, answer.in_reply_to_author, last.in_reply_to_author) == (
        "AcmeHelp",
        "5",
        "AcmeHelp",
    )


def test_a_row_without_a_time_takes_that_of_the_row_before(read: Read) -> None:
    first, answer, _ = (mention(read([THREAD], "t.jsonl"), number) for number in range(3))
    assert (answer.at, answer.at_is_guessed) == (first.at, True)


def test_rows_before_the_first_time_take_that(read: Read) -> None:
    rows = read(
        "Message,When\na,\nb,\nc,2020-01-01 10:00:00\nd,\n",
        "m.csv",
        {"text": "Message", "created_at": "When"},
    )
    assert {each.at for each in rows if isinstance(each, Mention)} == {datetime(2020, 1, 1, 10, tzinfo=UTC)}
    assert [each.at_is_guessed for each in rows if isinstance(each, Mention)] == [True, True, False, True]


def test_rows_of_a_file_without_any_time_stand_at_the_epoch(read: Read) -> None:
    rows = read("Message\n" + "a\n" * 1_500, "m.csv", {"text": "Message"})
    assert len(rows) == 1_500
    assert {each.at for each in rows if isinstance(each, Mention)} == {datetime(1970, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_any_other_table_is_read_with_a_map(read: Read, sign: str) -> None:
    text = sign.join(["Nr", "When", "From", "Desk", "Message"]) + "\n"
    text += sign.join(["a-1", "2026-01-02 03:04:05", "@anna_k", "@AcmeUK", "hello @AcmeCo"]) + "\n"
    found = mention(read(text, "m.csv", MAP))
    assert (found.id, found.author.handle, found.account, found.text) == (
        "a-1",
        "anna_k",
        "AcmeUK",
        "hello @AcmeCo",
    )
    assert found.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_map_needs_nothing_but_the_text(read: Read) -> None:
    first, second = (
        mention(read("Message\nhello\nbye\n", "my past.csv", {"text": "Message"}), n) for n in (0, 1)
    )
    assert (first.id, second.id) == ("my_past-2", "my_past-3")
    assert first.author.id != second.author.id


def test_a_map_that_names_no_column_lists_those_there_are(read: Read) -> None:
    with pytest.raises(ArchiveError, match="has no column `Number`\nhelp: its columns are `Nr`, `Message`"):
        read("Nr,Message\n1,a\n", "m.csv", {"text": "Message", "id": "Number"})


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("567733511281721344", "5.67734E+17", "`tweet_id` is a rounded number, `5.67734E+17`"),
        ("567733511281721344", "567733511281721344.0", "rounded"),
        ("567733511281721344", "", "it has no `tweet_id`"),
        ("567733511281721344", "a b", "`tweet_id` is no id"),
        ("2015-02-17 09:13:11 -0800", "17/02/2015 9h", "it cannot be told when `17/02/2015 9h` was"),
        ("United,", "United,,", "it has 7 values for 6 columns"),
        ("fish", "f" * 132_000, "is a quote left open?"),
    ],
)
def test_a_bad_row_is_a_reject_and_stops_nothing(read: Read, old: str, new: str, reason: str) -> None:
    bad, good = read(AIRLINE.replace(old, new) + AIRLINE.partition("\n")[2], "a.csv")
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert bad.row == 2
    assert isinstance(good, Mention)


def test_bad_turns_name_their_place(read: Read) -> None:
    turns = [*THREAD["turns"][:1], {"tweet_id": 1.5e17, "author_id": "5", "text": "x"}]  # type: ignore[index]  # its turns are a list
    rows = read([THREAD | {"turns": turns}, {"turns": 5, "tweet_id": 1, "author_id": 2}], "t.jsonl")
    reasons = [row.reason for row in rows if isinstance(row, Reject)]
    assert reasons[0].startswith("turn 2: `tweet_id` is a rounded number")
    assert reasons[1] == "it is no conversation with `conversation_id` and `turns`"


def test_the_real_archives_are_read_without_a_reject(data: Path, source_of: SourceOf) -> None:
    expected = {
        "airline-mentions.csv.gz": 7_235,
        "twcs-threads.jsonl.gz": 9_616,
        "twcs-inbound.csv.gz": 6_810,
        "twcs-brand-replies.csv.gz": 14_763,
    }
    for name, number in expected.items():
        source = source_of(data / name)
        assert source is not None, name
        rows = list(source.read(data / name, ReadOptions()))
        assert len(rows) == number
        assert not [row for row in rows if isinstance(row, Reject)], name
