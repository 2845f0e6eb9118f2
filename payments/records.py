"""Payments as they are stored: reading them, and the one function that moves one to another state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from payments import methods
from payments import tables as t
from payments.contract import Allocation, Failure, Payment, PaymentStatus
from payments.errors import PaymentUnknown
from payments.history import Actor, record
from payments.lifecycle import RESERVING, STATUS, Move, State, after
from payments.money import from_minor

Row = sa.Row[tuple[object, ...]]

# What every payment asks: built once, as building a statement costs more than running it.
_THIS: sa.BindParameter[str] = sa.bindparam("this")
_PAYMENT = sa.select(t.payment).where(t.payment.c.id == _THIS)
_PAYMENT_LOCKED = _PAYMENT.with_for_update()
_STATE = sa.select(t.payment.c.state).where(t.payment.c.id == _THIS)
_MOVE = sa.update(t.payment).where(t.payment.c.id == _THIS)
_PARTS = (
    sa.select(t.allocation.c.invoice, t.allocation.c.amount_minor)
    .where(t.allocation.c.payment == _THIS)
    .order_by(t.allocation.c.position)
)
_FORGET_PARTS = sa.delete(t.allocation).where(t.allocation.c.payment == _THIS)
_ADD_PARTS = sa.insert(t.allocation)
_SHARES = (
    sa.select(t.allocation)
    .where(t.allocation.c.payment.in_(sa.bindparam("these", expanding=True)))
    .order_by(t.allocation.c.payment, t.allocation.c.position)
)
_SPOKEN_FOR = (
    sa.select(t.allocation.c.invoice, t.allocation.c.amount_minor, t.payment.c.state)
    .join(t.payment, t.payment.c.id == t.allocation.c.payment)
    .where(
        t.payment.c.account == sa.bindparam("of"),
        t.payment.c.state.in_(sorted(state.value for state in (*RESERVING, State.SCHEDULED))),
        t.allocation.c.invoice.is_not(None),
    )
)


def find(conn: sa.Connection, payment: str, *, lock: bool = False) -> Row:
    """The payment's row, locked if asked; raises `PaymentUnknown`."""
    row = None
    if "\x00" not in payment:
        row = conn.execute(_PAYMENT_LOCKED if lock else _PAYMENT, {"this": payment}).first()
    if row is None:
        raise PaymentUnknown
    return row


def status(conn: sa.Connection, payment: str) -> PaymentStatus:
    """What callers see of the state of a payment that is known to exist."""
    return STATUS[State(conn.execute(_STATE, {"this": payment}).scalar_one())]


def move(
    conn: sa.Connection, row: Row, step: Move, *, actor: Actor, at: dt.datetime, **values: Any
) -> State:
    """Takes a payment through the transition table, with a line of history; `values` are its other new columns.

    Raises `IllegalMove`, with nothing changed, where the table has no such move.
    """
    state = after(State(row.state), step)
    conn.execute(_MOVE, {"this": row.id, "state": state.value, "changed_at": at, **values})
    detail = {k: str(v) for k, v in values.items() if v is not None}
    record(conn, account=row.account, subject=row.id, event=f"payment_{state.value}", actor=actor, at=at, **detail)
    return state


def parts(conn: sa.Connection, payment: str) -> list[tuple[str | None, int]]:
    """Cents by invoice (None: credit), in the order in which they were shown."""
    return [(row.invoice, row.amount_minor) for row in conn.execute(_PARTS, {"this": payment})]


def write_parts(conn: sa.Connection, payment: str, allocations: Sequence[tuple[str | None, int]]) -> None:
    """Replaces the allocations of a payment."""
    conn.execute(_FORGET_PARTS, {"this": payment})
    rows = [
        {"payment": payment, "position": position, "invoice": invoice, "amount_minor": amount}
        for position, (invoice, amount) in enumerate(allocations)
    ]
    if rows:
        conn.execute(_ADD_PARTS, rows)


def spoken_for(conn: sa.Connection, account: str) -> tuple[dict[str, int], frozenset[str]]:
    """Cents of each invoice that payments under way will pay; and the invoices of payments set for a date."""
    reserved: dict[str, int] = {}
    scheduled = set()
    for row in conn.execute(_SPOKEN_FOR, {"of": account}):
        if row.state == State.SCHEDULED.value:
            scheduled.add(row.invoice)
        else:
            reserved[row.invoice] = reserved.get(row.invoice, 0) + row.amount_minor
    return reserved, frozenset(scheduled)


def wire(conn: sa.Connection, row: Row, today: dt.date) -> Payment:
    """The payment as callers see it; `today` decides whether its card is still usable."""
    return wires(conn, [row], today)[0]


def wires(conn: sa.Connection, rows: Sequence[Row], today: dt.date) -> list[Payment]:
    """Several payments, read with two queries and not with two for each."""
    shares: dict[str, list[Allocation]] = {row.id: [] for row in rows}
    for share in conn.execute(_SHARES, {"these": list(shares)}):
        shares[share.payment].append(Allocation(invoice=share.invoice, amount=from_minor(share.amount_minor)))
    known = {row.id: methods.wire(row, today) for row in methods.by_ids(conn, {row.method for row in rows})}
    return [
        Payment(
            id=row.id, confirmation=row.confirmation, account=row.account, quote=row.quote,
            status=STATUS[State(row.state)], amount=from_minor(row.amount_minor), currency=row.currency,
            method=known[row.method], allocations=tuple(shares[row.id]), note=row.note, channel=row.channel,
            actor=row.actor, created_at=row.created_at, pay_on=row.pay_on,
            failure=Failure(code=row.failure_code, detail=row.failure_detail or "") if row.failure_code else None,
        )
        for row in rows
    ]  # fmt: skip


def made(
    conn: sa.Connection, account: str, *, limit: int, state: State | None = None
) -> list[Row]:
    """Payments of an account, newest first; those in one `state` come by the date they are set for."""
    p = t.payment.c
    query = sa.select(t.payment).where(p.account == account)
    if state is None:
        query = query.order_by(p.created_at.desc(), p.id.desc())
    else:
        query = query.where(p.state == state.value).order_by(p.pay_on, p.created_at, p.id)
    return list(conn.execute(query.limit(limit)).all())
