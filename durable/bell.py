"""Wakes whoever waits for work: by a ring in this process, or by PostgreSQL's NOTIFY from another.

A ring names what there is to do (its topic), so that only those wake who can do it. It is a hint and may be lost;
every waiter also polls.
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
        self._listeners: dict[Listener, frozenset[str]] = {}

    def ring(self, *topics: str) -> None:
        """Wakes the listeners to any of `topics`; all of them where there is none. Call it on the event loop's
        thread."""
        for listener, heard in self._listeners.items():
            if not topics or not heard.isdisjoint(topics):
                listener.wake()

    @contextlib.contextmanager
    def listener(self, *topics: str) -> Iterator[Listener]:
        """A listener to `topics` for as long as the block runs."""
        listener = Listener()
        self._listeners[listener] = frozenset(topics)
        try:
            yield listener
        finally:
            del self._listeners[listener]


class Listener:
    """One waiter. A ring between two waits is not missed."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Ends the wait under way, or the next."""
        self._event.set()

    async def wait(self, seconds_max: float) -> None:
        """Returns at the next ring, or after `seconds_max`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds_max)
        self._event.clear()


async def ring_on_notify(bell: Bell, url: sa.URL, channel: str, origin: str) -> None:
    """Rings `bell` at every NOTIFY on `channel` of a PostgreSQL database, for ever; reconnects when it is lost.

    A payload is `origin topic`; those of our own `origin` have rung already.
    """
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            conn = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
            async with conn:
                await conn.execute(f"LISTEN {channel}".encode())
                bell.ring()  # whatever was announced while nobody listened
                async for notice in conn.notifies():
                    sender, _, topic = notice.payload.partition(" ")
                    if sender != origin:
                        bell.ring(*filter(None, [topic]))
        except psycopg.OperationalError as error:
            log.warning("notify_lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
