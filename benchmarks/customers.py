"""Customers written straight into an SQLite file, a million in a minute: one account, phone, card, two invoices each.

Numbers are counted: customer 7 is account 500000007 with phone +14152000007, and owes 60.85.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

OWED = "$60.85"
BATCH = 50_000
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)"
_ACCOUNT, _PHONE = "'' || (500000000 + i)", "'+1415' || (2000000 + i)"
_AT = "'2026-11-01 12:00:00.000000'"
_BILLS = (("1", "2026-10-01", "2026-10-28", 1875), ("2", "2026-11-01", "2026-11-28", 4210))


def phone(number: int) -> str:
    """Of a customer below 8,000,000."""
    return f"+1415{2_000_000 + number}"


def account(number: int) -> str:
    """The account's number."""
    return f"{500_000_000 + number}"


def conversation(number: int) -> str:
    """The key of the customer's conversation by text."""
    return f"sms:{phone(number)}"


def add_customers(file: Path, numbers: range) -> None:
    """Writes accounts, contacts, cards, invoices and the postings that they rest on, into migrated tables."""
    _write(file, numbers, list(_statements()))


def add_conversations(file: Path, numbers: range, whose: int) -> None:
    """Gives every customer what customer `whose` has in the bot's tables: the conversation, and as many messages,
    handled and delivered. Its events, which no turn reads, are left out."""
    own = {"phone": phone(whose), "account": account(whose), "key": conversation(whose)}
    new_state = f"replace(replace(c.state, :phone, {_PHONE}), :account, {_ACCOUNT})"
    key = f"'sms:' || {_PHONE}"
    _write(file, numbers, [
        f"INSERT INTO bot_conversation SELECT {key}, c.revision, {new_state}, c.updated_at "
        "FROM n, bot_conversation c WHERE c.key = :key",
        "INSERT INTO bot_inbox (source, event_id, conversation, kind, payload, received_at, origin, state, handled_at) "
        f"SELECT e.source, e.event_id || '-' || i, {key}, e.kind, e.payload, e.received_at, e.origin, e.state, "
        "e.handled_at FROM n, bot_inbox e WHERE e.conversation = :key",
        'INSERT INTO bot_effect ("key", kind, lane, sender, body, state, not_before, attempt, done_at) '
        f'SELECT e."key" || \'-\' || i, e.kind, {key}, e.sender, e.body, e.state, e.not_before, e.attempt, e.done_at '
        "FROM n, bot_effect e WHERE e.lane = :key",
    ], own)  # fmt: skip


def _write(file: Path, numbers: range, statements: list[str], own: dict[str, str] | None = None) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as conn:
        conn.execute("PRAGMA synchronous=OFF")
        for first in range(numbers.start, numbers.stop, BATCH):
            given = {"first": first, "end": min(first + BATCH, numbers.stop)} | (own or {})
            conn.execute("BEGIN IMMEDIATE")
            for statement in statements:
                into, _, rest = statement.partition(" SELECT ")
                conn.execute(f"{into} {_NUMBERS} SELECT {rest}", given)
            conn.execute("COMMIT")


def _statements() -> list[str]:
    made = [
        "INSERT INTO pay_account (number, name, currency, language, timezone) "
        f"SELECT {_ACCOUNT}, 'Customer ' || i, 'USD', 'en', 'America/New_York' FROM n",
        f"INSERT INTO pay_contact (phone, name) SELECT {_PHONE}, 'Pat Doe' FROM n",
        f"INSERT INTO pay_contact_account (phone, account) SELECT {_PHONE}, {_ACCOUNT} FROM n",
        "INSERT INTO pay_method (id, account, kind, brand, last4, expires, token, is_default, position, added_at) "
        f"SELECT 'pm_' || i, {_ACCOUNT}, 'card', 'visa', '4242', '2038-04', 'tok_ok', true, 1, {_AT} FROM n",
    ]
    for digit, issued, due, cents in _BILLS:
        made += [
            "INSERT INTO pay_invoice (account, number, issued, due, amount_minor, balance_minor, imported_minor) "
            f"SELECT {_ACCOUNT}, i || '{digit}', '{issued}', '{due}', {cents}, {cents}, {cents} FROM n",
            *(
                "INSERT INTO pay_posting (entry, position, ledger, account, invoice, amount_minor, at) "
                f"SELECT 'imp_' || i || '_{digit}', {position}, '{ledger}', {_ACCOUNT}, {invoice}, {amount}, "
                f"{_AT} FROM n"
                for position, ledger, invoice, amount in (
                    (0, "receivable", f"i || '{digit}'", cents), (1, "billing", "NULL", -cents),
                )
            ),
        ]  # fmt: skip
    return made
