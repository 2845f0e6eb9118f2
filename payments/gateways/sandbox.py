"""The sandbox gateway: the saved method's token decides what a charge does (contracts/runtime.md).

It behaves like a real one where it matters: a key charges at most once whatever is repeated, its record is its
own, and its answer can come late or never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from durable.ambient import Clock
from durable.database import Database, insert_ignoring
from payments import tables as t
from payments.gateways import Charge, Charged, ChargeOutcome, Declined, Unknown, Unreachable

SLOW_SECONDS = 3.0
LATE_SECONDS = 6.0
"""When an answer that comes too late would have come."""
CLOSED = Declined(code="abandoned", detail="This key was given up before it charged anything.")

REFUSALS = {
    "tok_declined": Declined(code="declined", detail="The card was declined."),
    "tok_insufficient_funds": Declined(code="insufficient_funds", detail="There is not enough money."),
    "tok_expired": Declined(code="expired_card", detail="The card has expired."),
}
GOOD = frozenset({"tok_ok", "tok_bank_ok", "tok_timeout", "tok_slow", "tok_flaky"})
UNHEARD_OF = Declined(code="declined", detail="The sandbox knows no such token.")

Sleep = Callable[[float], Awaitable[None]]
Status = Literal["open", "charged", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the gateway knows of one key."""

    key: str
    account: str
    amount_minor: int
    currency: str
    status: Status = "open"
    """`open`: asked for, nothing moved."""
    ref: str | None = None
    code: str | None = None
    detail: str | None = None
    calls: int = 0
    """How often it was asked to charge; it charged at most once."""

    def outcome(self) -> ChargeOutcome | None:
        match self.status:
            case "charged":
                return Charged(ref=str(self.ref))
            case "declined":
                return Declined(code=str(self.code), detail=str(self.detail))
            case _:
                return None


class KeyReused(ValueError):
    """A defect of the caller: one key with two different charges."""

    def __init__(self, key: str) -> None:
        super().__init__(f"key {key} came before with another amount or account")


def called(entry: Entry, token: str) -> Entry:
    """The entry after one more call with `token`. Pure."""
    entry = replace(entry, calls=entry.calls + 1)
    if entry.status != "open" or token == "tok_lost" or (token == "tok_flaky" and entry.calls == 1):  # noqa: S105
        return entry
    if token in GOOD:
        return replace(entry, status="charged", ref=f"sb_{entry.key}")
    no = REFUSALS.get(token, UNHEARD_OF)
    return replace(entry, status="declined", code=no.code, detail=no.detail)


class SandboxGateway:
    """A gateway whose record is in `db` (table `sandbox_charge`), or in memory where there is none."""

    def __init__(
        self,
        clock: Clock,
        db: Database | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        slow_seconds: float = SLOW_SECONDS,
        late_seconds: float = LATE_SECONDS,
    ) -> None:
        self._book: _TableBook | _MemoryBook = _MemoryBook() if db is None else _TableBook(db, clock)
        self._sleep = sleep
        self._slow_seconds = slow_seconds
        self._late_seconds = late_seconds

    async def charge(self, charge: Charge) -> ChargeOutcome:
        """As `charge.token` says; the outcome of before for a key that has one. Raises `KeyReused`."""
        entry = await self._book.change(charge, lambda e: called(e, charge.token))
        if (entry.account, entry.amount_minor, entry.currency) != (
            charge.account, charge.amount_minor, charge.currency,
        ):  # fmt: skip
            raise KeyReused(charge.key)
        if charge.token in ("tok_timeout", "tok_lost"):
            await self._sleep(self._late_seconds)
            return Unknown(why="the gateway answered too late")
        if charge.token == "tok_slow":  # noqa: S105
            await self._sleep(self._slow_seconds)
        return entry.outcome() or Unreachable(why="the connection was refused")

    async def find(self, key: str) -> ChargeOutcome | None:
        entry = await self._book.get(key)
        return None if entry is None else entry.outcome()

    async def abandon(self, key: str) -> ChargeOutcome | None:
        blank = Charge(key=key, token="", amount_minor=0, currency="", account="")
        entry = await self._book.change(blank, _closed)
        return None if entry.code == CLOSED.code else entry.outcome()

    async def entries(self) -> list[Entry]:
        """Every key that was ever asked about, by key."""
        return await self._book.all()


def _closed(entry: Entry) -> Entry:
    if entry.status != "open":
        return entry
    return replace(entry, status="declined", code=CLOSED.code, detail=CLOSED.detail)


def _blank(charge: Charge) -> Entry:
    return Entry(
        key=charge.key, account=charge.account, amount_minor=charge.amount_minor, currency=charge.currency
    )


class _MemoryBook:
    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    async def change(self, charge: Charge, how: Callable[[Entry], Entry]) -> Entry:
        entry = how(self._entries.get(charge.key, _blank(charge)))
        self._entries[charge.key] = entry
        return entry

    async def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    async def all(self) -> list[Entry]:
        return [self._entries[key] for key in sorted(self._entries)]


class _TableBook:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def change(self, charge: Charge, how: Callable[[Entry], Entry]) -> Entry:
        table = t.sandbox_charge

        def work(conn: sa.Connection) -> Entry:
            insert_ignoring(conn, table, {**asdict(_blank(charge)), "at": self._clock.now()})
            row = conn.execute(sa.select(table).where(table.c.key == charge.key).with_for_update()).one()
            entry = how(_entry(row))
            conn.execute(sa.update(table).where(table.c.key == charge.key).values(asdict(entry)))
            return entry

        return await self._db.write(work)

    async def get(self, key: str) -> Entry | None:
        query = sa.select(t.sandbox_charge).where(t.sandbox_charge.c.key == key)
        row = await self._db.read(lambda conn: conn.execute(query).first())
        return None if row is None else _entry(row)

    async def all(self) -> list[Entry]:
        query = sa.select(t.sandbox_charge).order_by(t.sandbox_charge.c.key)
        rows = await self._db.read(lambda conn: conn.execute(query).all())
        return [_entry(row) for row in rows]


def _entry(row: sa.Row[Any]) -> Entry:
    return Entry(
        key=row.key, account=row.account, amount_minor=row.amount_minor, currency=row.currency, status=row.status,
        ref=row.ref, code=row.code, detail=row.detail, calls=row.calls,
    )  # fmt: skip
