"""Playbooks: a conversation with the pure core, written as a script that checks itself.

    play(book) >> said("pay my bill", "make_payment") << says("confirm", total="60.85")
               >> "y"                                 << pays("60.85")
               >> settled()                           << says("receipt")

`>>` feeds what a person says, or an outcome of the payment service; `<<` expects what the core does, in order. Reads
and quotes are answered by `tests.book.Book`. What was not expected, and what was expected and did not come, fails
with both side by side; a playbook with something unexpected left over fails at `done()`, or at the next `>>`.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import yaml

from actions.calls import CancelScheduled, Pay, PaymentAnswered, Result
from bot.context import Company, Context
from bot.effects import (
    Act,
    ActionFinished,
    Effect,
    Escalate,
    Event,
    Money,
    PaymentChanged,
    PersonSaid,
    Say,
    Value,
)
from bot.messages import Incoming
from bot.render import Texts, phrase, render
from bot.state import Conversation, restore
from bot.step import step
from bot.wording import innermost
from nlu.frame import Frame, Intent, Slots
from payments.contract import Failure, Payment, PaymentStatus, Quote
from tests.book import DANA, NOON, Book

COMPANY = Company(name="Acme Billing", support="800-555-0100", terms_url="acme.example/terms")


@lru_cache(maxsize=1)
def texts() -> Texts:
    """The wordings that ship."""
    folder = Path(__file__).parents[1] / "bot" / "texts"
    return Texts({p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.yml"))})


@dataclass(frozen=True)
class Said:
    """A message, and what the NLU makes of it."""

    text: str
    intent: Intent = "out_of_scope"
    slots: Slots = field(default_factory=Slots)
    confidence: float = 0.95
    ranking: tuple[tuple[str, float], ...] = ()
    incoming: Mapping[str, object] = field(default_factory=dict)


def said(text: str, intent: Intent = "out_of_scope", confidence: float = 0.95, /, **slots: object) -> Said:
    """A message that the NLU reads so."""
    return Said(text, intent, Slots.model_validate(slots), confidence)


@dataclass(frozen=True)
class Outcome:
    """What the service says of the payment that was asked for last."""

    status: PaymentStatus | None = None
    failure: str | None = None
    result: Result | None = None
    by_webhook: bool = False


def settled(*, by_webhook: bool = False) -> Outcome:
    return Outcome("settled", by_webhook=by_webhook)


def processing() -> Outcome:
    return Outcome("processing")


def declined(code: str = "insufficient_funds", *, by_webhook: bool = False) -> Outcome:
    return Outcome("declined", code, by_webhook=by_webhook)


def scheduled() -> Outcome:
    return Outcome("scheduled")


def canceled(*, by_webhook: bool = False) -> Outcome:
    return Outcome("canceled", by_webhook=by_webhook)


def answered(result: Result) -> Outcome:
    return Outcome(result=result)


@dataclass(frozen=True)
class Says:
    """A message with this wording; values given are compared as they read."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


def says(key: str, **values: object) -> Says:
    return Says(key, tuple((k, str(v)) for k, v in values.items()))


@dataclass(frozen=True)
class Pays:
    """One Pay, of a quote of this total."""

    total: str


def pays(amount: str) -> Pays:
    return Pays(amount)


@dataclass(frozen=True)
class Cancels:
    """One CancelScheduled."""

    payment: str


@dataclass(frozen=True)
class Escalates:
    """One Escalate."""


@dataclass(frozen=True)
class Wait:
    """Time goes by."""

    by: dt.timedelta


def minutes(n: float) -> Wait:
    return Wait(dt.timedelta(minutes=n))


Expected = Says | Pays | Cancels | Escalates


class Playbook:
    """One conversation. Every step also checks that the state survives JSON and that replaying gives the same."""

    def __init__(self, book: Book | None = None, *, introduced: bool = True) -> None:
        self.book = book or Book()
        self.now = NOON
        begun = Conversation.begin("sms:" + DANA, "sms", DANA)
        self.state = begun.model_copy(update={"introduced": introduced})
        self.left: list[Effect] = []
        self.effects: list[Effect] = []
        self.events: list[tuple[Event, dt.datetime]] = []
        self._messages = 0
        self._pay: Act | None = None

    def __rshift__(self, fed: str | Said | Outcome | Wait) -> Playbook:
        if self.left:
            self._fail("nothing more", self.left)
        match fed:
            case Wait():
                self.now += fed.by
            case Outcome():
                self._outcome(fed)
            case str():
                self._say(Said(fed))
            case Said():
                self._say(fed)
        return self

    def __lshift__(self, expected: str | Expected) -> Playbook:
        wanted = Says(expected) if isinstance(expected, str) else expected
        if not self.left or not self._matches(wanted, self.left[0]):
            self._fail(self._wanted(wanted), self.left)
        self.left.pop(0)
        return self

    def done(self) -> Playbook:
        """Nothing is left over."""
        if self.left:
            self._fail("nothing more", self.left)
        return self

    @property
    def spoken(self) -> str:
        """The last message as it reads."""
        last = next(e for e in reversed(self.effects) if isinstance(e, Say))
        return render(last, texts(), self.state.language).text

    def feed(self, event: Event) -> tuple[Effect, ...]:
        """One event, and the answers to the reads that it leads to; gives what the core wants done."""
        context = Context(now=self.now, company=COMPANY, texts=texts())
        queue: list[Event] = [event]
        wanted: list[Effect] = []
        while queue:
            current = queue.pop(0)
            first = step(self.state, current, context)
            again = step(restore(self.state.model_dump_json()), current, context)
            assert first == again, "the same event from the same state came to something else"
            self.events.append((current, self.now))
            self.state = restore(first.state.model_dump_json())
            assert self.state == first.state, "the state does not survive JSON"
            for effect in first.effects:
                if isinstance(effect, Act) and not effect.call.durable:
                    result = self.book.answer(effect.call, effect.id, self.now)
                    queue.append(ActionFinished(event_id=effect.id, action=effect.id, result=result))
                else:
                    wanted.append(effect)
        self.effects += wanted
        return tuple(wanted)

    def _say(self, said: Said) -> None:
        self._messages += 1
        self.now += dt.timedelta(seconds=5)
        values: dict[str, object] = {
            "channel": "sms", "event_id": f"SM{self._messages}", "conversation": self.state.key, "person": DANA,
            "text": said.text, "received_at": self.now, **said.incoming,
        }  # fmt: skip
        incoming = Incoming.model_validate(values)
        ranking = said.ranking or ((said.intent, said.confidence),)
        frame = Frame(text=said.text, intent=said.intent, confidence=said.confidence, slots=said.slots, ranking=ranking)
        self.now += dt.timedelta(milliseconds=100)
        self._collect(self.feed(PersonSaid(incoming=incoming, frame=frame)))

    def _outcome(self, outcome: Outcome) -> None:
        assert self._pay is not None, "nothing was asked of the service"
        self.now += dt.timedelta(seconds=1)
        event_id = f"{self._pay.id}:{len(self.events)}"
        if outcome.result is not None:
            event: Event = ActionFinished(event_id=event_id, action=self._pay.id, result=outcome.result)
        elif outcome.by_webhook:
            event = PaymentChanged(event_id=event_id, payment=self.payment(outcome), at=self.now)
        else:
            result = PaymentAnswered(payment=self.payment(outcome))
            event = ActionFinished(event_id=event_id, action=self._pay.id, result=result)
        self._collect(self.feed(event))

    def payment(self, outcome: Outcome) -> Payment:
        """The payment that came of the last Pay (or the scheduled one that was to be cancelled)."""
        assert self._pay is not None
        call = self._pay.call
        status = outcome.status or "processing"
        if isinstance(call, CancelScheduled):
            found = next(p for p in self.book.scheduled if p.id == call.payment)
            return found.model_copy(update={"status": status})
        assert isinstance(call, Pay)
        quote = self.book.quotes[call.quote]
        if status == "settled":
            self._settle(quote)
        failure = Failure(code=outcome.failure, detail="") if outcome.failure else None
        return Payment(
            id=f"pay_{quote.id}", confirmation="K7QD2M", account=quote.account, quote=quote.id, status=status,
            amount=quote.total, currency=quote.currency, method=quote.method, allocations=quote.allocations,
            note=quote.note, channel="sms", actor=DANA, created_at=self.now, pay_on=quote.pay_on, failure=failure,
        )  # fmt: skip

    def _settle(self, quote: Quote) -> None:
        paid = {a.invoice: a.amount for a in quote.allocations}
        self.book.invoices = tuple(
            i.model_copy(update={"balance": i.balance - paid.get(i.number, Decimal(0))}) for i in self.book.invoices
        )

    def _collect(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Act):
                self._pay = effect
        self.left = list(effects)

    def _matches(self, wanted: Expected, found: Effect) -> bool:
        match wanted, found:
            case Says(), Say():
                inner = innermost(found)
                every = {**_lead(found), **inner.values}
                return inner.text == wanted.key and all(k in every and _reads(every[k], v) for k, v in wanted.values)
            case Pays(), Act():
                call = found.call
                return isinstance(call, Pay) and f"{self.book.quotes[call.quote].total:.2f}" == wanted.total
            case Cancels(), Act():
                return isinstance(found.call, CancelScheduled) and found.call.payment == wanted.payment
            case Escalates(), Escalate():
                return True
            case _:
                return False

    def _wanted(self, wanted: Expected) -> str:
        match wanted:
            case Says():
                return "say " + wanted.key + "".join(f" {k}={v}" for k, v in wanted.values)
            case Pays():
                return f"pay {wanted.total}"
            case Cancels():
                return f"cancel {wanted.payment}"
            case Escalates():
                return "escalate"

    def _found(self, effect: Effect) -> str:
        match effect:
            case Say():
                inner = innermost(effect)
                shown = " ".join(render(effect, texts(), self.state.language).text.split("\n"))
                return f"say {inner.text}   [{shown}]"
            case Act():
                return f"act {effect.call.type}"
            case Escalate():
                return f"escalate {effect.reason}"

    def _fail(self, wanted: str, left: list[Effect]) -> None:
        found = [self._found(e) for e in left] or ["nothing"]
        raise AssertionError("\n" + "\n".join(difflib.ndiff([wanted], found)))


def _lead(say: Say) -> dict[str, Value]:
    """The sentence put before, as the value `lead`: its wording's key."""
    lead = say.values.get("lead")
    return {"lead": getattr(lead, "text", "")} if lead is not None else {}


def _reads(value: Value, wanted: str) -> bool:
    if isinstance(value, Money):
        return f"{value.amount:.2f}" == wanted
    if isinstance(value, str | int):
        return str(value) == wanted
    return phrase(value, texts(), "en") == wanted or getattr(value, "text", None) == wanted


def play(book: Book | None = None, *, introduced: bool = True) -> Playbook:
    return Playbook(book, introduced=introduced)


def sometime(said_: Said, **incoming: object) -> Said:
    """The same message with other facts of the channel: `received_at`, `media`, `masked`."""
    return replace(said_, incoming={**said_.incoming, **incoming})
