"""A payment service in memory, for playing conversations with the pure core: accounts, invoices, methods, quotes.

It keeps the contract's rules that a conversation can run into (more than the balance, nothing due), and no others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

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
from payments.contract import (
    Account,
    AccountRef,
    Activities,
    Activity,
    Allocation,
    Contact,
    Due,
    Invoice,
    Invoices,
    Method,
    MethodLink,
    Methods,
    Payment,
    Payments,
    Problem,
    Quote,
    QuoteRequest,
    QuoteWarning,
    ScheduledPayments,
)
from payments.money import share, total

NOON = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
"""A Sunday, 10:00 in New York."""
TODAY = dt.date(2026, 11, 22)
DANA = "+15555550123"
VISA = Method(id="pm_visa", kind="card", brand="visa", last4="4242", expires="2028-04", default=True)
BANK = Method(id="pm_bank", kind="bank", bank="First Federal", type="checking", last4="6789")
EXPIRED = Method(id="pm_old", kind="card", brand="amex", last4="1881", expires="2026-01", usable=False)


def invoice(number: str, issued: str, due: str, amount: str, balance: str | None = None) -> Invoice:
    left = Decimal(balance if balance is not None else amount)
    due_on = dt.date.fromisoformat(due)
    status = "paid" if left == 0 else "overdue" if due_on < TODAY else "open"
    return Invoice.model_validate(
        {
            "number": number,
            "issued": issued,
            "due": due,
            "amount": amount,
            "balance": str(left),
            "status": status,
        }
    )


ACME = (
    invoice("1043", "2026-10-01", "2026-10-31", "18.75"),
    invoice("1044", "2026-11-01", "2026-11-30", "42.10"),
)


@dataclass
class Book:
    """A payment service in memory: enough of the contract for the core to talk to."""

    invoices: tuple[Invoice, ...] = ACME
    methods: tuple[Method, ...] = (VISA, BANK)
    accounts: tuple[AccountRef, ...] = (AccountRef(number="10023", name="Acme Dental"),)
    credit: Decimal = Decimal("0.00")
    prepayment: bool = False
    known: bool = True
    down: bool = False
    link: str | None = None
    warnings: tuple[QuoteWarning, ...] = ()
    refuse: Problem | None = None
    scheduled: tuple[Payment, ...] = ()
    payments: tuple[Payment, ...] = ()
    activities: tuple[Activity, ...] = ()
    quote_minutes: int = 15
    quotes: dict[str, Quote] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def answer(self, call: Call, key: str, now: dt.datetime) -> Result:
        """The service's answer to one call that is not durable."""
        self.calls.append(call)
        if self.down:
            return Unavailable(reason="connection refused")
        match call:
            case ReadContact():
                return self._contact(call.phone)
            case ReadAccount():
                return AccountRead(account=self._account(call.account))
            case ReadInvoices():
                return InvoicesRead(invoices=Invoices(invoices=tuple(self._invoices(call))))
            case ReadMethods():
                return MethodsRead(methods=Methods(payment_methods=self.methods))
            case ReadPayments():
                return PaymentsRead(payments=Payments(payments=self.payments[: call.limit]))
            case ReadScheduled():
                return ScheduledRead(scheduled=ScheduledPayments(scheduled_payments=self.scheduled))
            case ReadActivity():
                within = tuple(a for a in self.activities if call.start <= a.date <= call.end)
                return ActivityRead(activity=Activities(activity=within))
            case MakeMethodLink() if self.link:
                return MethodLinkMade(link=MethodLink(url=self.link, expires_at=now + dt.timedelta(hours=1)))
            case MakeQuote():
                return self._quote(call.request, key, now)
            case _:
                return problem("not_found", 404)

    def _contact(self, phone: str) -> Result:
        if not self.known:
            return problem("contact_unknown", 404)
        return ContactRead(contact=Contact(name="Dana Reyes", phone=phone, accounts=self.accounts))

    def owed(self) -> tuple[Invoice, ...]:
        return tuple(sorted((i for i in self.invoices if i.balance > 0), key=lambda i: i.due))

    def _account(self, number: str) -> Account:
        owed = self.owed()
        latest = max(self.invoices, key=lambda i: i.issued, default=None)
        name = next((a.name for a in self.accounts if a.number == number), "?")
        coming = next((i for i in owed if i.due >= TODAY), None)
        return Account(
            number=number, name=name, timezone="America/New_York",
            total_balance=total(i.balance for i in owed),
            current_charges=latest.balance if latest else Decimal("0.00"),
            past_due=total(i.balance for i in owed if i.due < TODAY), credit=self.credit,
            next_due=Due(date=coming.due, amount=coming.balance) if coming else None,
            default_method=next((m for m in self.methods if m.default), None),
        )  # fmt: skip

    def _invoices(self, call: ReadInvoices) -> Iterable[Invoice]:
        for i in sorted(self.invoices, key=lambda i: i.issued, reverse=True):
            if call.status is not None and i.status != call.status:
                continue
            if (call.issued_from and i.issued < call.issued_from) or (call.issued_to and i.issued > call.issued_to):
                continue
            yield i

    def _quote(self, request: QuoteRequest, key: str, now: dt.datetime) -> Result:
        if self.refuse is not None:
            return Refused(problem=self.refuse)
        selection = request.selection
        owed = list(self.owed())
        if selection.scope == "current_charges":
            owed = [max(self.invoices, key=lambda i: i.issued)]
        if selection.scope == "selected_invoices":
            owed = [i for i in owed if i.number in selection.invoices]
        limit = total(i.balance for i in owed)
        wanted = selection.amount if selection.amount is not None else limit
        if selection.amount_fraction is not None:
            wanted = share(limit, selection.amount_fraction)
        if wanted > limit and not self.prepayment:
            refused = problem("amount_above_balance", 422)
            return Refused(problem=refused.problem.model_copy(update={"limit": limit}))
        if wanted <= 0:
            return problem("nothing_due", 422)
        quote = Quote(
            id=f"q-{key}", account=request.account, selection=selection, currency="USD",
            total=total(selection.amounts) if selection.amounts else wanted,
            allocations=tuple(self._allocate(request, owed, wanted)),
            method=next(m for m in self.methods if m.id == request.method),
            note=request.note, pay_on=request.pay_on, warnings=self.warnings, terms_version="2023-12",
            expires_at=now + dt.timedelta(minutes=self.quote_minutes),
        )  # fmt: skip
        self.quotes[quote.id] = quote
        return Quoted(quote=quote)

    def _allocate(self, request: QuoteRequest, owed: list[Invoice], wanted: Decimal) -> Iterable[Allocation]:
        if request.selection.amounts:
            pairs = zip(request.selection.invoices, request.selection.amounts, strict=True)
            yield from (Allocation(invoice=n, amount=a) for n, a in pairs)
            return
        left = wanted
        for i in owed:
            part = min(left, i.balance)
            if part > 0:
                yield Allocation(invoice=i.number, amount=part)
            left -= part
        if left > 0:
            yield Allocation(invoice=None, amount=left)


def problem(code: str, status: int = 409) -> Refused:
    return Refused(problem=Problem(title=code, status=status, code=code))
