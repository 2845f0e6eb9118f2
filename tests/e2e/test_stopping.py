"""`paybot serve` stops gracefully: on SIGTERM it finishes what it has acknowledged, and exits with 0."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import sqlalchemy as sa

from bot.tables import EFFECT, INBOX
from durable.database import Database
from tests.e2e.conftest import Deploy
from tests.support.customers import Carrier, Mailbox
from tests.support.fake_twilio import inbound
from tests.support.served import PUBLIC_URL, Deployment, environment
from tests.support.truth import examine, rows

CarrierTo = Callable[[Deployment], Carrier]
PAYBOT = Path(sys.executable).parent / "paybot"


def serve(made: Deployment) -> subprocess.Popen[bytes]:
    """The command as an operator runs it."""
    with made.served[0].log.open("wb") as log:
        return subprocess.Popen(
            [str(PAYBOT), "serve", "--port", str(made.served[0].port)], cwd=made.folder,
            env=environment(**made.env()), stdout=log, stderr=log,
        )  # fmt: skip


async def ended(process: subprocess.Popen[bytes]) -> int:
    return await asyncio.to_thread(process.wait, 40)


async def test_sigterm_while_messages_are_in_flight_answers_what_was_acknowledged(
    deploy: Deploy, mailbox: Mailbox, client: httpx.AsyncClient
) -> None:
    """A burst of webhooks is on its way when the signal comes: each gets either no answer, or a reply."""
    made = deploy(*["tok_ok"] * 12)
    process = serve(made)
    try:
        assert await made.ready()
        requests = [inbound(PUBLIC_URL, person.phone, "balance") for person in made.persons for _ in range(3)]
        posting = [asyncio.create_task(request.post(client, made.served[0].url)) for request in requests]
        await asyncio.wait(posting, return_when=asyncio.FIRST_COMPLETED)
        os.kill(process.pid, signal.SIGTERM)
        answers = await asyncio.gather(*posting, return_exceptions=True)
        assert await ended(process) == 0, made.logs()
    finally:
        process.kill()
    acknowledged = [answer for answer in answers if isinstance(answer, httpx.Response) and answer.is_success]
    assert acknowledged, "the signal came too early for the test to mean anything"
    db = Database(made.database_url)
    assert {row.state for row in rows(db, sa.select(INBOX.c.state))} == {"handled"}
    assert {row.state for row in rows(db, sa.select(EFFECT.c.state))} == {"done"}
    received = len(rows(db, sa.select(INBOX)))
    await db.close()
    assert received >= len(acknowledged)
    mailbox.look()
    assert sum(len(mailbox.texts[person.phone]) for person in made.persons) == received


async def test_sigterm_right_after_a_yes_charges_and_sends_the_receipt_before_the_end(
    deploy: Deploy, mailbox: Mailbox, carrier_to: CarrierTo
) -> None:
    made = deploy()
    process = serve(made)
    try:
        assert await made.ready()
        carrier, phone = carrier_to(made), made.persons[0].phone
        await carrier.deliver(phone, "pay my total balance")
        assert "Reply Y" in str(await mailbox.wait(phone, 0, seconds_max=20))
        await carrier.deliver(phone, "Y")
        os.kill(process.pid, signal.SIGTERM)
        assert await ended(process) == 0, made.logs()
    finally:
        process.kill()
    found = await examine(made, mailbox, carrier, paid=made.persons)
    assert (found.charged, found.attempts_repeated) == (1, 0)
