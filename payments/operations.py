"""The table of operations: path, method, handler, and what may come back. Routes and OpenAPI are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from payments import contract as c
from payments import errors as e
from payments.edge import Handler
from payments.handlers import Handlers
from payments.parameters import ActivityQuery, InvoicesQuery, PaymentsQuery, Query

BASE = "/payments/v1"
_ACCOUNT = BASE + "/accounts/{number}"
Refusals = tuple[type[e.PaymentError], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    path: str
    method: str
    handler: Handler
    summary: str
    answers: dict[int, type[BaseModel] | None]
    """What it gives by status; None for an empty body."""
    refusals: Refusals = ()
    """Beside those that every operation has."""
    body: type[BaseModel] | None = None
    query: type[Query] | None = None
    key: str = ""
    """`required` or `optional`: takes an Idempotency-Key."""
    acts: bool = False
    """Takes the Paybot-* headers that say on whose behalf."""
    example: dict[str, object] | None = field(default=None)


_QUOTING: Refusals = (
    e.AccountUnknown, e.InvoiceUnknown, e.InvoicePaid, e.MethodUnknown, e.MethodUnusable, e.AmountInvalid,
    e.AmountAboveBalance, e.NothingDue, e.DateInvalid, e.IdempotencyKeyReused, e.IdempotencyKeyMissing,
)  # fmt: skip
_PAYING: Refusals = (
    e.IdempotencyKeyMissing, e.IdempotencyKeyReused, e.QuoteUnknown, e.QuoteStale, e.QuotePaid, e.PaymentDeclined,
    e.MethodUnusable, e.ConsentMismatch,
)  # fmt: skip


def operations(h: Handlers) -> tuple[Operation, ...]:
    """Every operation of the service."""
    return (*_reads(h), *_methods(h), *_payments(h))


def by_path(table: Sequence[Operation]) -> dict[str, dict[str, Operation]]:
    """Operations by path, then by method."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in table:
        found.setdefault(operation.path, {})[operation.method] = operation
    return found


def _reads(h: Handlers) -> tuple[Operation, ...]:
    known: Refusals = (e.AccountUnknown,)
    return (
        Operation(
            path=BASE + "/contacts/{phone}", method="GET", handler=h.contact, refusals=(e.ContactUnknown,),
            summary="The contact with this number (E.164), and the accounts that it may act for",
            answers={200: c.Contact},
        ),
        Operation(
            path=_ACCOUNT, method="GET", handler=h.account, refusals=known, answers={200: c.Account},
            summary="What the account owes, its next due date, its default method",
        ),
        Operation(
            path=_ACCOUNT + "/invoices", method="GET", handler=h.invoices, query=InvoicesQuery,
            refusals=(*known, e.Malformed), answers={200: c.Invoices}, summary="Invoices, most recently issued first",
        ),
        Operation(
            path=_ACCOUNT + "/payments", method="GET", handler=h.payments, query=PaymentsQuery,
            refusals=(*known, e.Malformed), answers={200: c.Payments}, summary="Payments, newest first",
        ),
        Operation(
            path=_ACCOUNT + "/activity", method="GET", handler=h.activity, query=ActivityQuery,
            refusals=(*known, e.Malformed), answers={200: c.Activities},
            summary="Invoices due, payments made and payments to come, by date",
        ),
        Operation(
            path=_ACCOUNT + "/autopay", method="GET", handler=h.autopay, refusals=known, answers={200: c.Autopay},
            summary="The auto pay rule",
        ),
    )  # fmt: skip


def _methods(h: Handlers) -> tuple[Operation, ...]:
    one = _ACCOUNT + "/payment-methods/{id}"
    known: Refusals = (e.AccountUnknown,)
    return (
        Operation(
            path=_ACCOUNT + "/payment-methods", method="GET", handler=h.methods, refusals=known,
            answers={200: c.Methods}, summary="Saved payment methods, default first",
        ),
        Operation(
            path=_ACCOUNT + "/payment-methods", method="POST", handler=h.add_method, refusals=known, body=c.NewMethod,
            answers={201: c.Method}, acts=True, summary="Saves a method by the gateway's token for it",
            example={"kind": "card", "brand": "visa", "last4": "4242", "expires": "2028-04", "token": "tok_ok"},
        ),
        Operation(
            path=one, method="DELETE", handler=h.remove_method, refusals=(*known, e.MethodUnknown),
            answers={204: None}, acts=True, summary="Forgets a method",
        ),
        Operation(
            path=one + "/default", method="PUT", handler=h.default_method, refusals=(*known, e.MethodUnknown),
            answers={200: c.Method}, acts=True, summary="Makes a method the default",
        ),
    )  # fmt: skip


def _payments(h: Handlers) -> tuple[Operation, ...]:
    scheduled = _ACCOUNT + "/scheduled-payments"
    return (
        Operation(
            path=BASE + "/quotes", method="POST", handler=h.quote, refusals=_QUOTING, body=c.QuoteRequest,
            answers={201: c.Quote}, key="optional", summary="What exactly would be paid; stores nothing but the quote",
        ),
        Operation(
            path=BASE + "/payments", method="POST", handler=h.pay, refusals=_PAYING, body=c.PaymentRequest,
            answers={200: c.Payment, 201: c.Payment, 202: c.Payment}, key="required",
            summary="Carries out one quote, once: 201 settled, 202 processing or scheduled, 200 canceled since",
        ),
        Operation(
            path=BASE + "/payments/{id}", method="GET", handler=h.payment, refusals=(e.PaymentUnknown,),
            answers={200: c.Payment}, summary="One payment",
        ),
        Operation(
            path=scheduled, method="GET", handler=h.scheduled, refusals=(e.AccountUnknown,),
            answers={200: c.ScheduledPayments}, summary="Payments set for a date, soonest first",
        ),
        Operation(
            path=scheduled + "/{id}", method="DELETE", handler=h.cancel, acts=True, answers={200: c.Payment},
            refusals=(e.AccountUnknown, e.PaymentUnknown, e.PaymentNotCancelable),
            summary="Cancels a payment set for a date",
        ),
    )  # fmt: skip
