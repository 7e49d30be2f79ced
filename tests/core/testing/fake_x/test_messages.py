"""Direct messages."""

from typing import Any

from socialcare.testing.fake_x import FakeX


async def test_only_who_wrote_first_gets_a_message(x: FakeX, client: Any) -> None:
    jo, ada = x.user("jo"), x.user("ada", open_to_messages=True)
    path = "/2/dm_conversations/with/{}/messages"
    assert (await client.call("POST", path.format(jo.id), body={"text": "Hello"})).status == 403
    x.message("jo", "AcmeCare", "my number is 17")
    made = await client.call("POST", path.format(jo.id), body={"text": "Hello"})
    assert made.status == 201
    assert set(made.answer["data"]) == {"dm_conversation_id", "dm_event_id"}
    assert (await client.call("POST", path.format(ada.id), body={"text": "Hello"})).status == 201
    assert [(entry.to, entry.text) for entry in x.ledger.messages] == [(jo.id, "Hello"), (ada.id, "Hello")]


async def test_messages_are_read_newest_first(x: FakeX, client: Any) -> None:
    sent = [x.message("jo", "AcmeCare", f"{number} & more") for number in range(3)]
    x.message("jo", "AcmeNews", "not for us")
    page = await client.get(
        "/2/dm_events",
        max_results="2",
        dm_event__fields="sender_id,created_at,dm_conversation_id",
        expansions="sender_id",
    )
    assert [one["id"] for one in page.answer["data"]] == [sent[2].id, sent[1].id]
    assert page.answer["data"][0] == {
        "id": sent[2].id,
        "event_type": "MessageCreate",
        "text": "2 &amp; more",
        "sender_id": x.user("jo").id,
        "created_at": "2026-11-20T15:00:00.000Z",
        "dm_conversation_id": sent[2].conversation,
    }
    assert page.answer["includes"]["users"][0]["username"] == "jo"
    token = page.answer["meta"]["next_token"]
    rest = await client.get("/2/dm_events", max_results="2", pagination_token=token)
    assert [one["id"] for one in rest.answer["data"]] == [sent[0].id]


async def test_messages_with_one_person(x: FakeX, client: Any) -> None:
    wanted = x.message("jo", "AcmeCare", "a")
    x.message("ada", "AcmeCare", "b")
    page = await client.get(f"/2/dm_conversations/with/{x.user('jo').id}/dm_events")
    assert [one["id"] for one in page.answer["data"]] == [wanted.id]
