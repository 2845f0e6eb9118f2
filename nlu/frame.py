"""What an utterance means: one intent, its confidence, and the slots that the utterance states.

Everything that other packages may know of understanding is in this file. Names and values follow the NLU
contract; `Frame.contract()` gives its JSON form. Pure: standard library and pydantic only.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict

Intent = Literal[
    "make_payment", "inform", "change", "affirm", "deny", "cancel", "check_balance", "check_due_date",
    "list_invoices", "list_payments", "list_payment_methods", "add_payment_method", "remove_payment_method",
    "set_default_payment_method", "enroll_autopay", "cancel_autopay", "check_autopay",
    "list_scheduled_payments", "cancel_scheduled_payment", "reschedule_payment", "payment_plan",
    "get_document", "switch_account", "ask_terms", "dispute_charge", "talk_to_human", "greet", "thank",
    "goodbye", "help", "repeat", "go_back", "restart", "out_of_scope",
]  # fmt: skip
Scope = Literal["total_balance", "current_charges", "fixed_amount", "selected_invoices"]
Brand = Literal["visa", "mastercard", "amex", "discover", "diners", "jcb", "unionpay"]
MethodKind = Literal["card", "credit", "debit", "bank", "checking", "savings"]
InvoiceStatus = Literal["open", "overdue", "paid"]
DocumentKind = Literal["invoice", "receipt", "statement", "report"]
Target = Literal["amount", "method", "invoices", "date", "note", "scope"]

INTENTS: tuple[str, ...] = get_args(Intent)


class Slots(BaseModel):
    """The slots that an utterance states; `None` (or an empty tuple) where it says nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Scope | None = None
    amount: Decimal | None = None
    """In the account's currency, two places."""
    amount_fraction: Decimal | None = None
    """Of the stated scope; 0.5 for "half"."""
    invoices: tuple[str, ...] = ()
    """References as said, in order: "1043", "#2", "oldest:2", "latest:1", "overdue", "month:2026-10"
    or "all"."""
    invoices_except: tuple[str, ...] = ()
    amounts: tuple[Decimal, ...] = ()
    """One for each of `invoices`, or empty."""
    method_brand: Brand | None = None
    method_kind: MethodKind | None = None
    method_last4: str | None = None
    method_ref: str | None = None
    """`default`, `other`, `new` or `#N`."""
    date_from: dt.date | None = None
    date: dt.date | None = None
    period: str | None = None
    """`YYYY` or `YYYY-MM`."""
    status: InvoiceStatus | None = None
    count: int | None = None
    parts: int | None = None
    note: str | None = None
    account: str | None = None
    document: DocumentKind | None = None
    target: Target | None = None

    def contract(self) -> dict[str, str | list[str]]:
        """Only the slots that are present, in the contract's form: decimals and dates as strings."""
        out: dict[str, str | list[str]] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is None or value == ():
                continue
            out[name] = [_text(name, v) for v in value] if isinstance(value, tuple) else _text(name, value)
        return out


class Frame(BaseModel):
    """One utterance, understood."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    intent: Intent
    confidence: float
    """0 to 1."""
    slots: Slots = Slots()
    ranking: tuple[tuple[str, float], ...] = ()
    """The likeliest intents with their confidences, best first; at most ten."""

    def contract(self) -> dict[str, object]:
        """The object that `paybot parse` prints for this utterance."""
        return {
            "text": self.text,
            "intent": self.intent,
            "confidence": round(self.confidence, 4),
            "slots": self.slots.contract(),
        }


class Nlu(Protocol):
    """Understanding: in process, or by asking a Rasa server."""

    def parse(self, text: str, today: dt.date) -> Frame:
        """The frame of one utterance; `today` resolves relative dates. Never raises on any text."""
        ...


def _text(name: str, value: object) -> str:
    if isinstance(value, Decimal) and name in ("amount", "amounts"):
        return f"{value:.2f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
