"""What moves money: one protocol, and its implementations.

    Gateway     charge(Charge) -> ChargeOutcome, find(key) -> ChargeOutcome | None, abandon(key)
    sandbox     decides by the token what a charge does (tests, demo); its own record of charges
    remote      the sandbox as a process of its own, over HTTP (`python -m payments.gateways.server`)

A gateway absorbs repeats: the same `Charge.key` charges at most once, whatever is retried.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is asked of a gateway; the same for every attempt at one payment."""

    key: str
    """The payment's id: the gateway's idempotency key."""
    token: str = field(repr=False)
    amount_minor: int
    currency: str
    account: str



@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """The money moved."""

    ref: str
    """The gateway's own reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The gateway said no; nothing moved, and this key will never move anything."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No answer came in time, or none that can be read: the money may have moved."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """The request surely never arrived: nothing moved."""

    why: str


ChargeOutcome = Charged | Declined | Unknown | Unreachable


class Gateway(Protocol):
    """One payment gateway. Raises nothing of its own: what can go wrong is an outcome."""

    async def charge(self, charge: Charge) -> ChargeOutcome:
        """Charges, or gives the outcome that `charge.key` had before."""
        ...

    async def find(self, key: str) -> ChargeOutcome | None:
        """What became of `key`; None where the gateway knows of no charge; Unknown where it could not be asked."""
        ...

    async def abandon(self, key: str) -> ChargeOutcome | None:
        """Makes sure that `key` moves no money from now on.

        None: it never did and never will. Otherwise the outcome that it had, or Unknown where that is not certain.
        """
        ...
