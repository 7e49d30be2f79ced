"""Every table, the same in SQLite and PostgreSQL. Moments are epoch seconds of the database's clock; documents are JSON bytes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""A key that counts up: SQLite does that for `INTEGER` alone."""

SHARDS = 64
"""Mentions of one author are always in one shard, and one worker at a time has a shard: so their order is kept."""

# ---- what came in ---------------------------------------------------------------------------------------------------

MENTION = Table(
    "mention",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("platform", String(32), nullable=False),
    Column("root", String(200), nullable=False),
    Column("newest", String(200), nullable=False),
    Column("account", String(100), nullable=False),
    Column("author", String(240), nullable=False),
    Column("shard", Integer, nullable=False),
    Column("feed", String(100), nullable=False),
    Column("arrived_at", Float, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("state", String(12), nullable=False, default="new"),
    Column("tries", Integer, nullable=False, default=0),
    Column("reason", Text),
    Column("body", LargeBinary),
    UniqueConstraint("platform", "root"),
    Index("mention_newest", "platform", "newest"),
    Index(
        "mention_waiting",
        "shard",
        "id",
        sqlite_where=Column("state") == "new",
        postgresql_where=Column("state") == "new",
    ),
    Index(
        "mention_kept",
        "arrived_at",
        sqlite_where=Column("body").is_not(None),
        postgresql_where=Column("body").is_not(None),
    ),
)
"""One row a mention and its edits. `state`: `new`, `done` (decided), `quarantined` (cannot be decided), `gone` (deleted).
`body` is the newest edit, whose id is `newest`, and is empty once the content was purged; `version` grows with each edit,
`tries` with each start of work.
"""

EDIT = Table(
    "edit",
    METADATA,
    Column("platform", String(32), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("mention", _NUMBER, ForeignKey("mention.id"), nullable=False, index=True),
)
"""The ids of a mention that are not its root: who deletes one deletes the mention."""

CURSOR = Table(
    "cursor",
    METADATA,
    Column("feed", String(100), primary_key=True),
    Column("cursor", Text),
    Column("at", Float, nullable=False),
)
"""Where each feed goes on; moved in the transaction that stores what came before."""

REJECT = Table(
    "reject",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("feed", String(100), nullable=False),
    Column("at", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
)
"""What arrived and could not be read."""

TOMBSTONE = Table(
    "tombstone",
    METADATA,
    Column("hmac", String(64), primary_key=True),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)
"""Keyed hashes of mentions that are gone, so that none is taken in again."""

# ---- what was decided -----------------------------------------------------------------------------------------------

STATE = Table(
    "state",
    METADATA,
    Column("key", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("due", Float),
    Index(
        "state_due",
        "due",
        sqlite_where=Column("due").is_not(None),
        postgresql_where=Column("due").is_not(None),
    ),
    sqlite_with_rowid=False,
)
"""Policy state by key, the parts of which are joined by U+001F, and compared byte by byte."""

DECISION = Table(
    "decision",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("mention", _NUMBER, ForeignKey("mention.id"), index=True),
    Column("at", Float, nullable=False),
    Column("event", String(8), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("account", String(100), nullable=False),
    Column("policy", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Decision records, in the order in which they were committed."""

POLICY = Table(
    "policy",
    METADATA,
    Column("hash", String(80), primary_key=True),
    Column("at", Float, nullable=False),
    Column("source", LargeBinary, nullable=False),
)
"""The files of every policy that has served, by its hash; the newest is the last good one."""

# ---- what is said ---------------------------------------------------------------------------------------------------

EFFECT = Table(
    "effect",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("platform", String(32), nullable=False),
    Column("root", String(200), nullable=False),
    Column("slot", String(120), nullable=False),
    Column("account", String(100), nullable=False),
    Column("author", String(240), nullable=False),
    Column("action", String(60), nullable=False),
    Column("rule", String(200), nullable=False),
    Column("decision", String(64), nullable=False),
    Column("mention", _NUMBER, ForeignKey("mention.id"), index=True),
    Column("state", String(12), nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False, default=1),
    Column("fence", Integer, nullable=False, default=0),
    Column("owner", String(64)),
    Column("lease_until", Float),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("expires_at", Float),
    Column("unknown_since", Float),
    Column("body", LargeBinary, nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("client_key", String(120)),
    Column("approval", LargeBinary),
    Column("barred_before", Boolean, nullable=False, default=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("resent", Boolean, nullable=False, default=False),
    Column("remote_id", String(200)),
    UniqueConstraint("platform", "root", "slot"),
    Index("effect_open", "state", "not_before", "mention", "id"),
)
"""One row an effect. `slot` is `public` or `private` for what takes the voice, else the effect's own word and number, so that
a mention has one public answer whatever the rules and accounts; `body` the `Effect` as it is to be sent. `barred_before`: its
author had opted out when the decider let it pass, so that this opt-out is no bar to it.
"""

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("effect", String(80), ForeignKey("effect.id"), nullable=False, index=True),
    Column("n", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("deadline_s", Float, nullable=False),
    Column("request_hash", String(64), nullable=False),
    UniqueConstraint("effect", "n"),
)
"""Written before a request is, and never changed."""

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("effect", String(80), ForeignKey("effect.id"), nullable=False, index=True),
    Column("attempt", Integer),
    Column("kind", String(16), nullable=False),
    Column("remote_id", String(200)),
    Column("status", Integer),
    Column("reason", Text),
    Column("at", Float, nullable=False),
)
"""What was learned of an effect: answers, look-ups (`empty` or found, `complete` or not), words of people; only added to."""

BUDGET = Table(
    "budget",
    METADATA,
    Column("account", String(100), primary_key=True),
    Column("lane", String(60), primary_key=True),
    Column("window", Float, primary_key=True),
    Column("used", Float, nullable=False),
)
"""What an account has spent in a window of time that began at `window`: requests of a lane, or US dollars (`money`)."""

LANE = Table(
    "lane",
    METADATA,
    Column("account", String(100), primary_key=True),
    Column("lane", String(220), primary_key=True),
    Column("closed_until", Float),
    Column("reason", Text),
)
"""Where nothing may be sent for a while; `closed_until` is empty where a person must mend it first. A lane is that of an action,
`*` for all of an account, or `rule:NAME` (of the account `""`) for a rule whose answers the platform keeps refusing.
"""

# ---- who does it ----------------------------------------------------------------------------------------------------

CONTROL = Table(
    "control",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kill_switch", Boolean, nullable=False, default=False),
    Column("kill_reason", Text),
    Column("epoch", Integer, nullable=False, default=0),
    Column("instance", String(64), nullable=False),
    Column("amnesia", Boolean, nullable=False, default=False),
    Column("forgot_at", Float),
    Column("timeline", Integer, nullable=False, default=0),
    Column("policy", String(80)),
    Column("salt", LargeBinary, nullable=False),
)
"""One row, made with the tables: what holds for all workers. At `epoch` 0 nobody has begun to work with it yet. `forgot_at` is
when it was last noticed that it has forgotten something, `timeline` that of the server when somebody worked with it last.
"""

WORKER = Table(
    "worker",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("host", String(100), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("beat_at", Float, nullable=False),
)
"""Who is alive: a beat every ten seconds, dead after 45 without one."""

SHARD = Table(
    "shard",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("owner", String(64)),
    Column("lease_until", Float),
    Column("fence", Integer, nullable=False, default=0),
)
"""Which worker decides the mentions of which authors."""

WORD = Table(
    "word",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("word", String(16), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("by", String(100), nullable=False),
    Column("text", Text),
    Column("version", Integer),
    Column("done_at", Float),
    Column("answer", Text),
)
"""What people said to do (approve, reject, settle, pause, …), in order; the worker that does it writes the answer. `version` is
that of the effect as the person saw it: a word about an older one is refused.
"""

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("what", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("by", String(100), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("personal", LargeBinary),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(
        "audit_personal",
        "seq",
        sqlite_where=Column("personal").is_not(None),
        postgresql_where=Column("personal").is_not(None),
    ),
)
"""What was done and by whom, each row hashed with the one before. `personal` can be erased: only its salted hash is in `body`."""
