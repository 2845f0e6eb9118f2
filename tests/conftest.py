"""Fixtures that every package's tests use: the clock, ids, and both databases."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from durable.ambient import CountedIds, ManualClock
from durable.database import Database
from durable.migrate import migrate
from tests.support.postgres import PostgresServer, binaries

NOON = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
"""A Sunday, 10:00 in New York."""


@pytest.fixture
def clock() -> ManualClock:
    """Stands at 2026-11-22 15:00 UTC until moved."""
    return ManualClock(NOON)


@pytest.fixture
def ids() -> CountedIds:
    return CountedIds()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the whole run."""
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL server on this machine (install postgresql)")
    server = PostgresServer(found)
    yield server
    server.stop()


def _migrated(url: str) -> str:
    """Brings an empty database to the newest version of every package's tables; its URL."""
    db = Database(url)
    for package in ("bot", "payments"):
        migrate(db, package)
    db.close_blocking()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    _migrated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    return sa.make_url(_migrated(postgres.create())).database or ""


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database of each kind, with every table and no row."""
    if request.param == "sqlite":
        file = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create(template=request.getfixturevalue("postgres_template"))


@pytest.fixture
async def database(database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """A new database of each kind, with every table and no row, on the test's clock."""
    db = Database(database_url, clock=clock)
    yield db
    await db.close()
