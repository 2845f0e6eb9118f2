"""Reads of an account: who may act for it, what it owes, its invoices. In the caller's transaction; cents inside."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from payments import methods
from payments import tables as t
from payments.contract import Account, AccountRef, Contact, Due, Invoice, InvoiceStatus
from payments.errors import AccountUnknown, ContactUnknown
from payments.money import from_minor
from payments.quoting import InvoiceStanding, Standing, oldest_first
from payments.records import spoken_for

IDENTIFIER_CHARS_MAX = 200


def contact(conn: sa.Connection, phone: str) -> Contact:
    """The contact with exactly this E.164 number; raises `ContactUnknown`."""
    row = conn.execute(sa.select(t.contact).where(t.contact.c.phone == phone)).first() if storable(phone) else None
    if row is None:
        raise ContactUnknown
    link = t.contact_account.c
    accounts = conn.execute(
        sa.select(t.account.c.number, t.account.c.name)
        .join(t.contact_account, link.account == t.account.c.number)
        .where(link.phone == phone)
        .order_by(t.account.c.number)
    ).all()
    refs = tuple(AccountRef(number=a.number, name=a.name) for a in accounts)
    return Contact(name=row.name, phone=row.phone, email=row.email, accounts=refs)


def storable(value: str) -> bool:
    """Whether a value from a path can be an identifier here: not too long, and no NUL, which PostgreSQL refuses."""
    return 0 < len(value) <= IDENTIFIER_CHARS_MAX and "\x00" not in value


def find(conn: sa.Connection, number: str, *, lock: bool = False) -> sa.Row[tuple[object, ...]]:
    """The account's row, locked for this transaction if asked; raises `AccountUnknown`."""
    if not storable(number):
        raise AccountUnknown(number)
    query = sa.select(t.account).where(t.account.c.number == number)
    row = conn.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise AccountUnknown(number)
    return row


def local_today(row: sa.Row[tuple[object, ...]], now: dt.datetime) -> dt.date:
    """The date in the account's timezone."""
    return now.astimezone(ZoneInfo(row.timezone)).date()


def account(conn: sa.Connection, number: str, now: dt.datetime) -> Account:
    """The account as it stands at `now`; raises `AccountUnknown`."""
    row = find(conn, number)
    today = local_today(row, now)
    owed = _open(conn, number)
    total = sum(i.balance_minor for i in owed)
    number_latest = latest(conn, number)
    current = next((i.balance_minor for i in owed if i.number == number_latest), 0)
    saved = methods.saved(conn, number, today)
    return Account(
        number=row.number, name=row.name, currency=row.currency, language=row.language, timezone=row.timezone,
        total_balance=from_minor(total), current_charges=from_minor(current),
        past_due=from_minor(sum(i.balance_minor for i in owed if i.due < today)),
        credit=from_minor(row.credit_minor), next_due=_next_due(owed, today),
        default_method=next((m for m in saved if m.default), None),
    )  # fmt: skip


def _next_due(owed: tuple[InvoiceStanding, ...], today: dt.date) -> Due | None:
    """The first date from today on at which something open is due; where all of it is overdue, the first of those."""
    dates = [i.due for i in owed]
    date = min((d for d in dates if d >= today), default=min(dates, default=None))
    if date is None:
        return None
    return Due(date=date, amount=from_minor(sum(i.balance_minor for i in owed if i.due == date)))


def latest(conn: sa.Connection, number: str) -> str | None:
    """The most recently issued invoice, paid or not."""
    i = t.invoice.c
    query = sa.select(i.number).where(i.account == number)
    found: str | None = conn.execute(
        query.order_by(i.issued.desc(), i.due.desc(), i.number.desc()).limit(1)
    ).scalar()
    return found


def invoices(
    conn: sa.Connection,
    number: str,
    now: dt.datetime,
    *,
    status: InvoiceStatus | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> tuple[Invoice, ...]:
    """Most recently issued first, issued from `start` to `end`. `open` has everything with a balance, also overdue."""
    today = local_today(find(conn, number), now)
    i = t.invoice.c
    query = sa.select(t.invoice).where(i.account == number)
    if status == "paid":
        query = query.where(i.balance_minor == 0)
    elif status is not None:
        query = query.where(i.balance_minor > 0)
    if status == "overdue":
        query = query.where(i.due < today)
    if start is not None:
        query = query.where(i.issued >= start)
    if end is not None:
        query = query.where(i.issued <= end)
    rows = conn.execute(query.order_by(i.issued.desc(), i.due.desc(), i.number.desc())).all()
    return tuple(
        Invoice(
            number=row.number, issued=row.issued, due=row.due, amount=from_minor(row.amount_minor),
            balance=from_minor(row.balance_minor), description=row.description,
            status=invoice_status(row.balance_minor, row.due, today),
        )
        for row in rows
    )  # fmt: skip


def invoice_status(balance_minor: int, due: dt.date, today: dt.date) -> InvoiceStatus:
    """Paid at zero; overdue from the day after it was due."""
    if balance_minor == 0:
        return "paid"
    return "overdue" if due < today else "open"


def standing(conn: sa.Connection, row: sa.Row[tuple[object, ...]], *, asked: tuple[str, ...] = ()) -> Standing:
    """What of the account in `row` decides a quote: every open invoice, the latest, and those `asked` for."""
    number = row.number
    number_latest = latest(conn, number)
    wanted = {*asked, *([number_latest] if number_latest is not None else [])}
    i = t.invoice.c
    which = sa.or_(i.balance_minor > 0, i.number.in_(sorted(wanted))) if wanted else i.balance_minor > 0
    held, planned = spoken_for(conn, number)
    rows = conn.execute(sa.select(t.invoice).where(i.account == number, which)).all()
    return Standing(
        invoices=tuple(
            InvoiceStanding(
                number=r.number, issued=r.issued, due=r.due, balance_minor=r.balance_minor,
                reserved_minor=held.get(r.number, 0), scheduled=r.number in planned,
            )
            for r in rows
        ),
        latest=number_latest,
        allow_prepayment=row.allow_prepayment,
    )  # fmt: skip


def _open(conn: sa.Connection, number: str) -> tuple[InvoiceStanding, ...]:
    i = t.invoice.c
    rows = conn.execute(sa.select(t.invoice).where(i.account == number, i.balance_minor > 0)).all()
    return oldest_first(
        InvoiceStanding(number=r.number, issued=r.issued, due=r.due, balance_minor=r.balance_minor) for r in rows
    )
