"""Inbound webhooks over real HTTP: each message takes effect once, in order; a customer pays from first to last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import sqlalchemy as sa

from bot.tables import DELIVERY, EFFECT, INBOX
from durable.database import Database
from tests.e2e.conftest import Deploy
from tests.support.accounts import people
from tests.support.customers import Carrier, Customer, Mailbox
from tests.support.fake_twilio import inbound
from tests.support.served import PUBLIC_URL, Deployment, Forge, Peers, free_port
from tests.support.truth import examine, quiet, rows, told_balance

CarrierTo = Callable[[Deployment], Carrier]


async def test_the_same_webhook_twenty_times_at_once_has_one_effect_and_one_reply(
    deploy: Deploy, mailbox: Mailbox, client: httpx.AsyncClient
) -> None:
    made = deploy()
    await made.up()
    request = inbound(PUBLIC_URL, (phone := made.persons[0].phone), "balance")
    answers = await asyncio.gather(*(request.post(client, made.served[0].url) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    await quiet(made, seconds_max=20)
    db = Database(made.database_url)
    assert len(rows(db, sa.select(INBOX))) == 1
    assert len(rows(db, sa.select(EFFECT))) == 1
    await db.close()
    mailbox.look()
    assert len(mailbox.texts[phone]) == 1
    assert str(made.persons[0].total) in mailbox.texts[phone][0]


async def test_different_texts_at_once_from_one_number_are_answered_in_order_of_arrival(
    deploy: Deploy, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    made = deploy()
    await made.up()
    carrier, phone = carrier_to(made), made.persons[0].phone
    said = ["balance", "which invoices are open", "what are your terms", "show my payment methods"]
    sids = await asyncio.gather(*(carrier.deliver(phone, text) for text in said))
    await quiet(made, seconds_max=20)
    db = Database(made.database_url)
    arrived = [row.event_id for row in rows(db, sa.select(INBOX).order_by(INBOX.c.seq))]
    effects = rows(db, sa.select(EFFECT).order_by(EFFECT.c.id))
    await db.close()
    assert sorted(arrived) == sorted(sids)
    assert list(dict.fromkeys(row.key.split(":")[-2] for row in effects)) == arrived
    mailbox.look()
    assert mailbox.texts[phone] == [row.body["text"] for row in effects]


async def test_a_customer_pays_from_first_text_to_receipt_and_the_texts_are_delivered(
    forge: Forge, tmp_path: Path, client: httpx.AsyncClient, carrier_to: CarrierTo
) -> None:
    """With Twilio's status callbacks, which come twice and in disorder."""
    port = free_port()
    peers = Peers(tmp_path / "peers", callbacks=f"http://127.0.0.1:{port}")
    made = Deployment(forge=forge, peers=peers, database_url=f"sqlite:///{tmp_path / 'paybot.db'}", folder=tmp_path)
    made.served[0].port = port
    made.populate(people(["tok_ok", "tok_declined"], first=50))
    try:
        await made.up()
        carrier, mailbox = carrier_to(made), Mailbox(peers.sent_file)
        for person in made.persons:
            await Customer(person=person, carrier=carrier, mailbox=mailbox, curious=True).pay_total()
        await quiet(made, seconds_max=20)
        found = await examine(made, mailbox, carrier, paid=made.persons)
        assert (found.payments, found.texts_twice) == ({"settled": 2, "declined": 1}, 0)
        for person in made.persons:
            assert await told_balance(made.served[0].url, person.account) == "0.00"
        await _all_delivered(made)
        forged = inbound("https://elsewhere.example", made.persons[0].phone, "balance")
        assert (await forged.post(client, made.served[0].url)).status_code == 403
    finally:
        await made.stop()
        peers.close()


async def _all_delivered(made: Deployment) -> None:
    db = Database(made.database_url)
    async with asyncio.timeout(10):
        while {row.status for row in rows(db, sa.select(DELIVERY))} != {"delivered"}:
            await asyncio.sleep(0.05)
    await db.close()


async def test_many_yeses_at_once_are_one_payment(deploy: Deploy, mailbox: Mailbox, carrier_to: CarrierTo) -> None:
    """Ten texts, each a yes of its own (no repeats of one webhook), while the prompt is open."""
    made = deploy()
    await made.up()
    carrier, phone = carrier_to(made), made.persons[0].phone
    await carrier.deliver(phone, "pay my total balance")
    assert "Reply Y" in str(await mailbox.wait(phone, 0, seconds_max=20))
    await asyncio.gather(*(carrier.deliver(phone, "Y") for _ in range(10)))
    await quiet(made, seconds_max=30)
    found = await examine(made, mailbox, carrier, paid=made.persons)
    assert (found.charged, found.calls_absorbed) == (1, 0)
