"""Laws of the core, over random conversations: messages, menus, outcomes, silences, a service that comes and goes."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.calls import Pay, Unavailable
from bot.context import Context
from bot.effects import Act, ActionFinished, Say
from bot.render import render
from bot.state import Conversation, Prompt
from bot.step import step
from bot.understand.answers import YES, plain
from nlu.frame import INTENTS, Intent, Slots
from payments.contract import AccountRef, Activity, Payment, QuoteWarning
from tests.book import ACME, BANK, EXPIRED, VISA, Book, invoice, problem
from tests.playbook import (
    COMPANY,
    Outcome,
    Playbook,
    Said,
    Wait,
    answered,
    canceled,
    declined,
    play,
    processing,
    scheduled,
    settled,
    texts,
)

AMOUNTS = st.sampled_from(
    [Decimal(n) for n in ("0", "-5", "0.001", "18.75", "20", "42.10", "60.85", "61", "1E9", "1E-9", "1E+40")]
)
REFERENCES = st.lists(
    st.sampled_from(
        ["1043", "1044", "1042", "9999", "#1", "#2", "#9", "#0", "oldest:2", "oldest:x", "latest:1", "overdue", "all",
         "month:2026-10", "month:1", "", ":", "#", "oldest:", "\u0662", "#\u0662"]
    ),
    max_size=3,
).map(tuple)  # fmt: skip
VALUES: dict[str, st.SearchStrategy[object]] = {
    "scope": st.sampled_from(["total_balance", "current_charges", "fixed_amount", "selected_invoices"]),
    "amount": AMOUNTS,
    "amount_fraction": st.sampled_from([Decimal("0.5"), Decimal(0), Decimal(2)]),
    "invoices": REFERENCES,
    "invoices_except": REFERENCES,
    "amounts": st.lists(AMOUNTS, max_size=2).map(tuple),
    "method_brand": st.sampled_from(["visa", "amex", "jcb"]),
    "method_kind": st.sampled_from(["card", "bank", "checking", "debit"]),
    "method_last4": st.sampled_from(["4242", "0000"]),
    "method_ref": st.sampled_from(["default", "other", "new", "#1", "#7", "#x"]),
    "date": st.sampled_from([dt.date(2026, 11, 27), dt.date(2026, 11, 1), dt.date(2026, 11, 22)]),
    "date_from": st.sampled_from([dt.date(2026, 11, 27)]),
    "period": st.sampled_from(["2026", "2026-10", "9999-12", "0000", "x", "2026-13", "9999"]),
    "status": st.sampled_from(["open", "overdue", "paid"]),
    "count": st.sampled_from([0, -1, 3, 10**9]),
    "note": st.sampled_from(["unit 4B", "{total}", " ", "x" * 4000, "\u0000\u2028"]),
    "account": st.sampled_from(["10024", "Acme", "account", "Nobody", ""]),
    "target": st.sampled_from(["amount", "method", "invoices", "date", "note", "scope"]),
}


@st.composite
def some_slots(draw: st.DrawFn) -> Slots:
    """A few slots at once: a sentence seldom says more."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True))
    return Slots.model_validate({name: draw(VALUES[name]) for name in names})


SLOTS = some_slots()
TEXTS = st.sampled_from(
    ["y", "Y", "yes", "ok", "n", "no", "1", "2", "3", "4", "5", "9", "1 2", "all", "back", "50", "0", "-5", "0.001",
     "1e9", "NaN", "1043", "4242", "visa", "pay it", "now", "try again", "?", "", "   ", "\U0001f600", "\U0001f44d",
     "\x00\x07", "x" * 10_000, "1e999999999", "{company}", "\u0661", "#\u0661", "a", "first"]
) | st.text(max_size=30)  # fmt: skip
SAID = st.builds(
    Said,
    text=TEXTS,
    intent=st.sampled_from(INTENTS),
    slots=st.just(Slots()) | SLOTS,
    confidence=st.sampled_from([0.05, 0.3, 0.6, 0.95, 0.95, 0.95, 0.95]),
    ranking=st.sampled_from([(), (("make_payment", 0.3), ("check_balance", 0.28)), (("bogus", 0.9),)]),
    incoming=st.sampled_from([{}] * 14 + [{"masked": True}, {"media": 1}]),
)
PLAIN = st.sampled_from(["y", "1", "2", "3", "n", "code", "early"])
GOOD = st.just("good")
"""Whatever answers what was asked: with it, conversations get somewhere."""
START = st.sampled_from(
    [
        Said("pay my bill", "make_payment"),
        Said("pay 20", "make_payment", Slots(scope="fixed_amount", amount=Decimal(20))),
        Said("pay 1043", "make_payment", Slots(scope="selected_invoices", invoices=("1043",))),
    ]
)
OUTCOMES = st.sampled_from(
    [
        settled(), settled(by_webhook=True), processing(), declined(), declined("odd", by_webhook=True), scheduled(),
        canceled(), canceled(by_webhook=True), answered(problem("quote_stale")), answered(problem("quote_unknown")),
        answered(problem("consent_mismatch", 422)), answered(Unavailable(reason="timeout")),
        answered(problem("payment_not_cancelable")),
    ]
)  # fmt: skip
SERVICE = st.sampled_from(["down", "up", "up", "up", "refuse", "paid", "more", "warn", "unknown"])
WAITS = st.sampled_from([Wait(dt.timedelta(minutes=m)) for m in (1, 1, 11, 31, 900)])
MOVES = st.lists(
    st.one_of(GOOD, GOOD, GOOD, GOOD, GOOD, SAID, SAID, SAID, PLAIN, START, OUTCOMES, OUTCOMES, SERVICE, WAITS),
    min_size=4,
    max_size=24,
)
ALL_INTENTS: tuple[Intent, ...] = get_args(Intent)
Move = Said | str | Outcome | Wait
BOOKS = st.sampled_from(
    ["usual", "usual", "usual", "scheduled", "several", "paid", "one", "expired", "no_method", "many"]
)


SET_A = Payment.model_validate(
    {
        "id": "pay_a", "confirmation": "AAA111", "account": "10023", "quote": "q-a", "status": "scheduled",
        "amount": "10.00", "currency": "USD", "method": VISA, "allocations": [{"invoice": "1043", "amount": "10.00"}],
        "channel": "sms", "actor": "x", "created_at": "2026-11-20T10:00:00Z", "pay_on": "2026-11-27",
    }
)  # fmt: skip
SET_B = SET_A.model_copy(update={"id": "pay_b", "quote": "q-b", "pay_on": dt.date(2026, 12, 15), "method": BANK})
COMING = tuple(
    Activity.model_validate({"date": "2026-11-30", "kind": k, "amount": "42.10", "reference": "1044", "status": "open"})
    for k in ("invoice_due", "payment", "scheduled_payment", "auto_payment")
)


def book(kind: str) -> Book:
    match kind:
        case "several":
            accounts = (AccountRef(number="10023", name="Acme Dental"), AccountRef(number="10024", name="Acme Vet"))
            return Book(accounts=accounts)
        case "scheduled":
            return Book(scheduled=(SET_A, SET_B), payments=(SET_A,), activities=COMING)
        case "paid":
            return Book(invoices=(invoice("1042", "2026-09-01", "2026-09-30", "10.00", "0.00"),))
        case "one":
            return Book(invoices=ACME[:1], methods=(VISA, EXPIRED))
        case "expired":
            return Book(methods=(EXPIRED.model_copy(update={"default": True}),), link="https://pay.example/m/1")
        case "no_method":
            return Book(methods=())
        case "many":
            many = tuple(invoice(str(2000 + n), "2026-10-01", f"2026-11-{n:02}", "5.00") for n in range(1, 30))
            return Book(invoices=many, methods=(VISA, BANK, EXPIRED))
        case _:
            return Book(link="https://pay.example/m/1")


def change(kept: Book, how: str) -> None:
    match how:
        case "down":
            kept.down = True
        case "up":
            kept.down, kept.refuse, kept.known, kept.warnings = False, None, True, ()
        case "refuse":
            kept.refuse = problem("date_invalid", 422).problem
        case "paid":
            kept.invoices = tuple(i.model_copy(update={"balance": Decimal(0)}) for i in kept.invoices)
        case "more":
            kept.invoices = (*kept.invoices, invoice("1099", "2026-11-20", "2026-12-20", "7.00"))
        case "warn":
            kept.warnings = (QuoteWarning(code="already_scheduled", detail=""),)
        case _:
            kept.known = False


def words(move: str, prompt: Prompt | None) -> Said:
    if move == "code":
        code = prompt.code if prompt and prompt.code else "00"
        return Said(f"Y {code}")
    if move == "good":
        return _good(prompt)
    if move == "early":
        return Said("y", incoming={"received_at": dt.datetime(2026, 11, 22, 14, 0, tzinfo=dt.UTC)})
    return Said(move)


def _good(prompt: Prompt | None) -> Said:
    match prompt.kind if prompt else None:
        case "confirm":
            return words("code", prompt) if prompt and prompt.code else Said("Y")
        case "limit" | "cancel_scheduled":
            return Said("yes")
        case "amount":
            return Said("12.50")
        case "date":
            return Said("now")
        case "note" | "change":
            return Said("make it 15", "change", Slots(amount=Decimal(15), scope="fixed_amount"))
        case None:
            return Said("pay my bill", "make_payment")
        case _:
            return Said("1")


def payments_of(p: Playbook) -> list[Pay]:
    return [e.call for e in p.effects if isinstance(e, Act) and isinstance(e.call, Pay)]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=MOVES, kind=BOOKS)
def test_no_charge_without_consent_and_every_message_is_answered(moves: list[Move], kind: str) -> None:
    """A Pay follows a plain yes to a shown quote that is still good, once a quote; nothing raises; all is answered."""
    p = play(book(kind))
    for move in moves:
        one(p, move)
    whole(p)


@pytest.mark.parametrize("seed", range(12))
def test_the_same_in_long_conversations_that_pay_often(seed: int) -> None:
    """Most moves answer what was asked; outcomes of every kind come between, stale quotes and webhooks above all."""
    dice = random.Random(seed)
    stale, done = answered(problem("quote_stale")), [settled(), settled(by_webhook=True), declined(), processing()]
    waits = [Wait(dt.timedelta(seconds=n)) for n in (10, 61, 300, 620, 1900)]
    p = play(book("usual" if seed % 2 else "many"))
    for _ in range(60):
        kinds = dice.choices(["good", "y", "stale", "done", "wait", "talk", "early"], [50, 14, 8, 14, 4, 8, 2])
        match kinds[0]:
            case "stale":
                one(p, stale)
            case "done":
                one(p, dice.choice(done))
            case "wait":
                one(p, dice.choice(waits))
            case "talk":
                one(p, Said("words", dice.choice(ALL_INTENTS), Slots(amount=Decimal(dice.randint(1, 9)))))
            case move:
                one(p, move)
        if not p.book.owed():
            p.book.invoices = ACME
    whole(p)
    assert payments_of(p), "a conversation that never pays proves little"


def one(p: Playbook, move: Move) -> None:
    """One move, and the laws that hold after each."""
    before = p.state
    paid = len(payments_of(p))
    if isinstance(move, str) and move in ("down", "up", "refuse", "paid", "more", "warn", "unknown"):
        change(p.book, move)
        return
    if isinstance(move, Outcome) and p._pay is None:
        return
    p.left.clear()
    fed = words(move, before.prompt) if isinstance(move, str) else move
    p >> fed
    if isinstance(fed, Said):
        assert p.left, "a message was not answered"
        assert len([e for e in p.left if isinstance(e, Say)]) <= 2
    for call in payments_of(p)[paid:]:
        assert isinstance(fed, Said)
        _consented(call, before, fed, p)
    for effect in p.left:
        if isinstance(effect, Say):
            assert render(effect, texts(), "en").text


def whole(p: Playbook) -> None:
    """The laws of a whole conversation."""
    quotes = [call.quote for call in payments_of(p)]
    assert len(quotes) == len(set(quotes)), "a quote was paid twice"
    assert_replay(p)


def _consented(call: Pay, before: Conversation, fed: Said, p: Playbook) -> None:
    prompt = before.prompt
    assert prompt is not None
    assert prompt.kind == "confirm"
    assert prompt.quote is not None
    assert prompt.quote.id == call.quote
    assert p.now < prompt.quote.expires_at
    assert p.now - prompt.asked_at <= dt.timedelta(minutes=10)
    assert prompt.code is None or prompt.code in fed.text
    exact = "".join(c for c in plain(fed.text) if not c.isdigit()).strip() in YES or fed.text == prompt.code
    assert exact or (fed.intent == "affirm" and fed.confidence >= 0.8 and fed.slots == Slots())
    consent = call.consent
    assert consent.at is not None
    assert consent.at > prompt.asked_at
    assert consent.words == fed.text
    assert consent.terms_version == prompt.quote.terms_version
    assert f"{prompt.quote.total:,.2f}" in consent.prompt
    assert prompt.quote.method.last4 in consent.prompt


def assert_replay(p: Playbook) -> None:
    """Replaying the events gives the same state (invariant 8)."""
    state = Conversation.begin(p.state.key, "sms", p.state.person).model_copy(update={"introduced": True})
    for event, now in p.events:
        state = step(state, event, Context(now=now, company=COMPANY, texts=texts())).state
    assert state == p.state


def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    """A replayed result of an old action leaves the state alone and says nothing."""
    p = play()
    event = ActionFinished(event_id="x", action="pay:q-nobody", result=Unavailable(reason="late"))
    done = step(p.state, event, Context(now=p.now, company=COMPANY, texts=texts()))
    assert done.state == p.state
    assert done.effects == ()
