"""The promises of the design, checked against the ledger, the gateway, the outbox and what people were sent.

`Witness` sees what everybody wrote and was sent; each `law_...` raises AssertionError where its promise is broken.
That each of them can fail is shown in test_laws.py.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.context import Context
from bot.effects import ActionFinished, Event, OptChanged, PaymentChanged, PersonSaid, Say
from bot.render import Texts, render
from bot.state import Conversation
from bot.step import step
from bot.tables import CONVERSATION, EFFECT, EVENT, INBOX
from bot.wiring import company, load_texts
from bot.wording import NAMED_MAX
from payments import tables as t
from tests.property.people import PLAIN_YES, Cast, Person
from tests.support.talk import Paid, Reply, Talks

EVENTS: TypeAdapter[Event] = TypeAdapter(Event)
REPLY_Y = re.compile(r"Reply Y(?: (\d\d))? to pay")
RECEIPT = re.compile(r"\$([\d,]+\.\d\d) was paid .*Confirmation ([0-9A-Z]+)", re.DOTALL)
OWED = re.compile(r"(?:Total Balance left:|Total Balance is|Total Balance) \$([\d,]+\.\d\d)")
REMINDER = "isn't made yet"
"""In a sentence that leads back to the prompt shown before, without showing it again."""
CONSENT_AGE_MAX = dt.timedelta(minutes=10)
UNDER_WAY = ("confirmed", "charging", "unknown")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it came in."""

    person: Person
    text: str
    at: dt.datetime
    muted: bool
    """The number was opted out when it came, or the message opts out."""


@dataclass(slots=True)
class Witness:
    """Everything seen of one example."""

    talks: Talks
    cast: Cast
    heard: dict[str, Heard] = field(default_factory=dict)
    """By event id."""
    _replayed: dict[str, tuple[int, Conversation, dict[str, str]]] = field(default_factory=dict)
    """By conversation: the last event replayed, the state after it, what was said by key."""

    # What is there.

    @property
    def accounts(self) -> list[str]:
        return [number for number in self.cast.rows if number != self.cast.foreign]

    def payments(self) -> list[Paid]:
        return self.talks.payments(*self.cast.rows)

    def sent(self, person: Person) -> list[Reply]:
        return self.talks.replies(person.conversation)

    def owed(self, account: str) -> Decimal:
        return sum(self.talks.balances(account).values(), Decimal(0))

    def check(self) -> None:
        """Every law."""
        payments = self.payments()
        self.law_consent(payments)
        self.law_one_charge(payments)
        self.law_each_event_once_and_in_order()
        self.law_every_message_is_answered()
        self.law_receipts_are_true(payments)
        self.law_books_balance(payments)
        self.law_nobody_else(payments)
        self.law_replay()
        conversations = [p.conversation for p in self.cast.persons]
        assert not [d for c in conversations for d in self.talks.defects(c)], "a turn failed by a defect"

    # 1. No charge without consent.

    def law_consent(self, payments: list[Paid]) -> None:
        """Behind each payment is a plain yes of that person to a prompt sent to them before, for exactly this."""
        for paid in payments:
            heard = self.heard[paid.consent["message_id"]]
            assert heard.person.phone == paid.consent["who"], f"{paid.id} was consented to by somebody else"
            assert heard.text == paid.consent["words"], f"{paid.id} is on record with other words"
            prompt, code = self._prompt(paid, heard)
            words = "".join(c for c in heard.text if unicodedata.category(c) != "Cf").strip()  # marks nobody sees
            if code is not None:
                assert code in words, f"{paid.id} needed the code {code} and was started by {words!r}"
                words = words.replace(code, "").strip()
            assert words in PLAIN_YES or (code and not words), f"{paid.id} was started by {heard.text!r}"
            self._shows(paid, prompt)

    def _prompt(self, paid: Paid, heard: Heard) -> tuple[str, str | None]:
        """The last prompt that the person had been sent when they said yes, and its code; it is the one on record."""
        asked = [r for r in self.sent(heard.person) if r.at < heard.at and REPLY_Y.search(r.text)]
        before = [r for r in asked if REMINDER not in r.text]
        assert before, f"{paid.id}: no prompt was sent before the yes"
        last = before[-1]
        for reminder in asked[asked.index(last) + 1 :]:
            assert f"${paid.amount:,.2f} " in reminder.text, f"{paid.id}: reminded of another amount"
        assert paid.consent["prompt"] in last.text, f"{paid.id}: the yes answered another prompt"
        assert heard.at - last.at <= CONSENT_AGE_MAX, f"{paid.id}: the prompt was too old"
        found = REPLY_Y.search(last.text)
        return str(paid.consent["prompt"]), found[1] if found else None

    def _shows(self, paid: Paid, prompt: str) -> None:
        """The prompt shows the total, the method, what is paid, the date and the note; the quote says the same."""
        assert f"${paid.amount:,.2f} " in prompt, f"{paid.id}: {paid.amount} was not shown"
        assert f"..{paid.last4}" in prompt, f"{paid.id}: the method was not shown"
        if paid.pay_on is not None:
            assert f"{paid.pay_on:%b} {paid.pay_on.day}" in prompt, f"{paid.id}: the day was not shown"
        assert paid.note is None or paid.note in prompt, f"{paid.id}: the note was not shown"
        quoted = self._quoted(paid)
        assert sum(quoted.values(), Decimal(0)) == paid.amount, f"{paid.id}: the quote was for something else"
        invoices = [number for number in quoted if number != "credit"]
        for number in quoted:
            wanted = "credit" if number == "credit" else number
            if number != "credit" and len(invoices) > NAMED_MAX:
                wanted = f"{len(invoices)} invoices"
            assert wanted in prompt, f"{paid.id}: {number} was not shown"
        for number, amount in paid.allocations.items():  # a balance that sank meanwhile leaves the rest as credit
            most = paid.amount if number == "credit" else quoted.get(number, Decimal(0))
            assert amount <= most, f"{paid.id}: {number} was paid {amount}, not {most}"
        assert sum(paid.allocations.values(), Decimal(0)) == paid.amount, f"{paid.id}: its parts do not add up"

    def _quoted(self, paid: Paid) -> dict[str, Decimal]:
        (row,) = self.talks.rows(sa.select(t.quote.c.document).where(t.quote.c.id == paid.quote))
        return {a["invoice"] or "credit": Decimal(a["amount"]) for a in row.document["allocations"]}

    # 2. One consent, one charge.

    def law_one_charge(self, payments: list[Paid]) -> None:
        """A quote and a yes are paid once; what the gateway charged is exactly what the ledger knows of."""
        quotes, yeses = [p.quote for p in payments], [p.consent["message_id"] for p in payments]
        assert len(set(quotes)) == len(quotes), "a quote was paid twice"
        assert len(set(yeses)) == len(yeses), "one yes started two payments"
        charged = {entry.key: entry for entry in self.talks.charges(*self.cast.rows)}
        known = {p.id: p for p in payments}
        for key, entry in charged.items():
            assert key in known, f"the gateway charged {key}, which is no payment"
            assert Decimal(entry.amount_minor) / 100 == known[key].amount, f"{key} was charged another amount"
            assert known[key].status in ("settled", *UNDER_WAY), f"{key} was charged and is {known[key].status}"
        uncharged = [p.id for p in payments if p.status == "settled" and p.id not in charged]
        assert not uncharged, f"settled without a charge: {uncharged}"

    # 3. Each event once, in order.

    def law_each_event_once_and_in_order(self) -> None:
        i, e = INBOX.c, EVENT.c
        for person in self.cast.persons:
            here = person.conversation
            rows = self.talks.rows(sa.select(INBOX).where(i.conversation == here).order_by(i.seq))
            ids = [(row.source, row.event_id) for row in rows]
            assert len(set(ids)) == len(ids), "an event is in the inbox twice"
            assert all(row.state == "handled" for row in rows), "an event was left"
            times = [row.handled_at for row in rows]
            assert times == sorted(times), "events were handled out of order"
            events = self.talks.rows(sa.select(e.event).where(e.conversation == here).order_by(e.id))
            said = [x.incoming.event_id for x in (EVENTS.validate_json(r.event) for r in events)
                    if isinstance(x, PersonSaid)]  # fmt: skip
            assert len(set(said)) == len(said), "a message took effect twice"
            order = {event_id: n for n, (_, event_id) in enumerate(ids)}
            assert said == sorted(said, key=lambda s: order[s]), "messages took effect out of order"

    # 4. Every message gets an answer.

    def law_every_message_is_answered(self) -> None:
        """By a reply of its own; a yes by what is said of what it started, under the quote's or the payment's name."""
        x = EFFECT.c
        acts = self.talks.rows(sa.select(x.key, x.body).where(x.kind == "act"))
        payments = {row.quote: row.id for row in self.talks.rows(sa.select(t.payment.c.quote, t.payment.c.id))}
        for person in self.cast.persons:
            replies = self.talks.rows(sa.select(x.key).where(x.lane == person.conversation))
            keys = [row.key.partition("|")[2] for row in replies]
            for event, heard in self.heard.items():
                if heard.person is not person or heard.muted or any(k.startswith(f"sms:{event}:") for k in keys):
                    continue
                names = [n for act in acts for n in _names(act.key, act.body["call"], event, payments)]
                assert names, f"{heard.text!r} was not answered, and started nothing"
                assert any(n in k for n in names for k in keys), f"{heard.text!r} was not answered: {names}"

    # 5. What is said about money is what the ledger holds.

    def law_receipts_are_true(self, payments: list[Paid]) -> None:
        """What was said of a payment, whenever it was, is what became of it."""
        known = {p.id: p for p in payments}
        charged = {entry.key for entry in self.talks.charges(*self.cast.rows)}
        for person in self.cast.persons:
            for reply in self.sent(person):
                what, _, payment = reply.key.partition("|")[2].partition(":")
                if what == "receipt":
                    found = RECEIPT.search(reply.text)
                    assert known[payment].status == "settled", f"a receipt for {payment}, not settled"
                    assert found, f"a receipt without its figures: {reply.text}"
                    assert _money(found[1]) == known[payment].amount, f"a receipt of another amount: {reply.text}"
                if what in ("declined", "canceled"):
                    assert known[payment].status == what, f"{payment} is {known[payment].status}: {reply.text}"
                    assert payment not in charged, f"said not charged, and it was: {payment}"

    def law_balances_are_true(self, person: Person, replies: list[Reply], before: dict[str, Decimal]) -> None:
        """A balance in these replies is one of the person's accounts', as it was when they were being written."""
        true = {owed for a in person.accounts for owed in (before[a], self.owed(a))}
        for reply in replies:
            for amount in OWED.findall(reply.text):
                assert _money(amount) in true, f"{amount} is none of {sorted(true)}: {reply.text}"

    def law_books_balance(self, payments: list[Paid]) -> None:
        """What is paid on an invoice is the sum of the settled parts; nothing is below zero."""
        i = t.invoice.c
        rows = self.talks.rows(sa.select(t.invoice).where(i.account.in_(list(self.cast.rows))))
        for row in rows:
            parts = [p.allocations.get(row.number, Decimal(0)) for p in payments
                     if p.account == row.account and p.status == "settled"]  # fmt: skip
            assert Decimal(row.paid_minor) / 100 == sum(parts, Decimal(0)), f"the books of {row.number} are wrong"
            assert row.balance_minor >= 0, f"{row.number} is below zero"

    # 7. Nobody acts on, or hears of, an account that is not theirs.

    def law_nobody_else(self, payments: list[Paid]) -> None:
        for paid in payments:
            person = next(p for p in self.cast.persons if p.phone == paid.consent["who"])
            assert paid.account in person.accounts, f"{paid.id} is on an account of somebody else"
        for person in self.cast.persons:
            own = " ".join(person.said)
            strange = {s for s in self.cast.strange_to(person) if s not in own}
            for reply in self.sent(person):
                found = [s for s in strange if re.search(rf"(?<!\w){re.escape(s)}(?!\w)", reply.text)]
                assert not found, f"{found} was said to {person.phone}: {reply.text}"

    # 8. Replaying a conversation's events gives the same state and the same replies.

    def law_replay(self) -> None:
        for person in self.cast.persons:
            self._replay(person)

    def _replay(self, person: Person) -> None:
        here, e, x = person.conversation, EVENT.c, EFFECT.c
        last, state, said = self._replayed.get(here) or (0, Conversation.begin(here, "sms", person.phone), {})
        source, turn, count = "", -1, 0
        for row in self.talks.rows(sa.select(EVENT).where(e.conversation == here, e.id > last).order_by(e.id)):
            event = EVENTS.validate_json(row.event)
            if row.revision != turn:
                source, turn, count = _source(event), row.revision, 0
            done = step(state, event, self._now(row.at))
            state, last = done.state, row.id
            for say in (effect for effect in done.effects if isinstance(effect, Say)):
                key = f"{here}|{say.key or f'{source}:{count}'}"
                said.setdefault(key, render(say, _texts(), state.language).text)
                count += 1
        self._replayed[here] = last, state, said
        stored = self.talks.rows(sa.select(CONVERSATION.c.state).where(CONVERSATION.c.key == here))
        if stored and last:
            assert stored[0].state == state.model_dump_json(), "replaying came to another state"
        told = self.talks.rows(sa.select(x.key, x.body).where(x.lane == here, x.kind == "sms"))
        for row in told:
            if row.key in said or last:
                assert said.get(row.key, row.body["text"]) == row.body["text"], f"replaying said otherwise: {row.key}"
        missing = said.keys() - {row.key for row in told}
        assert not missing, f"replaying said what was never sent: {missing}"

    def _now(self, at: dt.datetime) -> Context:
        return Context(now=at, company=company(self.talks.bot.settings), texts=_texts())


def _names(key: str, call: dict[str, Any], event: str, payments: dict[str, str]) -> list[str]:
    """What replies about the act with that key are named after, where the message `event` started it; else nothing."""
    if call["type"] == "pay" and call["consent"]["message_id"] == event:
        return [name for name in (call["quote"], payments.get(call["quote"])) if name]
    if call["type"] == "cancel_scheduled" and event in key:
        return [key, call["payment"]]
    return []


def _source(event: Event) -> str:
    match event:
        case PersonSaid():
            return f"{event.incoming.channel}:{event.incoming.event_id}"
        case ActionFinished():
            return f"actions:{event.event_id}"
        case PaymentChanged():
            return f"payments:{event.event_id}"
        case OptChanged():
            return f"sms:{event.event_id}"


def _money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@lru_cache(maxsize=1)
def _texts() -> Texts:
    return load_texts()
