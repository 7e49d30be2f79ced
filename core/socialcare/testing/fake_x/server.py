"""The doors of the fake X: an HTTP server that answers as X does, or as a script says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from socialcare.clock import Clock, SystemClock
from socialcare.testing.fake_x.calls import Calls
from socialcare.testing.fake_x.control import control
from socialcare.testing.fake_x.front import Front
from socialcare.testing.fake_x.ledger import Ledger
from socialcare.testing.fake_x.oauth import Gate
from socialcare.testing.fake_x.people import Credentials, User, credentials_of
from socialcare.testing.fake_x.rates import Limit, Rates
from socialcare.testing.fake_x.scripts import Script, Step
from socialcare.testing.fake_x.streams import Stream
from socialcare.testing.fake_x.webhooks import Hook
from socialcare.testing.fake_x.world import Tier, World

HOSTS = ("https://api.twitter.com", "https://api.x.com")
MOST_BYTES = 6_000_000


class FakeX(World):
    """X on this machine, for tests: `async with FakeX(accounts=["AcmeCare"]) as x:` and then call `x.url`.

    `accounts` are the handles that clients sign for (`credentials`); `clock` is the time on the platform and how it waits,
    `signing_clock` the time that signatures are judged by; `lag` the seconds after which reads show what was posted over
    the API; `limits` replace X's own, by endpoint; `script` says what goes wrong; `ledger` is a file to which all is
    written; a text posted by the same account within `duplicates_within` seconds is refused. With `control` the server
    also takes orders under `/fake/`.
    """

    def __init__(  # noqa: PLR0913 - what a platform can be
        self,
        *,
        accounts: Iterable[str] = ("AcmeCare",),
        clock: Clock | None = None,
        signing_clock: Clock | None = None,
        seed: int = 0,
        tier: Tier = "self-serve",
        lag: float = 0.0,
        duplicates_within: float = 86_400.0,
        limits: Mapping[str, Limit] | None = None,
        script: Iterable[Step] = (),
        ledger: Path | None = None,
        port: int = 0,
        control: bool = False,
    ) -> None:
        super().__init__(
            clock=clock or SystemClock(),
            seed=seed,
            tier=tier,
            lag=lag,
            duplicates_within=duplicates_within,
            ledger=Ledger(ledger),
        )
        self.script = Script(script, seed=seed)
        self.rates = Rates(limits)
        self.stream = Stream(self)
        self.calls = Calls(self, credentials_of("", seed).consumer_secret)
        self.url = ""
        self._gate = Gate(signing_clock or SystemClock(), HOSTS)
        self._port = port
        self._control = control
        self._accounts: dict[str, Credentials] = {}
        self._runner: web.AppRunner | None = None
        for username in accounts:
            self.admit(username)

    def admit(self, username: str) -> User:
        """Make an account one of ours, whose keys are `credentials(username)`."""
        ours = self.user(username)
        self._accounts[username.lower()] = keys = credentials_of(username, self.seed)
        self._gate.admit(ours, keys)
        return ours

    def revoke(self, username: str) -> None:
        """Take the keys of an account away: its calls are answered 401 from now on."""
        self._gate.revoke(self.user(username))

    def credentials(self, username: str | None = None) -> Credentials:
        """The keys of an account of ours, of the first one where none is named."""
        return self._accounts[(username or next(iter(self._accounts))).lower()]

    @property
    def complaints(self) -> Sequence[str]:
        """What clients did that they should not: an unknown parameter, a wrong signature, a second request in flight."""
        return [entry.why for entry in self.ledger.complaints]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MOST_BYTES)
        front = Front(self, self._gate, self.rates, self.script, self.stream)
        for method, path, handler in (
            *(control(self, self.script) if self._control else ()),
            *front.routes(),
        ):
            app.router.add_route(method, path, handler)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._gate.hosts.append(self.url)
        await self.calls.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.calls.stop()
        if self._runner is not None:
            self.stream.close()
            await self._runner.cleanup()
        self.ledger.close()

    async def check_hook(self, hook: Hook) -> bool:
        """Check a webhook as X does every hour."""
        return await self.calls.check(hook)
