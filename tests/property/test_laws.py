"""Each law of the random conversations can fail: broken on purpose, one thing at a time, it is broken aloud."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from bot.tables import CONVERSATION, EFFECT, EVENT, INBOX
from channels.cards import mask
from nlu.runtime import load as load_nlu
from payments import tables as t
from payments.gateways import Charge
from tests.property.laws import Heard, Witness
from tests.property.people import cast
from tests.support.talk import NOON, Talks

NUMBERS = itertools.count(9000)
Break = Callable[[Witness], None]


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talks]:
    with structlog.testing.capture_logs(), Talks(tmp_path_factory.mktemp("laws"), nlu=load_nlu()) as made:
        yield made


@pytest.fixture
def witness(talks: Talks) -> Witness:
    """Of a conversation in which an invoice was paid: an order, a yes, a receipt, a question."""
    talks.at(NOON)
    people = cast(next(NUMBERS), "tok_ok", prepay=False)
    talks.load(list(people.rows.values()))
    made = Witness(talks, people)
    for text in ("pay invoice 1043", "Y", "how much do I owe"):
        person = people.persons[0]
        talks.clock.move(dt.timedelta(seconds=5))
        event = talks.receive(person.phone, text)
        made.heard[event] = Heard(person, mask(text).text, talks.clock.now(), muted=False)
        talks.settle()
    made.check()
    (paid,) = made.payments()
    assert paid.status == "settled"
    return made


def _payment(witness: Witness, **values: Any) -> None:
    (paid,) = witness.payments()
    witness.talks.write(lambda conn: conn.execute(sa.update(t.payment).where(t.payment.c.id == paid.id).values(values)))


def _consent(witness: Witness, **values: Any) -> None:
    (paid,) = witness.payments()
    _payment(witness, consent=paid.consent | values)


def _write(witness: Witness, statement: Any) -> None:
    witness.talks.write(lambda conn: conn.execute(statement))


def _yes(witness: Witness) -> str:
    return str(witness.payments()[0].consent["message_id"])


def _person(witness: Witness) -> str:
    return witness.cast.persons[0].conversation


def _said(witness: Witness, **values: Any) -> None:
    """What the carrier was given last is something else."""
    witness.talks.sent[-1] = replace(witness.talks.sent[-1], **values)


def _charge_again(witness: Witness) -> None:
    (account, *_) = witness.cast.rows
    charge = Charge(key="pay_again", token="tok_ok", amount_minor=100, currency="USD", account=account)
    witness.talks._run(witness.talks.gateway.charge(charge))


def _other_words(witness: Witness) -> None:
    heard = witness.heard[_yes(witness)]
    witness.heard[_yes(witness)] = replace(heard, text="maybe")
    _consent(witness, words="maybe")


def _same_instant(witness: Witness) -> None:
    """The prompt came out when the yes was already there."""
    heard = witness.heard[_yes(witness)]
    for n, reply in enumerate(witness.talks.sent):
        if reply.conversation == _person(witness) and "Reply Y" in reply.text:
            witness.talks.sent[n] = replace(reply, at=heard.at)


def _another_prompt_between(witness: Witness) -> None:
    heard = witness.heard[_yes(witness)]
    prompt = next(r for r in witness.sent(witness.cast.persons[0]) if "Reply Y" in r.text)
    later = replace(prompt, text=prompt.text.replace("$18.75", "$42.10"), at=heard.at - dt.timedelta(seconds=1))
    witness.talks.sent.insert(witness.talks.sent.index(prompt) + 1, later)


def _prompt_of_another_amount(witness: Witness) -> None:
    """The money that moved is not the money that was shown."""
    _payment(witness, amount_minor=1876)


def _code_ignored(witness: Witness) -> None:
    prompt = next(r for r in witness.sent(witness.cast.persons[0]) if "Reply Y" in r.text)
    with_code = prompt.text.replace("Reply Y", "Reply Y 48")
    witness.talks.sent[witness.talks.sent.index(prompt)] = replace(prompt, text=with_code)
    _consent(witness, prompt=with_code)


def _event_twice(witness: Witness) -> None:
    row = witness.talks.rows(sa.select(EVENT).where(EVENT.c.conversation == _person(witness)).order_by(EVENT.c.id))[0]
    _write(witness, sa.insert(EVENT).values(conversation=row.conversation, revision=row.revision, event=row.event,
                                            at=row.at))  # fmt: skip


BREAKS: dict[str, tuple[Break, str]] = {
    "a yes in other words than were said": (lambda w: _consent(w, words="yes, all of it"), "other words"),
    "words that do not consent": (_other_words, "was started by 'maybe'"),
    "somebody else's yes": (lambda w: _consent(w, who=w.cast.persons[1].phone), "somebody else"),
    "a prompt that was never sent": (lambda w: _consent(w, prompt="pay it?"), "another prompt"),
    "a prompt that came with the yes": (_same_instant, "no prompt was sent before"),
    "a prompt that another one replaced": (_another_prompt_between, "another prompt"),
    "another amount than was shown": (_prompt_of_another_amount, "was not shown"),
    "a code that the yes lacks": (_code_ignored, "needed the code 48"),
    "a note that was not shown": (lambda w: _payment(w, note="unit 9"), "note was not shown"),
    "a day that was not shown": (lambda w: _payment(w, pay_on=dt.date(2026, 12, 24)), "day was not shown"),
    "a charge of the gateway that is no payment": (_charge_again, "is no payment"),
    "a settled payment that was called declined": (lambda w: _payment(w, state="declined"), "and is declined"),
    "a message that was left": (
        lambda w: _write(w, sa.update(INBOX).where(INBOX.c.event_id == _yes(w)).values(state="new")), "was left"),
    "messages handled out of order": (
        lambda w: _write(w, sa.update(INBOX).where(INBOX.c.event_id == _yes(w)).values(handled_at=NOON)),
        "out of order"),
    "a message that took effect twice": (_event_twice, "took effect twice"),
    "a message without an answer": (
        lambda w: _write(w, sa.delete(EFFECT).where(EFFECT.c.lane == _person(w), EFFECT.c.key.contains("|sms:"))),
        "was not answered"),
    "the name of a stranger's account": (lambda w: _said(w, text="Quokka Motors owes nothing."), "was said to"),
    "the invoice of a stranger's account": (lambda w: _said(w, text="Invoice 5588 is due."), "was said to"),
    "books that do not balance": (
        lambda w: _write(w, sa.update(t.invoice).where(t.invoice.c.account == w.accounts[0]).values(paid_minor=1)),
        "the books"),
    "a state that did not come of the events": (
        lambda w: _write(w, sa.update(CONVERSATION).where(CONVERSATION.c.key == _person(w)).values(state="{}")),
        "another state"),
    "a reply that did not come of the events": (
        lambda w: _write(w, sa.update(EFFECT).where(EFFECT.c.lane == _person(w)).values(body={"text": "hm", "to": ""})),
        "said otherwise"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_seen(witness: Witness, name: str) -> None:
    """Each of these breaks a law of its own, and no other law hides it."""
    how, complaint = BREAKS[name]
    how(witness)
    fresh = Witness(witness.talks, witness.cast, heard=witness.heard)
    with pytest.raises(AssertionError, match=complaint):
        fresh.check()


def test_a_receipt_of_another_amount_is_seen(witness: Witness) -> None:
    """The carrier was given other figures than the ledger's."""
    person = witness.cast.persons[0]
    receipt = next(r for r in witness.sent(person) if "|receipt:" in r.key)
    place = witness.talks.sent.index(receipt)
    witness.talks.sent[place] = replace(receipt, text=receipt.text.replace("$18.75 was paid", "$81.57 was paid"))
    with pytest.raises(AssertionError, match="another amount"):
        witness.law_receipts_are_true(witness.payments())


def test_a_balance_that_is_not_the_ledgers_is_seen(witness: Witness) -> None:
    """42.10 is owed, and 60.85 was before; nothing else may be said."""
    person = witness.cast.persons[0]
    before = {account: witness.owed(account) for account in person.accounts}
    told = witness.sent(person)[-1]
    witness.law_balances_are_true(person, [told], before)
    wrong = replace(told, text=told.text.replace("$42.10", "$42.11"))
    with pytest.raises(AssertionError, match="none of"):
        witness.law_balances_are_true(person, [wrong], before)


def test_two_payments_of_one_yes_are_seen(witness: Witness) -> None:
    """The same yes twice in the ledger, or the same quote."""
    (paid,) = witness.payments()
    with pytest.raises(AssertionError, match="paid twice"):
        witness.law_one_charge([paid, paid])
    with pytest.raises(AssertionError, match="one yes started two"):
        witness.law_one_charge([paid, replace(paid, quote="quo_other", id="pay_other")])
