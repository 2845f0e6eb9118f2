"""Retention and gauges: what is done and old goes, what waits or is stuck stays, and Prometheus is told of both."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from bot import retention
from bot.gauges import collect
from bot.messages import Incoming
from bot.retention import Retention, purges
from bot.store import Commit, Store
from bot.tables import CONVERSATION, EFFECT, EVENT, INBOX
from durable.ambient import ManualClock
from durable.database import Database
from durable.effects import Done, Effect, Park
from durable.migrate import migrate

PHONE = "+15555550123"


@pytest.fixture
def db(database: Database) -> Database:
    """The bot's tables on each kind of database."""
    migrate(database, "bot")
    return database


async def handled(store: Store, event_id: str, clock: ManualClock) -> None:
    """A message that was received, turned and answered."""
    conversation = f"sms:{PHONE}"
    await store.receive(
        Incoming(
            event_id=event_id, channel="sms", conversation=conversation, person=PHONE, text="balance",
            received_at=clock.now(),
        )
    )  # fmt: skip
    waiting = await store.next_waiting(conversation)
    assert waiting is not None
    effect = Effect(key=f"{event_id}:0", kind="sms", lane=conversation, body={"v": 1})
    await store.commit(Commit(waiting=waiting, state="{}", events=(), effects=[effect]))
    row = {"conversation": conversation, "revision": 1, "event": "{}", "at": waiting.now}
    await store.db.write(lambda conn: conn.execute(sa.insert(EVENT).values(row)))


async def deliver(store: Store, outcome: Done | Park) -> None:
    for claim in await store.db.write(lambda conn: store.effects.claim(conn, {"sms"}, limit=10)):
        assert await store.effects.settle(claim, outcome)


async def left(db: Database) -> dict[str, int]:
    tables = (INBOX, EVENT, EFFECT, CONVERSATION)
    return await db.read(
        lambda conn: {
            t.name: conn.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in tables
        }
    )


async def test_what_is_done_and_old_goes_and_the_rest_stays(db: Database, clock: ManualClock) -> None:
    store = Store(db, origin="here")
    await handled(store, "old", clock)
    await deliver(store, Done())
    await handled(store, "stuck", clock)
    await deliver(store, Park(error="nobody knows"))
    clock.move(dt.timedelta(days=20))
    await handled(store, "recent", clock)
    await deliver(store, Done())
    await store.receive(Incoming(event_id="unanswered", channel="sms", conversation=f"sms:{PHONE}", person=PHONE,
                                 text="hello?", received_at=clock.now()))  # fmt: skip
    job = Retention(db, purges([store.effects]), days=30)

    assert await job.sweep() == 0
    clock.move(dt.timedelta(days=11))
    assert await job.sweep() == 5, "two inbox rows, two events, one effect"

    assert await left(db) == {"bot_inbox": 2, "bot_event": 1, "bot_effect": 2, "bot_conversation": 1}
    keys = await db.read(lambda conn: conn.execute(sa.select(EFFECT.c.key).order_by(EFFECT.c.id)).scalars().all())
    assert list(keys) == ["stuck:0", "recent:0"], "what is parked waits for an operator, however old"
    clock.move(dt.timedelta(days=400))
    await job.sweep()
    assert (await store.next_waiting(f"sms:{PHONE}")) is not None, "what nobody answered is never deleted"


async def test_it_goes_in_small_batches(db: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(db, origin="here")
    for number in range(7):
        await handled(store, f"m{number}", clock)
        await deliver(store, Done())
    clock.move(dt.timedelta(days=31))
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)
    sizes: list[int] = []

    def counted(purge: retention.Purge) -> retention.Purge:
        def delete(conn: sa.Connection, before: dt.datetime, limit: int) -> int:
            sizes.append(purge(conn, before, limit))
            return sizes[-1]

        return delete

    job = Retention(db, [counted(purge) for purge in purges([store.effects])], days=30)
    assert await job.sweep() == 21
    assert sizes == [3, 3, 1] * 3


async def test_the_gauges_tell_what_waits_and_what_is_stuck(db: Database, clock: ManualClock) -> None:
    store = Store(db, origin="here")
    await handled(store, "stuck", clock)
    await deliver(store, Park(error="nobody knows"))
    await handled(store, "to send", clock)
    await store.receive(Incoming(event_id="new", channel="sms", conversation=f"sms:{PHONE}", person=PHONE, text="hi",
                                 received_at=clock.now()))  # fmt: skip
    clock.move(dt.timedelta(seconds=90))

    await collect(db, [store.effects])

    queue = {"queue": "bot_effect"}
    assert REGISTRY.get_sample_value("paybot_effects_parked", queue) == 1
    assert REGISTRY.get_sample_value("paybot_effects_waiting", queue) == 1
    assert REGISTRY.get_sample_value("paybot_inbox_waiting") == 1
    assert REGISTRY.get_sample_value("paybot_inbox_oldest_seconds") == 90
    assert REGISTRY.get_sample_value("paybot_inbox_parked") == 0
