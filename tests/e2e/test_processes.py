"""Several processes on one PostgreSQL database: any of them may receive, handle and deliver."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import httpx
import sqlalchemy as sa

from bot.tables import EFFECT, INBOX
from durable.database import Database
from tests.e2e.conftest import Deploy
from tests.support.customers import Carrier, Customer, Mailbox
from tests.support.fake_twilio import inbound
from tests.support.postgres import PostgresServer
from tests.support.served import PUBLIC_URL, Deployment
from tests.support.truth import examine, quiet, rows

CarrierTo = Callable[[Deployment], Carrier]


async def two(deploy: Deploy, postgres: PostgresServer, *tokens: str) -> Deployment:
    """Two processes on one database, ready."""
    made = deploy(*tokens, database_url=postgres.create(), processes=2)
    for number in (0, 1):
        made.start(number)
    for number in (0, 1):
        assert await made.ready(number)
    return made


async def test_messages_of_one_conversation_to_two_processes_are_handled_in_order_once(
    deploy: Deploy, postgres: PostgresServer, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    made = await two(deploy, postgres)
    carrier, phone = carrier_to(made), made.persons[0].phone
    turn = itertools.cycle(one.url for one in made.served)
    carrier.target = lambda: next(turn)
    said = ["balance", "which invoices are open", "show my payment methods", "terms", "help", "balance"] * 3
    sids = [await carrier.deliver(phone, text) for text in said]
    await quiet(made, seconds_max=30)
    db = Database(made.database_url)
    arrived = rows(db, sa.select(INBOX).order_by(INBOX.c.seq))
    effects = rows(db, sa.select(EFFECT).order_by(EFFECT.c.id))
    await db.close()
    assert [row.event_id for row in arrived] == sids
    assert len({row.origin for row in arrived}) == 2, "both processes have received"
    assert list(dict.fromkeys(row.key.split(":")[-2] for row in effects)) == sids
    mailbox.look()
    assert mailbox.texts[phone] == [row.body["text"] for row in effects]


async def test_one_webhook_to_two_processes_at_once_has_one_effect(
    deploy: Deploy, postgres: PostgresServer, mailbox: Mailbox, client: httpx.AsyncClient
) -> None:
    made = await two(deploy, postgres)
    request = inbound(PUBLIC_URL, (phone := made.persons[0].phone), "balance")
    urls = [one.url for one in made.served] * 10
    answers = await asyncio.gather(*(request.post(client, url) for url in urls))
    assert {answer.status_code for answer in answers} == {200}
    await quiet(made, seconds_max=20)
    mailbox.look()
    assert len(mailbox.texts[phone]) == 1


async def test_customers_who_pay_through_two_processes_are_charged_once(
    deploy: Deploy, postgres: PostgresServer, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    """Each text goes to either process; impatient customers say yes to both at once."""
    made = await two(deploy, postgres, "tok_ok", "tok_ok", "tok_declined", "tok_ok")
    carrier = carrier_to(made)
    carrier.target = lambda: carrier.rng.choice(made.served).url
    carrier.again = 0.5
    customers = [Customer(person=p, carrier=carrier, mailbox=mailbox, impatient=True) for p in made.persons]
    await asyncio.gather(*(customer.pay_total() for customer in customers))
    await quiet(made, seconds_max=30)
    found = await examine(made, mailbox, carrier, paid=made.persons)
    assert (found.charged, found.texts_twice) == (4, 0)
