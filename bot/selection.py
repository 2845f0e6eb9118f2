"""References to invoices, resolved against the open ones: "1043", "#2", "oldest:2", "latest:1", "overdue",
"month:2026-10", "all" (contracts/nlu.md, slot `invoices`). Pure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payments.contract import Invoice

_PREFIX = re.compile(r"^[^0-9]*0*")


@dataclass(frozen=True)
class Selected:
    """What the references came to. `amounts` is empty, or has one for each of `invoices`."""

    invoices: tuple[Invoice, ...] = ()
    amounts: tuple[Decimal, ...] = ()
    unknown: tuple[str, ...] = ()
    """References by number or place that no open invoice answers to, as said."""
    unpaired: bool = False
    """Amounts were said, but not one for each invoice."""


def oldest_first(invoices: Sequence[Invoice]) -> tuple[Invoice, ...]:
    """By due date, the order in which a payment is applied."""
    return tuple(sorted(invoices, key=lambda i: (i.due, i.issued, i.number)))


def newest_first(invoices: Sequence[Invoice]) -> tuple[Invoice, ...]:
    """By the day they were issued."""
    return tuple(sorted(invoices, key=lambda i: (i.issued, i.due, i.number), reverse=True))


def is_overdue(invoice: Invoice, today: dt.date) -> bool:
    return invoice.status == "overdue" or (invoice.status != "paid" and invoice.due < today)


def select(
    references: Sequence[str],
    excepted: Sequence[str],
    amounts: Sequence[Decimal],
    *,
    among: Sequence[Invoice],
    shown: Sequence[str],
    today: dt.date,
) -> Selected:
    """Which of `among` (the open invoices) are meant; "all" where only exceptions are said.

    `shown` is the list last shown, which "#2" counts in; without one, the open invoices, oldest due first.
    """
    found: list[Invoice] = []
    unknown: list[str] = []
    singles = True
    for reference in references or ("all",):
        matches = resolve(reference, among=among, shown=shown, today=today)
        if not matches and _names_one(reference):
            unknown.append(reference)
        singles = singles and len(matches) == 1
        found += [m for m in matches if m not in found]
    dropped: set[str] = set()
    for reference in excepted:
        matches = resolve(reference, among=among, shown=shown, today=today)
        if not matches and _names_one(reference):
            unknown.append(reference)
        dropped.update(m.number for m in matches)
    paired = not amounts or (singles and len(amounts) == len(found) == len(references))
    kept = [n for n, i in enumerate(found) if i.number not in dropped]
    return Selected(
        invoices=tuple(found[n] for n in kept),
        amounts=tuple(amounts[n] for n in kept) if amounts and paired else (),
        unknown=tuple(dict.fromkeys(unknown)),
        unpaired=not paired,
    )


def resolve(reference: str, *, among: Sequence[Invoice], shown: Sequence[str], today: dt.date) -> tuple[Invoice, ...]:
    """The invoices that one reference means; none where nothing answers to it."""
    kind, _, rest = reference.partition(":")
    oldest = oldest_first(among)
    if reference == "all":
        return oldest
    if reference == "overdue":
        return tuple(i for i in oldest if is_overdue(i, today))
    if kind == "oldest" and rest.isdecimal():
        return oldest[: int(rest[:6])]
    if kind == "latest" and rest.isdecimal():
        return newest_first(among)[: int(rest[:6])]
    if kind == "month":
        return tuple(i for i in oldest if f"{i.issued:%Y-%m}" == rest) or tuple(
            i for i in oldest if f"{i.due:%Y-%m}" == rest
        )
    if reference.startswith("#"):
        return _by_place(reference[1:], oldest, shown) or _by_number(reference[1:], among)
    return _by_number(reference, among)


def _by_place(place: str, oldest: Sequence[Invoice], shown: Sequence[str]) -> tuple[Invoice, ...]:
    numbers = [n for n in shown if any(i.number == n for i in oldest)] and list(shown)
    numbers = numbers or [i.number for i in oldest]
    if not place.isdecimal() or not 1 <= int(place[:6]) <= len(numbers):
        return ()
    wanted = numbers[int(place[:6]) - 1]
    return tuple(i for i in oldest if i.number == wanted)


def _by_number(number: str, among: Sequence[Invoice]) -> tuple[Invoice, ...]:
    exact = tuple(i for i in among if i.number.casefold() == number.casefold())
    if exact:
        return exact
    bare = _PREFIX.sub("", number)
    loose = tuple(i for i in among if bare and _PREFIX.sub("", i.number) == bare)
    return loose if len(loose) == 1 else ()


def _names_one(reference: str) -> bool:
    """Whether the reference names an invoice by number, place or month, so that its absence is worth saying."""
    return reference not in ("all", "overdue") and not reference.startswith(("oldest:", "latest:"))
