"""What each route does: read the request, one unit of work, the answer. `payments.operations` has the table."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response

from durable.ambient import Clock, Ids
from durable.database import Database
from payments import accounts, activity, methods, records
from payments import tables as t
from payments.contract import (
    Activities,
    Autopay,
    Invoices,
    Method,
    Methods,
    NewMethod,
    Payment,
    PaymentRequest,
    Payments,
    QuoteRequest,
    ScheduledPayments,
)
from payments.edge import answer, read_json
from payments.errors import IdempotencyKeyMissing, PaymentDeclined, QuotePaid, QuoteStale
from payments.lifecycle import State
from payments.parameters import (
    ActivityQuery,
    InvoicesQuery,
    PaymentsQuery,
    actor,
    digest,
    idempotency_key,
    read_query,
)
from payments.paying import Paying
from payments.quotes import Quoting

T = TypeVar("T")
SCHEDULED_MAX = 500
LOOK_SECONDS_MAX = 0.25
"""How long a payment that another process settled may go unnoticed where its NOTIFY was missed."""
_UNDER_WAY = frozenset({"processing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """The routes' functions over one database."""

    db: Database
    clock: Clock
    ids: Ids
    quoting: Quoting
    paying: Paying
    answer_within_seconds: float

    async def contact(self, request: Request) -> Response:
        phone = request.path_params["phone"]
        return answer(await self.db.read(lambda conn: accounts.contact(conn, phone)))

    async def account(self, request: Request) -> Response:
        now = self.clock.now()
        return answer(await self.db.read(lambda conn: accounts.account(conn, _number(request), now)))

    async def invoices(self, request: Request) -> Response:
        query, now = read_query(request, InvoicesQuery), self.clock.now()
        found = await self.db.read(
            lambda conn: accounts.invoices(
                conn, _number(request), now, status=query.status, start=query.start, end=query.end
            )
        )
        return answer(Invoices(invoices=found))

    async def payments(self, request: Request) -> Response:
        query = read_query(request, PaymentsQuery)
        found = await self._made(_number(request), limit=query.limit)
        return answer(Payments(payments=tuple(found)))

    async def scheduled(self, request: Request) -> Response:
        found = await self._made(_number(request), limit=SCHEDULED_MAX, state=State.SCHEDULED)
        return answer(ScheduledPayments(scheduled_payments=tuple(found)))

    async def cancel(self, request: Request) -> Response:
        payment, by, now = request.path_params["id"], actor(request), self.clock.now()
        return answer(
            await self.db.write(
                lambda conn: self.paying.cancel(conn, _number(request), payment, actor=by, now=now)
            )
        )

    async def activity(self, request: Request) -> Response:
        query, now = read_query(request, ActivityQuery), self.clock.now()
        found = await self.db.read(
            lambda conn: activity.activity(conn, _number(request), now, start=query.start, end=query.end)
        )
        return answer(Activities(activity=found))

    async def autopay(self, request: Request) -> Response:
        await self.db.read(lambda conn: accounts.find(conn, _number(request)))
        return answer(Autopay())

    async def methods(self, request: Request) -> Response:
        def work(conn: sa.Connection, today: dt.date) -> tuple[Method, ...]:
            return methods.saved(conn, _number(request), today)

        return answer(Methods(payment_methods=await self._today(request, work, write=False)))

    async def add_method(self, request: Request) -> Response:
        new, _ = await read_json(request, NewMethod)
        by, now = actor(request), self.clock.now()

        def work(conn: sa.Connection, today: dt.date) -> Method:
            row = methods.add(conn, _number(request), new, actor=by, now=now, ids=self.ids)
            return methods.wire(row, today)

        return answer(await self._today(request, work), 201)

    async def remove_method(self, request: Request) -> Response:
        method, by, now = request.path_params["id"], actor(request), self.clock.now()

        def work(conn: sa.Connection, _: dt.date) -> None:
            methods.remove(conn, _number(request), method, actor=by, now=now)

        await self._today(request, work)
        return Response(status_code=204)

    async def default_method(self, request: Request) -> Response:
        method, by, now = request.path_params["id"], actor(request), self.clock.now()

        def work(conn: sa.Connection, today: dt.date) -> Method:
            return methods.wire(methods.make_default(conn, _number(request), method, actor=by, now=now), today)

        return answer(await self._today(request, work))

    async def quote(self, request: Request) -> Response:
        sent, now = idempotency_key(request), self.clock.now()
        key = None if sent is None else f"sent:{sent}"  # apart from the keys of fresh quotes, which are our own
        body, plain = await read_json(request, QuoteRequest)
        hashed = digest(plain)
        return answer(
            await self.db.write(lambda conn: self.quoting.quote(conn, body, key, hashed, now)), 201
        )

    async def payment(self, request: Request) -> Response:
        return answer(await self._read(request.path_params["id"]))

    async def pay(self, request: Request) -> Response:
        """Decides the payment in one transaction, then waits a little for what becomes of it."""
        key, now = idempotency_key(request), self.clock.now()
        if key is None:
            raise IdempotencyKeyMissing
        body, plain = await read_json(request, PaymentRequest)
        try:
            made = await self.db.write(lambda conn: self.paying.pay(conn, body, key, digest(plain), now))
        except QuoteStale as stale:
            stale.quote = await self.db.write(lambda conn: self.quoting.fresh(conn, body.quote, now))
            raise
        except QuotePaid as paid:
            paid.payment = await self._wait(paid.payment_id)
            raise
        return _outcome(await self._wait(made))

    async def _wait(self, payment: str) -> Payment:
        """The payment once its outcome is known, or as it is when the time is up."""
        with self.db.bell.listener(t.payment.name) as listener:
            try:
                async with asyncio.timeout(self.answer_within_seconds):
                    while await self.db.read(lambda conn: records.status(conn, payment)) in _UNDER_WAY:
                        await listener.wait(LOOK_SECONDS_MAX)
            except TimeoutError:
                pass
            return await self._read(payment)

    async def _read(self, payment: str) -> Payment:
        now = self.clock.now()

        def work(conn: sa.Connection) -> Payment:
            row = records.find(conn, payment)
            return records.wire(conn, row, accounts.local_today(accounts.find(conn, row.account), now))

        return await self.db.read(work)

    async def _made(self, number: str, *, limit: int, state: State | None = None) -> list[Payment]:
        now = self.clock.now()

        def work(conn: sa.Connection) -> list[Payment]:
            today = accounts.local_today(accounts.find(conn, number), now)
            return records.wires(conn, records.made(conn, number, limit=limit, state=state), today)

        return await self.db.read(work)

    async def _today(self, request: Request, work: Callable[[sa.Connection, dt.date], T], *, write: bool = True) -> T:
        """`work` with the account's local date; under the account's lock where it writes."""
        now = self.clock.now()

        def located(conn: sa.Connection) -> T:
            row = accounts.find(conn, _number(request), lock=write)
            return work(conn, accounts.local_today(row, now))

        return await (self.db.write(located) if write else self.db.read(located))


def _number(request: Request) -> str:
    number: str = request.path_params["number"]
    return number


def _outcome(payment: Payment) -> Response:
    """201 settled, 202 to come, 200 canceled meanwhile; raises `PaymentDeclined`."""
    if payment.status == "declined":
        raise PaymentDeclined(payment)
    return answer(payment, {"settled": 201, "canceled": 200}.get(payment.status, 202))
