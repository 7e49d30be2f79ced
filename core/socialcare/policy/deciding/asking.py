"""What a plan asks while it is made: the look-ups of a rule, and those that fill an action's parameters."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from socialcare.model import Value
from socialcare.policy.deciding import state
from socialcare.policy.deciding.memory import Memory, counted
from socialcare.policy.deciding.plan import Answer, Ask, Chosen, Draft, Moment, Setting
from socialcare.policy.deciding.replies import printable
from socialcare.policy.deciding.world import Record, World
from socialcare.policy.language.texts import Text
from socialcare.policy.statements import Asked, Path, Rule, Use, Window
from socialcare.ports import Action, Lookup


def value_at(world: World, path: str) -> Value:
    """What stands under a path, `None` where it is unknown or absent."""
    found = world.value(path)
    return found.value if found is not None else None


def look_up(
    rule: Rule, moment: Moment, setting: Setting, memory: Memory, result: Draft
) -> Generator[Ask, Answer, dict[str, Record | None] | None]:
    """The answers by alias; `None` when the rule fails its gate."""
    answers: dict[str, Record | None] = {}
    choices: list[Chosen] = []
    for alias, asked in rule.look_up.items():
        world = moment.world.with_answers(answers)
        lookup = setting.vocabulary.lookups[asked.lookup]
        answer = yield from _ask(lookup, asked, world)
        if answer.failed is not None:
            result.gated[rule.id] = f"look-up {asked.lookup} failed: {answer.failed}"
            return None
        found, chosen = _choose(lookup, asked, answer.found, moment.now, setting, memory, result)
        if chosen is not None:
            choices.append(chosen)
        answers[alias] = found
        if found is None and alias in rule.only_if_found:
            result.gated[rule.id] = f"{alias} not found"
            return None
    result.chosen[rule.id] = choices
    return answers


def _ask(lookup: Lookup, asked: Asked, world: World) -> Generator[Ask, Answer, Answer]:
    """Ask, unless an argument that the look-up needs is missing: then the answer is that there is none."""
    arguments = {
        parameter.name: parameter.default for parameter in lookup.parameters if not parameter.required
    }
    arguments.update(asked.literals)
    arguments.update((name, value_at(world, path)) for name, path in asked.fields.items())
    if any(parameter.required and arguments.get(parameter.name) is None for parameter in lookup.parameters):
        return Answer()
    return (yield Ask(lookup, arguments))


def _choose(
    lookup: Lookup,
    asked: Asked,
    found: Sequence[Record],
    now: datetime,
    setting: Setting,
    memory: Memory,
    result: Draft,
) -> tuple[Record | None, Chosen | None]:
    """The first answer; of a look-up whose answers wear out, the first that is not used up, here or by an earlier rule."""
    choice = lookup.choice
    if choice is None:
        return (found[0] if found else None), None
    at_most = asked.literals.get(choice.at_most) if choice.at_most else None
    most = int(at_most) if isinstance(at_most, int | float) else 1
    within = asked.literals.get(choice.within) if choice.within else None
    window = Window(timedelta(seconds=within)) if isinstance(within, int | float) else Window()
    uses = memory.get(state.used(lookup.name)) or {}
    earlier = [
        one.candidate for several in result.chosen.values() for one in several if one.lookup == lookup.name
    ]
    for record in found:
        candidate = str(record.get(choice.key))
        used = counted(uses.get(candidate), window, now, setting.zone) + earlier.count(candidate)
        if used < most:
            return record, Chosen(lookup.name, candidate, window)
    return None, None


def payload_of(
    use: Use, action: Action, world: World, setting: Setting, result: Draft
) -> Generator[Ask, Answer, Mapping[str, Any] | None]:  # Any: the action's own JSON
    """The action's parameters with names resolved; `None` when there is nothing to do."""
    payload: dict[str, Any] = {}  # Any: as above
    for name, value in use.params.items():
        if isinstance(value, Asked):
            answer = yield from _ask(setting.vocabulary.lookups[value.lookup], value, world)
            payload[name] = _person(answer) or value.otherwise
            if payload[name] is None:
                why = f"failed: {answer.failed}" if answer.failed is not None else "knows nobody"
                result.problems.append(f"{action.name}: look-up {value.lookup} {why}")
        elif isinstance(value, Path):
            payload[name] = world.number(value.name)
        elif isinstance(value, Text):
            payload[name] = value.render(lambda path: printable(world, path)).text
        else:
            payload[name] = value
    return action.propose(payload) if action.propose is not None else payload


def _person(answer: Answer) -> str | None:
    found = answer.found[0].get("person") if answer.found else None
    return str(found) if found is not None else None
