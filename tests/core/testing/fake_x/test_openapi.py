"""Requests and answers hold to X's own description of its API, in both of its versions."""

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from socialcare.testing.fake_x import ENDPOINTS, FakeX
from socialcare.testing.fake_x.webhooks import Hook, Subscription

OLD, NEW = "x-openapi-2.159.json.gz", "x-openapi.json.gz"
OTHERWISE = {
    "GET /2/usage/tweets: $.data.project_cap: '3000000' is not of type 'integer'",
    "GET /2/usage/tweets: $.data.project_usage: '5' is not of type 'integer'",
}
"""Where the older description says otherwise than the newer one, which is followed."""


class Description:
    """One version of X's description; schemas are looked up where their references point."""

    def __init__(self, file: Path) -> None:
        text = gzip.decompress(file.read_bytes()).decode()
        # A discriminator says which one of them it is; without it, more than one problem may fit.
        self.document = json.loads(text.replace('"oneOf"', '"anyOf"'))
        self.registry: Registry[Any] = Registry().with_resource(
            "x:api", DRAFT202012.create_resource(self.document)
        )
        self.paths = {
            re.compile(re.sub(r"\{\w+\}", "([^/]+)", path) + "$"): operations
            for path, operations in sorted(self.document["paths"].items(), key=lambda item: "{" in item[0])
        }

    def operation(self, method: str, path: str) -> Any:
        for pattern, operations in self.paths.items():
            if pattern.match(path) and method.lower() in operations:
                return operations[method.lower()]
        raise AssertionError(f"{method} {path} is not described")

    def at(self, node: Any) -> Any:
        """What a reference points at."""
        while "$ref" in node:
            found = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def wrong(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        """What is wrong with a value."""
        absolute = json.loads(json.dumps(schema).replace('"$ref": "#/', '"$ref": "x:api#/'))
        validator = Draft202012Validator(absolute, registry=self.registry)
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


@cache
def described(file: Path) -> Description:
    return Description(file)


@pytest.fixture(params=[OLD, NEW])
def description(request: pytest.FixtureRequest, data: Path) -> Description:
    file = data / request.param
    if not file.exists():
        pytest.skip("this version of the description is absent")
    return described(file)


def wrong_with(description: Description, exchange: Any) -> list[str]:
    """What a request and its answer have that X's description has not."""
    operation = description.operation(exchange.method, exchange.path)
    parameters = {
        one["name"]: one
        for one in map(description.at, operation.get("parameters", ()))
        if one["in"] == "query"
    }
    wrong = []
    for name, text in exchange.query.items():
        if name not in parameters:
            wrong.append(f"no parameter {name}")
            continue
        schema = description.at(parameters[name]["schema"])
        value: Any = text
        if schema.get("type") == "array":
            value = text.split(",")
        elif schema.get("type") == "integer":
            value = int(text)
        wrong += description.wrong(schema, value)
    if exchange.body is not None:
        content = operation["requestBody"]["content"]["application/json"]
        wrong += description.wrong(content["schema"], exchange.body)
    answers = operation["responses"]
    told = answers.get(str(exchange.status), answers["default"] if exchange.status >= 400 else None)
    if told is None:
        return [*wrong, f"status {exchange.status} is not described"]
    if exchange.status < 400:
        wrong += description.wrong(told["content"]["application/json"]["schema"], exchange.answer)
    return [f"{exchange.method} {exchange.path}: {one}" for one in wrong]


def words(description: Description, old: str, new: str) -> str:
    return new if description.document["info"]["version"] == "2.167" else old


async def test_every_request_and_answer_is_as_described(
    x: FakeX, client: Any, app: Any, us: str, description: Description
) -> None:
    """Each endpoint once, with all the fields and expansions that our plugin asks for."""
    x.tier = "enterprise"
    ours = x.post("AcmeCare", "A new shop https://acme.example")
    mention = x.post("jo", "@AcmeCare where is my parcel? #late", media=("17",))
    reply = x.post("jo", "@AcmeCare is it open?", in_reply_to=ours)
    quote = x.post("jo", "look @AcmeCare", quoting=ours)
    gone = x.post("jo", "@AcmeCare no")
    x.delete(gone)
    x.message("jo", "AcmeCare", "my number is 17")
    jo = x.user("jo").id
    asked = {
        words(description, "tweet__fields", "post__fields"): words(
            description,
            "author_id,conversation_id,created_at,edit_controls,entities,in_reply_to_user_id,lang,public_metrics,"
            "referenced_tweets,reply_settings,attachments,display_text_range",
            "conversation_id,created_at,edit_controls,entities,lang,public_metrics,reply_settings,attachments,"
            "display_text_range",
        ),
        "user__fields": "created_at,description,protected,public_metrics,verified,verified_type",
        "expansions": words(
            description,
            "author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys",
            "author_id,referenced_posts,in_reply_to_user_id,attachments.media_keys",
        ),
    }
    await client.get(f"/2/users/{us}/mentions", max_results="5", **asked)
    await client.get(f"/2/users/{us}/mentions", since_id=quote.id)
    await client.get(f"/2/users/{us}/tweets", max_results="5", exclude="replies,retweets", **asked)
    await app.get("/2/tweets/search/recent", query="@AcmeCare", max_results="10", **asked)
    await client.get("/2/tweets", ids=f"{mention.id},{gone.id}", **asked)
    await client.get(f"/2/tweets/{reply.id}", **asked)
    made = await client.reply("Hello!", mention.id)
    await client.call("POST", "/2/tweets", body={"text": "Look", "quote_tweet_id": quote.id})
    await client.call("DELETE", f"/2/tweets/{made.answer['data']['id']}")
    await client.call("POST", f"/2/users/{us}/retweets", body={"tweet_id": mention.id})
    body = {"media": "UE5H", "media_category": "tweet_image"}
    await client.call("POST", "/2/media/upload", body=body)
    await client.call("POST", f"/2/dm_conversations/with/{jo}/messages", body={"text": "Hello"})
    message_fields = words(
        description,
        "sender_id,created_at,dm_conversation_id,text,participant_ids",
        "created_at,dm_conversation_id,text",
    )
    messages = {"dm_event__fields": message_fields, "expansions": "sender_id,participant_ids"}
    await client.get("/2/dm_events", max_results="5", **messages)
    await client.get(f"/2/dm_conversations/with/{jo}/dm_events", **messages)
    await client.get("/2/users/me", user__fields="description")
    await client.get("/2/users", ids=f"{jo},17")
    await client.get("/2/users/by", usernames="jo,nobody", user__fields="created_at")
    await client.get("/2/users/by/username/jo")
    await client.get(f"/2/users/{jo}")
    rules = "/2/tweets/search/stream/rules"
    added = await app.call("POST", rules, body={"add": [{"value": "@AcmeCare", "tag": "care"}]})
    await app.get(rules)
    ids = [rule["id"] for rule in added.answer["data"]]
    await app.call("POST", rules, body={"delete": {"ids": ids}})
    await app.get("/2/usage/tweets", days="7")
    x.hooks["17"] = Hook("17", "https://acme.example/hook", 0.0)
    await app.get("/2/webhooks")
    x.subscriptions["18"] = Subscription("18", "dm.received", us, "17", "messages", 0.0, 0.0)
    await client.get("/2/activity/subscriptions")
    exchanges = [*client.exchanges, *app.exchanges]
    assert [one for one in exchanges if one.status >= 400] == []
    wrong = sorted({line for one in exchanges for line in wrong_with(description, one)} - OTHERWISE)
    assert not wrong, "\n".join(wrong)
    assert not x.complaints


async def test_a_frame_of_the_stream_is_as_described(x: FakeX, app: Any, description: Description) -> None:
    await app.call("POST", "/2/tweets/search/stream/rules", body={"add": [{"value": "@AcmeCare"}]})
    url = f"{x.url}/2/tweets/search/stream?tweet.fields=created_at,entities&expansions=author_id"
    async with app.session.get(url, headers=app.headers("GET", url)) as response:
        x.post("jo", "@AcmeCare hello?")
        frame = json.loads(await response.content.readline())
    told = description.operation("GET", "/2/tweets/search/stream")["responses"]["200"]
    assert description.wrong(told["content"]["application/json"]["schema"], frame) == []


def test_every_endpoint_is_described(description: Description) -> None:
    for endpoint in ENDPOINTS:
        description.operation(endpoint.method, re.sub(r":\w+", "17", endpoint.name.split(" ")[1]))


def test_a_wrong_answer_would_be_seen(description: Description) -> None:
    told = description.operation("POST", "/2/tweets")["responses"]["201"]["content"]["application/json"]
    assert description.wrong(told["schema"], {"data": {"id": 17}})
