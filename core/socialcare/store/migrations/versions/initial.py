"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "audit",
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("personal", sa.LargeBinary()),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(
        "audit_personal",
        "audit",
        ["seq"],
        sqlite_where=sa.text("personal IS NOT NULL"),
        postgresql_where=sa.text("personal IS NOT NULL"),
    )
    op.create_table(
        "budget",
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("lane", sa.String(length=60), nullable=False),
        sa.Column("window", sa.Float(), nullable=False),
        sa.Column("used", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("account", "lane", "window"),
    )
    op.create_table(
        "control",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kill_switch", sa.Boolean(), nullable=False),
        sa.Column("kill_reason", sa.Text()),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("amnesia", sa.Boolean(), nullable=False),
        sa.Column("forgot_at", sa.Float()),
        sa.Column("timeline", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=80)),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "cursor",
        sa.Column("feed", sa.String(length=100), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("feed"),
    )
    op.create_table(
        "lane",
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("lane", sa.String(length=220), nullable=False),
        sa.Column("closed_until", sa.Float()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("account", "lane"),
    )
    op.create_table(
        "mention",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("root", sa.String(length=200), nullable=False),
        sa.Column("newest", sa.String(length=200), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("author", sa.String(length=240), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(length=100), nullable=False),
        sa.Column("arrived_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "root"),
    )
    op.create_index(
        "mention_kept",
        "mention",
        ["arrived_at"],
        sqlite_where=sa.text("body IS NOT NULL"),
        postgresql_where=sa.text("body IS NOT NULL"),
    )
    op.create_index("mention_newest", "mention", ["platform", "newest"])
    op.create_index(
        "mention_waiting",
        "mention",
        ["shard", "id"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "policy",
        sa.Column("hash", sa.String(length=80), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "reject",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("feed", sa.String(length=100), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "shard",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64)),
        sa.Column("lease_until", sa.Float()),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "state",
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("due", sa.Float()),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "state_due",
        "state",
        ["due"],
        sqlite_where=sa.text("due IS NOT NULL"),
        postgresql_where=sa.text("due IS NOT NULL"),
    )
    op.create_table(
        "tombstone",
        sa.Column("hmac", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("hmac"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "word",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("version", sa.Integer()),
        sa.Column("done_at", sa.Float()),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("beat_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "decision",
        sa.Column("seq", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("mention", _NUMBER),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("event", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention"],
            ["mention.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_decision_mention"), "decision", ["mention"])
    op.create_table(
        "edit",
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("mention", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["mention"],
            ["mention.id"],
        ),
        sa.PrimaryKeyConstraint("platform", "id"),
    )
    op.create_index(op.f("ix_edit_mention"), "edit", ["mention"])
    op.create_table(
        "effect",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("root", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=120), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("author", sa.String(length=240), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("mention", _NUMBER),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64)),
        sa.Column("lease_until", sa.Float()),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float()),
        sa.Column("unknown_since", sa.Float()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("client_key", sa.String(length=120)),
        sa.Column("approval", sa.LargeBinary()),
        sa.Column("barred_before", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resent", sa.Boolean(), nullable=False),
        sa.Column("remote_id", sa.String(length=200)),
        sa.ForeignKeyConstraint(
            ["mention"],
            ["mention.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "root", "slot"),
    )
    op.create_index("effect_open", "effect", ["state", "not_before", "mention", "id"])
    op.create_index(op.f("ix_effect_mention"), "effect", ["mention"])
    op.create_table(
        "attempt",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("effect", sa.String(length=80), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("deadline_s", sa.Float(), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["effect"],
            ["effect.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("effect", "n"),
    )
    op.create_index(op.f("ix_attempt_effect"), "attempt", ["effect"])
    op.create_table(
        "evidence",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("effect", sa.String(length=80), nullable=False),
        sa.Column("attempt", sa.Integer()),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("remote_id", sa.String(length=200)),
        sa.Column("status", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["effect"],
            ["effect.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_evidence_effect"), "evidence", ["effect"])
