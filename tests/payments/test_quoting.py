"""Allocation: what any selection comes to, for any account."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.contract import Selection
from payments.errors import (
    AmountAboveBalance,
    AmountInvalid,
    InvoicePaid,
    InvoiceUnknown,
    Malformed,
    NothingDue,
    PaymentError,
)
from payments.money import from_minor, minor
from payments.quoting import InvoiceStanding, Standing, oldest_first, plan, still_holds, warnings

DAY = dt.date(2026, 11, 22)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    count = draw(st.integers(0, 6))
    invoices = []
    for number in range(count):
        balance = draw(st.integers(0, 100_000))
        invoices.append(
            InvoiceStanding(
                number=str(1000 + number),
                issued=DAY - dt.timedelta(days=draw(st.integers(0, 90))),
                due=DAY + dt.timedelta(days=draw(st.integers(-60, 60))),
                balance_minor=balance,
                reserved_minor=draw(st.integers(0, balance)) if draw(st.booleans()) else 0,
            )
        )
    latest = max(invoices, key=lambda i: (i.issued, i.due, i.number)).number if invoices else None
    return Standing(invoices=tuple(invoices), latest=latest, allow_prepayment=draw(st.booleans()))


@st.composite
def selections(draw: st.DrawFn, standing: Standing) -> Selection:
    amounts = st.integers(1, 300_000).map(from_minor)
    scope = draw(st.sampled_from(["total_balance", "current_charges", "fixed_amount", "selected_invoices"]))
    body: dict[str, Any] = {"scope": scope}
    if scope == "selected_invoices":
        numbers = [i.number for i in standing.invoices] or ["none"]
        body["invoices"] = draw(st.lists(st.sampled_from(numbers), min_size=1, unique=True))
    kind = draw(st.sampled_from(["plain", "amount", "fraction", "each"]))
    if kind == "amount" or (scope == "fixed_amount" and kind != "fraction"):
        body["amount"] = draw(amounts)
    elif kind == "fraction":
        body["amount_fraction"] = draw(st.sampled_from([Decimal(n) for n in ("0.5", "0.3333", "1", "0.0001")]))
    elif kind == "each" and scope == "selected_invoices":
        body["amounts"] = [draw(amounts) for _ in body["invoices"]]
    return Selection.model_validate(body)


@given(st.data())
def test_a_plan_pays_what_was_asked_and_never_more_than_is_open(data: st.DataObject) -> None:
    standing = data.draw(standings())
    selection = data.draw(selections(standing))
    try:
        made = plan(selection, standing)
    except PaymentError:
        return
    open_now = {i.number: i.available_minor for i in standing.invoices}
    assert made.total_minor > 0
    assert all(amount > 0 for _, amount in made.parts)
    assert len({number for number, _ in made.parts}) == len(made.parts)
    for number, amount in made.parts:
        assert number is not None or (standing.allow_prepayment and selection.scope == "fixed_amount")
        assert number is None or amount <= open_now[number]
    if selection.amount is not None:
        assert made.total_minor == minor(selection.amount)
    if selection.amounts:
        assert [amount for _, amount in made.parts] == [minor(a) for a in selection.amounts]
    assert still_holds(made.basis, whole=made.whole, standing=standing)


@given(st.data())
def test_an_amount_that_is_refused_as_too_much_is_more_than_the_limit_it_names(data: st.DataObject) -> None:
    standing = data.draw(standings())
    selection = data.draw(selections(standing))
    limit = None
    try:
        plan(selection, standing)
    except AmountAboveBalance as refusal:
        limit = refusal.limit
    except PaymentError:
        pass
    asked = [a for a in (selection.amount, *selection.amounts) if a is not None]
    assert limit is None or any(a > limit for a in asked)


@given(standings(), st.integers(1, 300_000))
def test_a_fixed_amount_fills_the_oldest_due_before_it_touches_the_next(standing: Standing, amount: int) -> None:
    try:
        made = plan(Selection(scope="fixed_amount", amount=from_minor(amount)), standing)
    except PaymentError:
        return
    paid = dict(made.parts)
    payable = [i for i in oldest_first(standing.open) if i.available_minor]
    touched = [i for i in payable if i.number in paid]
    assert touched == payable[: len(touched)]
    assert all(paid[i.number] == i.available_minor for i in touched[:-1])
    if None in paid:
        assert [paid[i.number] for i in payable] == [i.available_minor for i in payable]


@given(standings(), st.data())
def test_a_plan_no_longer_holds_once_an_invoice_that_it_pays_has_moved(standing: Standing, data: st.DataObject) -> None:
    try:
        made = plan(Selection(scope="total_balance"), standing)
    except PaymentError:
        return
    moved = data.draw(st.sampled_from([i for i in standing.invoices if i.number in dict(made.parts)]))
    other = InvoiceStanding(number=moved.number, issued=moved.issued, due=moved.due,
                            balance_minor=moved.balance_minor + 1, reserved_minor=moved.reserved_minor)  # fmt: skip
    after = Standing(invoices=tuple(other if i is moved else i for i in standing.invoices), latest=standing.latest)
    assert not still_holds(made.basis, whole=made.whole, standing=after)


def _invoice(number: str, balance: int, due: int = 0, **more: Any) -> InvoiceStanding:
    when = DAY + dt.timedelta(days=due)
    return InvoiceStanding(number=number, issued=when - dt.timedelta(days=30), due=when, balance_minor=balance, **more)


ACME = Standing(
    invoices=(_invoice("1043", 1875, -22), _invoice("1044", 4210, 8), _invoice("1040", 0, -60)), latest="1044"
)
BOTH = {"scope": "selected_invoices", "invoices": ["1044", "1043"]}


@pytest.mark.parametrize(
    ("selection", "parts"),
    [
        ({"scope": "total_balance"}, [("1043", 1875), ("1044", 4210)]),
        ({"scope": "current_charges"}, [("1044", 4210)]),
        ({"scope": "fixed_amount", "amount": "20.00"}, [("1043", 1875), ("1044", 125)]),
        ({"scope": "total_balance", "amount_fraction": "0.5"}, [("1043", 1875), ("1044", 1168)]),
        ({"scope": "current_charges", "amount_fraction": "0.0001"}, [("1044", 1)]),
        (BOTH, [("1044", 4210), ("1043", 1875)]),
        ({**BOTH, "amount": "19.00"}, [("1043", 1875), ("1044", 25)]),
        ({**BOTH, "amounts": ["1.00", "2.00"]}, [("1044", 100), ("1043", 200)]),
    ],
)
def test_each_way_of_selecting(selection: dict[str, Any], parts: list[tuple[str, int]]) -> None:
    assert list(plan(Selection.model_validate(selection), ACME).parts) == parts


@pytest.mark.parametrize(
    ("selection", "error"),
    [
        ({"scope": "fixed_amount", "amount": "60.86"}, AmountAboveBalance),
        ({"scope": "fixed_amount", "amount": "0.00"}, AmountInvalid),
        ({"scope": "fixed_amount", "amount": "-1.00"}, AmountInvalid),
        ({"scope": "fixed_amount"}, AmountInvalid),
        ({"scope": "selected_invoices", "invoices": ["9999"]}, InvoiceUnknown),
        ({"scope": "selected_invoices", "invoices": ["1040"]}, InvoicePaid),
        ({"scope": "selected_invoices"}, Malformed),
        ({"scope": "selected_invoices", "invoices": ["1043", "1043"]}, Malformed),
        ({"scope": "selected_invoices", "invoices": ["1043"], "amounts": ["1.00", "2.00"]}, Malformed),
        ({"scope": "selected_invoices", "invoices": ["1043"], "amounts": ["18.76"]}, AmountAboveBalance),
        ({"scope": "selected_invoices", "invoices": ["1043"], "amounts": ["0.00"]}, AmountInvalid),
        ({"scope": "total_balance", "amount": "1.00", "amount_fraction": "0.5"}, Malformed),
        ({"scope": "total_balance", "invoices": ["1043"]}, Malformed),
    ],
)
def test_what_cannot_be_paid_says_why(selection: dict[str, Any], error: type[PaymentError]) -> None:
    with pytest.raises(error):
        plan(Selection.model_validate(selection), ACME)


def test_nothing_is_due_where_the_latest_invoice_is_paid_even_if_older_ones_are_open() -> None:
    standing = Standing(invoices=(_invoice("1", 500, -40), _invoice("2", 0)), latest="2")
    with pytest.raises(NothingDue):
        plan(Selection(scope="current_charges"), standing)


def test_prepayment_becomes_credit_only_where_the_account_allows_it() -> None:
    standing = Standing(invoices=(_invoice("1", 500),), latest="1", allow_prepayment=True)
    made = plan(Selection(scope="fixed_amount", amount=Decimal("7.00")), standing)
    assert made.parts == (("1", 500), (None, 200))
    assert made.whole


@pytest.mark.parametrize(
    ("expires", "warned"),
    [("2026-11", ["method_expires_soon"]), ("2026-12", ["method_expires_soon"]), ("2027-01", []), (None, [])],
)
def test_a_card_that_expires_this_month_or_next_is_warned_of(expires: str | None, warned: list[str]) -> None:
    made = plan(Selection(scope="total_balance"), ACME)
    assert [w.code for w in warnings(made, expires=expires, today=DAY, pay_on=None)] == warned
