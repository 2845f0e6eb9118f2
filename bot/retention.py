"""What has been done and is old is deleted, a little at a time; what waits for somebody stays, however old.

Gone after `days`: effects that are done, inbox rows that are handled, events of conversations. Kept: what is parked
or waiting, the state of every conversation, opt-outs, deliveries, escalations, and all that the payment service knows
(consents among it). The age is beyond every provider's redelivery, so nothing deleted can come again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

import sqlalchemy as sa
import structlog

from bot.tables import EVENT, INBOX
from durable.database import Database
from durable.effects import EffectQueue

log = structlog.get_logger(__name__)

BATCH = 500
"""Rows deleted in one transaction: a turn that comes meanwhile waits for one batch at most."""
PAUSE_SECONDS = 0.05
EVERY_SECONDS = 3600.0

Purge = Callable[[sa.Connection, dt.datetime, int], int]
"""Deletes at most so many rows that ended before a moment; how many it was."""


def purges(queues: Sequence[EffectQueue]) -> list[Purge]:
    """One for each table that grows with every message."""
    return [*(queue.purge for queue in queues), _inbox, _events]


def _inbox(conn: sa.Connection, before: dt.datetime, limit: int) -> int:
    handled = INBOX.c.state == sa.literal_column("'handled'")
    old = sa.select(INBOX.c.seq).where(handled, INBOX.c.handled_at < before).order_by(INBOX.c.handled_at).limit(limit)
    return conn.execute(sa.delete(INBOX).where(INBOX.c.seq.in_(old))).rowcount


def _events(conn: sa.Connection, before: dt.datetime, limit: int) -> int:
    old = sa.select(EVENT.c.id).where(EVENT.c.at < before).order_by(EVENT.c.at).limit(limit)
    return conn.execute(sa.delete(EVENT).where(EVENT.c.id.in_(old))).rowcount


class Retention:
    """The job of one process. Several at once do no harm: what one has deleted, the other does not find."""

    def __init__(self, db: Database, purges: Sequence[Purge], *, days: float) -> None:
        self._db = db
        self._purges = purges
        self._age = dt.timedelta(days=days)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Sweeps now and then until `stop`."""
        while not self._stopping.is_set():
            try:
                await self.sweep()
            except sa.exc.OperationalError as error:
                log.warning("retention_failed", error=type(error.orig).__name__)
            await self._wait(EVERY_SECONDS)

    def stop(self) -> None:
        """Ends after the batch under way."""
        self._stopping.set()

    async def sweep(self) -> int:
        """Deletes everything that is old enough; how many rows it was."""
        total = 0
        for purge in self._purges:
            while not self._stopping.is_set():
                deleted = await self._db.write(partial(self._batch, purge=purge))
                total += deleted
                if deleted < BATCH:
                    break
                await self._wait(PAUSE_SECONDS)
        if total:
            log.info("retention", deleted=total)
        return total

    def _batch(self, conn: sa.Connection, *, purge: Purge) -> int:
        return purge(conn, self._db.now(conn) - self._age, BATCH)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
