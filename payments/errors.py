"""What can be wrong with a request: one class per business fact, with its code, status and words. Pure.

`payments.edge` renders each as an RFC 9457 problem. A message is for a developer; the bot words its own.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from payments.contract import Payment, ProblemCode, Quote


class PaymentError(Exception):
    """Base of every refusal of this service."""

    code: ClassVar[ProblemCode]
    status: ClassVar[int]
    title: ClassVar[str]
    quote: Quote | None = None
    payment: Payment | None = None
    limit: Decimal | None = None
    errors: tuple[str, ...] = ()


class Unauthorized(PaymentError):
    code, status, title = "unauthorized", 401, "A bearer token is needed"

    def __init__(self) -> None:
        super().__init__("send Authorization: Bearer with the service's token")


class Malformed(PaymentError):
    """The request cannot be read; `errors` says where."""

    code, status, title = "malformed", 422, "The request is malformed"

    def __init__(self, detail: str, *, errors: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class NotJson(PaymentError):
    code, status, title = "malformed", 400, "The body is not JSON"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)


class TooLarge(PaymentError):
    code, status, title = "malformed", 413, "The body is too large"

    def __init__(self, bytes_max: int) -> None:
        super().__init__(f"at most {bytes_max} bytes")


class WrongContentType(PaymentError):
    code, status, title = "malformed", 415, "The body must be JSON"

    def __init__(self, sent: str) -> None:
        super().__init__(f"send Content-Type: application/json, not {sent[:100] or 'none'}")


class NotFound(PaymentError):
    code, status, title = "not_found", 404, "There is no such route"

    def __init__(self, path: str) -> None:
        super().__init__(f"nothing is at {path[:200]}")


class MethodNotAllowed(PaymentError):
    code, status, title = "not_found", 405, "This route does not do that"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"allowed here: {', '.join(allowed)}")
        self.allowed = allowed


class Unavailable(PaymentError):
    code, status, title = "unavailable", 503, "The service cannot answer now"

    def __init__(self) -> None:
        super().__init__("whether it was carried out is not known; send it again with the same Idempotency-Key")


class ContactUnknown(PaymentError):
    code, status, title = "contact_unknown", 404, "No contact has this number"

    def __init__(self) -> None:
        super().__init__("no contact on file has this phone number")


class AccountUnknown(PaymentError):
    code, status, title = "account_unknown", 404, "There is no such account"

    def __init__(self, number: str) -> None:
        super().__init__(f"there is no account {number[:200]!r}")


class InvoiceUnknown(PaymentError):
    code, status, title = "invoice_unknown", 404, "There is no such invoice"

    def __init__(self, number: str) -> None:
        super().__init__(f"this account has no invoice {number!r}")
        self.number = number


class InvoicePaid(PaymentError):
    code, status, title = "invoice_paid", 409, "The invoice is paid"

    def __init__(self, number: str) -> None:
        super().__init__(f"nothing is open on invoice {number!r}")
        self.number = number


class MethodUnknown(PaymentError):
    code, status, title = "method_unknown", 404, "There is no such payment method"

    def __init__(self) -> None:
        super().__init__("this account has no saved payment method with that id")


class MethodUnusable(PaymentError):
    code, status, title = "method_unusable", 422, "The payment method cannot be used"

    def __init__(self, last4: str, expires: str | None) -> None:
        why = f"expires {expires}" if expires else "was removed"
        super().__init__(f"the method ending in {last4} {why}")


class AmountInvalid(PaymentError):
    code, status, title = "amount_invalid", 422, "The amount cannot be paid"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class AmountAboveBalance(PaymentError):
    code, status, title = "amount_above_balance", 422, "The amount is more than what is owed"

    def __init__(self, asked: Decimal, limit: Decimal) -> None:
        super().__init__(f"{asked} is more than the {limit} that can be paid")
        self.limit = limit


class NothingDue(PaymentError):
    code, status, title = "nothing_due", 422, "Nothing is owed"

    def __init__(self, *, in_progress: bool = False) -> None:
        super().__init__(
            "everything that was owed here is being paid already" if in_progress else "nothing is open in this scope"
        )


class DateInvalid(PaymentError):
    code, status, title = "date_invalid", 422, "The date cannot be used"

    def __init__(self, date: dt.date, why: str) -> None:
        super().__init__(f"{date.isoformat()} {why}")


class QuoteUnknown(PaymentError):
    code, status, title = "quote_unknown", 404, "There is no such quote"

    def __init__(self) -> None:
        super().__init__("no quote has this id")


class QuoteStale(PaymentError):
    """The quote has run out, or what it was computed from has changed; `quote` is a fresh one where one can be made."""

    code, status, title = "quote_stale", 409, "The quote no longer holds"

    def __init__(self, *, expired: bool) -> None:
        super().__init__("it has expired" if expired else "the balances that it was computed from have changed")


class QuotePaid(PaymentError):
    code, status, title = "quote_paid", 409, "The quote was paid already"

    def __init__(self, payment_id: str) -> None:
        super().__init__("another request carried it out")
        self.payment_id = payment_id


class PaymentUnknown(PaymentError):
    code, status, title = "payment_unknown", 404, "There is no such payment"

    def __init__(self) -> None:
        super().__init__("no payment here has this id")


class PaymentDeclined(PaymentError):
    code, status, title = "payment_declined", 402, "The payment was declined"

    def __init__(self, payment: Payment) -> None:
        super().__init__(payment.failure.detail if payment.failure else "declined")
        self.payment = payment


class PaymentNotCancelable(PaymentError):
    code, status, title = "payment_not_cancelable", 409, "The payment can no longer be canceled"

    def __init__(self, payment: Payment) -> None:
        super().__init__(f"it is {payment.status}")
        self.payment = payment


class IdempotencyKeyMissing(PaymentError):
    code, status, title = "idempotency_key_missing", 400, "An Idempotency-Key is needed"

    def __init__(self) -> None:
        super().__init__("send an Idempotency-Key header of 1 to 200 visible characters")


class IdempotencyKeyReused(PaymentError):
    code, status, title = "idempotency_key_reused", 422, "The Idempotency-Key was used for something else"

    def __init__(self) -> None:
        super().__init__("this key came before with another body")


class ConsentMismatch(PaymentError):
    code, status, title = "consent_mismatch", 422, "The consent is not to this quote"

    def __init__(self, given: str, quoted: str) -> None:
        super().__init__(f"consent to terms {given[:50]!r}, the quote shows terms {quoted!r}")
