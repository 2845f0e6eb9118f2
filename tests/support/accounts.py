"""Customers for the tests that run whole processes: accounts in the shape of the import file.

Each has a phone, two open invoices and a first (default) card that behaves as its token says; a second method that
works, where the first may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FINE = frozenset({"tok_ok", "tok_bank_ok", "tok_timeout", "tok_slow", "tok_flaky"})
"""Tokens with which a charge goes through, sooner or later (contracts/runtime.md)."""


@dataclass(frozen=True, slots=True)
class Person:
    """One customer."""

    phone: str
    account: str
    token: str
    """Of the default card, last four 4242."""
    owed: tuple[Decimal, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.owed, Decimal(0))

    def as_import(self) -> dict[str, Any]:
        """The account as a row of an import file."""
        first, second = (str(amount) for amount in self.owed)
        return {
            "number": self.account,
            "name": f"Customer {self.account}",
            "timezone": "America/New_York",
            "contacts": [{"name": "Pat Doe", "phone": self.phone}],
            "invoices": [
                {"number": f"{self.account}-1", "issued": "2026-09-01", "due": "2026-09-30", "amount": first},
                {"number": f"{self.account}-2", "issued": "2026-10-01", "due": "2026-10-31", "amount": second},
            ],
            "payment_methods": [
                {"kind": "card", "brand": "visa", "last4": "4242", "expires": "2038-04", "token": self.token,
                 "default": True},
                {"kind": "bank", "bank": "First Federal", "last4": "6789", "type": "checking", "token": "tok_bank_ok"},
            ],
        }  # fmt: skip


def people(tokens: Sequence[str], *, first: int) -> list[Person]:
    """One customer for each token; `first` (up to 8999) sets their numbers apart from those of other tests."""
    return [
        Person(
            phone=f"+1555555{first + n:04d}",
            account=f"9{first + n:04d}",
            token=token,
            owed=(Decimal(1000 + 7 * n) / 100, Decimal(2000 + 11 * n) / 100),
        )
        for n, token in enumerate(tokens)
    ]


def import_file(persons: Sequence[Person]) -> dict[str, Any]:
    """The content of an import file with all of them."""
    return {"accounts": [person.as_import() for person in persons]}
