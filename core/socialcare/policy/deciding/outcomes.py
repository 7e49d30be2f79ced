"""Where a plan leaves its mention, and why."""

from collections.abc import Sequence

from socialcare.model import ActionRecord, Outcome, final_outcome
from socialcare.policy.deciding.plan import Setting


def outcome_of(records: Sequence[ActionRecord], setting: Setting) -> Outcome:
    """Where a plan leaves its mention."""
    return final_outcome(records, setting.settles)


def reason_of(records: Sequence[ActionRecord], outcome: Outcome, setting: Setting) -> str:
    """Why a mention ended there, in a few words: the action's own reason, the guards, or that nothing matched."""
    if not records:
        return "no rule matched"
    settles = setting.settles
    for record in records:
        if record.state != "forbidden" and settles.get(record.action) == outcome:
            said = record.payload.get("reason")
            return str(said) if said else f"rule {record.rule}"
    if outcome == "held":
        by = sorted({name for record in records if record.state == "held" for name in record.by})
        why = sorted({record.reason for record in records if record.state == "held" and record.reason})
        return ", ".join([*(f"guard {name}" for name in by), *why])
    forbidden = [name for record in records if record.state == "forbidden" for name in record.by]
    return "forbidden by " + ", ".join(sorted(set(forbidden))) if forbidden else "no rule answers it"
