"""Reads of an account: who may act for it, what it owes, its invoices. In the caller's transaction; cents inside."""

from __future__ import annotations

import datetime as dt
import functools
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

# What most requests ask: built once, as building a statement costs more than running it.
_i = t.invoice.c
_THIS: sa.BindParameter[str] = sa.bindparam("this")
_CONTACT = sa.select(t.contact).where(t.contact.c.phone == _THIS)
_CONTACT_ACCOUNTS = (
    sa.select(t.account.c.number, t.account.c.name)
    .join(t.contact_account, t.contact_account.c.account == t.account.c.number)
    .where(t.contact_account.c.phone == _THIS)
    .order_by(t.account.c.number)
)
_ACCOUNT = sa.select(t.account).where(t.account.c.number == _THIS)
_ACCOUNT_LOCKED = _ACCOUNT.with_for_update()
_OF = sa.select(t.invoice).where(_i.account == _THIS)
_OPEN = _OF.where(_i.balance_minor > sa.literal_column("0"))  # written out, so that the partial index serves
_LATEST_FIRST = (_i.issued.desc(), _i.due.desc(), _i.number.desc())
_LATEST = sa.select(_i.number).where(_i.account == _THIS).order_by(*_LATEST_FIRST).limit(1)
_STANDING = _OF.where(
    sa.or_(_i.balance_minor > sa.literal_column("0"), _i.number.in_(sa.bindparam("asked", expanding=True)))
)


def contact(conn: sa.Connection, phone: str) -> Contact:
    """The contact with exactly this E.164 number; raises `ContactUnknown`."""
    row = conn.execute(_CONTACT, {"this": phone}).first() if storable(phone) else None
    if row is None:
        raise ContactUnknown
    accounts = conn.execute(_CONTACT_ACCOUNTS, {"this": phone}).all()
    refs = tuple(AccountRef(number=a.number, name=a.name) for a in accounts)
    return Contact(name=row.name, phone=row.phone, email=row.email, accounts=refs)


def storable(value: str) -> bool:
    """Whether a value from a path can be an identifier here: not too long, and no NUL, which PostgreSQL refuses."""
    return 0 < len(value) <= IDENTIFIER_CHARS_MAX and "\x00" not in value


def find(conn: sa.Connection, number: str, *, lock: bool = False) -> sa.Row[tuple[object, ...]]:
    """The account's row, locked for this transaction if asked; raises `AccountUnknown`."""
    if not storable(number):
        raise AccountUnknown(number)
    row = conn.execute(_ACCOUNT_LOCKED if lock else _ACCOUNT, {"this": number}).first()
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
    found: str | None = conn.execute(_LATEST, {"this": number}).scalar()
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
    query = _listed(status, start is not None, end is not None)
    rows = conn.execute(query, {"this": number, "today": today, "start": start, "end": end}).all()
    return tuple(
        Invoice(
            number=row.number, issued=row.issued, due=row.due, amount=from_minor(row.amount_minor),
            balance=from_minor(row.balance_minor), description=row.description,
            status=invoice_status(row.balance_minor, row.due, today),
        )
        for row in rows
    )  # fmt: skip


@functools.cache
def _listed(status: InvoiceStatus | None, from_start: bool, to_end: bool) -> sa.Select[tuple[object, ...]]:  # noqa: FBT001
    """The statement that lists the invoices of account `this`, by what is asked of them."""
    query = _OF
    if status == "paid":
        query = query.where(_i.balance_minor == 0)
    elif status is not None:
        query = query.where(_i.balance_minor > sa.literal_column("0"))
    if status == "overdue":
        query = query.where(_i.due < sa.bindparam("today"))
    if from_start:
        query = query.where(_i.issued >= sa.bindparam("start"))
    if to_end:
        query = query.where(_i.issued <= sa.bindparam("end"))
    return query.order_by(*_LATEST_FIRST)


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
    held, planned = spoken_for(conn, number)
    rows = conn.execute(_STANDING, {"this": number, "asked": sorted(wanted)}).all()
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
    rows = conn.execute(_OPEN, {"this": number}).all()
    return oldest_first(
        InvoiceStanding(number=r.number, issued=r.issued, due=r.due, balance_minor=r.balance_minor) for r in rows
    )
