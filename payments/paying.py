"""Carrying out a quote, once: the transaction that decides a payment. Charging comes after it, as an effect.

Lock order: idempotency key, account, quote, payment, effect. Everything that could pay the same money twice waits
for the account's row and looks again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from durable.ambient import Ids
from durable.database import insert_ignoring
from durable.effects import Effect, EffectQueue
from payments import accounts, quotes, records
from payments import tables as t
from payments.callbacks import Callbacks
from payments.contract import Payment, PaymentRequest, Quote
from payments.errors import ConsentMismatch, IdempotencyKeyReused, PaymentNotCancelable, PaymentUnknown, QuotePaid
from payments.history import Actor, record
from payments.lifecycle import Move, State
from payments.money import minor

CHARGE = "charge"
DUE_HOUR = 9
"""A payment set for a date is charged from 09:00 that day, in the account's timezone."""
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONFIRMATION_CHARS = 8

# Built once, as building a statement costs more than running it.
_THIS: sa.BindParameter[str] = sa.bindparam("this")
_PAID_BY = sa.select(t.payment.c.id).where(t.payment.c.quote == _THIS)
_CONFIRMED_AS = sa.select(t.payment.c.id).where(t.payment.c.confirmation == _THIS)
_REQUEST = sa.select(t.request).where(t.request.c.key == _THIS)
_MAKE = sa.insert(t.payment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """What payments are decided with."""

    queue: EffectQueue
    callbacks: Callbacks
    ids: Ids

    def pay(self, conn: sa.Connection, request: PaymentRequest, key: str, digest: str, now: dt.datetime) -> str:
        """The id of the payment that carries out the quote: a new one, or the one that `key` made before.

        Raises the `PaymentError` that says why not, with nothing changed.
        """
        payment = self.ids.new("pay")
        claim = {"key": key, "body_hash": digest, "payment": payment, "at": now}
        if not insert_ignoring(conn, t.request, claim):
            return _answered(conn, key, digest)
        row = quotes.find(conn, request.quote)
        held = accounts.find(conn, row.account, lock=True)
        row = quotes.find(conn, request.quote, lock=True)
        paid = conn.execute(_PAID_BY, {"this": row.id}).scalar()
        if paid is not None:
            raise QuotePaid(paid)
        quote = quotes.document(row)
        if request.consent.terms_version != quote.terms_version:
            raise ConsentMismatch(request.consent.terms_version, quote.terms_version)
        quotes.check_payable(conn, row, held, now)
        self._open(conn, payment, quote, request, ZoneInfo(held.timezone), now)
        return payment

    def cancel(self, conn: sa.Connection, account: str, payment: str, *, actor: Actor, now: dt.datetime) -> Payment:
        """Takes back a payment set for a date; again is the same. Raises `PaymentNotCancelable` once it is charging."""
        held = accounts.find(conn, account, lock=True)
        today = accounts.local_today(held, now)
        row = records.find(conn, payment, lock=True)
        if row.account != account:
            raise PaymentUnknown
        if row.state == State.CANCELED.value:
            return records.wire(conn, row, today)
        if row.state != State.SCHEDULED.value:
            raise PaymentNotCancelable(records.wire(conn, row, today))
        records.move(conn, row, Move.CANCEL, actor=actor, at=now)
        canceled = records.wire(conn, records.find(conn, payment), today)
        self.callbacks.put(conn, canceled, row.callback_url)
        self.queue.release(conn, effect_key(payment))  # due now: the worker finds it canceled, and is done with it
        return canceled

    def _open(
        self, conn: sa.Connection, payment: str, quote: Quote, request: PaymentRequest, zone: ZoneInfo, now: dt.datetime
    ) -> None:
        consent = request.consent
        due = _due(quote.pay_on, zone, now)
        state = State.CONFIRMED if due is None else State.SCHEDULED
        row = {
            "id": payment, "confirmation": _confirmation(conn, payment), "account": quote.account, "quote": quote.id,
            "state": state.value, "amount_minor": minor(quote.total), "currency": quote.currency,
            "method": quote.method.id, "note": quote.note, "channel": consent.channel, "actor": consent.who,
            "consent": consent.model_dump(mode="json"), "callback_url": request.callback_url, "created_at": now,
            "changed_at": now, "pay_on": quote.pay_on,
        }  # fmt: skip
        conn.execute(_MAKE, row)
        records.write_parts(conn, payment, [(a.invoice, minor(a.amount)) for a in quote.allocations])
        actor = Actor(who=consent.who, channel=consent.channel, message_id=consent.message_id, words=consent.words)
        record(
            conn, account=quote.account, subject=payment, event=f"payment_{state.value}", actor=actor, at=now,
            quote=quote.id, terms_version=consent.terms_version,
        )  # fmt: skip
        body = {"v": 1, "payment": payment}
        lane = f"pay:{payment}"
        self.queue.put(conn, Effect(key=effect_key(payment), kind=CHARGE, lane=lane, body=body, not_before=due))


def effect_key(payment: str) -> str:
    """The key of the effect that charges a payment: one for ever."""
    return f"charge:{payment}"


def _answered(conn: sa.Connection, key: str, digest: str) -> str:
    """The payment that `key` made; it is committed, since the claim waited for it."""
    row = conn.execute(_REQUEST, {"this": key}).one()
    if row.body_hash != digest:
        raise IdempotencyKeyReused
    payment: str = row.payment
    return payment


def _due(pay_on: dt.date | None, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    """When a payment set for a date is charged; None for now."""
    if pay_on is None or pay_on <= now.astimezone(zone).date():
        return None
    return dt.datetime.combine(pay_on, dt.time(DUE_HOUR), zone).astimezone(dt.UTC)


def _confirmation(conn: sa.Connection, payment: str) -> str:
    """A short reference without letters that look like digits, derived from the id; the next one where it is taken."""
    number = int.from_bytes(hashlib.sha256(payment.encode()).digest())
    while True:
        letters = ""
        for _ in range(_CONFIRMATION_CHARS):
            number, place = divmod(number, len(_LETTERS))
            letters += _LETTERS[place]
        if conn.execute(_CONFIRMED_AS, {"this": letters}).first() is None:
            return letters
