"""Events of one conversation that arrive at once are handled in the order of their numbers, whoever commits first."""

from __future__ import annotations

import asyncio
import threading

import pytest
import sqlalchemy as sa

from bot.messages import Incoming
from bot.store import Store
from durable.ambient import ManualClock
from durable.database import Database

CONVERSATION = "sms:+15555550123"


def text(event_id: str, clock: ManualClock) -> Incoming:
    return Incoming(
        channel="sms", event_id=event_id, conversation=CONVERSATION, person="+15555550123", text="y",
        received_at=clock.now(),
    )  # fmt: skip


async def test_a_later_number_is_never_there_before_an_earlier_one(database: Database, clock: ManualClock) -> None:
    """While one delivery has its number but has not committed, another of the conversation waits for its own."""
    if database.dialect != "postgresql":
        pytest.skip("SQLite has one writer: nothing can overtake")
    store = Store(database, origin="proc_1")
    inserted, go_on = threading.Event(), threading.Event()

    def slow(conn: sa.Connection) -> None:
        row = store._row("sms", "first", CONVERSATION) | {"kind": "message"}
        store._insert(conn, row | {"payload": text("first", clock).model_dump(mode="json")})
        inserted.set()
        go_on.wait(10)

    first = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(inserted.wait, 10)
    second = asyncio.create_task(store.receive(text("second", clock)))
    await asyncio.sleep(0.2)
    overtaken = await store.next_waiting(CONVERSATION)
    go_on.set()
    await asyncio.gather(first, second)
    assert overtaken is None
    waiting = await store.next_waiting(CONVERSATION)
    assert waiting is not None
    assert waiting.event_id == "first"
