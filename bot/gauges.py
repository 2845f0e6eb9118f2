"""What waits and what is stuck, counted when Prometheus asks."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from prometheus_client import Gauge

from bot.tables import INBOX
from durable.database import Database
from durable.effects import EffectQueue

READY = Gauge("paybot_effects_waiting", "Effects to be done, due or later, by queue", ["queue"])
PARKED = Gauge("paybot_effects_parked", "Effects that an operator must look at, by queue", ["queue"])
WAITING = Gauge("paybot_inbox_waiting", "Events that no turn has handled yet")
OLDEST = Gauge("paybot_inbox_oldest_seconds", "Age of the oldest event that no turn has handled; 0 for none")
STUCK = Gauge("paybot_inbox_parked", "Events whose turns kept failing, parked with an apology")


async def collect(db: Database, queues: Sequence[EffectQueue]) -> None:
    """Reads the figures into the gauges. Raises `sqlalchemy.exc.OperationalError` where the database is away."""

    def work(conn: sa.Connection) -> None:
        for queue in queues:
            READY.labels(queue=queue.table.name).set(queue.count(conn, "ready"))
            PARKED.labels(queue=queue.table.name).set(queue.count(conn, "parked"))
        new = INBOX.c.state == sa.literal_column("'new'")
        count, oldest = conn.execute(sa.select(sa.func.count(), sa.func.min(INBOX.c.received_at)).where(new)).one()
        WAITING.set(count)
        OLDEST.set(0 if oldest is None else (db.now(conn) - oldest).total_seconds())
        stuck = INBOX.c.state == sa.literal_column("'parked'")
        STUCK.set(conn.execute(sa.select(sa.func.count()).select_from(INBOX).where(stuck)).scalar_one())

    await db.read(work)
