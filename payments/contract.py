"""The payments contract as typed models: what goes over HTTP between the bot's actions and a payment service.

Shared by both ends, so it holds no I/O and no rule of the bundled service. Money is `Amount` (a decimal string in
JSON), times are RFC 3339 in UTC, errors are `Problem` documents (RFC 9457) whose `code` is one of `ProblemCode`.
A consumer ignores fields that it does not know: a service may add some.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from payments.money import Amount

Scope = Literal["total_balance", "current_charges", "fixed_amount", "selected_invoices"]
InvoiceStatus = Literal["open", "overdue", "paid"]
PaymentStatus = Literal["scheduled", "processing", "settled", "declined", "canceled"]
ActivityKind = Literal["invoice_due", "payment", "scheduled_payment", "auto_payment"]
WarningCode = Literal["payment_in_progress", "method_expires_soon", "already_scheduled"]
ProblemCode = Literal[
    "unauthorized", "malformed", "not_found", "contact_unknown", "account_unknown", "invoice_unknown",
    "invoice_paid", "method_unknown", "method_unusable", "amount_invalid", "amount_above_balance",
    "nothing_due", "date_invalid", "quote_unknown", "quote_stale", "quote_paid", "payment_unknown",
    "payment_declined", "payment_not_cancelable", "idempotency_key_missing", "idempotency_key_reused",
    "consent_mismatch", "unavailable",
]  # fmt: skip
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
NOTE_CHARS_MAX = 3000
Fraction = Annotated[
    Decimal,
    Field(ge=Decimal("0.0001"), le=1),
    PlainSerializer(lambda v: f"{v:f}", return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0.0001, "maximum": 1},
                {"type": "string", "pattern": r"^(1|0\.[0-9]{0,3}[1-9])$"},
            ]
        },
        mode="validation",
    ),
]
"""A part of a whole: 0.5 is half. A decimal string, or a number."""
CallbackUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?(/[!-~]{0,1500})?$", max_length=2000)
]
Note = Annotated[str, StringConstraints(min_length=1, max_length=NOTE_CHARS_MAX, strip_whitespace=True)]


class Wire(BaseModel):
    """Base of everything on the wire: immutable, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class AccountRef(Wire):
    number: str
    name: str


class Contact(Wire):
    """A person by phone, and the accounts that this number may act for."""

    name: str
    phone: str
    """E.164."""
    email: str | None = None
    accounts: tuple[AccountRef, ...]


class Due(Wire):
    date: dt.date
    amount: Amount


class Method(Wire):
    """A saved payment method; never a token or a full number."""

    id: str
    kind: Literal["card", "bank"]
    brand: str | None = None
    """Cards: visa, mastercard, amex, discover, diners, jcb, unionpay."""
    bank: str | None = None
    type: Literal["checking", "savings", "credit", "debit"] | None = None
    last4: str
    expires: str | None = None
    """Cards: YYYY-MM, the last month in which it works."""
    default: bool = False
    usable: bool = True


class Autopay(Wire):
    enabled: bool = False
    method: Method | None = None
    scope: Scope | None = None
    next_on: dt.date | None = None


class Account(Wire):
    number: str
    name: str
    currency: str = "USD"
    language: str = "en"
    timezone: str
    total_balance: Amount
    current_charges: Amount
    """Open balance of the most recently issued invoice."""
    past_due: Amount
    credit: Amount
    next_due: Due | None = None
    autopay: Autopay = Autopay()
    default_method: Method | None = None


class Invoice(Wire):
    number: str
    issued: dt.date
    due: dt.date
    amount: Amount
    balance: Amount
    status: InvoiceStatus
    description: str | None = None


class Invoices(Wire):
    """Most recently issued first."""

    invoices: tuple[Invoice, ...]


class Methods(Wire):
    """Default first, then as they were added."""

    payment_methods: tuple[Method, ...]


class NewMethod(Wire):
    """A method to save, by the gateway's token for it (made on the hosted page, never from a chat)."""

    kind: Literal["card", "bank"]
    brand: str | None = None
    bank: str | None = None
    type: Literal["checking", "savings", "credit", "debit"] | None = None
    last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    expires: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")] | None = None
    token: Key = Field(repr=False)
    default: bool = False


class MethodLink(Wire):
    url: str
    expires_at: AwareDatetime


class Allocation(Wire):
    """So much of a payment to one invoice; `invoice` is null for what is held as credit."""

    invoice: str | None
    amount: Amount


class Selection(Wire):
    """What to pay. `amount` or `amount_fraction` narrows the scope; `amounts` gives one amount for each invoice."""

    scope: Scope
    amount: Amount | None = None
    amount_fraction: Fraction | None = None
    invoices: tuple[Key, ...] = Field(default=(), max_length=500)
    amounts: tuple[Amount, ...] = Field(default=(), max_length=500)


class QuoteRequest(Wire):
    account: Key
    selection: Selection
    method: Key
    """Id of a saved payment method of that account."""
    note: Note | None = None
    pay_on: dt.date | None = None
    """Absent or today (in the account's timezone): now."""


class QuoteWarning(Wire):
    code: WarningCode
    detail: str


class Quote(Wire):
    """Exactly what would be paid."""

    id: str
    account: str
    selection: Selection
    total: Amount
    currency: str
    allocations: tuple[Allocation, ...]
    method: Method
    note: str | None = None
    pay_on: dt.date | None = None
    warnings: tuple[QuoteWarning, ...] = ()
    terms_version: str
    expires_at: AwareDatetime


class Consent(Wire):
    """Evidence of the yes: who said it, where, in which words, to which prompt."""

    who: Key
    """The person: phone (E.164), or a staff id."""
    channel: Key
    message_id: Key
    words: Annotated[str, StringConstraints(max_length=10_000)]
    terms_version: Key
    prompt: Annotated[str, StringConstraints(max_length=10_000)] = ""
    """What was shown, word for word."""
    at: AwareDatetime | None = None


class PaymentRequest(Wire):
    quote: Key
    consent: Consent
    callback_url: CallbackUrl | None = None


class Failure(Wire):
    """Why a charge did not succeed: `declined`, `insufficient_funds`, `expired_card`, `balance_changed`, ..."""

    code: str
    detail: str


class Payment(Wire):
    id: str
    confirmation: str
    """The short reference that a person is given."""
    account: str
    quote: str
    status: PaymentStatus
    amount: Amount
    currency: str
    method: Method
    allocations: tuple[Allocation, ...]
    note: str | None = None
    channel: str
    actor: str
    created_at: AwareDatetime
    pay_on: dt.date | None = None
    failure: Failure | None = None


class Payments(Wire):
    """Newest first."""

    payments: tuple[Payment, ...]


class ScheduledPayments(Wire):
    """By date, soonest first."""

    scheduled_payments: tuple[Payment, ...]


class Activity(Wire):
    date: dt.date
    kind: ActivityKind
    amount: Amount
    reference: str
    """Invoice number or payment confirmation."""
    status: str


class Activities(Wire):
    """By date, earliest first."""

    activity: tuple[Activity, ...]


class Problem(Wire):
    """RFC 9457 problem document with the contract's stable `code`."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    quote: Quote | None = None
    """With `quote_stale`: a fresh quote of the same selection, where one can be made."""
    payment: Payment | None = None
    """With `payment_declined` and `quote_paid`: the payment."""
    limit: Amount | None = None
    """With `amount_above_balance`: what could be paid at most."""
    errors: tuple[str, ...] = ()


class Callback(Wire):
    """What the service posts to `callback_url` when something changed; at least once, in any order."""

    id: str
    type: Literal["payment.settled", "payment.declined", "payment.canceled"]
    account: str
    data: Payment
