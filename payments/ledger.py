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

# Built once, as building a statement costs more than running it.
_i = t.invoice.c
_OF: sa.BindParameter[str] = sa.bindparam("of")
_THIS: sa.BindParameter[str] = sa.bindparam("this")
_BY: sa.BindParameter[int] = sa.bindparam("by")
_POST = sa.insert(t.posting)
_MOVE_CREDIT = (
    sa.update(t.account).where(t.account.c.number == _OF).values(credit_minor=t.account.c.credit_minor - _BY)
)
_ONE_INVOICE = sa.update(t.invoice).where(_i.account == _OF, _i.number == _THIS)
_MOVE_INVOICE = _ONE_INVOICE.values(balance_minor=_i.balance_minor + _BY)
_COUNT_PAID = _ONE_INVOICE.values(paid_minor=_i.paid_minor + _BY)


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
        row = {
            "entry": entry, "position": position, "ledger": p.ledger, "account": account, "invoice": p.invoice,
            "amount_minor": p.amount_minor, "at": at,
        }  # fmt: skip
        conn.execute(_POST, row)
        if p.ledger == "receivable":
            conn.execute(_MOVE_INVOICE, {"of": account, "this": str(p.invoice), "by": p.amount_minor})
        elif p.ledger == "credit":
            conn.execute(_MOVE_CREDIT, {"of": account, "by": p.amount_minor})


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
            conn.execute(_COUNT_PAID, {"of": account, "this": invoice, "by": amount})
    post(conn, f"payment:{payment}", account, postings, at=at)
