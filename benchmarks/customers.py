"""Customers written straight into the tables, many at once: one account, phone, card and two invoices each.

Numbers are counted: customer 7 is account 500000007 with phone +14152000007, and owes 60.85.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from bot.tables import CONVERSATION
from durable.database import Database
from payments import tables as t

OWED = "$60.85"
BATCH = 5_000
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def phone(number: int) -> str:
    """Of a customer below 8,000,000."""
    return f"+1415{2_000_000 + number}"


def account(number: int) -> str:
    """The account's number."""
    return f"{500_000_000 + number}"


def conversation(number: int) -> str:
    """The key of the customer's conversation by text."""
    return f"sms:{phone(number)}"


def add_customers(db: Database, numbers: range) -> None:
    """Writes accounts, contacts, cards, invoices and the postings that they rest on."""
    for start in range(numbers.start, numbers.stop, BATCH):
        batch = range(start, min(start + BATCH, numbers.stop))
        db.write_blocking(lambda conn, batch=batch: _write(conn, batch))  # type: ignore[misc]


def add_conversations(db: Database, numbers: range, template: tuple[int, str]) -> None:
    """Gives every customer the conversation of customer `template[0]`, whose state is the JSON `template[1]`."""
    whose, state = template

    def one(number: int) -> dict[str, Any]:
        own = state.replace(phone(whose), phone(number)).replace(account(whose), account(number))
        return {"key": conversation(number), "revision": 4, "state": own, "updated_at": NOW}

    for start in range(numbers.start, numbers.stop, BATCH):
        rows = [one(n) for n in range(start, min(start + BATCH, numbers.stop))]
        db.write_blocking(lambda conn, rows=rows: conn.execute(sa.insert(CONVERSATION), rows))  # type: ignore[misc]


def _write(conn: sa.Connection, numbers: range) -> None:
    conn.execute(sa.insert(t.account), [
        {"number": account(n), "name": f"Customer {n}", "currency": "USD", "language": "en",
         "timezone": "America/New_York"} for n in numbers
    ])  # fmt: skip
    conn.execute(sa.insert(t.contact), [{"phone": phone(n), "name": "Pat Doe"} for n in numbers])
    conn.execute(sa.insert(t.contact_account), [{"phone": phone(n), "account": account(n)} for n in numbers])
    conn.execute(sa.insert(t.invoice), [invoice for n in numbers for invoice in _invoices(n)])
    conn.execute(sa.insert(t.posting), [posting for n in numbers for posting in _postings(n)])
    conn.execute(sa.insert(t.method), [
        {"id": f"pm_{n:012d}", "account": account(n), "kind": "card", "brand": "visa", "last4": "4242",
         "expires": "2038-04", "token": "tok_ok", "is_default": True, "position": 1, "added_at": NOW} for n in numbers
    ])  # fmt: skip


def _invoices(n: int) -> Iterator[dict[str, Any]]:
    for number, month, cents in ((f"{n}1", 10, 1875), (f"{n}2", 11, 4210)):
        yield {
            "account": account(n), "number": number, "issued": dt.date(2026, month, 1), "due": dt.date(2026, month, 28),
            "amount_minor": cents, "balance_minor": cents, "imported_minor": cents,
        }  # fmt: skip


def _postings(n: int) -> Iterator[dict[str, Any]]:
    for number, cents in ((f"{n}1", 1875), (f"{n}2", 4210)):
        entry = {"entry": f"imp_{number}_{n}", "account": account(n), "at": NOW}
        yield entry | {"position": 0, "ledger": "receivable", "invoice": number, "amount_minor": cents}
        yield entry | {"position": 1, "ledger": "billing", "invoice": None, "amount_minor": -cents}
