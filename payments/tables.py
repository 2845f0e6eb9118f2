"""The payment service's tables. Money is whole cents in `*_minor` columns; every moment is UTC.

An invoice's `balance_minor` and an account's `credit_minor` are kept equal to the sum of their postings by
`payments.ledger`, the only writer of both.
"""

from __future__ import annotations

import sqlalchemy as sa

from durable.columns import JsonDict, RowId, Utc
from durable.effects import effect_table

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _minor(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _account_ref(name: str = "account") -> sa.Column[str]:
    return sa.Column(name, sa.Text, sa.ForeignKey("pay_account.number"), nullable=False)


account = sa.Table(
    "pay_account",
    METADATA,
    sa.Column("number", sa.Text, primary_key=True),
    _text("name"),
    _text("currency"),
    _text("language"),
    _text("timezone"),
    _minor("credit_minor"),
    _minor("credit_imported_minor"),
    sa.Column("allow_prepayment", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("credit_minor >= 0", name="credit"),
)

contact = sa.Table(
    "pay_contact",
    METADATA,
    sa.Column("phone", sa.Text, primary_key=True),
    _text("name"),
    _text("email", null=True),
)

contact_account = sa.Table(
    "pay_contact_account",
    METADATA,
    sa.Column("phone", sa.Text, sa.ForeignKey("pay_contact.phone"), primary_key=True),
    sa.Column("account", sa.Text, sa.ForeignKey("pay_account.number"), primary_key=True, index=True),
)

invoice = sa.Table(
    "pay_invoice",
    METADATA,
    sa.Column("account", sa.Text, sa.ForeignKey("pay_account.number"), primary_key=True),
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("issued", sa.Date, nullable=False),
    sa.Column("due", sa.Date, nullable=False),
    _minor("amount_minor"),
    _minor("balance_minor"),
    _minor("imported_minor"),
    _minor("paid_minor"),
    _text("description", null=True),
    sa.CheckConstraint("balance_minor >= 0", name="balance"),
    sa.Index("ix_pay_invoice_issued", "account", "issued"),
    sa.Index(
        "ix_pay_invoice_open", "account", "due",
        sqlite_where=sa.text("balance_minor > 0"), postgresql_where=sa.text("balance_minor > 0"),
    ),
)  # fmt: skip

method = sa.Table(
    "pay_method",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    _account_ref(),
    _text("kind"),
    _text("brand", null=True),
    _text("bank", null=True),
    _text("type", null=True),
    _text("last4"),
    _text("expires", null=True),
    _text("token"),
    sa.Column("is_default", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("added_at", Utc, nullable=False),
    sa.Column("removed_at", Utc),
    sa.UniqueConstraint("account", "token"),
)

quote = sa.Table(
    "pay_quote",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, unique=True),
    _text("body_hash"),
    _account_ref(),
    sa.Column("method", sa.Text, sa.ForeignKey("pay_method.id"), nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("document", JsonDict, nullable=False),
    sa.Column("basis", JsonDict, nullable=False),
)

payment = sa.Table(
    "pay_payment",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("confirmation", sa.Text, nullable=False, unique=True),
    _account_ref(),
    sa.Column("quote", sa.Text, sa.ForeignKey("pay_quote.id"), nullable=False, unique=True),
    _text("state"),
    _minor("amount_minor"),
    _text("currency"),
    sa.Column("method", sa.Text, sa.ForeignKey("pay_method.id"), nullable=False),
    _text("note", null=True),
    _text("channel"),
    _text("actor"),
    sa.Column("consent", JsonDict, nullable=False),
    _text("callback_url", null=True),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("pay_on", sa.Date),
    _text("gateway_ref", null=True),
    _text("failure_code", null=True),
    _text("failure_detail", null=True),
    sa.Column("lost_answers", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_pay_payment_account_state", "account", "state"),
    sa.Index("ix_pay_payment_account_created", "account", "created_at"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

allocation = sa.Table(
    "pay_allocation",
    METADATA,
    sa.Column("payment", sa.Text, sa.ForeignKey("pay_payment.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    _text("invoice", null=True),
    _minor("amount_minor"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

posting = sa.Table(
    "pay_posting",
    METADATA,
    sa.Column("id", RowId, primary_key=True),
    _text("entry"),
    sa.Column("position", sa.Integer, nullable=False),
    _text("ledger"),
    _account_ref(),
    _text("invoice", null=True),
    _minor("amount_minor"),
    sa.Column("at", Utc, nullable=False),
    sa.UniqueConstraint("entry", "position"),
    sa.Index("ix_pay_posting_account", "account", "invoice"),
)

request = sa.Table(
    "pay_request",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    _text("body_hash"),
    _text("payment"),
    sa.Column("at", Utc, nullable=False),
)

history = sa.Table(
    "pay_history",
    METADATA,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    _text("event"),
    _text("who"),
    _text("channel"),
    _text("message_id", null=True),
    _text("words", null=True),
    sa.Column("detail", JsonDict, nullable=False),
)

staff = sa.Table(
    "pay_staff",
    METADATA,
    sa.Column("slack_user", sa.Text, primary_key=True),
    _text("name"),
    _text("role"),
    sa.Column("limit_minor", sa.BigInteger),
    sa.Column("all_accounts", sa.Boolean, nullable=False, server_default=sa.false()),
)

staff_account = sa.Table(
    "pay_staff_account",
    METADATA,
    sa.Column("slack_user", sa.Text, sa.ForeignKey("pay_staff.slack_user"), primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
)

effect = effect_table(METADATA, "pay_effect")

sandbox_charge = sa.Table(
    "sandbox_charge",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    _text("account"),
    _minor("amount_minor"),
    _text("currency"),
    _text("status"),
    _text("ref", null=True),
    _text("code", null=True),
    _text("detail", null=True),
    sa.Column("calls", sa.Integer, nullable=False, server_default="0"),
    sa.Column("at", Utc, nullable=False),
)
"""The sandbox gateway's own record, apart from ours: what it would show in its dashboard."""
