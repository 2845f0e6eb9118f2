"""The inbox, conversations, effects, deliveries and opt-outs."""

import sqlalchemy as sa
from alembic import op

from durable.columns import JsonDict, RowId, Utc

revision = "0001"
down_revision = None

_waiting = sa.text("state = 'new'")
_ready = sa.text("state = 'ready'")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "bot_inbox",
        sa.Column("seq", RowId, primary_key=True, comment="order of arrival"),
        sa.Column("source", sa.Text, nullable=False, comment="sms, terminal, actions, payments"),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="message, action or payment"),
        sa.Column("payload", JsonDict, nullable=False),
        sa.Column("received_at", Utc, nullable=False),
        sa.Column("origin", sa.Text, nullable=False, comment="the process that received it, which handles it first"),
        sa.Column("state", sa.Text, nullable=False, server_default="new", comment="new, handled or parked"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("handled_at", Utc),
        sa.UniqueConstraint("source", "event_id", name="uq_bot_inbox_event"),
    )
    op.create_index(
        "ix_bot_inbox_new", "bot_inbox", ["conversation", "seq"], sqlite_where=_waiting, postgresql_where=_waiting
    )
    for name, column, state in (("handled", "handled_at", "handled"), ("parked", "seq", "parked")):
        only = sa.text(f"state = '{state}'")
        op.create_index(f"ix_bot_inbox_{name}", "bot_inbox", [column], sqlite_where=only, postgresql_where=only)
    op.create_table(
        "bot_conversation",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False, comment="JSON, the core's"),
        sa.Column("updated_at", Utc, nullable=False),
    )
    op.create_table(
        "bot_event",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, comment="the revision that the event led to"),
        sa.Column("event", sa.Text, nullable=False, comment="JSON, the core's"),
        sa.Column("at", Utc, nullable=False, comment="the turn's time"),
    )
    op.create_index("ix_bot_event_conversation", "bot_event", ["conversation", "id"])
    op.create_index("ix_bot_event_at", "bot_event", ["at"])
    op.create_table(
        "bot_opt_out",
        sa.Column("phone", sa.Text, primary_key=True),
        sa.Column("out", sa.Boolean, nullable=False),
        sa.Column("why", sa.Text, nullable=False, comment="keyword, words, or the carrier's error 21610"),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("at", Utc, nullable=False),
    )
    op.create_table(
        "bot_delivery",
        sa.Column("key", sa.Text, primary_key=True, comment="the effect's key"),
        sa.Column("sid", sa.Text, unique=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("error_code", sa.Text),
        sa.Column("at", Utc, nullable=False),
    )
    op.create_index("ix_bot_delivery_recipient", "bot_delivery", ["recipient", "at"])
    op.create_table(
        "bot_escalation",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("account", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", Utc, nullable=False),
    )
    _effects()


def _effects() -> None:
    op.create_table(
        "bot_effect",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("body", JsonDict, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="ready"),
        sa.Column("not_before", Utc, nullable=False),
        sa.Column("lease_until", Utc),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("uncertain", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("first_claimed_at", Utc),
        sa.Column("done_at", Utc),
        sa.Column("error", sa.Text),
    )
    op.create_index(
        "ix_bot_effect_due", "bot_effect", ["kind", "priority", "not_before"],
        sqlite_where=_ready, postgresql_where=_ready,
    )  # fmt: skip
    op.create_index("ix_bot_effect_lane", "bot_effect", ["lane", "id"], sqlite_where=_ready, postgresql_where=_ready)
    for name, column, state in (("done", "done_at", "done"), ("parked", "id", "parked")):
        only = sa.text(f"state = '{state}'")
        op.create_index(f"ix_bot_effect_{name}", "bot_effect", [column], sqlite_where=only, postgresql_where=only)
    op.create_table(
        "bot_sender",
        sa.Column("sender", sa.Text, primary_key=True),
        sa.Column("next_at", Utc, nullable=False),
    )


def downgrade() -> None:
    """Drops everything."""
    for table in ("bot_sender", "bot_effect", "bot_escalation", "bot_delivery", "bot_opt_out", "bot_event",
                  "bot_conversation", "bot_inbox"):  # fmt: skip
        op.drop_table(table)
