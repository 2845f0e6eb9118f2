"""Double entry: every change of a balance is an entry whose postings sum to zero. The only writer of balances.

Ledgers: `receivable` (what an account owes, per invoice), `credit` (what we hold for it), `gateway` (what was
charged), `billing` (where imported invoices and credit come from). A debit is positive. Runs in the caller's
transaction, under the account's lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from payments import tables as t

Ledger = Literal["receivable", "credit", "gateway", "billing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    ledger: Ledger
    amount_minor: int
    """Debit positive, credit negative."""
    invoice: str | None = None


class Unbalanced(Exception):
    """Our own defect: an entry does not sum to zero."""

    def __init__(self, entry: str, off_minor: int) -> None:
        super().__init__(f"entry {entry} is off by {off_minor} cents")


def post(conn: sa.Connection, entry: str, account: str, postings: Sequence[Posting], *, at: dt.datetime) -> None:
    """Writes one entry and moves the balances it touches.

    `entry` names it for ever: posting it again raises `IntegrityError`. So does anything that would bring a
    balance below zero. Raises `Unbalanced`, with nothing written, where the postings do not sum to zero.
    """
    off = sum(p.amount_minor for p in postings)
    if off:
        raise Unbalanced(entry, off)
    for position, p in enumerate(postings):
        conn.execute(
            sa.insert(t.posting).values(
                entry=entry, position=position, ledger=p.ledger, account=account, invoice=p.invoice,
                amount_minor=p.amount_minor, at=at,
            )
        )  # fmt: skip
        if p.ledger == "receivable":
            _move_invoice(conn, account, str(p.invoice), p.amount_minor)
        elif p.ledger == "credit":
            conn.execute(
                sa.update(t.account)
                .where(t.account.c.number == account)
                .values(credit_minor=t.account.c.credit_minor - p.amount_minor)
            )


def settle_entry(
    conn: sa.Connection, payment: str, account: str, parts: Sequence[tuple[str | None, int]], *, at: dt.datetime
) -> None:
    """Books a payment that was charged: `parts` are cents by invoice, None for credit."""
    postings = [Posting(ledger="gateway", amount_minor=sum(amount for _, amount in parts))]
    for invoice, amount in parts:
        if invoice is None:
            postings.append(Posting(ledger="credit", amount_minor=-amount))
        else:
            postings.append(Posting(ledger="receivable", amount_minor=-amount, invoice=invoice))
            _count_paid(conn, account, invoice, amount)
    post(conn, f"payment:{payment}", account, postings, at=at)


def _move_invoice(conn: sa.Connection, account: str, number: str, by_minor: int) -> None:
    i = t.invoice.c
    conn.execute(
        sa.update(t.invoice)
        .where(i.account == account, i.number == number)
        .values(balance_minor=i.balance_minor + by_minor)
    )


def _count_paid(conn: sa.Connection, account: str, number: str, by_minor: int) -> None:
    i = t.invoice.c
    conn.execute(
        sa.update(t.invoice).where(i.account == account, i.number == number).values(paid_minor=i.paid_minor + by_minor)
    )
