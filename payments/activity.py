"""The activity calendar: invoices due, payments made, payments to come, by date."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from payments import accounts
from payments import tables as t
from payments.contract import Activity
from payments.lifecycle import STATUS, State
from payments.money import from_minor

BACK_DAYS = 30
AHEAD_DAYS = 60
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2999, 12, 31)


def activity(
    conn: sa.Connection, number: str, now: dt.datetime, *, start: dt.date | None, end: dt.date | None
) -> tuple[Activity, ...]:
    """Everything from `start` to `end` (by default 30 days back to 60 ahead), earliest first.

    An invoice shows what is open on it, or its amount once it is paid. A payment stands on the day on which it was
    made, in the account's timezone; one that is set for a date, on that date. Nothing where `end` is before `start`.
    """
    row = accounts.find(conn, number)
    today = accounts.local_today(row, now)
    first, last = _range(start, end, today)
    found = [
        *_invoices(conn, number, first, last, today),
        *_payments(conn, number, first, last, ZoneInfo(row.timezone)),
    ]
    return tuple(sorted(found, key=lambda a: (a.date, a.kind, a.reference)))


def _range(start: dt.date | None, end: dt.date | None, today: dt.date) -> tuple[dt.date, dt.date]:
    """Both ends, kept away from the edges of the calendar, where a timezone would fall off."""
    first = _clamped(start) if start else _clamped(end or today) - dt.timedelta(days=BACK_DAYS)
    last = _clamped(end) if end else max(first, today) + dt.timedelta(days=AHEAD_DAYS)
    return first, last


def _clamped(day: dt.date) -> dt.date:
    return min(max(day, FIRST_DAY), LAST_DAY)


def _invoices(conn: sa.Connection, number: str, first: dt.date, last: dt.date, today: dt.date) -> list[Activity]:
    i = t.invoice.c
    query = sa.select(t.invoice).where(i.account == number, i.due >= first, i.due <= last)
    return [
        Activity(
            date=row.due, kind="invoice_due", reference=row.number,
            amount=from_minor(row.balance_minor or row.amount_minor),
            status=accounts.invoice_status(row.balance_minor, row.due, today),
        )
        for row in conn.execute(query)
    ]  # fmt: skip


def _payments(conn: sa.Connection, number: str, first: dt.date, last: dt.date, zone: ZoneInfo) -> list[Activity]:
    p = t.payment.c
    query = sa.select(t.payment).where(
        p.account == number,
        sa.or_(
            p.created_at.between(_midnight(first, zone), _midnight(last + dt.timedelta(days=1), zone)),
            p.pay_on.between(first, last),
        ),
    )
    found = []
    for row in conn.execute(query):
        state = State(row.state)
        waiting = state is State.SCHEDULED
        date = row.pay_on or row.created_at.astimezone(zone).date()
        if first <= date <= last:
            found.append(
                Activity(
                    date=date, kind="scheduled_payment" if waiting else "payment", reference=row.confirmation,
                    amount=from_minor(row.amount_minor), status=STATUS[state],
                )
            )  # fmt: skip
    return found


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
