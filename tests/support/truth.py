"""What must be true of a deployment once it has come to rest, whatever was killed: checked in its database, at the
gateway and at Twilio, each against the others.

    quiet     waits until nothing is left to do
    examine   asserts invariants 1 to 4 of the design, and counts what is allowed to happen more than once
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx
import sqlalchemy as sa

from bot.tables import EFFECT, EVENT, INBOX
from channels.gsm import to_gsm7
from durable.database import Database
from payments import tables as t
from tests.support.accounts import Person
from tests.support.customers import YES, Carrier, Mailbox, is_receipt
from tests.support.served import PAYMENTS_TOKEN, Deployment

IN_FLIGHT = ("confirmed", "charging", "unknown")


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was counted."""

    payments: dict[str, int]
    """By state."""
    charged: int
    calls_absorbed: int
    """Charge calls beyond the first for a key that was charged: the gateway's idempotency absorbed them."""
    texts: int
    texts_twice: int
    """Texts that Twilio accepted more than once for one effect."""
    attempts_repeated: int
    """Effects that needed more than one attempt."""

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.payments.items()))
        return (
            f"payments: {states}; charged {self.charged}; charge calls absorbed by the key {self.calls_absorbed}; "
            f"texts {self.texts}, sent twice {self.texts_twice}; effects tried again {self.attempts_repeated}"
        )


def rows(db: Database, query: sa.Select[Any]) -> list[Any]:
    """All rows of a query."""
    return db.write_blocking(lambda conn: list(conn.execute(query).all()))


async def quiet(deployment: Deployment, *, seconds_max: float) -> None:
    """Waits until every inbound event is handled, every effect done and every payment at its end; else fails."""
    db = Database(deployment.database_url)
    deadline = time.monotonic() + seconds_max
    try:
        while left := await asyncio.to_thread(_left, db):
            assert time.monotonic() < deadline, f"still to do after {seconds_max} s: {left}\n{deployment.logs()}"
            await asyncio.sleep(0.1)
    finally:
        await db.close()


def _left(db: Database) -> list[str]:
    """What is still to be done. A `watch` only asks after a payment that has ended anyway."""
    events = rows(db, sa.select(INBOX.c.event_id).where(INBOX.c.state == "new"))
    effects: list[Any] = []
    for table in (EFFECT, t.effect):
        ready = sa.select(table.c.key, table.c.attempt, table.c.error).where(table.c.state == "ready")
        effects += rows(db, ready.where(table.c.kind != "watch"))
    paying = rows(db, sa.select(t.payment.c.id, t.payment.c.state).where(t.payment.c.state.in_(IN_FLIGHT)))
    return [str(tuple(row)) for row in (*events, *effects, *paying)]


async def charges(deployment: Deployment) -> list[dict[str, Any]]:
    """The gateway's own record of this deployment's customers."""
    accounts = {person.account for person in deployment.persons}
    async with httpx.AsyncClient(timeout=20) as client:
        listed = (await client.get(f"{deployment.peers.gateway_url}/charges")).json()["charges"]
    return [entry for entry in listed if entry["account"] in accounts]


async def examine(
    deployment: Deployment, mailbox: Mailbox, carrier: Carrier, *, paid: Iterable[Person]
) -> Findings:
    """Asserts what must hold. `paid`: who confirmed and can be charged: their accounts end settled, at 0.00."""
    entries = await charges(deployment)
    mailbox.look()
    db = Database(deployment.database_url)
    try:
        payments = rows(db, sa.select(t.payment))
        _charged_once(entries, payments, list(paid), deployment.persons)
        _consented(payments, mailbox, carrier)
        _books_balance(db, list(paid))
        _all_answered(db, carrier)
        _in_order_once(db)
        effects = rows(db, sa.select(EFFECT)) + rows(db, sa.select(t.effect))
        parked = [(row.key, row.error) for row in effects if row.state == "parked"]
        assert parked == [], f"nothing may need an operator: {parked}"
        twice = _texts(db, mailbox, deployment.persons)
    finally:
        await db.close()
    _one_receipt_each(mailbox, list(paid), twice)
    return Findings(
        payments=dict(Counter(row.state for row in payments)),
        charged=sum(entry["status"] == "charged" for entry in entries),
        calls_absorbed=sum(entry["calls"] - 1 for entry in entries if entry["status"] == "charged"),
        texts=sum(len(mailbox.texts[person.phone]) for person in deployment.persons),
        texts_twice=sum(twice.values()),
        attempts_repeated=sum(row.attempt > 1 for row in effects),
    )


def _charged_once(
    entries: list[dict[str, Any]], payments: list[Any], paid: list[Person], everyone: list[Person]
) -> None:
    """Each confirmed payment moved its money exactly once, nothing else moved, and the ledger agrees."""
    settled = {row.id: row for row in payments if row.state == "settled"}
    charged = {entry["key"]: entry for entry in entries if entry["status"] == "charged"}
    assert charged.keys() == settled.keys(), "what the gateway charged is what the ledger says is settled"
    for key, entry in charged.items():
        assert (entry["amount_minor"], entry["account"]) == (settled[key].amount_minor, settled[key].account)
    assert not [row.id for row in payments if row.state in IN_FLIGHT], "no payment is left without an end"
    by_account: dict[str, list[int]] = defaultdict(list)
    for entry in charged.values():
        by_account[entry["account"]].append(entry["amount_minor"])
    for person in everyone:
        wanted = [int(person.total * 100)] if person in paid else []
        assert by_account[person.account] == wanted, f"{person} was charged {by_account[person.account]}, not {wanted}"


def _consented(payments: list[Any], mailbox: Mailbox, carrier: Carrier) -> None:
    """Behind every payment is a yes of that person, acknowledged by us, to a prompt that they had been sent."""
    for row in payments:
        consent = row.consent
        phone, words = carrier.acknowledged[consent["message_id"]]
        assert phone == consent["who"]
        assert YES.fullmatch(words), f"{row.id} was started by {words!r}"
        prompt = to_gsm7(consent["prompt"]).strip()
        assert any(prompt in text for text in mailbox.texts[phone]), f"{row.id}: the prompt was never shown"
        assert f"{row.amount_minor / 100:.2f}" in prompt, "the prompt names what was charged"


def _books_balance(db: Database, paid: list[Person]) -> None:
    """Every entry sums to zero; every balance is the sum of its postings; who has paid owes nothing."""
    p, i = t.posting.c, t.invoice.c
    entries = sa.select(p.entry).group_by(p.entry).having(sa.func.sum(p.amount_minor) != 0)
    assert rows(db, entries) == []
    posted = sa.select(p.account, p.invoice, sa.func.sum(p.amount_minor)).where(p.ledger == "receivable")
    by_postings = {(a, n): int(total) for a, n, total in rows(db, posted.group_by(p.account, p.invoice))}
    balances = {(row[0], row[1]): row[2] for row in rows(db, sa.select(i.account, i.number, i.balance_minor))}
    assert by_postings == balances
    done = {person.account for person in paid}
    assert [key for key, balance in balances.items() if key[0] in done and balance] == []


def _all_answered(db: Database, carrier: Carrier) -> None:
    """What was acknowledged is in the inbox once, handled, and answered: by its own reply, or a yes by its outcome."""
    inbox = {row.event_id: row for row in rows(db, sa.select(INBOX).where(INBOX.c.source == "sms"))}
    assert carrier.acknowledged.keys() <= inbox.keys(), "something acknowledged was lost"
    assert {row.state for row in rows(db, sa.select(INBOX.c.state))} <= {"handled"}
    keys = [row.key for row in rows(db, sa.select(EFFECT.c.key).where(EFFECT.c.kind == "sms"))]
    own = {key.split("|sms:")[1].rsplit(":", 1)[0] for key in keys if "|sms:" in key}
    outcomes = {key.split("|")[0] for key in keys if "|receipt:" in key or "|declined:" in key}
    for sid, (phone, text) in carrier.acknowledged.items():
        answered = sid in own or (YES.fullmatch(text) and f"sms:{phone}" in outcomes)
        assert answered, f"{text!r} from {phone} has no answer"


def _in_order_once(db: Database) -> None:
    """Each conversation has heard each of its messages once, in the order in which they arrived."""
    arrived: dict[str, list[str]] = defaultdict(list)
    for row in rows(db, sa.select(INBOX).where(INBOX.c.kind == "message").order_by(INBOX.c.seq)):
        arrived[row.conversation].append(row.event_id)
    heard: dict[str, list[str]] = defaultdict(list)
    for row in rows(db, sa.select(EVENT).order_by(EVENT.c.id)):
        event = json.loads(row.event)
        if event["type"] == "person_said":
            heard[row.conversation].append(event["incoming"]["event_id"])
    assert heard == arrived


def _texts(db: Database, mailbox: Mailbox, persons: list[Person]) -> Counter[tuple[str, str]]:
    """Texts that Twilio took more often than they were to be sent: only such as had to be tried again."""
    wanted: Counter[tuple[str, str]] = Counter()
    tried_again = set()
    for row in rows(db, sa.select(EFFECT).where(EFFECT.c.kind == "sms")):
        text = (row.body["to"], to_gsm7(row.body["text"]).strip())
        wanted[text] += 1
        if row.attempt > 1:
            tried_again.add(text)
    took = Counter((person.phone, text) for person in persons for text in mailbox.texts[person.phone])
    assert not wanted - took, f"never sent: {wanted - took}"
    twice = took - wanted
    assert twice.keys() <= tried_again, f"sent twice without need: {twice.keys() - tried_again}"
    return twice


def _one_receipt_each(mailbox: Mailbox, paid: list[Person], twice: Counter[tuple[str, str]]) -> None:
    for person in paid:
        receipts = [text for text in mailbox.texts[person.phone] if is_receipt(text)]
        assert len(set(receipts)) == 1, f"{person} got the receipts {receipts}"
        assert len(receipts) == 1 + twice[(person.phone, receipts[0])]


async def told_balance(url: str, account: str) -> str:
    """The total balance as the payment service tells it over HTTP."""
    headers = {"Authorization": f"Bearer {PAYMENTS_TOKEN}"}
    async with httpx.AsyncClient(headers=headers, timeout=10) as client:
        answer = await client.get(f"{url}/payments/v1/accounts/{account}")
        answer.raise_for_status()
        balance: str = answer.json()["total_balance"]
        return balance
