"""A whole bot in this process, for conversations: the real turn, store, NLU, payment service and sandbox gateway.

    with Talks(folder) as talks:
        talks.load(accounts)                              # rows of an import file
        talks.say("+15555550123", "pay my bill")          # received, handled, delivered
        talks.replies("sms:+15555550123")                 # what the person was sent, in order
        talks.wait(dt.timedelta(days=3))                  # what comes due meanwhile is done in its turn
        talks.payments("10023"), talks.balances("10023")  # what the ledger holds

Time stands still until it is moved, and nothing sleeps: a gateway that answers late has its delay taken away, not its
silence. Between the bot and the payment service is HTTP over a transport that can be cut (`talks.line`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

import httpx
import sqlalchemy as sa
from starlette.applications import Starlette

from bot.messages import TEXT_CHARS_MAX, Channel, Incoming, Outgoing
from bot.settings import Settings
from bot.state import Conversation
from bot.tables import EFFECT, INBOX
from bot.wiring import Extras, build, sms_addresser
from channels.cards import mask
from durable.ambient import CountedIds, ManualClock
from durable.database import Database
from durable.effects import Claim, Done, Effect, Outcome
from durable.migrate import migrate
from nlu.frame import Nlu
from payments import tables as t
from payments.gateways.sandbox import Entry, SandboxGateway
from payments.loading import load
from payments.wiring import build as build_payments

T = TypeVar("T")
NOON = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
"""A Sunday, 10:00 in New York."""
TOKEN = "a-token-between-the-two"
SENDER = "+15555550100"
ANSWER_SECONDS = 5.0
HURRIED_SECONDS = 0.15
"""How long the payment service waits for the gateway in a conversation where the gateway is known to be silent."""
MOMENT = dt.timedelta(seconds=0.4)
"""Between two messages: later, as a yes has to be, and sooner than anything that is tried again."""
ROUNDS_MAX = 200
WAIT_STEPS_MAX = 8
PAUSE_SECONDS = 0.002

Line = Literal["up", "down", "answers_lost"]


class Between(httpx.AsyncBaseTransport):
    """The line from the bot to the payment service.

    `down`: nothing gets through. `answers_lost`: what is asked is done, and the answer never comes.
    """

    def __init__(self) -> None:
        self.line: Line = "up"
        self.hurried = False
        self.usual: httpx.ASGITransport | None = None
        self.hasty: httpx.ASGITransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.line == "down":
            raise httpx.ConnectError("the line is cut", request=request)
        chosen = self.hasty if self.hurried else self.usual
        assert chosen is not None
        response = await chosen.handle_async_request(request)
        if self.line == "answers_lost":
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return response


@dataclass(frozen=True, slots=True)
class Reply:
    """One message that a person was sent."""

    conversation: str
    key: str
    text: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One payment as the ledger has it."""

    id: str
    status: str
    amount: Decimal
    last4: str
    note: str | None
    pay_on: dt.date | None
    allocations: dict[str, Decimal]
    """By invoice; "credit" for what is held as credit."""
    consent: dict[str, Any]
    quote: str
    account: str


async def _no_delay(_seconds: float) -> None:
    """The gateway's delays are not lived through."""


def _terminal(state: Conversation, key: str, message: Outgoing, _at: dt.datetime) -> Effect:
    return Effect(key=key, kind="terminal", lane=state.key, body={"text": message.text, "to": state.person})


class Talks:
    """One bot with its payment service, on a new database in `folder`; a context manager."""

    def __init__(self, folder: Path, *, nlu: Nlu | None = None, start: dt.datetime = NOON) -> None:
        self._runner = asyncio.Runner()
        self.clock = ManualClock(start)
        self.ids = CountedIds()
        self.between = Between()
        self.sent: list[Reply] = []
        """Everything that reached anybody, in order."""
        settings = Settings(
            _env_file=None, database_url=f"sqlite:///{folder / 'talks.db'}", company_name="Acme Billing",
            company_support="800-555-0100", terms_url="acme.example/terms", public_url="http://bot.test",
            payments_url="http://payments.test", payments_token=TOKEN, twilio_auth_token=None,
        )  # fmt: skip
        extras = Extras(
            clock=self.clock, ids=self.ids, nlu=nlu, payments_transport=self.between,
            addressers={"sms": sms_addresser(SENDER), "terminal": _terminal},
            handlers={"sms": self._send, "terminal": self._send},
        )  # fmt: skip
        self.bot = build(settings, extras)
        migrate(self.db, "payments")
        self.gateway = SandboxGateway(self.clock, sleep=_no_delay)
        self._callbacks = httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=self.bot.routes)))
        usual, hasty = (self._service(seconds) for seconds in (ANSWER_SECONDS, HURRIED_SECONDS))
        self.between.usual, self.between.hasty = httpx.ASGITransport(usual.app), httpx.ASGITransport(hasty.app)
        self._service_workers = usual.workers
        self._count = 0

    def _service(self, answer_within_seconds: float) -> Any:
        return build_payments(
            self.db, token=TOKEN, gateway=self.gateway, clock=self.clock, ids=self.ids,
            callback_client=self._callbacks, answer_within_seconds=answer_within_seconds,
        )  # fmt: skip

    @property
    def db(self) -> Database:
        return self.bot.db

    def __enter__(self) -> Talks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        async def work() -> None:
            await self._callbacks.aclose()
            await self.bot.close()

        self._run(work())
        self._runner.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    # What happens.

    def load(self, accounts: Sequence[Mapping[str, Any]]) -> None:
        """Imports accounts; one that is there already gets the file's balances."""
        done = load(self.db, {"accounts": list(accounts)}, clock=self.clock, ids=self.ids)
        assert done.refused == [], [str(r) for r in done.refused]

    def at(self, moment: dt.datetime) -> None:
        """Sets the clock, back too: for the next conversation."""
        self.clock.move(moment - self.clock.now())

    def say(self, phone: str, text: str, *, channel: Channel = "sms", media: int = 0) -> str:
        """A person writes, a moment after whatever was before; comes back when all is answered. Gives its event id."""
        self.clock.move(MOMENT)
        event = self.receive(phone, text, channel=channel, media=media)
        self.settle()
        return event

    def receive(
        self, phone: str, text: str, *, channel: Channel = "sms", media: int = 0, event_id: str | None = None
    ) -> str:
        """The message is in the inbox, and no more. A known `event_id` is the same message delivered again."""
        self._count += 1
        event_id = event_id or f"SM{self._count:06d}"
        masked = mask(text)
        incoming = Incoming(
            channel=channel, event_id=event_id, conversation=f"{channel}:{phone}", person=phone,
            text=masked.text[:TEXT_CHARS_MAX], received_at=self.clock.now(), media=media, masked=masked.found,
        )  # fmt: skip
        self._run(self.bot.store.receive(incoming))
        return event_id

    def settle(self) -> None:
        """Handles and delivers everything that is due now."""
        self._run(self._settle())

    def wait(self, by: dt.timedelta) -> None:
        """Time goes by; what comes due on the way is done when it is due (in at most `WAIT_STEPS_MAX` steps)."""
        target, gap = self.clock.now() + by, by / WAIT_STEPS_MAX
        while (due := self._next_due()) is not None and due < target:
            moment = max(due, self.clock.now() + gap)
            if moment >= target:
                break
            self.at(moment)
            self.settle()
        self.at(target)
        self.settle()

    async def _settle(self) -> None:
        for _ in range(ROUNDS_MAX):
            handled = await self.bot.turns.drain()
            due = await self.db.read(self._next)
            if due is not None and due <= self.clock.now():
                await self._deliver()
            elif not handled:
                return
        raise AssertionError("what one message set off does not come to rest")

    async def _deliver(self) -> None:
        """The bot's effects, with the payment service working beside it, which it waits for."""
        asking = asyncio.create_task(self.bot.workers[0].drain())
        last = False
        while not last:
            last = asking.done()
            await asyncio.gather(*(worker.drain() for worker in self._service_workers))
            await asyncio.sleep(0 if last else PAUSE_SECONDS)
        await asking

    def _next_due(self) -> dt.datetime | None:
        due: dt.datetime | None = self.read(self._next)
        return due

    def _next(self, conn: sa.Connection) -> dt.datetime | None:
        """When something is to be done next, by the bot or by the payment service."""
        workers = [self.bot.workers[0], *self._service_workers]
        found = (worker.queue.next_due(conn, worker.handlers.keys()) for worker in workers)
        return min((moment for moment in found if moment is not None), default=None)

    async def _send(self, claim: Claim) -> Outcome:
        """Stands where the carrier is. A number that has opted out is not written to."""
        store, to = self.bot.store, claim.body["to"]
        out = await store.is_opted_out(to) and not claim.body.get("even_if_out")
        if not out:
            self.sent.append(Reply(claim.lane, claim.key, claim.body["text"], self.clock.now()))
        status = "suppressed" if out else "sent"
        return Done(apply=lambda conn: store.sent(conn, key=claim.key, sid=None, to=to, status=status))

    # What is there to be seen.

    def read(self, work: Any) -> Any:
        """Runs a function of a connection."""
        return self._run(_awaited(self.db.read(work)))

    def write(self, work: Any) -> None:
        """Runs a function of a connection that changes something: for tests of the tests."""
        self._run(_awaited(self.db.write(work)))

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        """All rows of a query."""
        found: list[Any] = self.read(lambda conn: list(conn.execute(query).all()))
        return found

    def replies(self, conversation: str, *, after: int = 0) -> list[Reply]:
        """What a person was sent in a conversation, in order; without the first `after` of them."""
        return [reply for reply in self.sent if reply.conversation == conversation][after:]

    def opted_out(self, phone: str) -> bool:
        """Whether a number must not be written to."""
        return self._run(self.bot.store.is_opted_out(phone))

    def payments(self, *accounts: str) -> list[Paid]:
        """The payments of these accounts (of all, where none is named), in the order in which they were made."""
        p = t.payment.c
        query = sa.select(t.payment, t.method.c.last4).join(t.method, t.method.c.id == p.method)
        if accounts:
            query = query.where(p.account.in_(accounts))
        return [
            Paid(
                id=row.id, status=row.state, amount=_money(row.amount_minor), last4=row.last4, note=row.note,
                pay_on=row.pay_on, allocations=self._allocations(row.id), consent=row.consent, quote=row.quote,
                account=row.account,
            )
            for row in self.rows(query.order_by(p.id))
        ]  # fmt: skip

    def _allocations(self, payment: str) -> dict[str, Decimal]:
        a = t.allocation.c
        query = sa.select(a.invoice, a.amount_minor).where(a.payment == payment).order_by(a.position)
        return {row.invoice or "credit": _money(row.amount_minor) for row in self.rows(query)}

    def balances(self, account: str) -> dict[str, Decimal]:
        """What is open on each invoice of an account."""
        i = t.invoice.c
        query = sa.select(i.number, i.balance_minor).where(i.account == account)
        return {row.number: _money(row.balance_minor) for row in self.rows(query.order_by(i.due, i.number))}

    def charges(self, *accounts: str) -> list[Entry]:
        """The gateway's own record: what it really charged on these accounts (on all, where none is named)."""
        entries = self._run(self.gateway.entries())
        return [e for e in entries if e.status == "charged" and (not accounts or e.account in accounts)]

    def defects(self, conversation: str | None = None) -> list[str]:
        """Events whose turn failed by a defect of ours (even if a later try went well), and effects given up."""
        i = INBOX.c
        failed = sa.select(i.event_id).where(sa.or_(i.attempts > 0, i.state == "parked"))
        if conversation is not None:
            return [row[0] for row in self.rows(failed.where(i.conversation == conversation))]
        parked = sa.select(EFFECT.c.key).where(EFFECT.c.state == "parked")
        return [row[0] for row in (*self.rows(failed), *self.rows(parked))]


async def _awaited(work: Awaitable[T]) -> T:
    return await work


def _money(minor: int) -> Decimal:
    return Decimal(minor) / 100
