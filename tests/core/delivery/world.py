"""Two workers, a platform and a person, each of whom acts one step at a time, in any order, as hypothesis wants.

A worker can be left standing or killed before any transaction and around every byte of a request; a request can be applied, late or
never, answered, or not; our own posts show up late. What is assumed is what docs and terms assume: a worker writes at once after it
was allowed to, a server forgets a request after `LIFE` seconds, and shows a post after `LAG`.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, StaticPool, create_engine, event, func, select

from socialcare.delivery import audit, leases, outbox, switch, words
from socialcare.delivery.speaking import Speaker
from socialcare.delivery.states import FINAL
from socialcare.delivery.terms import IDLE, Term, Terms
from socialcare.model import ActionRecord, Author, Decision, Mention
from socialcare.sending import Answer, Effect, Found, OwnPost
from socialcare.store.tables import ATTEMPT, CONTROL, EFFECT, MENTION, METADATA, WORKER

LAG, MOST = 60.0, 15.0
LIFE = MOST + IDLE
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
MENTIONS = 2

Actor: TypeAlias = tuple[int, str]
"""One thing that a worker does: the number of the worker, and `speak` or `reconcile`."""

_ACTING: ContextVar[Actor] = ContextVar("acting")


class Clock:
    """Stands until it is turned."""

    def __init__(self) -> None:
        self.at = NOON
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.at + seconds, waiting))
        await waiting


class Gates:
    """Where every actor waits until it is let through."""

    def __init__(self) -> None:
        self.waiting: dict[Actor, asyncio.Future[None]] = {}
        self.dead: set[int] = set()

    async def wait(self) -> None:
        actor = _ACTING.get()
        if actor[0] in self.dead:
            raise asyncio.CancelledError
        here = self.waiting[actor] = asyncio.get_running_loop().create_future()
        await here


@dataclass
class Base:
    """The database: each transaction waits at a gate, then happens whole."""

    connection: Connection
    gates: Gates

    async def run(self, transaction: Any) -> Any:  # Any: as Database.run
        await self.gates.wait()
        with self.connection.begin():
            return transaction(self.connection)

    look = run


@dataclass
class Request:
    """A request of which the bytes are on their way."""

    effect: Effect
    at: float
    answer: asyncio.Future[Answer]
    done: bool = False
    post: OwnPost | None = None


class Shown(NamedTuple):
    """A post, and from when on the platform shows it."""

    post: OwnPost
    at: float


@dataclass
class Platform:
    """Carries out requests when it is told to, and keeps the ledger of what was really posted."""

    clock: Clock
    gates: Gates
    connection: Connection
    idempotency: Literal["client_id", "key", "none"]
    name: str = "platform"
    doc: str = "a platform of the tests"
    platform: str = "x"
    actions: frozenset[str] = frozenset({"reply"})
    key_ttl: float = 3600.0
    look_up: Literal["by_id", "by_reply_target", "none"] = "by_reply_target"
    lag: float = LAG
    most_seconds: float = MOST
    requests: list[Request] = field(default_factory=list)
    ledger: list[Shown] = field(default_factory=list)

    def client_key(self, effect: Effect) -> str | None:
        return None if self.idempotency == "none" else f"key-{effect.id}"

    async def send(self, effect: Effect, may_write: Any) -> Answer:  # Any: as Sender.send
        await self.gates.wait()
        if not may_write():
            return Answer(kind="unsent", reason="too late")
        mine = (ATTEMPT.c.effect == effect.id) & (ATTEMPT.c.n == effect.attempt)
        with self.connection.begin():
            assert self.connection.execute(select(ATTEMPT.c.id).where(mine)).one(), (
                "I3: a request without its intent"
            )
        request = Request(effect, self.clock.at, asyncio.get_running_loop().create_future())
        self.requests.append(request)
        answer = await request.answer
        await self.gates.wait()
        return answer

    async def find(self, effect: Effect, since: datetime) -> Found:
        return await self.own_posts(effect.account, since)

    async def own_posts(self, account: str, since: datetime) -> Found:
        await self.gates.wait()
        seen = Found([shown.post for shown in self.ledger if shown.at <= self.clock.at], complete=True)
        await self.gates.wait()
        return seen

    async def is_there(self, mention: Mention) -> bool | None:
        await self.gates.wait()
        return None

    async def close(self) -> None:
        pass

    def apply(self, request: Request, at: float, lag: float) -> None:
        """Post it, unless its key says that it is posted."""
        request.done = True
        effect = request.effect
        if effect.client_key is not None:
            known = [shown.post for shown in self.ledger if shown.post.client_key == effect.client_key]
            if known:
                request.post = known[0]
                return
        assert effect.mention is not None
        made = OwnPost(
            f"p{len(self.ledger) + 1}",
            datetime.fromtimestamp(at, UTC),
            effect.mention.id,
            "",
            effect.client_key,
        )
        request.post = made
        self.ledger.append(Shown(made, at + lag))

    def overdue(self, *, applies: bool) -> None:
        """What a server held too long it carries out at the last moment, or never."""
        for request in self.requests:
            if not request.done and request.at + LIFE <= self.clock.at:
                if applies:
                    self.apply(request, request.at + LIFE, LAG)
                request.done = True


class ResendsOnTimeOut(Speaker):
    """The protocol, weakened: what is not known to be sent is sent again."""

    async def reconcile(self) -> bool:
        for doubt in await self._doubts():
            await self._settle(doubt, "send_again")
        return False


class LooksAtOnce(Speaker):
    """The protocol, weakened: a look-up that finds nothing is believed without quiet time."""

    async def reconcile(self) -> bool:
        for doubt in await self._doubts():
            await self._look([doubt], self.terms)
        for doubt in await self._doubts():
            await self._settle(doubt, "send_again")
        return False


class World:
    """Everything, and the steps that can be taken in it."""

    def __init__(
        self, *, idempotency: Literal["client_id", "none"] = "none", speaker: type[Speaker] = Speaker
    ) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.gates = Gates()
        engine = create_engine("sqlite://", poolclass=StaticPool)
        event.listen(engine, "engine_connect", lambda connection: connection.info.update(clock=self.clock))
        self.connection = engine.connect()
        self.engine = engine
        self.platform = Platform(self.clock, self.gates, self.connection, idempotency)
        term = Term(sender=self.platform, lane="posts", resend_once=True)
        self.terms = Terms({("x", "reply"): term})
        self.kind = speaker
        self.tasks: dict[Actor, asyncio.Task[Any]] = {}  # Any: what was done
        self.workers: dict[int, Speaker] = {}
        self.slots: list[int] = []
        self.fences: dict[str, int] = {}
        self.stopped: dict[str, int] = {}
        self.killed: int | None = None
        self._born = 0
        with self.connection.begin():
            METADATA.create_all(self.connection)
            first = {
                "id": 1,
                "kill_switch": False,
                "epoch": 1,
                "instance": "here",
                "amnesia": False,
                "salt": b"s",
            }
            self.connection.execute(CONTROL.insert().values(**first))
            for number in range(1, MENTIONS + 1):
                self._come(number)
        self.slots = [self._hire(), self._hire()]

    def _come(self, number: int) -> None:
        at = datetime.fromtimestamp(NOON, UTC)
        mention = Mention(id=f"m{number}", root=f"m{number}", text="?", author=Author(id="7"), at=at)
        row = {"platform": "x", "root": mention.id, "newest": mention.id, "account": "acme", "author": "x:7"}
        rest = {
            "shard": 1,
            "feed": "f",
            "arrived_at": NOON,
            "state": "new",
            "body": msgspec.json.encode(mention),
        }
        self.connection.execute(MENTION.insert().values(**row, **rest))
        said = ActionRecord(action="reply", rule="r", slot="public", text=f"hello {number}")
        decision = Decision(
            id=f"d{number}",
            mention=mention.id,
            at=at,
            account="acme",
            author="7",
            outcome="answered",
            policy="h",
            actions=(said,),
        )
        outbox.record(self.connection, [decision], self.terms)

    def _hire(self) -> int:
        self._born += 1
        number = self._born
        base: Any = Base(self.connection, self.gates)
        self.workers[number] = self.kind(base, self.terms, self.clock, f"w{number}")
        with self.connection.begin():
            leases.join(self.connection, f"w{number}", "host", number)
        return number

    # ---- steps ----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everybody run to the next gate."""

        async def spin() -> None:
            for _ in range(12):
                await asyncio.sleep(0)

        self.loop.run_until_complete(spin())
        for actor, task in list(self.tasks.items()):
            if task.done():
                del self.tasks[actor]
                if not task.cancelled():
                    task.result()

    def act(self, actor: Actor) -> None:
        """One step: begin, or go through the gate."""
        waiting = self.gates.waiting.pop(actor, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        elif actor not in self.tasks:
            speaker = self.workers[actor[0]]

            async def work() -> None:
                _ACTING.set(actor)
                await (speaker.speak_once() if actor[1] == "speak" else speaker.reconcile())

            self.tasks[actor] = self.loop.create_task(work())
        self.settle()

    def crash(self, slot: int) -> None:
        """A worker dies where it stands, and another begins."""
        number = self.slots[slot]
        self.gates.dead.add(number)
        for actor, task in self.tasks.items():
            if actor[0] == number:
                self.gates.waiting.pop(actor, None)
                task.cancel()
        self.settle()
        del self.workers[number]
        self.slots[slot] = self._hire()

    def turn(self, seconds: float, beating: set[int], *, applies: bool) -> None:
        """Time goes by; who is not beating is frozen as far as the others can tell."""
        self.clock.at += seconds
        self.platform.overdue(applies=applies)
        alive = [f"w{self.slots[slot]}" for slot in beating]
        with self.connection.begin():
            living = WORKER.c.id.in_(alive)
            self.connection.execute(WORKER.update().where(living).values(beat_at=self.clock.at))
        for until, waiting in self.clock.sleepers:
            if until <= self.clock.at and not waiting.done():
                waiting.set_result(None)
        self.clock.sleepers = [one for one in self.clock.sleepers if not one[1].done()]
        self.settle()

    def open_requests(self) -> list[Request]:
        return [one for one in self.platform.requests if not one.done or not one.answer.done()]

    def answer(self, request: Request, how: str, lag: float) -> None:
        """What the platform makes of a request, and what of it reaches us."""
        if not request.done:
            if how in {"ok", "applied and lost", "applied and 503"}:
                self.platform.apply(request, self.clock.at, lag)
            elif how in {"refused", "429", "dropped"}:
                request.done = True
        if not request.answer.done():
            self._tell(request, how)
        self.settle()

    def _tell(self, request: Request, how: str) -> None:
        if how == "applied and 503":
            request.answer.set_result(Answer(kind="unknown", status=503))
        elif how == "ok" and request.post is not None:
            request.answer.set_result(Answer(kind="sent", remote_id=request.post.id, status=201))
        elif how == "refused" and request.post is None:
            request.answer.set_result(Answer(kind="refused", status=403, reason="no"))
        elif how == "429" and request.post is None:
            request.answer.set_result(Answer(kind="unsent", status=429, until=self.clock.at + 60))
        else:
            request.answer.set_exception(ConnectionError("the line is dead"))

    def kill(self, *, on: bool) -> None:
        with self.connection.begin():
            if on:
                switch.kill(self.connection, "stop", by="maria")
            else:
                switch.release(self.connection, by="maria")
            self.killed = self._attempts() if on else None

    def delete(self, number: int) -> None:
        with self.connection.begin():
            here = MENTION.c.root == f"m{number}"
            self.connection.execute(MENTION.update().where(here).values(state="gone"))
            self.stopped[f"d{number}.0"] = self._attempts(f"d{number}.0")

    def person(self, number: int) -> None:
        """A person looks at the platform and says what they see."""
        effect = f"d{number}.0"
        seen = [
            one.post
            for one in self.platform.ledger
            if one.at <= self.clock.at and one.post.in_reply_to == f"m{number}"
        ]
        with self.connection.begin():
            said = _Said(effect, "maria", f"https://x.com/acme/status/{seen[0].id}" if seen else None)
            (words.settle if seen else words.retry)(self.connection, said)

    # ---- what must hold ---------------------------------------------------------------------------------------------

    def _attempts(self, effect: str | None = None) -> int:
        asked = select(func.count()).select_from(ATTEMPT)
        return int(
            self.connection.execute(
                asked if effect is None else asked.where(ATTEMPT.c.effect == effect)
            ).scalar_one()
        )

    def check(self) -> None:
        """The invariants that hold at any moment."""
        posts: dict[str | None, list[str]] = {}
        for shown in self.platform.ledger:
            posts.setdefault(shown.post.in_reply_to, []).append(shown.post.id)
        with self.connection.begin():
            rows = self.connection.execute(select(EFFECT)).all()
            attempts = {row.id: self._attempts(row.id) for row in rows}
        assert len(rows) == MENTIONS, "I1: a mention without its one state"
        assert all(len(made) == 1 for made in posts.values()), f"I2: answered twice: {posts}"
        for row in rows:
            if row.state == "SENT":
                assert posts.get(row.root) == [row.remote_id], "I4: sent, and there is no such post"
            assert row.fence >= self.fences.get(row.id, 0), "I6: a fence fell"
            self.fences[row.id] = row.fence
            assert attempts[row.id] <= self.stopped.get(row.id, attempts[row.id]), (
                "I5: an attempt after deletion"
            )
        assert self.killed is None or sum(attempts.values()) == self.killed, (
            "I5: an attempt after the kill switch"
        )

    def end(self) -> None:
        """Faults stop: within thirty minutes everything is final or with a person, and the ledger agrees."""
        if self.killed is not None:
            self.kill(on=False)
        for slot in (0, 1):
            self.crash(slot)
        for _ in range(32):
            self._work()
            if self._is_over():
                break
            self.turn(60, {0, 1}, applies=True)
        self.check()
        with self.connection.begin():
            rows = self.connection.execute(select(EFFECT.c.id, EFFECT.c.root, EFFECT.c.state)).all()
            assert audit.verify(self.connection) is None, "I8: the audit trail is broken"
        answered = {shown.post.in_reply_to for shown in self.platform.ledger}
        for row in rows:
            assert row.state in FINAL or row.state == "NEEDS_HUMAN", f"I10: {row.id} is {row.state}"
            if row.root in answered:
                assert row.state in {"SENT", "NEEDS_HUMAN", "CANCELLED"}, f"I4: posted, and {row.state}"

    def _is_over(self) -> bool:
        with self.connection.begin():
            states = set(self.connection.execute(select(EFFECT.c.state)).scalars())
        return states <= {*FINAL, "NEEDS_HUMAN"} and not self.open_requests()

    def _work(self) -> None:
        for slot in (0, 1):
            for what in ("speak", "speak", "reconcile"):
                actor = (self.slots[slot], what)
                self.act(actor)
                while actor in self.tasks:
                    for request in self.open_requests():
                        self.answer(request, "ok", 0.0)
                    self.act(actor)

    def close(self) -> None:
        self.gates.dead.update(self.workers)
        for task in self.tasks.values():
            task.cancel()
        self.settle()
        for request in self.platform.requests:
            if request.answer.done() and not request.answer.cancelled():
                request.answer.exception()
        self.loop.close()
        self.connection.close()
        self.engine.dispose()


class _Said(NamedTuple):
    ref: str
    by: str
    text: str | None
    version: int | None = None
