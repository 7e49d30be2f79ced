"""Which actions a guard is about."""

from collections.abc import Sequence

from socialcare.policy.statements import Guard
from socialcare.ports import Action


def about(guard: Guard) -> Sequence[str]:
    """The acts that a guard names."""
    if guard.limit is not None:
        return guard.limit.of
    return guard.budget.of if guard.budget is not None else guard.acts


def concerns(acts: Sequence[str], action: Action) -> bool:
    """Whether a list of acts names an action, by its word or by who sees it."""
    return action.name in acts or action.effect in acts or "everything" in acts
