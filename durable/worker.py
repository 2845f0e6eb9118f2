"""Workers: claim effects, run their handlers at once up to a bound, write what became of each.

There is no leader and nothing to recover: any process may claim what is due, and a dead one's leases lapse.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
import structlog

from durable.database import AWAY, insert_ignoring, reason
from durable.effects import Claim, EffectQueue, Outcome, Uncertain

log = structlog.get_logger(__name__)

PAUSE_SECONDS_MIN = 0.05
Handler = Callable[[Claim], Awaitable[Outcome]]
Claimer = Callable[[sa.Connection, Collection[str], int], list[Claim]]


class Crash(Protocol):
    """Called at named points; a crash test's implementation kills the process there."""

    def __call__(self, point: str) -> None: ...


def no_crash(point: str) -> None:
    """Goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    concurrency: int = 16
    poll_seconds: float = 0.5
    """How long work put by another process may wait where its NOTIFY was missed."""


class Worker:
    """Delivers the effects of one queue whose kinds have handlers here.

    A handler answers with an `Outcome` and raises nothing; one that raises is a defect, which is logged and
    counted as an attempt whose end is not known.
    """

    def __init__(
        self,
        name: str,
        queue: EffectQueue,
        handlers: Mapping[str, Handler],
        *,
        claimer: Claimer | None = None,
        options: WorkerOptions | None = None,
        crash: Crash = no_crash,
    ) -> None:
        self.name = name
        self.queue = queue
        self.handlers = dict(handlers)
        self.options = options or WorkerOptions()
        self._claimer = claimer or self._claim_any
        self._crash = crash
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._full = False

    async def run(self) -> None:
        """Works until `stop` is called, then finishes what it has claimed."""
        with self.queue.db.bell.listener(self.name, *map(self.queue.topic, self.handlers)) as listener:
            while not self._stopping.is_set():
                try:
                    pause = await self._begin()
                except AWAY as error:
                    log.warning("claim_failed", worker=self.name, error=reason(error))
                    pause = self.options.poll_seconds
                if pause:
                    await listener.wait(pause)
        await asyncio.gather(*self._running)

    async def _begin(self) -> float:
        """Claims what there is room for and starts it; how many seconds to wait before doing so again."""
        room = self.options.concurrency - len(self._running)
        self._full = room <= 0
        if self._full:
            return self.options.poll_seconds
        claims, pause = await self.queue.db.write(lambda conn: self._claim_and_look(conn, room))
        for claim in claims:
            self._start(claim)
        return 0.0 if len(claims) == room else pause

    def stop(self) -> None:
        """Claims nothing more; `run` returns when what is under way has ended."""
        self._stopping.set()
        self.queue.db.bell.ring(self.name)

    async def idle(self) -> bool:
        """Whether nothing is under way here, and nothing is due."""
        due, now = await self.queue.db.read(self._next_due)
        return not self._running and (due is None or due > now)

    async def drain(self) -> int:
        """Does what is due now, and what that makes due, then returns how many attempts it made."""
        count = 0
        while claims := await self._claim():
            count += len(claims)
            await asyncio.gather(*(self._attempt(claim) for claim in claims))
        return count

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._attempt(claim), name=f"{self.name}:{claim.key}")
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._full:
            self.queue.db.bell.ring(self.name)

    async def _claim(self) -> list[Claim]:
        room = self.options.concurrency - len(self._running)
        return await self.queue.db.write(lambda conn: self._claimer(conn, self.handlers.keys(), room))

    def _claim_and_look(self, conn: sa.Connection, room: int) -> tuple[list[Claim], float]:
        claims = self._claimer(conn, self.handlers.keys(), room)
        return claims, self._pause(*self._next_due(conn))

    def _claim_any(self, conn: sa.Connection, kinds: Collection[str], limit: int) -> list[Claim]:
        return self.queue.claim(conn, kinds, limit=limit)

    def _pause(self, due: dt.datetime | None, now: dt.datetime) -> float:
        """Seconds until something may be due, at most the poll interval."""
        if due is None:
            return self.options.poll_seconds
        return min(max((due - now).total_seconds(), PAUSE_SECONDS_MIN), self.options.poll_seconds)

    def _next_due(self, conn: sa.Connection) -> tuple[dt.datetime | None, dt.datetime]:
        return self.queue.next_due(conn, self.handlers.keys()), self.queue.db.now(conn)

    async def _attempt(self, claim: Claim) -> None:
        self._crash(f"{claim.kind}:claimed")
        try:
            outcome = await self.handlers[claim.kind](claim)
        except Exception as error:
            log.exception("handler_failed", worker=self.name, effect=claim.key, attempt=claim.attempt)
            outcome = Uncertain(error=f"{type(error).__name__}")
        self._crash(f"{claim.kind}:handled")
        try:
            ours = await self.queue.settle(claim, outcome)
        except AWAY as error:
            log.warning("settle_failed", worker=self.name, effect=claim.key, error=reason(error))
            return  # the lease lapses, and the next attempt looks first
        self._crash(f"{claim.kind}:settled")
        log.info(
            "effect", worker=self.name, effect=claim.key, kind=claim.kind, attempt=claim.attempt, ours=ours,
            outcome=type(outcome).__name__.lower(), error=getattr(outcome, "error", None),
        )  # fmt: skip


def limited_by_sender(queue: EffectQueue, senders: sa.Table, per_second: float) -> Claimer:
    """A claimer that lets each sender send at most `per_second` effects; 0 is no limit.

    The sender's row is locked while its effect is claimed, so that the limit holds over all processes.
    """
    if per_second <= 0:
        return lambda conn, kinds, limit: queue.claim(conn, kinds, limit=limit)
    gap = dt.timedelta(seconds=1 / per_second)

    def claim(conn: sa.Connection, kinds: Collection[str], limit: int) -> list[Claim]:
        t, now = queue.table, queue.db.now(conn)
        due = sa.select(t.c.sender).where(
            t.c.state == "ready", t.c.kind.in_(sorted(kinds)), t.c.not_before <= now, t.c.sender.is_not(None)
        )
        waiting = conn.execute(due.distinct().limit(limit)).scalars().all()
        known = set(conn.execute(sa.select(senders.c.sender).where(senders.c.sender.in_(waiting))).scalars())
        for name in sorted(set(waiting) - known):
            insert_ignoring(conn, senders, {"sender": name, "next_at": now})
        free = sa.select(senders.c.sender).where(senders.c.sender.in_(waiting), senders.c.next_at <= now)
        claims: list[Claim] = []
        for name in conn.execute(free.order_by(senders.c.sender).with_for_update(skip_locked=True)).scalars().all():
            claims += (mine := queue.claim(conn, kinds, limit=1, sender=name))
            if mine:
                conn.execute(sa.update(senders).where(senders.c.sender == name).values(next_at=now + gap))
        return claims

    return claim
