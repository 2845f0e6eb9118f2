"""The charge effect: asks the gateway, with the payment's id as its key, until the outcome is known.

Every attempt: one transaction records `charging`; then, outside of any transaction, the gateway is asked; then one
transaction writes the outcome together with the effect's end, fenced by the attempt. Where an earlier attempt may
have reached the gateway, it looks first. A charge whose answer is lost is `unknown`, never failed. Only where the
gateway three times knows of no charge, and then promises that there will be none, is it declined.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from durable.ambient import Clock
from durable.database import Database
from durable.effects import Claim, Done, Outcome, Park, Retry, Uncertain, backoff_seconds
from durable.worker import Crash, no_crash
from payments import accounts, ledger, methods, metrics, records
from payments import tables as t
from payments.callbacks import Callbacks
from payments.gateways import Charge, Charged, ChargeOutcome, Declined, Gateway, Unknown, Unreachable
from payments.history import GATEWAY, SCHEDULE
from payments.lifecycle import TERMINAL, Move, State

log = structlog.get_logger(__name__)

LOST_ANSWERS_MAX = 3
"""After so many lost answers, each with no charge to be found, the gateway is asked to abandon the key."""
PATIENCE = dt.timedelta(days=3)
"""An outcome that is not known for longer is for an operator; before gateways forget their keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    charge: Charge
    lost_answers: int


class Charging:
    """Handles `charge` effects."""

    def __init__(
        self,
        db: Database,
        gateway: Gateway,
        callbacks: Callbacks,
        clock: Clock,
        *,
        call_seconds_max: float,
        crash: Crash = no_crash,
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._callbacks = callbacks
        self._clock = clock
        self._call_seconds_max = call_seconds_max
        self._crash = crash

    async def handle(self, claim: Claim) -> Outcome:
        """One attempt at one payment."""
        payment = str(claim.body["payment"])
        asked = await self._db.write(lambda conn: self._begin(conn, payment))
        if asked is None:
            return Done()
        self._crash("charge:begun")
        outcome = await self._ask(claim, asked)
        self._crash("charge:answered")
        metrics.CHARGES.labels(outcome=type(outcome).__name__.lower()).inc()
        return self._ended(claim, payment, outcome, asked)

    async def _ask(self, claim: Claim, asked: _Asked) -> ChargeOutcome:
        try:
            async with asyncio.timeout(self._call_seconds_max):
                if claim.maybe_done:
                    found = await self._look(asked)
                    if found is not None:
                        return found
                return await self._gateway.charge(asked.charge)
        except TimeoutError:
            return Unknown(why="no answer within the lease")

    async def _look(self, asked: _Asked) -> ChargeOutcome | None:
        """What an earlier attempt came to; None where it came to nothing, and the same key may be sent again."""
        key = asked.charge.key
        found = await self._gateway.find(key)
        if isinstance(found, Unreachable):
            return Unknown(why=found.why)
        if found is None and asked.lost_answers >= LOST_ANSWERS_MAX:
            left = await self._gateway.abandon(key)
            if isinstance(left, Unreachable):
                return Unknown(why=left.why)
            return left or Declined(code="gateway_timeout", detail="The gateway did not answer. Not charged.")
        return found

    def _ended(self, claim: Claim, payment: str, outcome: ChargeOutcome, asked: _Asked) -> Outcome:
        match outcome:
            case Charged(ref=ref):
                return Done(apply=lambda conn: self._settle(conn, payment, ref))
            case Declined(code=code, detail=detail):
                return Done(apply=lambda conn: self._decline(conn, payment, code, detail))
            case Unknown(why=why) | Unreachable(why=why) if self._clock.now() - claim.first_claimed_at > PATIENCE:
                log.error("charge_outcome_unknown", payment=payment, attempt=claim.attempt, why=why)
                metrics.PARKED.inc()
                return Park(error=why, apply=lambda conn: self._lose(conn, payment))
            case Unreachable(why=why) if not claim.maybe_done:
                return Retry(error=why)
            case Unreachable(why=why):
                return Uncertain(error=why)
            case Unknown(why=why):
                wait = backoff_seconds(asked.lost_answers + 1)  # attempts that died with their process do not count
                return Uncertain(error=why, after_seconds=wait, apply=lambda conn: self._lose(conn, payment))

    def _begin(self, conn: sa.Connection, payment: str) -> _Asked | None:
        """Records that the gateway is about to be asked; None where there is nothing to ask any more."""
        row, account = _locked(conn, payment)
        now = self._clock.now()
        state = State(row.state)
        if state in TERMINAL:
            return None
        method = methods.by_id(conn, row.method)
        if state is State.SCHEDULED:
            why = _overtaken(conn, row, method, account, now)
            if why is not None:
                code, detail = why
                records.move(
                    conn, row, Move.CANCEL, actor=SCHEDULE, at=now, failure_code=code, failure_detail=detail
                )
                self._tell(conn, payment, account, now)
                return None
        records.move(conn, row, Move.CHARGE, actor=GATEWAY, at=now)
        charge = Charge(
            key=row.id, token=methods.token(conn, row.method), amount_minor=row.amount_minor,
            currency=row.currency, account=row.account,
        )  # fmt: skip
        return _Asked(charge=charge, lost_answers=row.lost_answers)

    def _settle(self, conn: sa.Connection, payment: str, ref: str) -> None:
        row, account = _locked(conn, payment)
        if State(row.state) in TERMINAL:
            return
        now = self._clock.now()
        parts = _within_balances(conn, row.account, records.parts(conn, payment))
        records.write_parts(conn, payment, parts)
        ledger.settle_entry(conn, payment, row.account, parts, at=now)
        records.move(conn, row, Move.SETTLE, actor=GATEWAY, at=now, gateway_ref=ref)
        self._tell(conn, payment, account, now)

    def _decline(self, conn: sa.Connection, payment: str, code: str, detail: str) -> None:
        row, account = _locked(conn, payment)
        if State(row.state) in TERMINAL:
            return
        now = self._clock.now()
        records.move(conn, row, Move.DECLINE, actor=GATEWAY, at=now, failure_code=code, failure_detail=detail)
        self._tell(conn, payment, account, now)

    def _lose(self, conn: sa.Connection, payment: str) -> None:
        row, _ = _locked(conn, payment)
        if State(row.state) is State.CHARGING:
            lost = row.lost_answers + 1
            records.move(conn, row, Move.LOSE, actor=GATEWAY, at=self._clock.now(), lost_answers=lost)

    def _tell(self, conn: sa.Connection, payment: str, account: records.Row, now: dt.datetime) -> None:
        row = records.find(conn, payment)
        self._callbacks.put(conn, records.wire(conn, row, accounts.local_today(account, now)), row.callback_url)
        metrics.PAYMENTS.labels(state=row.state).inc()
        self._db.announce(conn, t.payment.name)  # whoever waits for the answer to POST /payments looks again


def _locked(conn: sa.Connection, payment: str) -> tuple[records.Row, records.Row]:
    """The payment and its account, locked in the common order."""
    account = accounts.find(conn, records.find(conn, payment).account, lock=True)
    return records.find(conn, payment, lock=True), account


def _overtaken(
    conn: sa.Connection, row: records.Row, method: records.Row, account: records.Row, now: dt.datetime
) -> tuple[str, str] | None:
    """Why a payment set for today must not be charged any more: failure code and detail."""
    if not methods.usable(method, accounts.local_today(account, now)):
        return "method_unusable", "The payment method was removed or has expired. Not charged."
    parts = records.parts(conn, row.id)
    standing = accounts.standing(conn, account, asked=tuple(i for i, _ in parts if i is not None))
    open_now = {i.number: i.available_minor for i in standing.invoices}
    if any(i is not None and open_now.get(i, 0) < amount for i, amount in parts):
        return "balance_changed", "What it was to pay has been paid or changed. Not charged."
    return None


def _within_balances(
    conn: sa.Connection, account: str, parts: list[tuple[str | None, int]]
) -> list[tuple[str | None, int]]:
    """What was charged stays true where an import lowered a balance meanwhile: the rest becomes credit."""
    i = t.invoice.c
    numbers = [number for number, _ in parts if number is not None]
    rows = conn.execute(sa.select(i.number, i.balance_minor).where(i.account == account, i.number.in_(numbers)))
    left = {row.number: row.balance_minor for row in rows}
    kept = [(n, amount if n is None else min(amount, left.get(n, 0))) for n, amount in parts]
    credit = sum(amount for _, amount in parts) - sum(amount for n, amount in kept if n is not None)
    booked: list[tuple[str | None, int]] = [(n, amount) for n, amount in kept if n is not None and amount > 0]
    return [*booked, (None, credit)] if credit else booked
