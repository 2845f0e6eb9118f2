"""Turns with few and with many customers in the database, and how each hot query is found."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.customers import add_conversations, add_customers
from benchmarks.footprint import prepare
from benchmarks.serving import Server
from benchmarks.tables import Row, percentile
from benchmarks.turns import Session, session
from benchmarks.twilio import Twilio

FEW, MANY = 1_000, 1_000_000
TALKS = 60
GROWTH_MAX = 1.2


@dataclass(frozen=True, slots=True)
class Grown:
    """Turns on a database of one size."""

    customers: int
    disk_mb: float
    session: Session


async def measure(folder: Path, customers: int) -> Grown:
    """Serial conversations of customers spread over the whole database, each of whom has talked before."""
    url, twilio = prepare(folder, 1), Twilio()
    file = folder / "paybot.db"
    await twilio.start()
    first = Server(database_url=url, folder=folder, twilio_port=twilio.port)
    await first.start()
    await session(first, twilio, range(1), at_once=1)
    await first.stop()
    add_customers(file, range(1, customers))
    add_conversations(file, range(1, customers), 0)
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    server = Server(database_url=url, folder=folder, twilio_port=twilio.port)
    await server.start()
    step = max(1, customers // (TALKS + 10) - 1)
    try:
        await session(server, twilio, range(1, 10 * step, step), at_once=1)
        made = await session(server, twilio, range(10 * step + 1, (TALKS + 10) * step, step), at_once=1)
    finally:
        await server.stop()
        await twilio.stop()
    return Grown(customers, file.stat().st_size / 1e6, made)


async def rows() -> list[Row]:
    """The table's part. Needs about 10 GB of disk for a few minutes."""
    made = []
    for customers in (FEW, MANY):
        place = Path(tempfile.mkdtemp(prefix="paybot-growth-"))
        try:
            made.append(await measure(place, customers))
        finally:
            shutil.rmtree(place)
    few, many = made
    found = []
    for share, budget in ((0.5, GROWTH_MAX), (0.99, None)):
        ratio = percentile(many.session.to_commit(), share) / percentile(few.session.to_commit(), share)
        name = f"to commit, p{share * 100:.0f}: {MANY:,} against {FEW:,} customers"
        found.append(Row("growth", name, ratio, "times", budget))
    cpu = [g.session.cpu_seconds / len(g.session.measured) for g in (many, few)]
    found.append(Row("growth", "CPU a message, likewise", cpu[0] / cpu[1], "times", GROWTH_MAX))
    found.append(Row("growth", f"database of {MANY:,} customers", many.disk_mb, "MB"))
    return found


def scans(statements: Iterator[str], file: Path) -> list[str]:
    """Those of the SQL statements (with ? for values) that SQLite answers by reading a whole table."""
    found = []
    with closing(sqlite3.connect(file)) as conn:
        for statement in statements:
            plan = conn.execute(f"EXPLAIN QUERY PLAN {statement}", [""] * statement.count("?")).fetchall()
            if any(re.match(r"SCAN (?!.*USING (COVERING )?INDEX)", row[3]) for row in plan):
                found.append(statement)
    return found
