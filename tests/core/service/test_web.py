"""Who calls us is answered only after what they brought is stored, and never more than they may have."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from socialcare.delivery import lanes
from socialcare.errors import Interrupted, SettingsError
from socialcare.listening import Arrival, Refused
from socialcare.model import Mention
from socialcare.secrets import Secret
from socialcare.service.loops import Loops
from socialcare.service.metrics import Metrics
from socialcare.service.web import application, served_at
from socialcare.store.database import Database, open_database
from socialcare.store.intake import Intake
from socialcare.store.tables import MENTION
from socialcare.testing.fake_x import FakeX, HandClock
from socialcare.testing.fake_x.webhooks import Hook
from socialcare_x.live.webhook import XWebhook

Made = Callable[..., Mention]


class Bell:
    """A webhook: its body is the number of a mention."""

    name, doc, path, most_bytes = "bell", "a webhook of the tests", "/bell", 10

    def __init__(self, mention: Made) -> None:
        self.mention = mention

    def challenge(self, query: Mapping[str, str]) -> Mapping[str, str]:
        if "token" not in query:
            raise Refused(400, "no token")
        return {"answer": query["token"]}

    def read(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Arrival]:
        if headers.get("x-signature") != "right":
            raise Refused(403, "a wrong signature")
        return [self.mention(int(body))]


class Away:
    """A database that is away for those who bring something."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error or Interrupted("disk I/O error")
        self.stuck = asyncio.Event()

    async def accept(self, *_: object) -> None:
        if self.stuck.is_set():
            await asyncio.Event().wait()
        raise self.error


class Front:
    """The pages, and what stands behind them."""

    def __init__(self, database: Database, clock: HandClock, bell: Bell) -> None:
        self.metrics = Metrics(clock)
        self.loops = Loops(clock)
        self.why: list[str] = []
        self.database = database
        self.bell = bell
        self.intake: Any = Intake(database)

    async def unready(self) -> list[str]:
        return self.why

    @asynccontextmanager
    async def called(self, *webhooks: Any) -> AsyncIterator[TestClient[Any, Any]]:
        app = application(
            webhooks or (self.bell,), self.intake, self.database, self.metrics, self.loops, self.unready
        )
        async with TestClient(TestServer(app)) as client:
            yield client

    async def count(self) -> int:
        return await self.database.look(
            lambda connection: connection.execute(select(func.count()).select_from(MENTION)).scalar_one()
        )


@pytest.fixture
def front(database: Database, clock: HandClock, mention: Made) -> Front:
    return Front(database, clock, Bell(mention))


RIGHT = {"X-Signature": "right"}


async def test_a_call_is_answered_200_once_it_is_stored(front: Front) -> None:
    async with front.called() as client:
        answer = await client.post("/bell", data=b"7", headers=RIGHT)
        assert (answer.status, await answer.json()) == (200, {"stored": True})
        assert await front.count() == 1
        await client.post("/bell", data=b"7", headers=RIGHT)
        assert await front.count() == 1


@pytest.mark.parametrize("error", [Interrupted("disk I/O error"), ValueError("a bug of ours")])
async def test_a_call_is_answered_503_while_it_cannot_be_stored(front: Front, error: Exception) -> None:
    front.intake = Away(error)
    async with front.called() as client:
        answer = await client.post("/bell", data=b"7", headers=RIGHT)
        assert (answer.status, await answer.json()) == (503, {"stored": False})


async def test_while_the_database_is_gone_calls_are_answered_503_and_the_rest_goes_on(
    care: Any, clock: HandClock, mention: Made
) -> None:
    gone = await open_database(f"sqlite:///{care.folder}/care.db", clock=clock)
    await gone.close()
    front = Front(gone, clock, Bell(mention))
    async with front.called() as client:
        assert (await client.post("/bell", data=b"7", headers=RIGHT)).status == 503
        assert (await client.get("/metrics")).status == 200
        assert (await client.get("/livez")).status == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"1" * 11, RIGHT, 413),
        (gzip.compress(b"1"), {**RIGHT, "Content-Encoding": "gzip"}, 415),
        (b"1", {**RIGHT, "Content-Encoding": "identity"}, 415),
        (b"1", {"X-Signature": "wrong"}, 403),
        (b"1", {}, 403),
        (b"no number", RIGHT, 500),
    ],
    ids=["too large", "packed", "packed otherwise", "wrong signature", "no signature", "a bug of the plugin"],
)
async def test_S19_what_is_not_the_platforms_is_turned_away(
    front: Front, body: bytes, headers: dict[str, str], status: int
) -> None:
    async with front.called() as client:
        answer = await client.post("/bell", data=body, headers=headers)
        assert answer.status == status
        assert await front.count() == 0


async def test_S19_a_body_of_no_declared_size_is_cut_off(front: Front) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 1
            yield b"1" * 10_000

    async with front.called() as client:
        answer = await client.post("/bell", data=endless(), headers=RIGHT)
        assert answer.status == 413
    assert sent < 1_000


async def test_a_body_as_large_as_may_be_is_read(front: Front) -> None:
    async with front.called() as client:
        assert (await client.post("/bell", data=b"0000000001", headers=RIGHT)).status == 200


async def test_what_is_turned_away_is_counted(front: Front) -> None:
    async with front.called() as client:
        await client.post("/bell", data=b"1" * 99, headers=RIGHT)
        await client.post("/bell", data=b"1")
        await client.get("/bell")
    assert front.metrics.registry.get_sample_value("socialcare_refused_calls_total", {"webhook": "bell"}) == 3


async def test_a_check_is_answered_also_while_intake_is_busy_or_the_database_away(front: Front) -> None:
    front.intake = away = Away()
    away.stuck.set()
    async with front.called() as client:
        stuck = asyncio.ensure_future(client.post("/bell", data=b"1", headers=RIGHT))
        answer = await client.get("/bell", params={"token": "abc"})
        assert (answer.status, await answer.json()) == (200, {"answer": "abc"})
        assert not stuck.done()
        stuck.cancel()
        assert (await client.get("/bell")).status == 400


async def test_ready_says_why_not(front: Front) -> None:
    async with front.called() as client:
        answer = await client.get("/readyz")
        assert (answer.status, await answer.json()) == (
            200,
            {"ready": True, "why": [], "heard": {}},
        )
        front.why = ["the kill switch is on"]
        answer = await client.get("/readyz")
        assert (answer.status, await answer.json()) == (
            503,
            {"ready": False, "why": ["the kill switch is on"], "heard": {}},
        )
        answer = await client.get("/livez")
        assert (answer.status, await answer.json()) == (200, {"live": True})


async def test_the_figures_are_those_that_dashboards_know(
    front: Front, golden: Callable[[str, str], None]
) -> None:
    async with front.called() as client:
        await client.post("/bell", data=b"7", headers=RIGHT)
        page = await (await client.get("/metrics")).text()
    golden(
        "metrics.txt",
        "".join(f"{line}\n" for line in page.splitlines() if line[0] == "#" and "_created" not in line),
    )
    assert 'socialcare_arrivals_total{feed="bell",kind="new"} 1.0' in page
    assert "socialcare_mentions_waiting 1.0" in page


async def test_figures_and_health_tell_what_is_closed_and_which_feed_gave_a_sign_of_life(
    front: Front,
) -> None:
    await front.database.run(lambda to: lanes.close(to, "main", "*", until=None, reason="no credit", by="w1"))
    front.metrics.heard("line")
    async with front.called() as client:
        page = await (await client.get("/metrics")).text()
        assert 'socialcare_lanes_closed{account="main",lane="*"} 1.0' in page
        assert (await (await client.get("/readyz")).json())["heard"] == {"line": 0.0}
        await front.database.run(lambda to: lanes.reopen(to, "main", "*", by="mara"))
        assert "lanes_closed{" not in await (await client.get("/metrics")).text()


async def test_two_webhooks_at_one_path_are_refused(front: Front) -> None:
    for path in ("/bell", "/readyz", "bell"):
        other = Bell(front.bell.mention)
        other.path = path
        other.name = "other"
        with pytest.raises(SettingsError, match="the webhook `other` cannot be called at"):
            async with front.called(front.bell, other):
                pass


async def test_an_address_that_is_taken_is_said_with_the_way_out(front: Front) -> None:
    app = [
        application((), front.intake, front.database, front.metrics, front.loops, front.unready) for _ in "ab"
    ]
    async with served_at("127.0.0.1:0", app[0], closing=1):
        pass
    server = TestServer(app[0])
    async with TestClient(server):
        with pytest.raises(
            SettingsError, match=r"cannot listen at `127.0.0.1:\d+`: address already in use\nhelp: "
        ):
            async with served_at(f"127.0.0.1:{server.port}", app[1], closing=1):
                pass


async def test_a_host_that_is_not_ours_is_said(front: Front) -> None:
    app = application((), front.intake, front.database, front.metrics, front.loops, front.unready)
    with pytest.raises(
        SettingsError, match=r"cannot listen at `192\.0\.2\.1:80`: cannot assign requested address"
    ):
        async with served_at("192.0.2.1:80", app, closing=1):
            pass


# ---- X --------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def x(clock: HandClock) -> AsyncIterator[FakeX]:
    async with FakeX(accounts=["AcmeShop"], clock=clock) as fake:
        yield fake


def event(x: FakeX, number: int) -> dict[str, Any]:
    us = x.user("AcmeShop").id
    post = {
        "id": str(2_080_765_813_578_191_300 + number),
        "text": "@AcmeShop are you open?",
        "author_id": "2222222222222222222",
        "created_at": "2026-11-20T14:59:00.000Z",
        "edit_history_tweet_ids": [str(2_080_765_813_578_191_300 + number)],
        "entities": {"mentions": [{"username": "AcmeShop", "id": us}]},
    }
    return {
        "data": {
            "event_uuid": str(number),
            "filter": {"user_id": us},
            "event_type": "post.mention.create",
            "payload": post,
        }
    }


async def test_x_calls_and_checks_through_its_own_plugin(front: Front, x: FakeX, clock: HandClock) -> None:
    secret = x.credentials().consumer_secret
    hook = XWebhook("/webhooks/x", [Secret(secret)], {x.user("AcmeShop").id: "AcmeShop"}, clock)
    async with front.called(hook) as client:
        there = Hook("1", str(client.make_url("/webhooks/x")), clock.now())
        assert await x.calls.check(there)
        assert await x.calls.send(there, event(x, 1)) == 200
        assert await x.calls.send(there, event(x, 1)) == 200
        assert await x.calls.send(there, event(x, 2), signature="sha256=AAAA") == 401
        assert await front.count() == 1
        status, _ = await x.calls.challenge(there.url, '{"data":{}}')
        assert status == 400
        front.intake = Away()
    front.intake = Away()
    async with front.called(hook) as client:
        there = Hook("1", str(client.make_url("/webhooks/x")), clock.now())
        assert await x.calls.send(there, event(x, 3)) == 503
        assert await x.calls.check(there), "a check asks nothing of the database"


async def test_S20_a_check_is_no_oracle_for_signatures(front: Front, x: FakeX, clock: HandClock) -> None:
    secret = x.credentials().consumer_secret
    hook = XWebhook("/webhooks/x", [Secret(secret)], {}, clock)
    async with front.called(hook) as client, ClientSession() as session:
        url = client.make_url("/webhooks/x")
        async with session.get(url, params={"crc_token": '{"data":[]}'}) as answer:
            assert answer.status == 400
            assert "response_token" not in await answer.text()
