"""What kills do not show: frozen processes, broken database connections, lost answers, texts that never went out."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.tables import EFFECT, INBOX
from durable.database import Database
from payments import tables as t
from tests.e2e.conftest import Deploy
from tests.support.accounts import people
from tests.support.customers import Carrier, Customer, Mailbox, is_receipt
from tests.support.postgres import PostgresServer
from tests.support.served import Deployment, Forge, Peers
from tests.support.truth import charges, examine, quiet, rows

CarrierTo = Callable[[Deployment], Carrier]


async def pay_all(made: Deployment, carrier: Carrier, mailbox: Mailbox) -> None:
    """Every customer pays, all at the same time."""
    await asyncio.gather(
        *(Customer(person=p, carrier=carrier, mailbox=mailbox, curious=True).pay_total() for p in made.persons)
    )


@pytest.mark.heavy
async def test_connections_that_the_database_breaks_lose_nothing_and_stop_nobody(
    deploy: Deploy, postgres: PostgresServer, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    """The server ends every connection, again and again, while customers pay: as in its restart or failover."""
    made = deploy(*["tok_ok"] * 6, database_url=postgres.create(), lease_seconds=2.0)
    await made.up()
    carrier = carrier_to(made)
    load = asyncio.create_task(pay_all(made, carrier, mailbox))
    admin = Database(made.database_url)
    ours = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    broken = 0
    for _ in range(12):
        broken += len(admin.write_blocking(lambda conn: conn.execute(ours).all()))
        await asyncio.sleep(0.25)
    await admin.close()
    assert broken > 12
    await load
    await quiet(made, seconds_max=40)
    await examine(made, mailbox, carrier, paid=made.persons)
    assert await made.ready(), "every loop still runs"


@pytest.mark.heavy
async def test_a_frozen_process_that_wakes_late_changes_nothing(
    deploy: Deploy, postgres: PostgresServer, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    """SIGSTOP in the middle of work, for longer than a lease: the other process takes over; then SIGCONT."""
    made = deploy(*["tok_ok"] * 4, "tok_timeout", "tok_declined", database_url=postgres.create(), processes=2)
    made.lease_seconds = 1.5
    for number in (0, 1):
        await made.up(number)
    carrier = carrier_to(made)
    carrier.target = lambda: made.served[1].url
    frozen = made.served[0].pid
    assert frozen is not None
    load = asyncio.create_task(pay_all(made, carrier, mailbox))
    while not load.done():
        os.kill(frozen, signal.SIGSTOP)
        await asyncio.sleep(3.5)
        os.kill(frozen, signal.SIGCONT)
        await asyncio.sleep(0.6)
    await load
    await quiet(made, seconds_max=40)
    await examine(made, mailbox, carrier, paid=made.persons)


@pytest.mark.heavy
async def test_a_gateway_that_is_away_is_waited_for_and_asked_once(
    forge: Forge, tmp_path: Path, carrier_to: CarrierTo
) -> None:
    """It dies before the charge, and once more after it: told as in progress, then the receipt; one charge."""
    peers = Peers(tmp_path / "peers")
    made = Deployment(forge=forge, peers=peers, database_url=f"sqlite:///{tmp_path / 'paybot.db'}", folder=tmp_path)
    made.populate(people(["tok_ok"], first=50))
    try:
        await made.up()
        carrier, mailbox, phone = carrier_to(made), Mailbox(peers.sent_file), made.persons[0].phone
        await carrier.deliver(phone, "pay my total balance")
        assert "Reply Y" in str(await mailbox.wait(phone, 0, seconds_max=20))
        peers.kill("gateway")
        await carrier.deliver(phone, "Y")
        assert "being processed" in str(await mailbox.wait(phone, 1, seconds_max=20))
        peers.start("gateway")
        assert is_receipt(str(await mailbox.wait(phone, 2, seconds_max=60)))
        peers.kill("gateway")
        peers.start("gateway")
        await quiet(made, seconds_max=20)
        assert (await examine(made, mailbox, carrier, paid=made.persons)).charged == 1
    finally:
        await made.stop()
        peers.close()


async def test_two_people_who_pay_one_account_at_once_pay_it_once(
    deploy: Deploy, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    made = deploy("tok_ok", "tok_ok")
    first, second = made.persons
    db = Database(made.database_url)
    move = sa.update(t.contact_account).where(t.contact_account.c.phone == second.phone).values(account=first.account)
    db.write_blocking(lambda conn: conn.execute(move))
    await made.up()
    carrier = carrier_to(made)
    for person in (first, second):
        await carrier.deliver(person.phone, "pay my total balance")
        assert "Reply Y" in str(await mailbox.wait(person.phone, 0, seconds_max=20))
    await asyncio.gather(*(carrier.deliver(person.phone, "Y") for person in (first, second)))
    answers = [await mailbox.wait(person.phone, 1, seconds_max=20) for person in (first, second)]
    await quiet(made, seconds_max=20)
    assert [entry["amount_minor"] for entry in await charges(made)] == [int(first.total * 100)]
    assert sorted(is_receipt(str(answer)) for answer in answers) == [False, True]
    open_ = sa.select(t.invoice.c.balance_minor).where(t.invoice.c.account == first.account)
    assert {row.balance_minor for row in rows(db, open_)} == {0}
    await db.close()


async def test_a_yes_before_the_prompt_was_handed_over_pays_nothing(
    deploy: Deploy, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    """Twilio takes no text for a second. The person cannot have seen what the yes would pay: it is shown again."""
    made = deploy()
    await made.up()
    carrier, phone = carrier_to(made), made.persons[0].phone
    await made.peers.fault("429")
    await carrier.deliver(phone, "pay my total balance")
    await _tried(made)
    await carrier.deliver(phone, "Y")
    await quiet(made, seconds_max=30)
    assert await charges(made) == [], "charged on a yes to a prompt that had not been sent"
    mailbox.look()
    assert [("Reply Y" in text, "sure you saw this" in text) for text in mailbox.texts[phone]] == [
        (True, False), (True, True),
    ]  # fmt: skip
    await carrier.deliver(phone, "Y")
    await quiet(made, seconds_max=30)
    await examine(made, mailbox, carrier, paid=made.persons)


async def _tried(made: Deployment) -> None:
    """Returns when the first text has been refused once."""
    db = Database(made.database_url)
    async with asyncio.timeout(20):
        while not rows(db, sa.select(EFFECT.c.id).where(EFFECT.c.error.is_not(None))):
            await asyncio.sleep(0.02)
    await db.close()


@pytest.mark.heavy
async def test_a_bot_that_moves_house_between_two_attempts_asks_for_the_same_payment(
    deploy: Deploy, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    """The answer to a yes is lost, and the bot comes back under another PUBLIC_URL: the payment is still the same."""
    service = deploy("tok_ok", settings=dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), ""))
    bot = deploy("tok_ok", settings={"PAYMENTS_URL": service.served[0].url})
    await service.up(kill_at="charge:settled")
    await bot.up()
    carrier, phone = carrier_to(bot), service.persons[0].phone
    await carrier.deliver(phone, "pay my total balance")
    assert "Reply Y" in str(await mailbox.wait(phone, 0, seconds_max=20))
    await carrier.deliver(phone, "Y")
    assert await service.end(seconds_max=20) == -9
    await bot.kill()
    bot.public_url = bot.served[0].url
    await service.up()
    await bot.up()
    seen = 1
    while not is_receipt(answer := str(await mailbox.wait(phone, seen, seconds_max=30))):
        assert "don't know yet" in answer
        seen += 1
    assert [entry["calls"] for entry in await charges(service)] == [1]


@pytest.mark.parametrize("point", ["charge:answered", pytest.param("charge:settled", marks=pytest.mark.heavy)])
async def test_a_lost_answer_to_a_yes_is_never_told_as_not_charged(
    point: str, deploy: Deploy, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    """The payment service dies after the gateway has charged, before it has answered the bot."""
    service = deploy("tok_ok", settings=dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), ""))
    bot = deploy("tok_ok", settings={"PAYMENTS_URL": service.served[0].url})
    bot.public_url = bot.served[0].url
    await service.up(kill_at=point)
    await bot.up()
    carrier, phone = carrier_to(bot), service.persons[0].phone
    await carrier.deliver(phone, "pay my total balance")
    assert "Reply Y" in str(await mailbox.wait(phone, 0, seconds_max=20))
    await carrier.deliver(phone, "Y")
    assert await service.end(seconds_max=20) == -9
    answer = str(await mailbox.wait(phone, 1, seconds_max=20))
    assert len(await charges(service)) == 1, "the money has moved"
    assert "haven't been charged" not in answer
    assert "nothing was charged" not in answer.lower()
    await service.up()
    assert is_receipt(str(await mailbox.wait(phone, 2, seconds_max=30)))
    assert [entry["calls"] for entry in await charges(service)] == [1]
    db = Database(bot.database_url)
    async with asyncio.timeout(20):
        while {row.state for row in rows(db, sa.select(INBOX.c.state))} != {"handled"}:
            await asyncio.sleep(0.05)
    await db.close()
