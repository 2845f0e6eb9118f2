"""What channels need from the bot's store, in their own words; `bot.store.Store` has all of it.

Functions of a connection belong to the caller's transaction; async ones are transactions of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection

from bot.messages import Incoming

Count = Callable[[str, str], None]
"""Counts something for the metrics: (what, how), like ("sms_status", "delivered")."""


def count_nothing(what: str, how: str) -> None:
    """No metrics."""


class Inbox(Protocol):
    """Where inbound messages are kept."""

    async def receive(self, incoming: Incoming) -> bool:
        """Keeps a message, durably, and wakes its turn; False for one that is here already."""
        ...


class OptOuts(Protocol):
    """Who must not be written to."""

    def write_opt_out(self, conn: Connection, phone: str, *, out: bool, why: str, event_id: str) -> None:
        """Silences a number, or lets it be written to again."""
        ...

    def is_out(self, conn: Connection, phone: str) -> bool:
        """Whether this number must not be written to."""
        ...


class Deliveries(Protocol):
    """What became of each outbound message, by the key of the effect that sends it."""

    def sent(self, conn: Connection, *, key: str, sid: str | None, to: str, status: str) -> None:
        """The platform took the message under its id `sid`; None: it was held back (`status` says why)."""
        ...

    def status(
        self, conn: Connection, *, key: str | None, sid: str, status: str, error_code: str | None, to: str = ""
    ) -> bool:
        """News of a message, known by `key`, else by `sid`; keeps the highest status. False: nothing new."""
        ...

    def sid(self, conn: Connection, key: str) -> str | None:
        """The platform's id of the message that the effect `key` sent; None where none is known."""
        ...

    def sids(self, conn: Connection, to: str, since: dt.datetime) -> set[str]:
        """The ids known to be those of effects, of messages to that person since then."""
        ...


class MessageStore(Inbox, OptOuts, Deliveries, Protocol):
    """All three."""
