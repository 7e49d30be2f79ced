"""What goes wrong, and when: steps that say how a request is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal, NamedTuple

from msgspec import Struct

from socialcare.testing.fake_x.oauth import Caller
from socialcare.testing.fake_x.problems import (
    BLOCKED,
    DUPLICATE,
    KINDS,
    NOT_SUMMONED,
    RESTRICTED,
    Json,
    problem,
)

Word = Literal[
    "ok",
    "bad_request",
    "unauthorized",
    "no_credit",
    "forbidden",
    "not_summoned",
    "blocked",
    "restricted",
    "suspended",
    "duplicate",
    "not_found",
    "rate_limited",
    "usage_capped",
    "error",
    "error_applied",
    "drop",
    "drop_applied",
    "half",
    "late",
    "late_applied",
    "html",
    "html_applied",
    "ok_with_errors",
    "only_errors",
]


class Answer(NamedTuple):
    """What a word of a script means: is the request carried out and when, and what is sent back.

    `sends`: `made` what the request made, `problem` a problem document, `html` a page of some machine in between, `nothing`
    (the connection closes), `half` of the true answer. `waits`: before the answer, and before it is carried out if `late`.
    """

    applies: Literal["now", "late", "never"]
    sends: Literal["made", "problem", "html", "nothing", "half"]
    status: int | None = None
    body: Json | None = None
    waits: bool = False


def _no(status: int, detail: str, **more: str) -> Answer:
    return Answer("never", "problem", status, problem(status, detail, **more))


_INVALID: Json = {
    "errors": [{"parameters": {}, "message": "JSON doesn't match expected schema"}],
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": f"{KINDS}invalid-request",
}
_CAPPED: Json = {
    "account_id": 1,
    "product_name": "standard-basic",
    "title": "UsageCapExceeded",
    "period": "Monthly",
    "scope": "Product",
    "detail": "Usage cap exceeded: Monthly product cap",
    "type": "https://api.twitter.com/2/problems/usage-capped",
}

_INTERNAL = problem(500, "Something is broken.", title="Internal Error", kind="internal-error")

ANSWERS: Mapping[Word, Answer] = {
    "ok": Answer("now", "made"),
    "bad_request": Answer("never", "problem", 400, _INVALID),
    "unauthorized": _no(401, "Unauthorized"),
    "no_credit": _no(402, "Your account has no credits left.", kind="credits"),
    "forbidden": _no(403, "You are not permitted to perform this action."),
    "not_summoned": _no(403, NOT_SUMMONED),
    "blocked": _no(403, BLOCKED),
    "restricted": _no(403, RESTRICTED),
    "suspended": _no(403, "Your account is suspended and is not permitted to access this feature."),
    "duplicate": _no(403, DUPLICATE),
    "not_found": _no(404, "Could not find what was asked for.", kind="resource-not-found"),
    "rate_limited": _no(429, "Too Many Requests", title="Too Many Requests"),
    "usage_capped": Answer("never", "problem", 429, _CAPPED),
    "error": _no(503, "Service Unavailable", title="Service Unavailable"),
    "error_applied": Answer(
        "now", "problem", 503, problem(503, "Service Unavailable", title="Service Unavailable")
    ),
    "drop": Answer("never", "nothing"),
    "drop_applied": Answer("now", "nothing"),
    "half": Answer("now", "half"),
    "late": Answer("now", "made", waits=True),
    "late_applied": Answer("late", "made", waits=True),
    "html": Answer("never", "html", 503),
    "html_applied": Answer("now", "html", 503),
    "ok_with_errors": Answer("now", "made", body=_INTERNAL),
    "only_errors": Answer(
        "never",
        "problem",
        200,
        {"errors": [_INTERNAL]},
    ),
}
"""Every word of a script. `html` may be given a `status` of 200, `late` its `seconds`, `rate_limited` those until the reset."""


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests that are answered so.

    `on` is an endpoint (`POST /2/tweets`); then, where given: only its `nth` request (from 1), only those of `account`, only
    those whose body has `text` in it, only a `share` of them (drawn by the seed), at most `times` of them.
    """

    on: str
    answer: Word
    nth: int | None = None
    account: str | None = None
    text: str | None = None
    share: float = 1.0
    times: int | None = None
    status: int | None = None
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose sender is known: `number` of all requests, `nth` of its endpoint."""

    number: int
    nth: int
    at: float
    endpoint: str
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    raw: str


Condition = Callable[[Call], bool]


class Script:
    """Steps in their order: the first that fits a request decides; a request that none fits is answered truly."""

    def __init__(self, steps: Iterable[Step] = (), *, seed: int = 0) -> None:
        self._steps: list[tuple[Step, Condition | None]] = [(step, None) for step in steps]
        self._taken: Counter[int] = Counter()
        self._seed = seed

    def add(  # noqa: PLR0913 - the fields of a step
        self,
        on: str,
        answer: Word,
        *,
        nth: int | None = None,
        account: str | None = None,
        text: str | None = None,
        share: float = 1.0,
        times: int | None = None,
        status: int | None = None,
        seconds: float = 30.0,
        when: Condition | None = None,
    ) -> None:
        """Add a step; `when` is a condition of its own over the request."""
        step = Step(
            on=on,
            answer=answer,
            nth=nth,
            account=account,
            text=text,
            share=share,
            times=times,
            status=status,
            seconds=seconds,
        )
        self._steps.append((step, when))

    def then(self, on: str, *answers: Word) -> None:
        """The next requests of an endpoint are answered so, one after the other."""
        for answer in answers:
            self.add(on, answer, times=1)

    def replace(self, steps: Iterable[Step] = ()) -> None:
        """Forget all steps for others; without any, nothing goes wrong any more."""
        self._steps = [(step, None) for step in steps]
        self._taken.clear()

    def step(self, call: Call) -> Step | None:
        """How a request is answered, if not truly."""
        for place, (step, when) in enumerate(self._steps):
            if self._fits(place, step, call) and (when is None or when(call)):
                self._taken[place] += 1
                return step
        return None

    def _fits(self, place: int, step: Step, call: Call) -> bool:
        return (
            step.on == call.endpoint
            and step.nth in (None, call.nth)
            and step.account in (None, call.caller.name)
            and (step.text is None or step.text in call.raw)
            and (step.times is None or self._taken[place] < step.times)
            and (step.share >= 1 or Random(f"{self._seed} {place} {call.nth}").random() < step.share)  # noqa: S311 - a seed makes it repeatable
        )
