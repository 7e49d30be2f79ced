"""What people say to do: written down by a command, done in order by the worker that decides, answered in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
import structlog
from sqlalchemy import Connection, Row, select, update

from socialcare.delivery import lanes
from socialcare.delivery import words as on_effects
from socialcare.delivery.words import NotDone
from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import Interrupted
from socialcare.model import Control, Decision
from socialcare.service import approving
from socialcare.service.decider import Decider
from socialcare.service.logs import told
from socialcare.store.database import Database, now
from socialcare.store.tables import WORD

Word: TypeAlias = Literal[
    "approve",
    "edit",
    "reject",
    "release",
    "pause",
    "resume",
    "resume_rule",
    "retry",
    "settle",
    "done",
    "close",
]

NOTHING = "nothing was done: "
"""How the answer to a word begins that was not done."""

_log = structlog.get_logger()


class Said(NamedTuple):
    """A word, what it is about (the id of an effect, a mention, an account, a rule, the conversation of a case), who says it, and what else it takes.

    `text` is a new text for `edit` and perhaps `retry`, and for `settle` the link to the post, or nothing if it is not there.
    """

    word: Word
    ref: str
    by: str
    text: str | None = None
    version: int | None = None


def say(connection: Connection, said: Said) -> int:
    """Write a word down; its number."""
    row = connection.execute(WORD.insert().values(at=now(connection), **said._asdict()))
    return int(row.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key


def answer_to(connection: Connection, number: int) -> str | None:
    """What became of a word, once it is done."""
    answer: str | None = connection.execute(select(WORD.c.answer).where(WORD.c.id == number)).scalar()
    return answer


async def obey(decider: Decider, database: Database) -> int:
    """Do what was said and not done yet, oldest first; how many words. What cannot be done is answered too.

    Raises:
        Interrupted: the words from one on are still to be done.
    """
    words = await database.look(_undone)
    for word in words:
        said = Said(word.word, word.ref, word.by, word.text, word.version)
        answer = await _done(said, decider, database)
        await database.run(partial(_answer, number=word.id, answer=answer))
        _log.info("a word was answered", word=word.word, ref=word.ref, by=word.by, answer=answer)
    return len(words)


async def _done(said: Said, decider: Decider, database: Database) -> str:
    try:
        answer = await _do(said, decider, database)
        return f"{NOTHING}{answer}" if isinstance(answer, NotDone) else answer
    except Interrupted:
        raise
    except Exception as error:  # noqa: BLE001 - one word that cannot be done must not keep the others, and all mentions, waiting
        _log.error("a word cannot be done", word=said.word, ref=said.ref, why=told(error), exc_info=error)
        return f"{NOTHING}it cannot be done; the log of `socialcare run` says why"


async def _do(said: Said, decider: Decider, database: Database) -> str:
    if said.word == "settle":
        return await database.run(partial(on_effects.settle, said=said))
    if said.word == "retry":
        if said.text is not None:
            return await _reword(said, decider, database, on_effects.retry)
        return await database.run(partial(on_effects.retry, said=said))
    if said.word == "done":
        return await database.run(partial(on_effects.done, said=said))
    if said.word in ("pause", "resume"):
        return await _do_to_account(said, decider, database)
    if said.word == "resume_rule":
        lane = lanes.rule_lane(said.ref)
        if await database.run(partial(lanes.reopen, account="", lane=lane, by=said.by)):
            return f"rule `{said.ref}` is resumed"
        rules = decider.desk.setting.policy.rules
        if said.ref not in rules:
            return NotDone(f"the policy has no rule `{said.ref}`; {suggestion(said.ref, rules)}")
        return NotDone(f"rule `{said.ref}` had not stopped")
    if said.word == "close":
        closed = await _decide(said, decider, database)
        return f"the case `{said.ref}` is closed" if closed else NotDone(f"there is no case `{said.ref}`")
    return await _do_to_held(said, decider, database)


async def _do_to_held(said: Said, decider: Decider, database: Database) -> str:
    """What the guards hold goes, stays or is off; `edit` is for what was held and sent in vain, too."""
    agrees = said.word in ("approve", "edit")
    # an approval that died on its way comes again, with a version that it has changed itself
    version = None if agrees else said.version
    why = await database.look(partial(on_effects.stale, ref=said.ref, version=version))
    if why is not None:
        return await _reword(said, decider, database, on_effects.edit) if said.word == "edit" else why
    answer = await database.look(partial(approving.found, ref=said.ref))
    if answer is None:
        return NotDone(f"there is no `{said.ref}`")
    policy = decider.desk.setting.policy
    held_by = answer.kept.record.by if answer.kept is not None else ()
    if said.text is not None:
        problem = approving.outgoing(said.text, answer, decider.desk)[1]
        if problem is not None:
            return NotDone(f"{problem}; what `{said.ref}` says is as it was")
    elif said.word != "reject" and approving.in_vain(said.word, said.by, held_by, policy):
        return NotDone(f"`{said.ref}` is {approving.waits_for(held_by, policy)}")
    if agrees:
        waits = await database.run(partial(on_effects.approve, said=said))
        if waits is not None:
            return waits
    decisions = await _decide(said, decider, database)
    record = next((one for made in decisions[:1] for one in made.actions if one.id == said.ref), None)
    if record is None:
        return NotDone(f"`{said.ref}` is not held")
    if record.state != "held":
        return f"`{said.ref}` is {record.state}" + (f": {decisions[0].reason}" if decisions[0].reason else "")
    still = f"`{said.ref}` is still {approving.waits_for(record.by, policy)}"
    if said.text is not None:
        return f"these are its words now; {still}"
    return still if set(record.by) < set(held_by) else NotDone(still)


async def _reword(said: Said, decider: Decider, database: Database, send: Callable[..., str]) -> str:
    """Send what was not held, or is not any more, in words that have passed the filter."""
    answer = await database.look(partial(approving.found, ref=said.ref))
    if answer is None:
        return NotDone(f"there is no `{said.ref}`")
    text, problem = approving.outgoing(said.text or "", answer, decider.desk)
    if why := problem or approving.may_word(answer, said.by, decider.desk):
        return NotDone(why)
    return await database.run(partial(send, said=said._replace(text=text)))


async def _do_to_account(said: Said, decider: Decider, database: Database) -> str:
    """Pause an account, or resume it: what the policy holds back, and what the platform stopped."""
    stopped: list[lanes.Closed] = []
    if said.word == "resume":
        stopped = await database.run(partial(lanes.resume, account=said.ref, by=said.by))
    accounts = decider.desk.setting.policy.accounts
    if said.ref not in accounts and not stopped:
        return NotDone(f"the policy has no account `{said.ref}`; {suggestion(said.ref, accounts)}")
    await _decide(said, decider, database)
    why = "; ".join(one.reason for one in stopped)
    return f"account `{said.ref}` is {said.word}d" + (f"; what had stopped it: {why}" if why else "")


async def _decide(said: Said, decider: Decider, database: Database) -> list[Decision]:
    at = datetime.fromtimestamp(await database.look(now), UTC)
    word = "approve" if said.word == "edit" else said.word
    control = {"at": at, "word": word, "ref": said.ref, "by": said.by, "text": said.text}
    return await decider.decide([msgspec.convert(control, Control)])


def _undone(connection: Connection) -> list[Row[Any]]:  # Any: rows of `word`
    return list(connection.execute(select(WORD).where(WORD.c.done_at.is_(None)).order_by(WORD.c.id)).all())


def _answer(connection: Connection, number: int, answer: str) -> None:
    done = {"done_at": now(connection), "answer": answer}
    connection.execute(update(WORD).where(WORD.c.id == number).values(**done))
