"""Transactions, the same for SQLite and PostgreSQL.

SQLite: WAL, `synchronous=FULL`, every write in BEGIN IMMEDIATE on one writer thread (a queue, so that nobody polls
for the lock). Reads run on the caller's thread: they never wait for the writer, and take less time than handing them
to another thread would. PostgreSQL: READ COMMITTED on a pool of threads.
A unit of work is a plain function of a connection: it sees one transaction, commits when it returns, and is rolled
back when it raises. It makes no network call.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from durable.ambient import Clock, RandomIds, SystemClock
from durable.bell import Bell

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

BUSY_SECONDS = 30
AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError, sa.exc.TimeoutError)
"""What a database raises that cannot be reached, or breaks the connection: it passes, and is no defect of ours."""
NOTIFY_CHANNEL = "paybot"


class Database:
    """One database. `url` is SQLAlchemy's; a bare `postgresql://` means psycopg.

    `clock` replaces the database's own clock (tests); by default PostgreSQL tells the time for every process that
    uses it, and SQLite's single process uses the wall clock.
    """

    def __init__(self, url: str, *, clock: Clock | None = None, threads: int = 8) -> None:
        self.url = with_driver(url)
        self.dialect = self.url.get_backend_name()
        self.bell = Bell()
        """Rings in this process after a commit that announced work."""
        self.origin = RandomIds().new("db")
        """Tells this process's announcements from others'."""
        self._clock = clock
        self._system = SystemClock()
        self._kept: tuple[_Kept, ...]
        self._begin_write: Callable[[], contextlib.AbstractContextManager[sa.Connection]]
        self._begin_read: Callable[[], contextlib.AbstractContextManager[sa.Connection]]
        if self.dialect == "sqlite":
            self.engine = _sqlite_engine(self.url)
            self._kept = (_Kept(self.engine, "BEGIN IMMEDIATE"), _Kept(self.engine, "BEGIN"))
            self._begin_write, self._begin_read = (kept.transaction for kept in self._kept)
            self._writer = ThreadPoolExecutor(1, "db-write")
            self._reader = self._writer if _in_memory(self.url) else None
        else:
            self.engine = sa.create_engine(
                self.url, pool_size=threads, max_overflow=0, pool_pre_ping=True, pool_timeout=BUSY_SECONDS
            )
            self._kept = ()
            self._begin_write, self._begin_read = self.engine.begin, self.engine.connect
            self._writer = ThreadPoolExecutor(threads, "db")
            self._reader = self._writer

    async def write(self, work: Work[T]) -> T:
        """Runs `work` in one transaction and commits it; raises what it raises, with nothing changed."""
        loop = asyncio.get_running_loop()
        result, announced = await _finish(loop.run_in_executor(self._writer, self._write, work))
        if announced:
            self.bell.ring(*announced)
        return result

    async def read(self, work: Work[T]) -> T:
        """Runs `work`, which only reads."""
        if self._reader is None:
            return self._read(work)
        return await _finish(asyncio.get_running_loop().run_in_executor(self._reader, self._read, work))

    def write_blocking(self, work: Work[T]) -> T:
        """`write` for callers without an event loop: commands and migrations."""
        return self._writer.submit(self._write, work).result()[0]

    def announce(self, conn: sa.Connection, topic: str) -> None:
        """Says, when this transaction commits, that there is work: here, and to the other processes."""
        announced: set[str] = conn.info["announced"]
        if self.dialect == "postgresql" and topic not in announced:
            payload = {"channel": NOTIFY_CHANNEL, "payload": f"{self.origin} {topic}"}
            conn.execute(sa.text("SELECT pg_notify(:channel, :payload)"), payload)
        announced.add(topic)

    def now(self, conn: sa.Connection) -> dt.datetime:
        """The time that leases and due dates are measured by."""
        if self._clock is not None:
            return self._clock.now()
        if self.dialect == "sqlite":
            return self._system.now()
        moment: dt.datetime = conn.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(dt.UTC)

    async def close(self) -> None:
        """Waits for the work under way, then lets go of the database."""
        await asyncio.to_thread(self.close_blocking)

    def close_blocking(self) -> None:
        self._writer.shutdown(wait=True)
        for kept in self._kept:
            kept.close()
        self.engine.dispose()

    def _write(self, work: Work[T]) -> tuple[T, set[str]]:
        with self._begin_write() as conn:
            announced: set[str] = set()
            conn.info["announced"] = announced
            return work(conn), announced

    def _read(self, work: Work[T]) -> T:
        with self._begin_read() as conn:
            return work(conn)


class _Kept:
    """SQLite connections kept open between transactions, each of which starts with the statement `begin`.

    Taking one from the pool and giving it back, and SQLAlchemy's own ways to run BEGIN, cost more than a query does.
    """

    def __init__(self, engine: sa.Engine, begin: str) -> None:
        self._engine = engine
        self._begin = begin
        self._idle: list[sa.Connection] = []
        """Taken and given back by any thread: each is one atomic operation on the list."""

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One transaction; a connection on which the database raised is given up, as its state is not known."""
        try:
            conn = self._idle.pop()
        except IndexError:
            conn = self._engine.connect()
        try:
            with conn.begin():
                self._run_begin(conn)
                yield conn
        except sa.exc.SQLAlchemyError:
            conn.close()
            raise
        finally:
            if not conn.closed:
                self._idle.append(conn)

    def _run_begin(self, conn: sa.Connection) -> None:
        raw: Any = conn.connection.dbapi_connection
        try:
            raw.execute(self._begin)
        except sqlite3.Error as error:
            raise sa.exc.OperationalError(self._begin, None, error) from error

    def close(self) -> None:
        """Gives the idle ones back to the pool."""
        while self._idle:
            self._idle.pop().close()


async def _finish(future: asyncio.Future[T]) -> T:
    """Shields a transaction from the cancellation of whoever waits for it: it ends by itself, whole."""
    return await asyncio.shield(future)


def insert_ignoring(conn: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Inserts `row` unless one of its unique values is taken; says whether it did."""
    return conn.execute(_insert_ignoring(conn.dialect.name, table, tuple(row)), row).first() is not None


@functools.cache
def _insert_ignoring(dialect: str, table: sa.Table, columns: tuple[str, ...]) -> sa.Executable:
    """Built once for each table and set of columns: building it costs more than running it."""
    insert = pg_insert if dialect == "postgresql" else sqlite_insert
    named = {name: sa.bindparam(name, type_=table.c[name].type) for name in columns}
    return insert(table).values(named).on_conflict_do_nothing().returning(sa.literal_column("1"))


def reason(error: sa.exc.SQLAlchemyError) -> str:
    """The kind of error, as the driver calls it; without its message, which may quote data."""
    return type(getattr(error, "orig", None) or error).__name__


def with_driver(url: str) -> sa.URL:
    """The URL with our driver named: psycopg for PostgreSQL. Raises `sqlalchemy.exc.ArgumentError` on nonsense."""
    made = sa.make_url(url)
    if made.drivername in ("postgres", "postgresql"):
        return made.set(drivername="postgresql+psycopg")
    return made


def _in_memory(url: sa.URL) -> bool:
    return url.database in (None, "", ":memory:")


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    if _in_memory(url):
        options["poolclass"] = sa.StaticPool
    else:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        options |= {"poolclass": sa.QueuePool, "pool_size": 4}
    engine = sa.create_engine(url, **options)

    @sa.event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # transactions are begun by `_Kept`, and not by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS}000"):
            raw.execute(f"PRAGMA {pragma}")

    return engine
