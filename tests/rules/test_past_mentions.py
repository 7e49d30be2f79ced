"""The bundled past mentions have the shape of X's answers, agree with themselves, and copy nobody."""

import csv
import gzip
import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

RULES = Path(__file__).parents[2] / "rules"
FILES = sorted((RULES / "past").glob("*.json"))
X_EPOCH_MS = 1_288_834_974_657  # what X's ids count from
HOSTS = re.compile(r"https://(?:(?:[\w-]+\.)*example|(?:\w+\.)?example\.com|x\.com)(?:/|$)")
PHONE = re.compile(r"(?<![\w-])(?:\d[ -]?){9,}\d(?![\w-])")  # ten digits and more
INVENTED_PHONE = re.compile(
    r"\d{3}-555-01\d\d|07700 900\d{3}|020 7946 0\d{3}|0161 496 0\d{3}|4111 1111 1111 1111"
)
OURS = ("AcmeCo", "AcmeHelp", "AcmeUK")
NEWER_NAMES = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
}

Page = dict[str, Any]
Post = dict[str, Any]


def newer(value: Any) -> Any:
    """The same with the field names of X's newer description."""
    if isinstance(value, dict):
        return {NEWER_NAMES.get(key, key): newer(item) for key, item in value.items()}
    return [newer(item) for item in value] if isinstance(value, list) else value


def words(text: str) -> str:
    """A text without handles, links, marks and capitals."""
    bare = re.sub(r"https?://\S+|[@#]\w+|^RT\b", "", html.unescape(text)).replace("’", "'").replace("'", "")
    return " ".join(re.findall(r"\w+", bare.casefold()))


def listed(name: str) -> set[str]:
    lines = (RULES / "lists" / name).read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def time_of_id(number: str) -> datetime:
    return datetime.fromtimestamp(((int(number) >> 22) + X_EPOCH_MS) / 1000, UTC)


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in FILES]


@pytest.fixture(scope="module")
def posts(pages: list[Page]) -> dict[str, Post]:
    return {post["id"]: post for page in pages for post in page["data"]}


@pytest.fixture(scope="module")
def users(pages: list[Page]) -> dict[str, dict[str, Any]]:
    return {user["id"]: user for page in pages for user in page["includes"]["users"]}


def test_pages_are_as_x_answers_them(pages: list[Page]) -> None:
    for page in pages:
        ids = [int(post["id"]) for post in page["data"]]
        assert len(ids) == page["meta"]["result_count"] <= 100
        assert ids == sorted(set(ids), reverse=True)
        assert page["meta"]["newest_id"] == str(ids[0])
        assert page["meta"]["oldest_id"] == str(ids[-1])
    assert sum("next_token" not in page["meta"] for page in pages) == 1


def test_there_are_enough_mentions_of_every_kind(posts: dict[str, Post], users: dict[str, Any]) -> None:
    assert len(posts) >= 420
    days = sorted(post["created_at"][:10] for post in posts.values())
    assert (datetime.fromisoformat(days[-1]) - datetime.fromisoformat(days[0])).days >= 42
    assert len({post["lang"] for post in posts.values()}) >= 8
    for account in OURS:
        assert sum(f"@{account}" in post["text"] for post in posts.values()) >= 40
    kinds = [ref["type"] for post in posts.values() for ref in post.get("referenced_tweets", [])]
    assert {kind: kinds.count(kind) >= 5 for kind in kinds} == dict.fromkeys(
        ("replied_to", "quoted", "retweeted"), True
    )
    assert sum(len(post["edit_history_tweet_ids"]) > 1 for post in posts.values()) >= 2
    authors = [users[post["author_id"]] for post in posts.values()]
    assert any(author["protected"] for author in authors)
    assert any(author["public_metrics"]["followers_count"] > 50_000 for author in authors)
    assert sum(author["username"] in OURS for author in authors) >= 20


def test_some_ids_stand_in_two_pages_with_the_same_post(pages: list[Page], posts: dict[str, Post]) -> None:
    rows = [post for page in pages for post in page["data"]]
    assert len(rows) > len(posts)
    assert all(post == posts[post["id"]] for post in rows)


def test_every_person_named_in_a_page_is_included_in_it(pages: list[Page]) -> None:
    for page in pages:
        known = {user["id"] for user in page["includes"]["users"]}
        media = {item["media_key"] for item in page["includes"].get("media", [])}
        for post in page["data"]:
            mentioned = {item["id"] for item in post.get("entities", {}).get("mentions", [])}
            replied = {post["in_reply_to_user_id"]} if "in_reply_to_user_id" in post else set()
            assert {post["author_id"]} | mentioned | replied <= known
            assert set(post.get("attachments", {}).get("media_keys", [])) <= media


def test_ids_are_strings_that_agree_with_the_time(posts: dict[str, Post], users: dict[str, Any]) -> None:
    for thing in (*posts.values(), *users.values()):
        assert isinstance(thing["id"], str)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", thing["created_at"])
        late = time_of_id(thing["id"]) - datetime.fromisoformat(thing["created_at"])
        assert 0 <= late.total_seconds() < 1


def test_entities_point_at_what_they_name(posts: dict[str, Post], users: dict[str, Any]) -> None:
    for post in posts.values():
        text, entities = post["text"], post.get("entities", {})
        for item in entities.get("mentions", []):
            assert text[item["start"] : item["end"]].casefold() == "@" + item["username"].casefold()
            assert users[item["id"]]["username"] == item["username"]
        for item in entities.get("hashtags", []):
            assert text[item["start"] : item["end"]] == "#" + item["tag"]
        for item in entities.get("urls", []):
            assert text[item["start"] : item["end"]] == item["url"]
        shown = re.sub(r"^RT .*…$", "", text, flags=re.DOTALL)
        assert len(re.findall(r"https://t\.co/\w{10}", shown)) == len(entities.get("urls", [])) or not shown


def test_replies_stand_in_the_conversation_of_what_they_answer(posts: dict[str, Post]) -> None:
    inside = 0
    for post in posts.values():
        for ref in post.get("referenced_tweets", []):
            parent = posts.get(ref["id"])
            assert int(ref["id"]) < int(post["id"])
            if ref["type"] == "replied_to" and parent:
                inside += 1
                assert post["conversation_id"] == parent["conversation_id"]
                assert post["in_reply_to_user_id"] == parent["author_id"]
    assert inside >= 60


def test_texts_differ_save_retweets(posts: dict[str, Post]) -> None:
    own = [words(post["text"]) for post in posts.values() if not post["text"].startswith("RT @")]
    assert len(own) == len(set(own))


def test_links_telephones_and_addresses_lead_nowhere(posts: dict[str, Post], users: dict[str, Any]) -> None:
    for post in posts.values():
        for item in post.get("entities", {}).get("urls", []):
            assert HOSTS.match(item["expanded_url"]), item
        text = post.get("note_tweet", post)["text"]
        for number in PHONE.findall(text):
            assert INVENTED_PHONE.fullmatch(number), number
    prose = [post["text"] for post in posts.values()] + [user["description"] for user in users.values()]
    for host in re.findall(r"\w@([\w.-]+)", " ".join(prose)):
        assert re.search(r"(\.|^)example(\.com)?\.?$", host), host


def test_winners_staff_and_competitors_write_in_the_feed(
    posts: dict[str, Post], users: dict[str, Any]
) -> None:
    authors = {users[post["author_id"]]["username"] for post in posts.values()}
    assert listed("winners-2026-10.txt") <= authors
    assert len(listed("staff.txt") & authors) >= 3
    assert len(listed("competitors.txt") & authors) >= 2


@pytest.mark.parametrize(
    ("file", "post_name", "rename"),
    [("x-openapi-2.159.json.gz", "Tweet", False), ("x-openapi.json.gz", "Post", True)],
)
def test_posts_and_users_fit_the_description_of_x(
    pages: list[Page], data: Path, file: str, post_name: str, rename: bool
) -> None:
    components = json.loads(gzip.decompress((data / file).read_bytes()))["components"]

    def problems(name: str, values: list[Any]) -> list[str]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        fields = set(components["schemas"][name]["properties"])
        check = jsonschema.Draft202012Validator(schema)
        unknown = [f"{name} has no {key}" for value in values for key in value.keys() - fields]
        return unknown + [error.message for value in values for error in check.iter_errors(value)]

    for page in pages:
        shape = newer(page) if rename else page
        assert not problems(post_name, shape["data"])
        assert not problems("User", shape["includes"]["users"])


def real_texts(folder: Path) -> Iterator[str]:
    for file in folder.glob("*.csv.gz"):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            yield from (row["text"] for row in csv.DictReader(lines) if row.get("text"))
    for file in folder.glob("*.jsonl.gz"):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                turns = row.get("turns", [])
                yield from (turn if isinstance(turn, str) else turn["text"] for turn in turns)
                yield from (row[key] for key in ("text", "first_turn") if isinstance(row.get(key), str))


def test_no_text_is_a_real_one(posts: dict[str, Post], data: Path) -> None:
    real = {words(text) for text in real_texts(data)} - {""}
    assert len(real) > 50_000
    assert not [post["text"] for post in posts.values() if words(post["text"]) in real]
