"""What the payment service has said in this turn. Asking for something not there yet stops the turn until it is.

Flows read as if every fact were at hand. `need` raises `Needed` with the calls that are missing; `bot.step` turns
them into Acts, several at once, and works the event out again from the start when the answers are in. So a flow
must ask in the same order for the same answers: no clock, no randomness.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from actions.calls import (
    AccountRead,
    ActivityRead,
    Call,
    ContactRead,
    InvoicesRead,
    MakeMethodLink,
    MakeQuote,
    MethodLinkMade,
    MethodsRead,
    PaymentsRead,
    Quoted,
    ReadAccount,
    ReadActivity,
    ReadContact,
    ReadInvoices,
    ReadMethods,
    ReadPayments,
    ReadScheduled,
    Refused,
    Result,
    ScheduledRead,
    Unavailable,
)
from bot.state import Asked
from payments.contract import Account, Activity, Contact, Invoice, Method, MethodLink, Payment, Problem, Quote

T = TypeVar("T")


class Needed(Exception):
    """Control flow inside one step: these calls have to be answered first."""

    def __init__(self, calls: tuple[Call, ...]) -> None:
        self.calls = calls
        super().__init__(f"{len(calls)} calls")


class Unreachable(Exception):
    """Control flow inside one step: the service did not give an answer that a reply can be built on."""


class Facts:
    """The answers of one turn."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._asked = tuple(asked)

    def need(self, *calls: Call) -> None:
        """Makes sure that all of `calls` have been answered. Raises Needed with those that have not."""
        missing = tuple(dict.fromkeys(c for c in calls if self._answer(c) is None))
        if missing:
            raise Needed(missing)

    def contact(self, phone: str) -> Contact | Problem:
        """Raises Unreachable; a Problem where the service does not know this number."""
        found = self._refusable(ReadContact(phone=phone), ContactRead)
        return found.problem if isinstance(found, Refused) else found.contact

    def account(self, number: str) -> Account:
        return self._sure(ReadAccount(account=number), AccountRead).account

    def open_invoices(self, number: str) -> tuple[Invoice, ...]:
        """Open and overdue ones, whether the service counts overdue ones as open or apart."""
        calls = open_calls(number)
        self.need(*calls)
        found = [i for c in calls for i in self._sure(c, InvoicesRead).invoices.invoices]
        return tuple({i.number: i for i in found if i.balance > 0}.values())

    def invoices(self, call: ReadInvoices) -> tuple[Invoice, ...]:
        return self._sure(call, InvoicesRead).invoices.invoices

    def methods(self, number: str) -> tuple[Method, ...]:
        return self._sure(ReadMethods(account=number), MethodsRead).methods.payment_methods

    def payments(self, call: ReadPayments) -> tuple[Payment, ...]:
        return self._sure(call, PaymentsRead).payments.payments

    def scheduled(self, number: str) -> tuple[Payment, ...]:
        return self._sure(ReadScheduled(account=number), ScheduledRead).scheduled.scheduled_payments

    def activity(self, call: ReadActivity) -> tuple[Activity, ...]:
        return self._sure(call, ActivityRead).activity.activity

    def quote(self, call: MakeQuote) -> Quote | Problem:
        found = self._refusable(call, Quoted)
        return found.problem if isinstance(found, Refused) else found.quote

    def method_link(self, number: str) -> MethodLink | None:
        """None where the service offers no such page now."""
        result = self._result(MakeMethodLink(account=number))
        return result.link if isinstance(result, MethodLinkMade) else None

    def account_if_told(self, number: str) -> Account | None:
        """None where the service does not answer: what is said does without it."""
        result = self._result(ReadAccount(account=number))
        return result.account if isinstance(result, AccountRead) else None

    def _answer(self, call: Call) -> Result | None:
        return next((a.result for a in self._asked if a.call == call), None)

    def _result(self, call: Call) -> Result:
        self.need(call)
        answer = self._answer(call)
        return answer if answer is not None else Unavailable(reason="no answer")

    def _refusable(self, call: Call, kind: type[T]) -> T | Refused:
        result = self._result(call)
        if isinstance(result, kind | Refused):
            return result
        raise Unreachable

    def _sure(self, call: Call, kind: type[T]) -> T:
        result = self._result(call)
        if isinstance(result, kind):
            return result
        raise Unreachable


def open_calls(number: str) -> tuple[ReadInvoices, ReadInvoices]:
    """The reads that give every invoice with something left to pay."""
    return ReadInvoices(account=number, status="open"), ReadInvoices(account=number, status="overdue")
