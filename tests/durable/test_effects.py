"""The laws of effects: once put, in lane order, one holder per attempt, nothing lost with a dead process."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from durable.ambient import ManualClock
from durable.database import Database
from durable.effects import (
    Claim,
    Done,
    Effect,
    EffectQueue,
    Outcome,
    Park,
    Retry,
    Uncertain,
    effect_table,
    sender_table,
)
from durable.worker import Worker, limited_by_sender


@pytest.fixture
async def queue(database: Database) -> EffectQueue:
    metadata = sa.MetaData()
    table = effect_table(metadata, "effect")
    sender_table(metadata, "sender")
    await database.write(metadata.create_all)
    return EffectQueue(database, table, lease_seconds=60)


def effect(key: str, *, lane: str = "a", sender: str | None = None) -> Effect:
    return Effect(key=key, kind="send", lane=lane, body={"key": key}, sender=sender)


async def put(queue: EffectQueue, *effects: Effect) -> list[bool]:
    return await queue.db.write(lambda conn: [queue.put(conn, e) for e in effects])


async def claim(queue: EffectQueue, limit: int = 10) -> list[Claim]:
    return await queue.db.write(lambda conn: queue.claim(conn, ["send"], limit=limit))


async def test_putting_a_key_again_changes_nothing(queue: EffectQueue) -> None:
    assert await put(queue, effect("k"), effect("k")) == [True, False]
    assert [c.key for c in await claim(queue)] == ["k"]


async def test_a_lane_is_done_in_order_and_lanes_do_not_wait_for_each_other(queue: EffectQueue) -> None:
    await put(queue, effect("a1"), effect("a2"), effect("b1", lane="b"))
    first = await claim(queue)
    assert [c.key for c in first] == ["a1", "b1"]
    assert await claim(queue) == []
    assert await queue.settle(first[0], Done())
    assert [c.key for c in await claim(queue)] == ["a2"]


async def test_a_lapsed_lease_is_taken_over_and_the_late_holder_changes_nothing(
    queue: EffectQueue, clock: ManualClock
) -> None:
    await put(queue, effect("k"))
    (slow,) = await claim(queue)
    assert not slow.maybe_done
    clock.move(dt.timedelta(seconds=61))
    (taker,) = await claim(queue)
    assert (taker.attempt, taker.maybe_done) == (2, True)
    assert not await queue.settle(slow, Done())
    assert await queue.settle(taker, Done())
    assert not await queue.settle(taker, Done())


async def test_what_an_outcome_applies_is_rolled_back_with_a_lost_lease(queue: EffectQueue, clock: ManualClock) -> None:
    await put(queue, effect("k"))
    (slow,) = await claim(queue)
    clock.move(dt.timedelta(seconds=61))
    await claim(queue)
    assert not await queue.settle(slow, Done(apply=lambda conn: put_more(queue, conn)))
    assert [c.key for c in await claim(queue)] == []


def put_more(queue: EffectQueue, conn: sa.Connection) -> None:
    queue.put(conn, effect("more", lane="z"))


async def test_a_retry_waits_and_remembers_only_uncertainty(queue: EffectQueue, clock: ManualClock) -> None:
    await put(queue, effect("k"))
    for outcome, maybe_done in ((Retry(error="refused"), False), (Uncertain(error="timeout"), True)):
        (mine,) = await claim(queue)
        assert await queue.settle(mine, outcome)
        assert await claim(queue) == []
        clock.move(dt.timedelta(seconds=30))
        (again,) = await claim(queue)
        assert again.maybe_done is maybe_done
        assert await queue.settle(again, Retry(error="x", after_seconds=0))


async def test_parked_work_is_kept_and_frees_its_lane(queue: EffectQueue) -> None:
    await put(queue, effect("k1"), effect("k2"))
    (mine,) = await claim(queue)
    await queue.settle(mine, Park(error="poison"))
    assert [c.key for c in await claim(queue)] == ["k2"]
    states = await queue.db.read(lambda c: c.execute(sa.select(queue.table.c.state).order_by("id")).scalars().all())
    assert states == ["parked", "ready"]


async def test_a_sender_sends_no_faster_than_its_limit(queue: EffectQueue, clock: ManualClock) -> None:
    senders = sa.Table("sender", sa.MetaData(), autoload_with=queue.db.engine)
    claimer = limited_by_sender(queue, senders, per_second=10)
    await put(queue, *(effect(f"{s}{n}", lane=f"{s}{n}", sender=s) for s in "xy" for n in range(3)))

    async def limited() -> list[str]:
        return [c.key for c in await queue.db.write(lambda conn: claimer(conn, ["send"], 10))]

    assert await limited() == ["x0", "y0"]
    assert await limited() == []
    clock.move(dt.timedelta(milliseconds=100))
    assert await limited() == ["x1", "y1"]


async def test_a_worker_does_everything_that_is_due_and_what_that_makes_due(queue: EffectQueue) -> None:
    seen: list[str] = []

    async def handle(mine: Claim) -> Outcome:
        seen.append(mine.key)
        more = None if mine.key == "more" else (lambda conn: put_more(queue, conn))
        return Done(apply=more)

    await put(queue, effect("k"))
    assert await Worker("w", queue, {"send": handle}).drain() == 2
    assert seen == ["k", "more"]


async def test_a_handler_that_raises_leaves_the_effect_uncertain(queue: EffectQueue, clock: ManualClock) -> None:
    async def broken(mine: Claim) -> Outcome:
        raise ZeroDivisionError(mine.key)

    await put(queue, effect("k"))
    await Worker("w", queue, {"send": broken}).drain()
    clock.move(dt.timedelta(seconds=60))
    (again,) = await claim(queue)
    assert again.maybe_done
