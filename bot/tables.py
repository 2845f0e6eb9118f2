"""The bot's tables. All times are UTC; everything that concerns one conversation carries its key."""

from __future__ import annotations

import sqlalchemy as sa

from durable.columns import JsonDict, RowId, Utc
from durable.effects import effect_table, sender_table

METADATA = sa.MetaData()

_waiting, _handled, _parked = (sa.text(f"state = '{state}'") for state in ("new", "handled", "parked"))

INBOX = sa.Table(
    "bot_inbox",
    METADATA,
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
    sa.Index("ix_bot_inbox_new", "conversation", "seq", sqlite_where=_waiting, postgresql_where=_waiting),
    sa.Index("ix_bot_inbox_handled", "handled_at", sqlite_where=_handled, postgresql_where=_handled),
    sa.Index("ix_bot_inbox_parked", "seq", sqlite_where=_parked, postgresql_where=_parked),
)

CONVERSATION = sa.Table(
    "bot_conversation",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="JSON, the core's"),
    sa.Column("updated_at", Utc, nullable=False),
)

EVENT = sa.Table(
    "bot_event",
    METADATA,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("conversation", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False, comment="the revision that the event led to"),
    sa.Column("event", sa.Text, nullable=False, comment="JSON, the core's"),
    sa.Column("at", Utc, nullable=False, comment="the turn's time"),
    sa.Index("ix_bot_event_conversation", "conversation", "id"),
    sa.Index("ix_bot_event_at", "at"),
)

OPT_OUT = sa.Table(
    "bot_opt_out",
    METADATA,
    sa.Column("phone", sa.Text, primary_key=True),
    sa.Column("out", sa.Boolean, nullable=False),
    sa.Column("why", sa.Text, nullable=False, comment="keyword, words, or the carrier's error 21610"),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

DELIVERY = sa.Table(
    "bot_delivery",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True, comment="the effect's key"),
    sa.Column("sid", sa.Text, unique=True),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error_code", sa.Text),
    sa.Column("at", Utc, nullable=False),
    sa.Index("ix_bot_delivery_recipient", "recipient", "at"),
)

ESCALATION = sa.Table(
    "bot_escalation",
    METADATA,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("conversation", sa.Text, nullable=False),
    sa.Column("account", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

EFFECT = effect_table(METADATA, "bot_effect")
SENDER = sender_table(METADATA, "bot_sender")
