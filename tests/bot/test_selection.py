"""References to invoices mean exactly the invoices that a person would expect."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.selection import Selected, select
from tests.book import TODAY, invoice

OPEN = (
    invoice("1041", "2026-09-01", "2026-09-30", "5.00"),
    invoice("1043", "2026-10-01", "2026-10-31", "18.75"),
    invoice("1044", "2026-11-01", "2026-11-30", "42.10"),
    invoice("INV-1045", "2026-11-05", "2026-12-05", "7.00"),
)


def pick(*references: str, but: tuple[str, ...] = (), shown: tuple[str, ...] = ()) -> Selected:
    return select(references, but, (), among=OPEN, shown=shown, today=TODAY)


def numbers(found: Selected) -> list[str]:
    return [i.number for i in found.invoices]


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        (("1043",), ["1043"]),
        (("1044", "1043"), ["1044", "1043"]),
        (("1043", "1043"), ["1043"]),
        (("1045",), ["INV-1045"]),
        (("inv-1045",), ["INV-1045"]),
        (("0001043",), ["1043"]),
        (("all",), ["1041", "1043", "1044", "INV-1045"]),
        (("overdue",), ["1041", "1043"]),
        (("oldest:2",), ["1041", "1043"]),
        (("latest:1",), ["INV-1045"]),
        (("latest:99",), ["INV-1045", "1044", "1043", "1041"]),
        (("month:2026-11",), ["1044", "INV-1045"]),
        (("month:2026-12",), ["INV-1045"]),
        (("#1",), ["1041"]),
        (("oldest:0",), []),
    ],
)
def test_a_reference_means_these_invoices(references: tuple[str, ...], expected: list[str]) -> None:
    found = pick(*references)
    assert numbers(found) == expected
    assert not found.unknown


def test_a_place_counts_in_the_list_that_was_shown() -> None:
    assert numbers(pick("#2", shown=("INV-1045", "1044"))) == ["1044"]


def test_a_place_in_a_list_that_is_gone_counts_in_the_open_ones() -> None:
    assert numbers(pick("#2", shown=("0900", "0901"))) == ["1043"]


@pytest.mark.parametrize("reference", ["9999", "#9", "#0", "month:2020-01", "#\u0661\u0661", "oldest", ""])
def test_what_is_not_there_is_named(reference: str) -> None:
    assert pick(reference).unknown == (reference,)


def test_all_but_some() -> None:
    assert numbers(pick("all", but=("1043", "#1"))) == ["1044", "INV-1045"]
    assert numbers(pick(but=("1043",))) == ["1041", "1044", "INV-1045"]


def test_an_exception_that_is_not_there_is_named_too() -> None:
    assert pick("all", but=("7",)).unknown == ("7",)


def test_each_invoice_has_its_amount() -> None:
    amounts = (Decimal(10), Decimal(20))
    found = select(("1044", "1043"), (), amounts, among=OPEN, shown=(), today=TODAY)
    assert list(zip(numbers(found), found.amounts, strict=True)) == [("1044", amounts[0]), ("1043", amounts[1])]


@pytest.mark.parametrize("references", [("1043",), ("all", "1043"), ("1043", "1043"), ("overdue", "1044")])
def test_amounts_that_do_not_pair_are_told(references: tuple[str, ...]) -> None:
    """Two amounts and anything but two single invoices: guessing which is which would be guessing with money."""
    found = select(references, (), (Decimal(10), Decimal(20)), among=OPEN, shown=(), today=TODAY)
    assert found.unpaired
    assert found.amounts == ()


@given(
    st.lists(st.text(max_size=8) | st.sampled_from(["all", "overdue", "#1", "oldest:9", "month:x"]), max_size=4),
    st.lists(st.text(max_size=4), max_size=2),
    st.lists(st.decimals(0, 10, places=2), max_size=3),
)
def test_only_open_invoices_are_ever_selected(
    references: list[str], excepted: list[str], amounts: list[Decimal]
) -> None:
    found = select(references, excepted, amounts, among=OPEN, shown=("1044",), today=dt.date(2026, 11, 22))
    assert set(found.invoices) <= set(OPEN)
    assert len(found.invoices) == len(set(found.invoices))
    assert found.amounts == () or len(found.amounts) == len(found.invoices)
