"""Time and identity, injected so that tests decide them. The only file that reads the wall clock or randomness."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> dt.datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The wall clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class ManualClock:
    """A clock that stands still until it is moved; for tests and simulations."""

    def __init__(self, start: dt.datetime) -> None:
        self._now = start

    def now(self) -> dt.datetime:
        return self._now

    def move(self, by: dt.timedelta) -> None:
        """Forward, or back where `by` is negative."""
        self._now += by


class Ids(Protocol):
    """Makes identifiers."""

    def new(self, prefix: str) -> str:
        """A fresh identifier like `pay_01jd...`: unique, unguessable, sorting by creation time."""
        ...


class RandomIds:
    """48 bits of milliseconds, then 80 random bits, in hexadecimal."""

    def new(self, prefix: str) -> str:
        return f"{prefix}_{int(time.time() * 1000):012x}{secrets.token_hex(10)}"


class CountedIds:
    """`pay_000001`, `pay_000002`, ...; for tests."""

    def __init__(self) -> None:
        self._count = 0

    def new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count:06d}"
