"""What exactly would be paid: from a selection and an account's standing to allocations. Pure; cents throughout.

Money that a payment under way has spoken for (`reserved_minor`) is not there to be paid again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from payments.contract import QuoteWarning, Selection
from payments.errors import AmountAboveBalance, AmountInvalid, InvoicePaid, InvoiceUnknown, Malformed, NothingDue
from payments.money import from_minor, minor, share


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceStanding:
    """One invoice as it stands; `reserved_minor` of its balance is being paid right now."""

    number: str
    issued: dt.date
    due: dt.date
    balance_minor: int
    reserved_minor: int = 0
    scheduled: bool = False
    """A payment set for a date will pay it, wholly or in part."""

    @property
    def available_minor(self) -> int:
        return max(0, self.balance_minor - self.reserved_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of an account decides a quote."""

    invoices: tuple[InvoiceStanding, ...]
    """Every open one, the latest, and those that were asked for."""
    latest: str | None
    """The most recently issued invoice, paid or not."""
    allow_prepayment: bool = False

    @property
    def open(self) -> tuple[InvoiceStanding, ...]:
        """Those with a balance, oldest due first."""
        return oldest_first(i for i in self.invoices if i.balance_minor > 0)

    def find(self, number: str) -> InvoiceStanding | None:
        return next((i for i in self.invoices if i.number == number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """So much to each invoice (None: held as credit), and what that was computed from."""

    parts: tuple[tuple[str | None, int], ...]
    scope: tuple[InvoiceStanding, ...]
    """The invoices that the selection is about, paid or not by it."""
    basis: Mapping[str, int]
    """What could be paid on each invoice that decided the plan."""
    whole: bool
    """The plan hangs on the whole set of open invoices."""

    @property
    def total_minor(self) -> int:
        return sum(amount for _, amount in self.parts)


def oldest_first(invoices: Iterable[InvoiceStanding]) -> tuple[InvoiceStanding, ...]:
    """By due date, then issue date, then number."""
    return tuple(sorted(invoices, key=lambda i: (i.due, i.issued, i.number)))


def plan(selection: Selection, standing: Standing) -> Plan:
    """Allocates `selection`. Raises the `PaymentError` that says why it cannot be paid."""
    check_shape(selection)
    scope = _scope(selection, standing)
    whole = selection.scope in ("total_balance", "current_charges")
    if selection.amounts:
        parts = _each(selection, scope)
    else:
        parts, credit = _spread(selection, scope, standing)
        whole = whole or credit
    touched = {number for number, _ in parts}
    decided = standing.open if whole else [i for i in scope if i.number in touched]
    return Plan(
        parts=parts, scope=scope, whole=whole, basis={i.number: i.available_minor for i in decided}
    )  # fmt: skip


def still_holds(basis: Mapping[str, int], *, whole: bool, standing: Standing) -> bool:
    """Whether nothing has changed of what a plan was computed from."""
    if whole:
        return {i.number: i.available_minor for i in standing.open} == dict(basis)
    now = {i.number: i.available_minor for i in standing.invoices}
    return all(now.get(number) == amount for number, amount in basis.items())


def check_shape(selection: Selection) -> None:
    """Raises `Malformed` or `AmountInvalid` where the fields contradict one another."""
    s = selection
    if s.scope != "selected_invoices" and (s.invoices or s.amounts):
        raise Malformed("invoices and amounts go with the scope selected_invoices")
    if s.scope == "selected_invoices" and not s.invoices:
        raise Malformed("selected_invoices needs at least one invoice")
    if len(set(s.invoices)) != len(s.invoices):
        raise Malformed("an invoice is selected twice")
    if s.amounts and len(s.amounts) != len(s.invoices):
        raise Malformed("amounts are one for each invoice, in the same order")
    if sum((s.amount is not None, s.amount_fraction is not None, bool(s.amounts))) > 1:
        raise Malformed("give amount, amount_fraction or amounts, not several")
    if s.scope == "fixed_amount" and s.amount is None and s.amount_fraction is None:
        raise AmountInvalid("fixed_amount needs an amount")
    for amount in (s.amount, *s.amounts):
        if amount is not None and amount <= 0:
            raise AmountInvalid(f"{amount} is not an amount that can be paid")


def warnings(
    plan_made: Plan, *, expires: str | None, today: dt.date, pay_on: dt.date | None
) -> tuple[QuoteWarning, ...]:
    """What a person should know before they confirm. `expires` is the card's YYYY-MM."""
    found = []
    if any(i.reserved_minor for i in plan_made.scope):
        found.append(QuoteWarning(code="payment_in_progress", detail="Another payment of these invoices is under way."))
    if expires is not None and expires <= month(next_month(pay_on or today)):
        found.append(QuoteWarning(code="method_expires_soon", detail=f"The card expires {expires}."))
    if any(i.scheduled for i in plan_made.scope):
        found.append(QuoteWarning(code="already_scheduled", detail="A payment of these invoices is set for a date."))
    return tuple(found)


def month(day: dt.date) -> str:
    """YYYY-MM."""
    return f"{day.year:04d}-{day.month:02d}"


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _scope(selection: Selection, standing: Standing) -> tuple[InvoiceStanding, ...]:
    match selection.scope:
        case "current_charges":
            latest = standing.find(standing.latest) if standing.latest is not None else None
            return (latest,) if latest is not None and latest.balance_minor else ()
        case "selected_invoices":
            return tuple(_selected(number, standing) for number in selection.invoices)
        case _:
            return standing.open


def _selected(number: str, standing: Standing) -> InvoiceStanding:
    found = standing.find(number)
    if found is None:
        raise InvoiceUnknown(number)
    if not found.balance_minor:
        raise InvoicePaid(number)
    return found


def _each(selection: Selection, scope: tuple[InvoiceStanding, ...]) -> tuple[tuple[str | None, int], ...]:
    for invoice, amount in zip(scope, selection.amounts, strict=True):
        if minor(amount) > invoice.available_minor:
            raise AmountAboveBalance(amount, from_minor(invoice.available_minor))
    return tuple((i.number, minor(a)) for i, a in zip(scope, selection.amounts, strict=True))


def _spread(
    selection: Selection, scope: tuple[InvoiceStanding, ...], standing: Standing
) -> tuple[tuple[tuple[str | None, int], ...], bool]:
    """The parts, oldest due first, and whether some of it becomes credit."""
    base = sum(i.available_minor for i in scope)
    prepay = selection.scope == "fixed_amount" and selection.amount is not None and standing.allow_prepayment
    if base == 0 and not prepay:
        raise NothingDue(in_progress=any(i.reserved_minor for i in scope))
    asked = _asked(selection, base)
    if asked > base and not prepay:
        raise AmountAboveBalance(from_minor(asked), from_minor(base))
    parts: list[tuple[str | None, int]] = []
    left = asked
    for invoice in _order(selection, scope):
        part = min(left, invoice.available_minor)
        if part > 0:
            parts.append((invoice.number, part))
            left -= part
    if left > 0:
        parts.append((None, left))
    return tuple(parts), left > 0


def _order(selection: Selection, scope: tuple[InvoiceStanding, ...]) -> tuple[InvoiceStanding, ...]:
    narrowed = selection.amount is not None or selection.amount_fraction is not None
    return oldest_first(scope) if narrowed else scope


def _asked(selection: Selection, base_minor: int) -> int:
    if selection.amount is not None:
        return minor(selection.amount)
    fraction: Decimal | None = selection.amount_fraction
    if fraction is None:
        return base_minor
    return max(1, minor(share(from_minor(base_minor), fraction)))
