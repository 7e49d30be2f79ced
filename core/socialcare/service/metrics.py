"""What can be read off a running process: how much came in, what became of it, what waits and since when."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy import Connection, func, select

from socialcare.clock import Clock
from socialcare.delivery import lanes
from socialcare.model import Decision
from socialcare.store.database import now
from socialcare.store.intake import Taken
from socialcare.store.tables import EFFECT, MENTION


class Metrics:
    """The figures of one process, and, asked each time, those of the database that all workers share."""

    def __init__(self, clock: Clock) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._heard: dict[str, float] = {}
        self.arrivals = self._counter("arrivals", "What feeds and webhooks brought.", "feed", "kind")
        self.feed_stops = self._counter(
            "feed_stops", "How often a feed ended, failed or fell silent.", "feed"
        )
        self.decisions = self._counter("decisions", "Decisions by how they ended.", "outcome")
        self.interrupted = self._counter("interrupted", "Batches given back, to be decided later.")
        self.reloads = self._counter("reloads", "Policies read again, by what came of it.", "result")
        self.refused_calls = self._counter(
            "refused_calls", "Calls of webhooks that were turned away.", "webhook"
        )
        self.silence = self._gauge("source_silence_seconds", "Since a feed gave a sign of life.", "feed")
        self.waiting = self._gauge("mentions_waiting", "Mentions that are not decided yet.")
        self.oldest = self._gauge(
            "oldest_waiting_seconds", "Age of the oldest mention that is not decided yet."
        )
        self.effects = self._gauge("effects", "What is to be said or was said, by state.", "state")
        self.oldest_held = self._gauge("oldest_held_seconds", "Age of what waits longest for a person.")

        self.closed = self._gauge("lanes_closed", "Where nothing is sent at the moment.", "account", "lane")

    def _counter(self, name: str, doc: str, *labels: str) -> Counter:
        return Counter(f"socialcare_{name}", doc, labels, registry=self.registry)

    def _gauge(self, name: str, doc: str, *labels: str) -> Gauge:
        return Gauge(f"socialcare_{name}", doc, labels, registry=self.registry)

    def heard(self, feed: str) -> None:
        """A feed gave a sign of life."""
        self._heard[feed] = self._clock.steady()

    @property
    def silent(self) -> dict[str, float]:
        """Seconds since each feed gave a sign of life."""
        return {feed: self._clock.steady() - moment for feed, moment in self._heard.items()}

    def taken(self, feed: str, taken: Taken) -> None:
        """What a batch came to."""
        for kind, number in taken._asdict().items():
            if number:
                self.arrivals.labels(feed, kind).inc(number)

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Decisions that were committed."""
        for one in decisions:
            self.decisions.labels(one.outcome).inc()

    def measure(self, connection: Connection) -> None:
        """Read what the database knows."""
        at = now(connection)
        waiting = select(func.count(), func.min(MENTION.c.arrived_at)).where(MENTION.c.state == "new")
        number, oldest = connection.execute(waiting).one()
        self.waiting.set(number)
        self.oldest.set(at - oldest if oldest is not None else 0)
        self.effects.clear()
        for state, how_many in connection.execute(
            select(EFFECT.c.state, func.count()).group_by(EFFECT.c.state)
        ):
            self.effects.labels(state).set(how_many)
        held = select(func.min(EFFECT.c.created_at)).where(EFFECT.c.state.in_(("HELD", "NEEDS_HUMAN")))
        since = connection.execute(held).scalar()
        self.oldest_held.set(at - since if since is not None else 0)
        self.closed.clear()
        for lane in lanes.closed(connection):
            self.closed.labels(lane.account, lane.lane).set(1)
        for feed, silent in self.silent.items():
            self.silence.labels(feed).set(silent)

    def page(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
