"""Who changed what, when, through which channel, on which words. Only ever added to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from payments import tables as t

WORDS_MAX = 10_000
_RECORD = sa.insert(t.history)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """On whose behalf a request acts."""

    who: str
    """A phone (E.164), a staff id, or the part of the service that acts by itself."""
    channel: str
    message_id: str | None = None
    words: str | None = None


GATEWAY = Actor(who="gateway", channel="gateway")
SCHEDULE = Actor(who="schedule", channel="service")
IMPORT = Actor(who="import", channel="import")


def record(
    conn: sa.Connection, *, account: str, subject: str, event: str, actor: Actor, at: dt.datetime, **detail: str
) -> None:
    """Adds one line about `subject` (a payment, quote, method or account id)."""
    row = {
        "at": at, "account": account, "subject": subject, "event": event, "who": actor.who, "channel": actor.channel,
        "message_id": actor.message_id, "words": actor.words, "detail": detail,
    }  # fmt: skip
    conn.execute(_RECORD, row)
