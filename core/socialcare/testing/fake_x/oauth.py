"""Who calls: OAuth 1.0a signatures (RFC 5849) and bearer tokens, really verified."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from socialcare.clock import Clock
from socialcare.testing.fake_x.people import Credentials, User
from socialcare.testing.fake_x.problems import Refusal, problem

OLDEST = 300
"""Seconds that the time in a signature may be off."""

NAMED = {
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_token",
}


class Caller(NamedTuple):
    """Who asks: an account of ours, or the app alone (`user` is `None`)."""

    user: User | None

    @property
    def name(self) -> str | None:
        """Its handle."""
        return self.user.username if self.user else None

    @property
    def account(self) -> User:
        """The account. Raises `Unsigned` for the app alone."""
        if self.user is None:
            raise Unsigned("no user's keys")
        return self.user


class Unsigned(Refusal):
    """A 401, with what is wrong with the signature for those who look for it: X does not say."""

    def __init__(self, why: str) -> None:
        super().__init__(401, problem(401, "Unauthorized"))
        self.why = why


def signature(
    method: str, url: str, parameters: Iterable[tuple[str, str]], consumer_secret: str, token_secret: str
) -> str:
    """The HMAC-SHA1 signature of a request (RFC 5849, 3.4); `parameters` are those of query, form and header, decoded."""

    def encoded(text: str) -> str:
        return quote(text, safe="~")

    pairs = sorted((encoded(key), encoded(value)) for key, value in parameters)
    line = "&".join(f"{key}={value}" for key, value in pairs)
    text = "&".join(map(encoded, (method.upper(), url, line)))
    key = f"{encoded(consumer_secret)}&{encoded(token_secret)}"
    return b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


class Gate:
    """Knows the keys of our accounts, and the nonces already used.

    `clock` judges the time in a signature; `hosts` are the addresses of the API that a client may have signed for.
    """

    def __init__(self, clock: Clock, hosts: Iterable[str]) -> None:
        self._clock = clock
        self.hosts = list(hosts)
        self._by_token: dict[str, tuple[User, Credentials]] = {}
        self._by_bearer: dict[str, Caller] = {}
        self._nonces: set[tuple[str, str, str]] = set()

    def admit(self, user: User, keys: Credentials) -> None:
        """Let an account in with these keys."""
        self._by_token[keys.access_token] = (user, keys)
        self._by_bearer[keys.bearer_token] = Caller(None)
        self._by_bearer[keys.user_bearer_token] = Caller(user)

    def revoke(self, user: User) -> None:
        """Forget the tokens of an account: all its calls are answered 401 from now on."""
        self._by_token = {token: known for token, known in self._by_token.items() if known[0] is not user}
        self._by_bearer = {
            token: caller for token, caller in self._by_bearer.items() if caller.user is not user
        }

    def caller(self, method: str, target: str, headers: Mapping[str, str], form: str) -> Caller:
        """Who sent a request; `target` is its path with the query, `form` a body of form fields. Raises `Unsigned`."""
        kind, _, rest = headers.get("Authorization", "").partition(" ")
        if kind == "Bearer":
            if rest not in self._by_bearer:
                raise Unsigned("an unknown bearer token")
            return self._by_bearer[rest]
        if kind != "OAuth":
            raise Unsigned("no signature and no bearer token")
        said = dict(_fields(rest))
        if missing := NAMED - said.keys():
            raise Unsigned(f"a signature without {', '.join(sorted(missing))}")
        known = self._by_token.get(said["oauth_token"])
        if known is None or known[1].consumer_key != said["oauth_consumer_key"]:
            raise Unsigned("unknown keys")
        self._check(method, target, said, form, known[1])
        return Caller(known[0])

    def _check(self, method: str, target: str, said: Mapping[str, str], form: str, keys: Credentials) -> None:
        if said["oauth_signature_method"] != "HMAC-SHA1":
            raise Unsigned("a signature of another method than HMAC-SHA1")
        stamp = said["oauth_timestamp"]
        if not stamp.isdecimal() or abs(int(stamp) - self._clock.now()) > OLDEST:
            raise Unsigned("an old signature")
        address = urlsplit(target)
        parameters = [
            *((key, value) for key, value in said.items() if key not in ("oauth_signature", "realm")),
            *parse_qsl(address.query, keep_blank_values=True),
            *parse_qsl(form, keep_blank_values=True),
        ]
        right = (
            signature(method, host + address.path, parameters, keys.consumer_secret, keys.access_token_secret)
            for host in self.hosts
        )
        if not any(hmac.compare_digest(one, said["oauth_signature"]) for one in right):
            raise Unsigned("a wrong signature")
        nonce = (said["oauth_token"], stamp, said["oauth_nonce"])
        if nonce in self._nonces:
            raise Unsigned("a nonce used twice")
        self._nonces.add(nonce)


def _fields(header: str) -> Iterable[tuple[str, str]]:
    for part in header.split(","):
        key, _, value = part.strip().partition("=")
        yield unquote(key), unquote(value.strip('"'))
