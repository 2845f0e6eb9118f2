"""Wakes whoever waits for work: by a ring in this process, or by PostgreSQL's NOTIFY from another.

A ring is a hint and may be lost; every waiter also polls.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import psycopg
import sqlalchemy as sa
import structlog

log = structlog.get_logger(__name__)

RECONNECT_SECONDS = 2.0


class Bell:
    """Rings for every listener of one event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wakes all listeners; call it on the event loop's thread."""
        for event in self._listeners:
            event.set()

    @contextlib.contextmanager
    def listener(self) -> Iterator[Listener]:
        """A listener for as long as the block runs."""
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            yield Listener(event)
        finally:
            self._listeners.discard(event)


class Listener:
    """One waiter. A ring between two waits is not missed."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def wait(self, seconds_max: float) -> None:
        """Returns at the next ring, or after `seconds_max`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds_max)
        self._event.clear()


async def ring_on_notify(bell: Bell, url: sa.URL, channel: str) -> None:
    """Rings `bell` at every NOTIFY on `channel` of a PostgreSQL database, for ever; reconnects when it is lost."""
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            conn = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
            async with conn:
                await conn.execute(f"LISTEN {channel}".encode())
                bell.ring()  # whatever was announced while nobody listened
                async for _ in conn.notifies():
                    bell.ring()
        except psycopg.OperationalError as error:
            log.warning("notify_lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
