"""What had surely not gone out when a person's message came; on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from bot.messages import Incoming
from bot.store import Store, Waiting
from durable.ambient import ManualClock
from durable.database import Database
from durable.effects import Claim, Done, Effect, Outcome, Retry, Uncertain

PHONE = "+15555550123"
CONVERSATION = f"sms:{PHONE}"
WORDS = "Reply Y to pay 10.00"


@pytest.fixture
async def store(database: Database) -> Store:
    return Store(database, origin="proc_1", lease_seconds=60)


async def say(store: Store, key: str = "prompt") -> None:
    effect = Effect(key=key, kind="sms", lane=CONVERSATION, body={"to": PHONE, "text": f"Hello. {WORDS}"})
    await store.db.write(lambda conn: store.effects.put(conn, effect))


async def begin(store: Store) -> Claim:
    claims = await store.db.write(lambda conn: store.effects.claim(conn, ["sms"], limit=1))
    return claims[0]


async def end(store: Store, claim: Claim, outcome: Outcome) -> None:
    assert await store.effects.settle(claim, outcome)


def handed_over(store: Store, claim: Claim) -> Done:
    def note(conn: sa.Connection) -> None:
        store.sent(conn, key=claim.key, sid=f"SM{claim.key}", to=PHONE, status="queued")

    return Done(apply=note)


async def come(store: Store, clock: ManualClock) -> Waiting:
    """A message of the person's, a second after what was before; then another second passes."""
    clock.move(dt.timedelta(seconds=1))
    message = Incoming(
        channel="sms", event_id="SM1", conversation=CONVERSATION, person=PHONE, text="Y", received_at=clock.now()
    )
    assert await store.receive(message)
    clock.move(dt.timedelta(seconds=1))
    waiting = await store.next_waiting(CONVERSATION)
    assert waiting is not None
    return waiting


async def test_a_text_that_nobody_has_begun_to_send_is_unseen(store: Store, clock: ManualClock) -> None:
    await say(store)
    waiting = await come(store, clock)
    assert await store.unseen(waiting, WORDS)
    claim = await begin(store)
    assert await store.unseen(waiting, WORDS), "it is being sent now, but the message came before"
    await end(store, claim, handed_over(store, claim))
    assert await store.unseen(waiting, WORDS), "it has gone out meanwhile, but the message came before"


async def test_a_text_that_was_handed_over_is_seen(store: Store, clock: ManualClock) -> None:
    await say(store)
    claim = await begin(store)
    await end(store, claim, handed_over(store, claim))
    assert not await store.unseen(await come(store, clock), WORDS)


async def test_a_text_that_may_have_gone_out_is_taken_as_seen(store: Store, clock: ManualClock) -> None:
    """Under way, or ended without an answer: the person may well answer it."""
    await say(store)
    claim = await begin(store)
    waiting = await come(store, clock)
    assert not await store.unseen(waiting, WORDS)
    await end(store, claim, Uncertain(error="no answer"))
    assert not await store.unseen(waiting, WORDS)


async def test_a_text_that_could_not_be_sent_so_far_is_unseen(store: Store, clock: ManualClock) -> None:
    await say(store)
    await end(store, await begin(store), Retry(error="refused"))
    assert await store.unseen(await come(store, clock), WORDS)


async def test_another_conversations_text_does_not_matter(store: Store, clock: ManualClock) -> None:
    other = Effect(key="other", kind="sms", lane="sms:+15555550199", body={"to": "+15555550199", "text": WORDS})
    await store.db.write(lambda conn: store.effects.put(conn, other))
    assert not await store.unseen(await come(store, clock), WORDS)


async def test_a_prompt_that_was_seen_and_is_being_shown_again_is_seen(store: Store, clock: ManualClock) -> None:
    """Otherwise a person who answers each of two prompts would be asked for ever."""
    await say(store)
    claim = await begin(store)
    await end(store, claim, handed_over(store, claim))
    await say(store, "again")
    assert not await store.unseen(await come(store, clock), WORDS)


async def test_other_words_do_not_matter(store: Store, clock: ManualClock) -> None:
    await say(store)
    assert not await store.unseen(await come(store, clock), "Reply Y to pay 99.00")
