"""Runs the tests of a policy, one after the other, each in a world of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from socialcare.desk import Desk, moment_of
from socialcare.model import Decision, Mention
from socialcare.pipeline import decide, foresee
from socialcare.policy.cases import Case
from socialcare.policy.deciding.state import Subject, subject_of
from socialcare.policy.statements import Policy
from socialcare.trial.coverage import Ledger
from socialcare.trial.expect import check
from socialcare.trial.past import remember, start_clock
from socialcare.trial.results import Failure, Report, Result
from socialcare.trial.seen import Seen
from socialcare.trial.stage import Answers, Scene, begins, for_case, scenes, stage


def cases_of(policy: Policy, rule: str | None = None) -> list[Case]:
    """The tests of a policy in order of place; with `rule`, those of that rule only."""
    inline = [case for one in policy.rules.values() for case in one.cases]
    cases = sorted([*inline, *policy.conversations], key=lambda case: case.place)
    return [case for case in cases if rule is None or case.rule == rule]


async def run(cases: Iterable[Case], desk: Desk) -> Report:
    """Run tests on the policy of a desk, whose store and look-ups are left alone."""
    answers: Answers = {}
    asked: set[str] = set()
    trial = stage(desk, answers, asked)
    ledger = Ledger(desk.setting.policy)
    results = [await _run(case, trial, answers, asked, ledger) for case in cases]
    return Report(tuple(results), ledger.coverage, tuple(trial.seam.failures))


async def _run(case: Case, trial: Desk, answers: Answers, asked: set[str], ledger: Ledger) -> Result:
    answers.clear()
    table = _Table(for_case(case, trial), answers, asked, ledger)
    await start_clock(begins(case, table.desk.setting.policy), table.desk)
    failures: list[Failure] = []
    for scene in scenes(case, table.desk):
        seen = await table.play(scene)
        failures += check(scene.step.expect, seen, case)
    return Result(case.name, case.place, tuple(failures), case.rule, case.known_gap)


@dataclass(slots=True)
class _Table:
    """Where one test is played."""

    desk: Desk
    answers: Answers
    asked: set[str]
    ledger: Ledger
    subject: Subject = field(default_factory=lambda: Subject(""))

    async def play(self, scene: Scene) -> Seen:
        """Let one step happen, and keep how things stood before it."""
        event, given = scene.event, scene.step.given
        self.answers.update(given.lookups)
        desk = self.desk
        if isinstance(event, Mention):
            desk = replace(desk, pins={event.id: scene.pins})
            self.subject = subject_of(event, desk.company.account_of(event))
        await remember(given, self.subject, event.at, desk)
        before = replace(desk, store=deepcopy(desk.store))
        self.asked.clear()
        decisions = await decide([event], desk)
        if not isinstance(event, Mention):
            for decision in decisions:
                self.ledger.see(decision)
            return Seen(tuple(decisions), desk.setting)
        mine = [decision for decision in decisions if decision.event == "mention"]
        unasked = tuple(name for name, found in given.lookups.items() if found and name not in self.asked)
        return await self._seen(event, mine, before, unasked)

    async def _seen(
        self,
        mention: Mention,
        decisions: Sequence[Decision],
        before: Desk,
        unasked: tuple[str, ...],
        account: str | None = None,
        without: str = "",
    ) -> Seen:
        occasion, memory = await foresee(mention, before, account, without=without)
        moment = moment_of(occasion, before, memory)
        self.ledger.look(moment_of(occasion, before, memory), before.setting, memory, self.answers)
        then = None
        for decision in decisions:
            self.ledger.see(decision)
            if decision.then is not None:
                handing = next(r.action for r in decision.actions if before.receiver(r) is not None)
                then = await self._seen(mention, [decision.then], before, (), decision.then.account, handing)
        return Seen(tuple(decisions), before.setting, moment, memory, then, unasked)
