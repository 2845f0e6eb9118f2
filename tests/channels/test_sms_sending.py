"""A text is handed to Twilio once, whatever becomes of the connection, the answer or the process."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from bot.messages import Outgoing
from bot.store import Store
from bot.tables import DELIVERY, EFFECT, SENDER
from channels.sms import REMINDER, SmsSender, SmsSettings, TwilioApi, sms_effect, sms_worker
from channels.sms.sending import GIVE_UP
from durable.ambient import ManualClock
from durable.effects import Effect, Uncertain
from durable.worker import Worker
from tests.support.fake_twilio import OUR_NUMBER, FakeTwilio

DANA, SERVICE = "+15555550123", "MG" + "feedface" * 4


def text(
    key: str, words: str = "Your balance is $60.85.", *, to: str = DANA, lane: str | None = None,
    sender: str = OUR_NUMBER, valid_seconds: int | None = None, priority: int = 0,
) -> Effect:  # fmt: skip
    message = Outgoing(text=words, valid_seconds=valid_seconds)
    return sms_effect(key, conversation=lane or f"sms:{to}", to=to, message=message, sender=sender, priority=priority)


async def put(store: Store, *effects: Effect) -> None:
    await store.db.write(lambda conn: [store.effects.put(conn, e) for e in effects])


async def row(store: Store, key: str) -> Any:
    return await store.db.read(lambda conn: conn.execute(sa.select(EFFECT).where(EFFECT.c.key == key)).one())


async def delivery(store: Store, key: str) -> Any:
    return await store.db.read(lambda conn: conn.execute(sa.select(DELIVERY).where(DELIVERY.c.key == key)).one())


async def test_a_text_is_sent_once_and_its_delivery_kept(store: Store, worker: Worker, twilio: FakeTwilio) -> None:
    await put(store, text("sms:+15555550123|a:0"))
    assert await worker.drain() == 1
    (sent,) = twilio.accepted
    assert (sent["to"], sent["from"], sent["body"]) == (DANA, OUR_NUMBER, "Your balance is $60.85.")
    kept = await delivery(store, "sms:+15555550123|a:0")
    assert (kept.sid, kept.recipient, kept.status) == (sent["sid"], DANA, "queued")
    assert (await row(store, "sms:+15555550123|a:0")).state == "done"
    callback = urlsplit(twilio.requests[0]["StatusCallback"])
    assert parse_qs(callback.query) == {"delivery": ["sms:+15555550123|a:0"]}
    assert "ValidityPeriod" not in twilio.requests[0]
    assert await worker.drain() == 0


async def test_a_messaging_service_sends_in_place_of_a_number(
    store: Store, settings: SmsSettings, twilio: FakeTwilio
) -> None:
    settings = dataclasses.replace(settings, sender=SERVICE)
    async with TwilioApi(settings) as api:
        await put(store, text("a", sender=SERVICE))
        await sms_worker(api, store, store.effects, SENDER, settings).drain()
    assert twilio.requests[0]["MessagingServiceSid"] == SERVICE
    assert "From" not in twilio.requests[0]
    assert (await delivery(store, "a")).status == "accepted"


async def test_typographic_marks_become_plain_ones(store: Store, worker: Worker, twilio: FakeTwilio) -> None:
    await put(store, text("a", "O\u2019Neil \u2013 \u201cNorth\u201d\u2026"))
    await worker.drain()
    assert twilio.texts == ['O\'Neil - "North"...']


async def test_what_was_surely_not_sent_is_retried_without_looking(
    store: Store, worker: Worker, settings: SmsSettings, twilio: FakeTwilio, clock: ManualClock
) -> None:
    nowhere = dataclasses.replace(settings, api_url="http://127.0.0.1:9")
    async with TwilioApi(nowhere) as api:
        await put(store, text("a"))
        assert await sms_worker(api, store, store.effects, SENDER, nowhere).drain() == 1
    kept = await row(store, "a")
    assert (kept.state, kept.uncertain) == ("ready", False)
    clock.move(dt.timedelta(seconds=2))
    await worker.drain()
    assert (len(twilio.accepted), twilio.lists) == (1, 0)


@pytest.mark.parametrize("fault", ["lost", "lost_reset", "accepted_500", "garbage"])
async def test_a_lost_answer_is_looked_up_and_the_text_not_sent_again(
    fault: str, store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append(fault)
    await put(store, text("a"))
    assert await worker.drain() == 1
    kept = await row(store, "a")
    assert (kept.state, kept.uncertain) == ("ready", True)
    clock.move(dt.timedelta(seconds=2))
    await worker.drain()
    assert (await row(store, "a")).state == "done"
    assert (await delivery(store, "a")).sid == twilio.accepted[0]["sid"]
    assert (len(twilio.accepted), len(twilio.requests)) == (1, 1)


@pytest.mark.parametrize("fault", ["500", "hang", "reset"])
async def test_a_text_that_did_not_arrive_is_sent_again_only_after_two_looks(
    fault: str, store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append(fault)
    await put(store, text("a"))
    await worker.drain()
    clock.move(dt.timedelta(seconds=2))
    await worker.drain()
    assert (twilio.lists, len(twilio.requests)) == (1, 1)
    clock.move(dt.timedelta(seconds=4.9))
    assert await worker.drain() == 0
    clock.move(dt.timedelta(seconds=0.2))
    await worker.drain()
    assert (twilio.lists, len(twilio.requests), len(twilio.accepted)) == (2, 2, 1)
    assert (await row(store, "a")).state == "done"


async def test_a_text_that_appears_late_is_found_by_the_second_look(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append("lost")
    twilio.hidden_lists = 1
    await put(store, text("a"))
    for _ in range(4):
        await worker.drain()
        clock.move(dt.timedelta(seconds=6))
    assert (twilio.lists, len(twilio.accepted)) == (2, 1)
    assert (await row(store, "a")).state == "done"


async def test_nothing_is_sent_while_it_cannot_be_looked_up(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append("lost")
    twilio.list_faults.extend(["500", "hang", "429", "reset"])
    await put(store, text("a"))
    for _ in range(5):
        await worker.drain()
        assert (await row(store, "a")).uncertain
        clock.move(dt.timedelta(seconds=30))
    await worker.drain()
    assert (len(twilio.requests), twilio.lists) == (1, 5)
    assert (await row(store, "a")).state == "done"


async def test_a_refusal_of_the_second_attempt_does_not_make_the_first_certain(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    """It appears after both looks, and while Twilio, asked to send it again, refused for now."""
    twilio.faults.extend(["lost", "429"])
    twilio.hidden_lists = 2
    await put(store, text("a"))
    for _ in range(5):
        await worker.drain()
        clock.move(dt.timedelta(seconds=30))
    assert (len(twilio.requests), len(twilio.accepted)) == (2, 1)
    assert (await row(store, "a")).state == "done"


async def test_a_look_counts_only_for_the_attempt_after_it(
    store: Store, api: TwilioApi, settings: SmsSettings, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    """A process dies after it sent again: what the earlier look had not found does not allow a third time."""
    twilio.faults.append("500")
    await put(store, text("a"))
    await worker.drain()
    clock.move(dt.timedelta(seconds=2))
    await worker.drain()
    clock.move(dt.timedelta(seconds=6))
    (dying,) = await store.db.write(lambda conn: store.effects.claim(conn, ["sms"], limit=1))
    await SmsSender(api, store, store.effects, SENDER, settings)(dying)
    assert len(twilio.accepted) == 1
    twilio.hidden_lists = 1
    for _ in range(4):
        clock.move(dt.timedelta(seconds=61))
        await worker.drain()
    assert len(twilio.accepted) == 1
    assert (await row(store, "a")).state == "done"


async def test_a_killed_process_leaves_nothing_to_send_twice(
    store: Store, api: TwilioApi, settings: SmsSettings, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    await put(store, text("a"))
    (claim,) = await store.db.write(lambda conn: store.effects.claim(conn, ["sms"], limit=1))
    await SmsSender(api, store, store.effects, SENDER, settings)(claim)  # and dies before it is written down
    clock.move(dt.timedelta(seconds=61))
    await worker.drain()
    assert len(twilio.accepted) == 1
    assert (await delivery(store, "a")).sid == twilio.accepted[0]["sid"]


async def test_a_callback_proves_that_it_was_sent(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append("lost")
    await put(store, text("a"))
    await worker.drain()
    sid = twilio.accepted[0]["sid"]

    def came(conn: sa.Connection) -> None:
        assert store.status(conn, key="a", sid=sid, status="sent", error_code=None, to=DANA)
        store.effects.release(conn, "a")

    await store.db.write(came)
    await worker.drain()
    assert (await row(store, "a")).state == "done"
    assert (twilio.lists, len(twilio.accepted)) == (0, 1)


async def test_the_same_words_of_another_effect_are_not_taken_for_it(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.extend(["ok", "500"])
    await put(store, text("a"), text("b"))
    for _ in range(5):
        await worker.drain()
        clock.move(dt.timedelta(seconds=6))
    assert len(twilio.accepted) == 2
    assert (await delivery(store, "a")).sid != (await delivery(store, "b")).sid


async def test_too_many_requests_pause_the_sender(
    store: Store, api: TwilioApi, settings: SmsSettings, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append("429")
    settings = dataclasses.replace(settings, messages_per_second=1000)
    worker = sms_worker(api, store, store.effects, SENDER, settings)
    await put(store, text("a"))
    await worker.drain()
    assert (await row(store, "a")).uncertain is False
    clock.move(dt.timedelta(seconds=0.9))
    await put(store, text("b", to="+15555550188"))
    assert await worker.drain() == 0
    clock.move(dt.timedelta(seconds=0.2))
    for _ in range(2):
        await worker.drain()
        clock.move(dt.timedelta(milliseconds=2))
    assert (len(twilio.accepted), twilio.lists) == (2, 0)


async def test_a_sender_keeps_to_its_rate_and_replies_go_before_reminders(
    store: Store, api: TwilioApi, settings: SmsSettings, twilio: FakeTwilio, clock: ManualClock
) -> None:
    settings = dataclasses.replace(settings, messages_per_second=2)
    worker = sms_worker(api, store, store.effects, SENDER, settings)
    reminders = [text(f"r{n}", f"reminder {n}", to=f"+1555555018{n}", priority=REMINDER) for n in range(2)]
    await put(store, *reminders, text("a", "reply"))
    counts = []
    for _ in range(6):
        await worker.drain()
        counts.append(len(twilio.accepted))
        clock.move(dt.timedelta(milliseconds=250))
    assert counts == [1, 1, 2, 2, 3, 3]
    assert twilio.texts == ["reply", "reminder 0", "reminder 1"]


async def test_an_opted_out_number_is_not_written_to(store: Store, worker: Worker, twilio: FakeTwilio) -> None:
    await store.opt_out(DANA, why="keyword", event_id="SM1")
    await put(store, text("a"))
    await worker.drain()
    assert (await row(store, "a")).state == "done"
    assert (await delivery(store, "a")).status == "suppressed"
    last = text("b", "You will get no more texts from us.")
    await put(store, dataclasses.replace(last, body=last.body | {"even_if_out": True}))
    await worker.drain()
    assert twilio.texts == ["You will get no more texts from us."]


async def test_twilios_block_becomes_an_opt_out_of_ours(store: Store, worker: Worker, twilio: FakeTwilio) -> None:
    twilio.opted_out.add(DANA)
    await put(store, text("a"), text("b"))
    await worker.drain()
    assert await store.is_opted_out(DANA)
    assert len(twilio.requests) == 1
    assert {(await row(store, key)).state for key in "ab"} == {"done"}


@pytest.mark.parametrize(
    ("words", "to", "code"), [("x" * 1601, DANA, "21617"), ("hello", "+1", "21211"), ("\u200b", DANA, "21602")]
)
async def test_what_twilio_will_never_take_is_parked_with_its_code(
    words: str, to: str, code: str, store: Store, worker: Worker, twilio: FakeTwilio
) -> None:
    await put(store, text("a", words, to=to, lane="x"), text("b", lane="x"))
    await worker.drain()
    parked = await row(store, "a")
    assert parked.state == "parked"
    assert code in parked.error
    assert (await delivery(store, "a")).status == "failed"
    assert twilio.texts == ["Your balance is $60.85."]


async def test_a_fault_of_our_account_is_waited_out(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append("401")
    await put(store, text("a"))
    await worker.drain()
    assert (await row(store, "a")).state == "ready"
    clock.move(dt.timedelta(seconds=2))
    await worker.drain()
    assert len(twilio.accepted) == 1


async def test_a_confirmation_is_not_delivered_late(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.extend(["ok", "429", "500"])
    await put(store, text("a", valid_seconds=600, to="+15555550101"))
    await worker.drain()
    assert twilio.requests[0]["ValidityPeriod"] == "600"
    await put(store, text("b", valid_seconds=600), text("c", valid_seconds=600, to="+15555550188"))
    await worker.drain()
    for _ in range(3):
        clock.move(dt.timedelta(seconds=601))
        await worker.drain()
    assert [(await delivery(store, key)).status for key in "abc"] == ["queued", "suppressed", "suppressed"]
    assert len(twilio.accepted) == 1


async def test_validity_counts_from_when_it_was_said(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    message = Outgoing(text="Reply Y to pay", valid_seconds=600)
    for key in "ab":
        effect = sms_effect(key, conversation=key, to=DANA, message=message, sender=OUR_NUMBER, said_at=clock.now())
        await put(store, effect)
        clock.move(dt.timedelta(seconds=500))
        await worker.drain() if key == "a" else clock.move(dt.timedelta(seconds=101))
    await worker.drain()
    assert [r["ValidityPeriod"] for r in twilio.requests] == ["100"]


async def test_what_cannot_be_sent_for_hours_is_parked(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.faults.append("401")
    await put(store, text("a"))
    await worker.drain()
    clock.move(GIVE_UP + dt.timedelta(seconds=1))
    await worker.drain()
    assert (await row(store, "a")).state == "parked"
    assert twilio.accepted == []


async def test_a_lease_that_is_nearly_over_is_not_begun_on(
    store: Store, api: TwilioApi, settings: SmsSettings, twilio: FakeTwilio, clock: ManualClock
) -> None:
    await put(store, text("a"))
    (claim,) = await store.db.write(lambda conn: store.effects.claim(conn, ["sms"], limit=1))
    clock.move(dt.timedelta(seconds=59.8))
    outcome = await SmsSender(api, store, store.effects, SENDER, settings)(claim)
    assert not isinstance(outcome, Uncertain)
    assert twilio.requests == []


@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.heavy) for s in range(1, 6))])
async def test_any_sequence_of_faults_ends_with_each_text_sent_once(
    seed: int, store: Store, settings: SmsSettings, twilio: FakeTwilio, clock: ManualClock
) -> None:
    """Twelve texts in four conversations; faults at random, before and after acceptance, in sending and looking."""
    chance = random.Random(seed)
    twilio.faults.extend(chance.choices(["ok", "500", "429", "401", "reset", "lost_reset", "accepted_500"], k=30))
    twilio.list_faults.extend(chance.choices(["ok", "500", "reset"], k=10))
    twilio.hidden_lists = chance.randrange(2)
    wanted = [(f"+1555555010{n % 4}", f"text {n // 4}") for n in range(12)]
    await put(store, *(text(f"k{n}", words, to=to) for n, (to, words) in enumerate(wanted)))
    async with TwilioApi(settings) as api:
        worker = sms_worker(api, store, store.effects, SENDER, settings)
        for _ in range(60):
            await worker.drain()
            clock.move(dt.timedelta(seconds=61))
    assert sorted((m["to"], m["body"]) for m in twilio.accepted) == sorted(wanted)
    for to in {to for to, _ in wanted}:
        assert [m["body"] for m in twilio.accepted if m["to"] == to] == ["text 0", "text 1", "text 2"]


async def test_what_we_send_and_are_sent_holds_to_twilios_specification(
    store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    """The fake validates each request and each of its answers; here it does so for create and list."""
    if twilio.spec_missing:
        pytest.skip(twilio.spec_missing)
    twilio.faults.append("lost")
    await put(store, text("a", "Pay $60.85? Reply Y", valid_seconds=600))
    await worker.drain()
    clock.move(dt.timedelta(seconds=2))
    await worker.drain()
    assert (len(twilio.accepted), twilio.lists) == (1, 1)
    assert (await row(store, "a")).state == "done"
