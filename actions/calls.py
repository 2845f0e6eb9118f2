"""What the bot may ask of the payment service, and what it may hear back: the vocabulary of actions.

The conversation's core builds calls and reads results; `actions.perform` carries calls out. Pure: wire models only.
Calls are imperative, results are in the past tense. `durable` says when a call is carried out: False while the turn
is being worked out (it reads, or can be repeated without harm), True as an effect after the turn has committed.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from payments.contract import (
    Account,
    Activities,
    Consent,
    Contact,
    Invoices,
    InvoiceStatus,
    MethodLink,
    Methods,
    Payment,
    Payments,
    Problem,
    Quote,
    QuoteRequest,
    ScheduledPayments,
)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    durable: ClassVar[bool] = False


class ReadContact(_Model):
    type: Literal["read_contact"] = "read_contact"
    phone: str


class ReadAccount(_Model):
    type: Literal["read_account"] = "read_account"
    account: str


class ReadInvoices(_Model):
    type: Literal["read_invoices"] = "read_invoices"
    account: str
    status: InvoiceStatus | None = None
    issued_from: dt.date | None = None
    issued_to: dt.date | None = None


class ReadMethods(_Model):
    type: Literal["read_methods"] = "read_methods"
    account: str


class ReadPayments(_Model):
    type: Literal["read_payments"] = "read_payments"
    account: str
    limit: int = 5


class ReadScheduled(_Model):
    type: Literal["read_scheduled"] = "read_scheduled"
    account: str


class ReadActivity(_Model):
    type: Literal["read_activity"] = "read_activity"
    account: str
    start: dt.date
    end: dt.date


class MakeMethodLink(_Model):
    type: Literal["make_method_link"] = "make_method_link"
    account: str


class MakeQuote(_Model):
    """Asks what exactly would be paid; the event that asks keys it, so that a repeated turn gets the same quote."""

    type: Literal["make_quote"] = "make_quote"
    request: QuoteRequest


class Pay(_Model):
    """Carries out one quote, once: `consent` is the evidence of the yes."""

    durable: ClassVar[bool] = True
    type: Literal["pay"] = "pay"
    quote: str
    account: str
    consent: Consent


class CancelScheduled(_Model):
    durable: ClassVar[bool] = True
    type: Literal["cancel_scheduled"] = "cancel_scheduled"
    account: str
    payment: str


Call = Annotated[
    ReadContact | ReadAccount | ReadInvoices | ReadMethods | ReadPayments | ReadScheduled | ReadActivity
    | MakeMethodLink | MakeQuote | Pay | CancelScheduled,
    Field(discriminator="type"),
]  # fmt: skip


class ContactRead(_Model):
    type: Literal["contact_read"] = "contact_read"
    contact: Contact


class AccountRead(_Model):
    type: Literal["account_read"] = "account_read"
    account: Account


class InvoicesRead(_Model):
    type: Literal["invoices_read"] = "invoices_read"
    invoices: Invoices


class MethodsRead(_Model):
    type: Literal["methods_read"] = "methods_read"
    methods: Methods


class PaymentsRead(_Model):
    type: Literal["payments_read"] = "payments_read"
    payments: Payments


class ScheduledRead(_Model):
    type: Literal["scheduled_read"] = "scheduled_read"
    scheduled: ScheduledPayments


class ActivityRead(_Model):
    type: Literal["activity_read"] = "activity_read"
    activity: Activities


class MethodLinkMade(_Model):
    type: Literal["method_link_made"] = "method_link_made"
    link: MethodLink


class Quoted(_Model):
    type: Literal["quoted"] = "quoted"
    quote: Quote


class PaymentAnswered(_Model):
    """The service has taken the payment: settled, processing, scheduled; or declined; or canceled."""

    type: Literal["payment_answered"] = "payment_answered"
    payment: Payment


class Refused(_Model):
    """The service said no, for a reason that a person can be told: see `problem.code`."""

    type: Literal["refused"] = "refused"
    problem: Problem


class Unavailable(_Model):
    """The service did not answer, or answered nonsense. For a durable call: it goes on being tried."""

    type: Literal["unavailable"] = "unavailable"
    reason: str


Result = Annotated[
    ContactRead | AccountRead | InvoicesRead | MethodsRead | PaymentsRead | ScheduledRead | ActivityRead
    | MethodLinkMade | Quoted | PaymentAnswered | Refused | Unavailable,
    Field(discriminator="type"),
]  # fmt: skip
