"""Fixtures that every package's tests use: the clock, ids, and both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from durable.ambient import CountedIds, ManualClock
from durable.database import Database
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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create()


@pytest.fixture
async def database(database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """A new, empty database of each kind, on the test's clock."""
    db = Database(database_url, clock=clock)
    yield db
    await db.close()
