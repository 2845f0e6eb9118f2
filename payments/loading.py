"""Loads an import file: accounts, contacts, invoices, payment methods, staff. Safe to repeat.

A file says what was billed; what was paid through this service is ours. So an invoice's balance becomes the file's
balance less what was paid here, never below zero, and a repeated import changes nothing. A method that a person
removed stays removed, and a default that they chose stays chosen. A row that cannot be read is refused with its
place and reason, and the others are loaded; a file that cannot be read at all raises `ImportRefused`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from durable.ambient import Clock, Ids
from durable.database import Database, insert_ignoring
from payments import accounts, ledger, methods
from payments import tables as t
from payments.history import IMPORT, record
from payments.import_file import AccountRow, ContactRow, InvoiceRow, MethodRow, Refused, StaffRow, read
from payments.ledger import Posting
from payments.money import minor

ACCOUNTS_PER_TRANSACTION = 100


@dataclass(slots=True, kw_only=True)
class Loaded:
    """How many of each are in the database as the file says; what was refused, and why."""

    accounts: int = 0
    contacts: int = 0
    invoices: int = 0
    payment_methods: int = 0
    staff: int = 0
    refused: list[Refused] = field(default_factory=list)


class ImportRefused(Exception):
    """The file as a whole cannot be read; nothing was changed."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


def load(db: Database, source: Path | str | Mapping[str, Any], *, clock: Clock, ids: Ids) -> Loaded:
    """Loads `source` (a YAML file's path, or its content) into a migrated `db`. Raises `ImportRefused`.

    Blocks; each hundred accounts are one transaction.
    """
    content, lines = (dict(source), {}) if isinstance(source, Mapping) else _parse(Path(source))
    rows = read(content, lines)
    done = Loaded(refused=rows.refused)
    for start in range(0, len(rows.accounts), ACCOUNTS_PER_TRANSACTION):
        batch = rows.accounts[start : start + ACCOUNTS_PER_TRANSACTION]
        counts = db.write_blocking(partial(_accounts, rows=batch, now=clock.now(), ids=ids))
        done.accounts += len(batch)
        done.contacts += counts[0]
        done.invoices += counts[1]
        done.payment_methods += counts[2]
    db.write_blocking(lambda conn: _staff(conn, rows.staff))
    done.staff = len(rows.staff)
    return done


def _parse(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The file's content, and the line of every place in it."""
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise ImportRefused(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise ImportRefused(f"{path}, byte {error.start}", "is not UTF-8 text") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark is not None else str(path)
        raise ImportRefused(where, f"is not YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(content, dict):
        raise ImportRefused(f"{path}, line 1", "must hold `accounts:` and may hold `staff:`")
    lines: dict[str, int] = {}
    _mark(tree, "", lines)
    return content, lines


def _mark(node: Any, place: str, lines: dict[str, int]) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _mark(value, f"{place}.{key.value}" if place else str(key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _mark(value, f"{place}[{position}]", lines)


def _accounts(conn: sa.Connection, rows: list[AccountRow], now: dt.datetime, ids: Ids) -> tuple[int, int, int]:
    """Contacts, invoices and methods loaded."""
    for row in sorted(rows, key=lambda r: r.number):
        _account(conn, row, now, ids)
        for contact in row.contacts:
            _contact(conn, row.number, contact)
        for invoice in row.invoices:
            _invoice(conn, row.number, invoice, now, ids)
        for method in row.payment_methods:
            _method(conn, row.number, method, now, ids)
    return (
        sum(len(row.contacts) for row in rows),
        sum(len(row.invoices) for row in rows),
        sum(len(row.payment_methods) for row in rows),
    )


def _account(conn: sa.Connection, row: AccountRow, now: dt.datetime, ids: Ids) -> None:
    described = {
        "name": row.name, "currency": row.currency, "language": row.language, "timezone": row.timezone,
        "allow_prepayment": row.allow_prepayment,
    }  # fmt: skip
    insert_ignoring(conn, t.account, {"number": row.number, **described})
    held = accounts.find(conn, row.number, lock=True)
    conn.execute(sa.update(t.account).where(t.account.c.number == row.number).values(described))
    credit = minor(row.credit)
    change = max(credit - held.credit_imported_minor, -held.credit_minor)
    conn.execute(sa.update(t.account).where(t.account.c.number == row.number).values(credit_imported_minor=credit))
    if change:
        postings = [Posting(ledger="billing", amount_minor=change), Posting(ledger="credit", amount_minor=-change)]
        ledger.post(conn, ids.new("imp"), row.number, postings, at=now)


def _contact(conn: sa.Connection, account: str, row: ContactRow) -> None:
    values = {"phone": row.phone, "name": row.name, "email": row.email}
    if not insert_ignoring(conn, t.contact, values):
        conn.execute(sa.update(t.contact).where(t.contact.c.phone == row.phone).values(values))
    insert_ignoring(conn, t.contact_account, {"phone": row.phone, "account": account})


def _invoice(conn: sa.Connection, account: str, row: InvoiceRow, now: dt.datetime, ids: Ids) -> None:
    i = t.invoice.c
    described = {
        "issued": row.issued, "due": row.due, "amount_minor": minor(row.amount), "description": row.description,
    }  # fmt: skip
    insert_ignoring(conn, t.invoice, {"account": account, "number": row.number, **described})
    this = sa.and_(i.account == account, i.number == row.number)
    held = conn.execute(sa.select(t.invoice).where(this)).one()
    billed = minor(row.open_balance)
    conn.execute(sa.update(t.invoice).where(this).values(imported_minor=billed, **described))
    change = max(0, billed - held.paid_minor) - held.balance_minor
    if change:
        postings = [
            Posting(ledger="receivable", amount_minor=change, invoice=row.number),
            Posting(ledger="billing", amount_minor=-change),
        ]
        entry = ids.new("imp")
        ledger.post(conn, entry, account, postings, at=now)
        record(
            conn, account=account, subject=f"{account}/{row.number}", event="invoice_imported", actor=IMPORT, at=now,
            entry=entry,
        )  # fmt: skip


def _method(conn: sa.Connection, account: str, row: MethodRow, now: dt.datetime, ids: Ids) -> None:
    m = t.method.c
    known = conn.execute(sa.select(t.method).where(m.account == account, m.token == row.token)).first()
    if known is None:
        methods.add(conn, account, row, actor=IMPORT, now=now, ids=ids)
        return
    conn.execute(sa.update(t.method).where(m.id == known.id).values(methods.description(row)))


def _staff(conn: sa.Connection, rows: list[StaffRow]) -> None:
    for row in rows:
        _person(conn, row)


def _person(conn: sa.Connection, row: StaffRow) -> None:
    limit = None if row.limit is None else minor(row.limit)
    values = {"name": row.name, "role": row.role, "limit_minor": limit, "all_accounts": row.accounts == "all"}
    person = t.staff.c.slack_user == row.slack_user
    if not insert_ignoring(conn, t.staff, {"slack_user": row.slack_user, **values}):
        conn.execute(sa.update(t.staff).where(person).values(values))
    conn.execute(sa.delete(t.staff_account).where(t.staff_account.c.slack_user == row.slack_user))
    for account in () if row.accounts == "all" else sorted(set(row.accounts)):
        conn.execute(sa.insert(t.staff_account).values(slack_user=row.slack_user, account=account))
