"""Signatures are really verified."""

from typing import Any

import pytest
from aiohttp import ClientSession

from socialcare.clock import SystemClock
from socialcare.testing.fake_x import FakeX, HandClock
from socialcare.testing.fake_x.oauth import signature

oauth1 = pytest.importorskip("oauthlib.oauth1")


def test_the_signature_of_rfc_5849() -> None:
    """The example of RFC 5849, 1.2: the photographs of Jane."""
    parameters = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131202",
        "oauth_nonce": "chapoH",
        "file": "vacation.jpg",
        "size": "original",
    }
    made = signature(
        "GET", "http://photos.example.net/photos", parameters.items(), "kd94hf93k423kf44", "pfkkdhi9sl3r4s00"
    )
    assert made == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


def signed(x: FakeX, url: str, **more: Any) -> dict[str, str]:
    keys = x.credentials()
    given = {
        "client_key": keys.consumer_key,
        "client_secret": keys.consumer_secret,
        "resource_owner_key": keys.access_token,
        "resource_owner_secret": keys.access_token_secret,
        **more,
    }
    return dict(oauth1.Client(**given).sign(url)[1])


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"client_secret": "wrong"}, "a wrong signature"),
        ({"resource_owner_secret": "wrong"}, "a wrong signature"),
        ({"resource_owner_key": "nobody"}, "unknown keys"),
        ({"timestamp": "1500000000"}, "an old signature"),
        ({"signature_method": "PLAINTEXT"}, "a signature of another method than HMAC-SHA1"),
    ],
)
async def test_a_bad_signature_is_refused(
    x: FakeX, session: ClientSession, more: dict[str, str], why: str
) -> None:
    url = f"{x.url}/2/users/me"
    async with session.get(url, headers=signed(x, url, **more)) as answer:
        assert answer.status == 401
        assert (await answer.json())["detail"] == "Unauthorized"
    assert x.complaints == [why]


async def test_a_signature_covers_the_query(x: FakeX, session: ClientSession) -> None:
    url = f"{x.url}/2/tweets?ids=5"
    async with session.get(f"{x.url}/2/tweets?ids=6", headers=signed(x, url)) as answer:
        assert answer.status == 401


async def test_a_nonce_counts_once(x: FakeX, session: ClientSession) -> None:
    url = f"{x.url}/2/users/me"
    headers = signed(x, url)
    seen = []
    for _ in range(2):
        async with session.get(url, headers=headers) as answer:
            seen.append(answer.status)
    assert seen == [200, 401]
    assert x.complaints == ["a nonce used twice"]


async def test_without_keys_nobody_is_let_in(x: FakeX, session: ClientSession) -> None:
    for headers in ({}, {"Authorization": "Bearer nothing"}):
        async with session.get(f"{x.url}/2/users/me", headers=headers) as answer:
            assert answer.status == 401


async def test_the_app_alone_may_not_write_and_no_user_may_read_the_usage(
    x: FakeX, app: Any, client: Any
) -> None:
    assert (await app.call("POST", "/2/tweets", body={"text": "a"})).status == 403
    assert (await client.get("/2/usage/tweets")).status == 403
    assert (await app.get("/2/usage/tweets")).status == 200
    assert len(x.complaints) == 2


async def test_a_users_bearer_token_is_a_user(x: FakeX, session: ClientSession, us: str) -> None:
    headers = {"Authorization": f"Bearer {x.credentials().user_bearer_token}"}
    async with session.get(f"{x.url}/2/users/me", headers=headers) as answer:
        assert (await answer.json())["data"]["id"] == us


async def test_revoked_keys_are_worth_nothing(x: FakeX, client: Any) -> None:
    x.revoke("AcmeCare")
    assert (await client.get("/2/users/me")).status == 401


async def test_the_time_of_signatures_has_its_own_clock(session: ClientSession) -> None:
    """A client that signs by the machine's clock can be tested on any day."""
    async with FakeX(clock=HandClock(0.0), signing_clock=SystemClock()) as x:
        url = f"{x.url}/2/users/me"
        async with session.get(url, headers=signed(x, url)) as answer:
            assert answer.status == 200
