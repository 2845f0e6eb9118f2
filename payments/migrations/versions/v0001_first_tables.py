"""The first tables: accounts, quotes, payments, ledger, history, effects, staff, the sandbox's record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from durable.columns import JsonDict, RowId, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pay_account()
    _pay_contact()
    _pay_effect()
    _pay_history()
    _pay_request()
    _pay_staff()
    _sandbox_charge()
    _pay_contact_account()
    _pay_invoice()
    _pay_method()
    _pay_posting()
    _pay_staff_account()
    _pay_quote()
    _pay_payment()
    _pay_allocation()


def downgrade() -> None:
    for name in (
        "pay_allocation",
        "pay_payment",
        "pay_quote",
        "pay_staff_account",
        "pay_posting",
        "pay_method",
        "pay_invoice",
        "pay_contact_account",
        "sandbox_charge",
        "pay_staff",
        "pay_request",
        "pay_history",
        "pay_effect",
        "pay_contact",
        "pay_account",
    ):
        op.drop_table(name)


def _pay_account() -> None:
    op.create_table(
        "pay_account",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credit_imported_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("allow_prepayment", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("credit_minor >= 0", name=op.f("ck_pay_account_credit")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pay_account")),
    )


def _pay_contact() -> None:
    op.create_table(
        "pay_contact",
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("phone", name=op.f("pk_pay_contact")),
    )


def _pay_effect() -> None:
    op.create_table(
        "pay_effect",
        sa.Column("id", RowId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", JsonDict, nullable=False),
        sa.Column("state", sa.Text(), server_default="ready", nullable=False),
        sa.Column("not_before", Utc(), nullable=False),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("uncertain", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("first_claimed_at", Utc(), nullable=True),
        sa.Column("done_at", Utc(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_effect")),
        sa.UniqueConstraint("key", name=op.f("uq_pay_effect_key")),
    )
    op.create_index(
        "ix_pay_effect_lane",
        "pay_effect",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    for name, column, state in (("done", "done_at", "done"), ("parked", "id", "parked")):
        only = sa.text(f"state = '{state}'")
        op.create_index(f"ix_pay_effect_{name}", "pay_effect", [column], sqlite_where=only, postgresql_where=only)
    op.create_index(
        "ix_pay_effect_due",
        "pay_effect",
        ["kind", "priority", "not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )


def _pay_history() -> None:
    op.create_table(
        "pay_history",
        sa.Column("id", RowId, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("detail", JsonDict, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_history")),
    )
    op.create_index("ix_pay_history_account", "pay_history", ["account"], unique=False)
    op.create_index("ix_pay_history_subject", "pay_history", ["subject"], unique=False)


def _pay_request() -> None:
    op.create_table(
        "pay_request",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pay_request")),
    )


def _pay_staff() -> None:
    op.create_table(
        "pay_staff",
        sa.Column("slack_user", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("all_accounts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("slack_user", name=op.f("pk_pay_staff")),
    )


def _sandbox_charge() -> None:
    op.create_table(
        "sandbox_charge",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sandbox_charge")),
    )


def _pay_contact_account() -> None:
    op.create_table(
        "pay_contact_account",
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["pay_account.number"], name=op.f("fk_pay_contact_account_account")),
        sa.ForeignKeyConstraint(["phone"], ["pay_contact.phone"], name=op.f("fk_pay_contact_account_phone")),
        sa.PrimaryKeyConstraint("phone", "account", name=op.f("pk_pay_contact_account")),
    )
    op.create_index("ix_pay_contact_account_account", "pay_contact_account", ["account"], unique=False)


def _pay_invoice() -> None:
    op.create_table(
        "pay_invoice",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("imported_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_pay_invoice_balance")),
        sa.ForeignKeyConstraint(["account"], ["pay_account.number"], name=op.f("fk_pay_invoice_account")),
        sa.PrimaryKeyConstraint("account", "number", name=op.f("pk_pay_invoice")),
    )
    op.create_index("ix_pay_invoice_issued", "pay_invoice", ["account", "issued"], unique=False)
    op.create_index(
        "ix_pay_invoice_open",
        "pay_invoice",
        ["account", "due"],
        unique=False,
        sqlite_where=sa.text("balance_minor > 0"),
        postgresql_where=sa.text("balance_minor > 0"),
    )


def _pay_method() -> None:
    op.create_table(
        "pay_method",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("bank", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.Column("removed_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["pay_account.number"], name=op.f("fk_pay_method_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_method")),
        sa.UniqueConstraint("account", "token", name=op.f("uq_pay_method_account_token")),
    )


def _pay_posting() -> None:
    op.create_table(
        "pay_posting",
        sa.Column("id", RowId, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["pay_account.number"], name=op.f("fk_pay_posting_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_posting")),
        sa.UniqueConstraint("entry", "position", name=op.f("uq_pay_posting_entry_position")),
    )
    op.create_index("ix_pay_posting_account", "pay_posting", ["account", "invoice"], unique=False)


def _pay_staff_account() -> None:
    op.create_table(
        "pay_staff_account",
        sa.Column("slack_user", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["slack_user"], ["pay_staff.slack_user"], name=op.f("fk_pay_staff_account_slack_user")),
        sa.PrimaryKeyConstraint("slack_user", "account", name=op.f("pk_pay_staff_account")),
    )


def _pay_quote() -> None:
    op.create_table(
        "pay_quote",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("document", JsonDict, nullable=False),
        sa.Column("basis", JsonDict, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["pay_account.number"], name=op.f("fk_pay_quote_account")),
        sa.ForeignKeyConstraint(["method"], ["pay_method.id"], name=op.f("fk_pay_quote_method")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_quote")),
        sa.UniqueConstraint("key", name=op.f("uq_pay_quote_key")),
    )


def _pay_payment() -> None:
    op.create_table(
        "pay_payment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("confirmation", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("consent", JsonDict, nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=True),
        sa.Column("gateway_ref", sa.Text(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure_detail", sa.Text(), nullable=True),
        sa.Column("lost_answers", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pay_payment_amount")),
        sa.ForeignKeyConstraint(["account"], ["pay_account.number"], name=op.f("fk_pay_payment_account")),
        sa.ForeignKeyConstraint(["method"], ["pay_method.id"], name=op.f("fk_pay_payment_method")),
        sa.ForeignKeyConstraint(["quote"], ["pay_quote.id"], name=op.f("fk_pay_payment_quote")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_payment")),
        sa.UniqueConstraint("confirmation", name=op.f("uq_pay_payment_confirmation")),
        sa.UniqueConstraint("quote", name=op.f("uq_pay_payment_quote")),
    )
    op.create_index("ix_pay_payment_account_created", "pay_payment", ["account", "created_at"], unique=False)
    op.create_index("ix_pay_payment_account_state", "pay_payment", ["account", "state"], unique=False)


def _pay_allocation() -> None:
    op.create_table(
        "pay_allocation",
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pay_allocation_amount")),
        sa.ForeignKeyConstraint(["payment"], ["pay_payment.id"], name=op.f("fk_pay_allocation_payment")),
        sa.PrimaryKeyConstraint("payment", "position", name=op.f("pk_pay_allocation")),
    )
