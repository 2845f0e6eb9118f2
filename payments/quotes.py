"""Quotes: made from an account as it stands, kept for a quarter of an hour, checked again when they are paid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from durable.ambient import Ids
from durable.database import insert_ignoring
from payments import accounts, methods
from payments import tables as t
from payments.contract import Allocation, Quote, QuoteRequest
from payments.errors import (
    DateInvalid,
    IdempotencyKeyReused,
    MethodUnusable,
    PaymentError,
    QuoteStale,
    QuoteUnknown,
)
from payments.money import from_minor
from payments.quoting import plan, still_holds, warnings

TTL = dt.timedelta(minutes=15)
AHEAD_DAYS_MAX = 365
TERMS_VERSION = "2023-12"
Row = sa.Row[tuple[object, ...]]

# What every quote asks: built once, as building a statement costs more than running it.
_THIS: sa.BindParameter[str] = sa.bindparam("this")
_QUOTE = sa.select(t.quote).where(t.quote.c.id == _THIS)
_QUOTE_LOCKED = _QUOTE.with_for_update()
_BY_KEY = sa.select(t.quote).where(t.quote.c.key == _THIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """What quotes are made with."""

    ids: Ids
    terms_version: str = TERMS_VERSION

    def quote(
        self, conn: sa.Connection, request: QuoteRequest, key: str | None, digest: str, now: dt.datetime
    ) -> Quote:
        """A quote for `request`. The same `key` and body give the same one again while it is live.

        Raises the `PaymentError` that says why nothing can be quoted, or `IdempotencyKeyReused`.
        """
        known = _by_key(conn, key)
        if known is not None:
            if known.body_hash != digest:
                raise IdempotencyKeyReused
            if _live(conn, known, now):
                return document(known)
            values = {"key": None}
            conn.execute(sa.update(t.quote).where(t.quote.c.id == known.id).values(values))
        row = self._make(conn, request, now)
        if insert_ignoring(conn, t.quote, {**row, "key": key, "body_hash": digest}):
            return Quote.model_validate(row["document"])
        return self.quote(conn, request, key, digest, now)

    def fresh(self, conn: sa.Connection, stale_id: str, now: dt.datetime) -> Quote | None:
        """A quote of the same selection as a stale one, the same again for the same one; None where none can be."""
        old = document(find(conn, stale_id))
        request = QuoteRequest(
            account=old.account, selection=old.selection, method=old.method.id, note=old.note, pay_on=old.pay_on
        )
        try:
            return self.quote(conn, request, f"again:{stale_id}", stale_id, now)
        except PaymentError:
            return None

    def _make(self, conn: sa.Connection, request: QuoteRequest, now: dt.datetime) -> dict[str, object]:
        account = accounts.find(conn, request.account)
        today = accounts.local_today(account, now)
        method = methods.find(conn, request.account, request.method)
        pay_on = _date(request.pay_on, today)
        if not methods.usable(method, pay_on or today):
            raise MethodUnusable(method.last4, method.expires)
        standing = accounts.standing(conn, account, asked=request.selection.invoices)
        made = plan(request.selection, standing)
        quote = Quote(
            id=self.ids.new("quo"), account=request.account, selection=request.selection,
            total=from_minor(made.total_minor), currency=account.currency,
            allocations=tuple(Allocation(invoice=i, amount=from_minor(a)) for i, a in made.parts),
            method=methods.wire(method, today), note=request.note, pay_on=pay_on,
            warnings=warnings(made, expires=method.expires, today=today, pay_on=pay_on),
            terms_version=self.terms_version, expires_at=now + TTL,
        )  # fmt: skip
        return {
            "id": quote.id, "account": quote.account, "method": method.id, "created_at": now,
            "expires_at": quote.expires_at, "document": quote.model_dump(mode="json"),
            "basis": {"invoices": dict(made.basis), "whole": made.whole},
        }  # fmt: skip


def find(conn: sa.Connection, quote: str, *, lock: bool = False) -> Row:
    """The quote's row; raises `QuoteUnknown`."""
    row = None
    if "\x00" not in quote:
        row = conn.execute(_QUOTE_LOCKED if lock else _QUOTE, {"this": quote}).first()
    if row is None:
        raise QuoteUnknown
    return row


def document(row: Row) -> Quote:
    """The quote, word for word as it was answered."""
    return Quote.model_validate(row.document)


def check_payable(conn: sa.Connection, row: Row, account: Row, now: dt.datetime) -> None:
    """Raises `QuoteStale` or `MethodUnusable` where a quote can no longer be paid. `account` is its row, locked."""
    if now >= row.expires_at:
        raise QuoteStale(expired=True)
    if not _holds(conn, row, account):
        raise QuoteStale(expired=False)
    method = methods.by_id(conn, row.method)
    today = accounts.local_today(account, now)
    if not methods.usable(method, document(row).pay_on or today):
        raise MethodUnusable(method.last4, None if method.removed_at else method.expires)


def _by_key(conn: sa.Connection, key: str | None) -> Row | None:
    return None if key is None else conn.execute(_BY_KEY, {"this": key}).first()


def _live(conn: sa.Connection, row: Row, now: dt.datetime) -> bool:
    """Not expired, and either paid or still payable."""
    if now >= row.expires_at:
        return False
    paid = conn.execute(sa.select(t.payment.c.id).where(t.payment.c.quote == row.id)).first()
    return paid is not None or _holds(conn, row, accounts.find(conn, row.account))


def _holds(conn: sa.Connection, row: Row, account: Row) -> bool:
    basis = row.basis["invoices"]
    standing = accounts.standing(conn, account, asked=tuple(basis))
    return still_holds(basis, whole=row.basis["whole"], standing=standing)


def _date(pay_on: dt.date | None, today: dt.date) -> dt.date | None:
    """None for now. Raises `DateInvalid`."""
    if pay_on is None or pay_on == today:
        return None
    if pay_on < today:
        raise DateInvalid(pay_on, "has passed")
    if pay_on > today + dt.timedelta(days=AHEAD_DAYS_MAX):
        raise DateInvalid(pay_on, f"is more than {AHEAD_DAYS_MAX} days ahead")
    return pay_on
