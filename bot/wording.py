"""Values of wordings, built from what the payment service says. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from bot.effects import Day, Line, Many, Money, Say, Value
from payments.contract import Allocation, Invoice, Method, Payment, Quote

QUOTED_CHARS_MAX = 80
"""What a person typed is said back up to so many characters."""
LISTED_MAX = 4
"""So many invoices are named in a sentence, before it says how many more."""
BRANDS = {
    "visa": "Visa", "mastercard": "Mastercard", "amex": "Amex", "discover": "Discover", "diners": "Diners Club",
    "jcb": "JCB", "unionpay": "UnionPay",
}  # fmt: skip
NOTHING = ""
FAILURES = frozenset({"declined", "insufficient_funds", "expired_card", "balance_changed", "gateway_timeout"})


def quoted(text: str) -> str:
    """What a person typed, on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED_CHARS_MAX else line[: QUOTED_CHARS_MAX - 3].rstrip() + "..."


def line(text: str, **values: Value) -> Line:
    return Line(text=text, values=values)


def method(m: Method) -> Line:
    """ "Visa ..4242", "First Federal checking ..6789"."""
    if m.kind == "card":
        return line("method_card", brand=BRANDS.get(m.brand or "", m.brand or line("kind_card")), last4=m.last4)
    kind = line(f"kind_{m.type}") if m.type in ("checking", "savings") else line("kind_bank")
    return line("method_bank", bank=m.bank or NOTHING, kind=kind, last4=m.last4)


def numbers(found: Sequence[str]) -> Value:
    """ "1043, 1044 and 1045"; beyond a few, how many more."""
    if len(found) <= LISTED_MAX:
        return Many(parts=tuple(found))
    return line("and_more", start=", ".join(found[: LISTED_MAX - 1]), count=len(found) - LISTED_MAX + 1)


NAMED_MAX = 15
"""So many invoices of one payment are named, if no longer each with its amount."""


def applied(allocations: Sequence[Allocation], currency: str) -> Value:
    """What a payment pays: "invoice 1043", "1043 ($18.75) and 1044 ($42.10)", or an account's credit."""
    named = [a for a in allocations if a.invoice is not None]
    credit = [a for a in allocations if a.invoice is None]
    if not named:
        return line("for_credit")
    if len(named) == 1 and not credit:
        return line("for_invoice", number=str(named[0].invoice))
    held: list[Value] = [line("credit_part", amount=money(a.amount, currency)) for a in credit]
    if len(named) > NAMED_MAX:
        too = line("credit_too", credit=held[0]) if held else NOTHING
        return line(
            "for_many", count=len(named), first=str(named[0].invoice), last=str(named[-1].invoice), credit=too
        )
    if len(allocations) > LISTED_MAX:
        called: list[Value] = [str(a.invoice) for a in named]
        return line("for_numbers", count=len(named), invoices=Many(parts=(*called, *held)))
    parts: list[Value] = [invoice_part(str(a.invoice), a.amount, currency) for a in named]
    parts += held
    return line("for_invoices", invoices=Many(parts=tuple(parts)))


def invoice_part(number: str, amount: Decimal, currency: str) -> Line:
    """ "1043 ($18.75)"."""
    return line("invoice_part", number=number, amount=money(amount, currency))


def money(amount: Decimal, currency: str) -> Money:
    return Money(amount=amount, currency=currency)


def day(date: dt.date, *, said: dt.date) -> Day:
    """A day as it reads on the day `said`: with the year where it is another one."""
    return Day(date=date, year=date.year != said.year)


def quote_values(quote: Quote) -> dict[str, Value]:
    """The parts of a confirmation."""
    return {
        "total": money(quote.total, quote.currency),
        "method": method(quote.method),
        "what": applied(quote.allocations, quote.currency),
        "date": line("on_date", date=day(quote.pay_on, said=quote.expires_at.date())) if quote.pay_on else NOTHING,
        "note": line("with_note", note=quoted(quote.note)) if quote.note else NOTHING,
    }


def payment_values(payment: Payment) -> dict[str, Value]:
    """The parts of a receipt."""
    return {
        "total": money(payment.amount, payment.currency),
        "method": method(payment.method),
        "what": applied(payment.allocations, payment.currency),
        "confirmation": payment.confirmation,
    }


def failure(payment: Payment) -> Line:
    """Why a charge did not succeed, in plain words."""
    code = payment.failure.code if payment.failure else "declined"
    return line(f"failure_{code}" if code in FAILURES else "failure_declined")


def invoice_line(invoice: Invoice, currency: str, *, overdue: bool) -> Line:
    """One line of a list of invoices."""
    if invoice.status == "paid":
        return line("invoice_paid", number=invoice.number, amount=money(invoice.amount, currency))
    amount = money(invoice.balance, currency)
    if overdue:
        return line("invoice_overdue", number=invoice.number, amount=amount)
    return line("invoice_open", number=invoice.number, amount=amount, due=Day(date=invoice.due))


def led(lead: Line, say: Say) -> Say:
    """`say` with a sentence before it, in the same message."""
    return say.model_copy(
        update={"text": "led", "values": {"lead": lead, "rest": Line(text=say.text, values=say.values)}}
    )


def named(company: str, say: Say) -> Say:
    """`say` with the company's name before it."""
    return say.model_copy(
        update={"text": "named", "values": {"company": company, "rest": Line(text=say.text, values=say.values)}}
    )


def innermost(say: Say) -> Line:
    """The wording itself, without what was put before it."""
    inner = Line(text=say.text, values=say.values)
    while inner.text in ("led", "named") and isinstance(inner.values.get("rest"), Line):
        rest = inner.values["rest"]
        assert isinstance(rest, Line)  # noqa: S101 - for the type checker; just tested
        inner = rest
    return inner
