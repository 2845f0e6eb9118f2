"""What the bot must not forget: the inbox, conversations and their events, the outbox, deliveries, opt-outs.

Functions of a connection belong to the caller's transaction; async ones are transactions of their own. An inbox row
is `new` until the turn that handled it has committed; then its state, the conversation's new state and the turn's
effects are all there, or none is. Lock order: conversation, effect.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.effects import ActionFinished, Event, PaymentChanged
from bot.messages import Incoming
from bot.tables import CONVERSATION, DELIVERY, EFFECT, ESCALATION, EVENT, INBOX, OPT_OUT
from durable.database import Database, insert_ignoring
from durable.effects import Effect, EffectQueue

PEER_GRACE = dt.timedelta(seconds=2)
"""How long a row is left to the process that received it, before any other takes it."""
SHOWN_FOR = dt.timedelta(minutes=15)
"""No prompt can be answered for longer."""
ATTEMPTS_MAX = 5
"""So often is a row tried whose turn fails by a defect, before it is parked with an apology."""
STATUS_ORDER = ("suppressed", "accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered",
                "failed", "canceled", "read")  # fmt: skip

# What every turn asks: built once, as building a statement costs more than running it.
_THIS: sa.BindParameter[Any] = sa.bindparam("this")
_NEW = INBOX.c.state == sa.literal_column("'new'")
"""Written out, so that the partial index serves."""
_CONVERSATIONS_WAITING = (
    sa.select(INBOX.c.conversation)
    .where(_NEW, sa.or_(INBOX.c.origin == sa.bindparam("ours"), INBOX.c.received_at < sa.bindparam("late")))
    .group_by(INBOX.c.conversation)
    .limit(sa.bindparam("most"))
)
_OLDEST = (
    sa.select(INBOX, CONVERSATION.c.revision, CONVERSATION.c.state.label("kept"))
    .outerjoin(CONVERSATION, CONVERSATION.c.key == INBOX.c.conversation)
    .where(INBOX.c.conversation == _THIS, _NEW)
    .order_by(INBOX.c.seq)
    .limit(1)
)
_MORE = sa.select(INBOX.c.seq).where(INBOX.c.conversation == _THIS, _NEW).limit(1)
_HANDLE = (
    sa.update(INBOX)
    .where(INBOX.c.seq == _THIS, INBOX.c.state == "new")
    .values(state=sa.bindparam("state"), handled_at=sa.bindparam("handled_at"))
)
_ADD_EVENT = sa.insert(EVENT)
_IS_OUT = sa.select(OPT_OUT.c.out).where(OPT_OUT.c.phone == _THIS)
_SID = sa.select(DELIVERY.c.sid).where(DELIVERY.c.key == _THIS)
_TAKE = sa.update(CONVERSATION).where(CONVERSATION.c.key == _THIS, CONVERSATION.c.revision == sa.bindparam("met"))
_DELIVERY = sa.select(DELIVERY).where(DELIVERY.c.key == _THIS).with_for_update()
_DELIVERY_BY_SID = sa.select(DELIVERY).where(DELIVERY.c.sid == _THIS).with_for_update()
_CHANGE_DELIVERY = sa.update(DELIVERY).where(DELIVERY.c.key == _THIS)
_SHOWING = (EFFECT.c.body, EFFECT.c.state, EFFECT.c.first_claimed_at, EFFECT.c.lease_until, EFFECT.c.uncertain)
_HELD = sa.select(*_SHOWING).where(EFFECT.c.lane == _THIS, EFFECT.c.state == sa.literal_column("'ready'"))
_SENT = sa.select(*_SHOWING).join(DELIVERY, DELIVERY.c.key == EFFECT.c.key).where(
    EFFECT.c.lane == _THIS, DELIVERY.c.recipient == sa.bindparam("person"), DELIVERY.c.at > sa.bindparam("since")
)  # fmt: skip


IN_ORDER = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:conversation, 0))")


class ConversationMoved(Exception):
    """Another turn of this conversation committed first; work this one out again."""

    def __init__(self, conversation: str) -> None:
        super().__init__(f"conversation {conversation} has moved on")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest unhandled row of a conversation, with the state that it meets."""

    seq: int
    source: str
    event_id: str
    conversation: str
    kind: str
    payload: dict[str, Any]
    received_at: dt.datetime
    attempts: int
    revision: int
    """0 where the conversation is new."""
    state: str | None
    """As JSON."""
    now: dt.datetime
    """The time of the turn, by the database's clock."""
    opted_out: bool = False
    """Whether the person who wrote must not be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Everything that one turn changes."""

    waiting: Waiting
    state: str | None
    """As JSON. None: the conversation's state stays as it is."""
    events: Sequence[Event]
    effects: Sequence[Effect]
    escalations: Sequence[tuple[str | None, str]] = ()
    """(account, reason) of each request for a person."""
    opt_out: tuple[str, bool, str] | None = None
    """(phone, out or back in, why)."""
    parked: bool = False


class Store:
    """The bot's tables in one database. `origin` names this process."""

    def __init__(self, db: Database, *, origin: str, lease_seconds: float = 60.0) -> None:
        self.db = db
        self.origin = origin
        self.effects = EffectQueue(db, EFFECT, lease_seconds=lease_seconds)

    # The inbox.

    async def receive(self, incoming: Incoming) -> bool:
        """Keeps a message, durably; False for one that is here already (nothing changes)."""
        row = self._row(incoming.channel, incoming.event_id, incoming.conversation)
        row |= {"kind": "message", "payload": incoming.model_dump(mode="json")}
        return await self.db.write(lambda conn: self._insert(conn, row))

    def put_action(self, conn: sa.Connection, conversation: str, event: ActionFinished) -> bool:
        """Keeps an action's result for its conversation, in the caller's transaction."""
        row = self._row("actions", event.event_id, conversation)
        return self._insert(conn, row | {"kind": "action", "payload": event.model_dump(mode="json")})

    def put_payment(self, conn: sa.Connection, conversation: str, event: PaymentChanged) -> bool:
        """Keeps news of a payment for its conversation, in the caller's transaction."""
        row = self._row("payments", event.event_id, conversation)
        return self._insert(conn, row | {"kind": "payment", "payload": event.model_dump(mode="json")})

    def _row(self, source: str, event_id: str, conversation: str) -> dict[str, Any]:
        return {"source": source, "event_id": event_id, "conversation": conversation, "origin": self.origin}

    def _insert(self, conn: sa.Connection, row: dict[str, Any]) -> bool:
        if self.db.dialect == "postgresql":
            # One at a time for each conversation: else a later number can be committed, and handled, first.
            conn.execute(IN_ORDER, {"conversation": row["conversation"]})
        if not insert_ignoring(conn, INBOX, row | {"received_at": self.db.now(conn)}):
            return False
        self.db.announce(conn, INBOX.name)
        return True

    async def conversations_waiting(self, *, limit: int = 200) -> list[str]:
        """Conversations with unhandled rows that are ours, or that nobody took in time."""

        def work(conn: sa.Connection) -> list[str]:
            late = self.db.now(conn) - PEER_GRACE
            given = {"ours": self.origin, "late": late, "most": limit}
            return list(conn.execute(_CONVERSATIONS_WAITING, given).scalars())

        return await self.db.read(work)

    async def next_waiting(self, conversation: str) -> Waiting | None:
        """The oldest unhandled row of a conversation; None where all is handled."""

        def work(conn: sa.Connection) -> Waiting | None:
            row = conn.execute(_OLDEST, {"this": conversation}).first()
            if row is None:
                return None
            person = row.payload.get("person")
            return Waiting(
                seq=row.seq, source=row.source, event_id=row.event_id, conversation=conversation, kind=row.kind,
                payload=row.payload, received_at=row.received_at, attempts=row.attempts,
                revision=row.revision or 0, state=row.kept, now=self.db.now(conn),
                opted_out=person is not None and self.is_out(conn, person),
            )  # fmt: skip

        return await self.db.read(work)

    async def unseen(self, waiting: Waiting, shown: str) -> bool:
        """Whether no text with the words `shown` can have gone out when this row came: nobody had begun to send one,
        or sending has failed so far. False where there is none; what may have gone out is taken as seen."""
        came = waiting.received_at
        given = {"this": waiting.conversation, "person": waiting.payload.get("person"), "since": came - SHOWN_FOR}

        def work(conn: sa.Connection) -> bool:
            held = conn.execute(_HELD, {"this": waiting.conversation}).all()
            found: list[Any] = [*held, *conn.execute(_SENT, given).all()]
            showing = [row for row in found if shown in _words(row.body)]
            return bool(showing) and not any(_may_be_out(row, came) for row in showing)

        return await self.db.read(work)

    # The commit of a turn.

    async def commit(self, change: Commit) -> bool:
        """Writes a turn whole; whether more events of the conversation wait. Raises `ConversationMoved` (nothing
        written) where another turn came first."""
        return await self.db.write(lambda conn: self._commit(conn, change))

    def _commit(self, conn: sa.Connection, change: Commit) -> bool:
        waiting, now = change.waiting, self.db.now(conn)
        revision = self._take(conn, waiting, change.state, now)
        done = {"state": "parked" if change.parked else "handled", "handled_at": now}
        if conn.execute(_HANDLE, done | {"this": waiting.seq}).rowcount != 1:
            raise ConversationMoved(waiting.conversation)
        if change.events:
            own = {"conversation": waiting.conversation, "revision": revision, "at": waiting.now}
            conn.execute(_ADD_EVENT, [own | {"event": event.model_dump_json()} for event in change.events])
        if change.opt_out is not None:
            phone, out, why = change.opt_out
            self.write_opt_out(conn, phone, out=out, why=why, event_id=waiting.event_id)
        for account, reason in change.escalations:
            row = {"conversation": waiting.conversation, "account": account, "reason": reason, "at": now}
            conn.execute(sa.insert(ESCALATION).values(row))
        for effect in change.effects:
            self.effects.put(conn, effect)
        return conn.execute(_MORE, {"this": waiting.conversation}).first() is not None

    def _take(self, conn: sa.Connection, waiting: Waiting, state: str | None, now: dt.datetime) -> int:
        """Locks the conversation at the revision that the turn began from, and writes its new state."""
        key, revision = waiting.conversation, waiting.revision + 1
        if waiting.revision == 0:
            row = {"key": key, "revision": revision, "state": state or "", "updated_at": now}
            taken = insert_ignoring(conn, CONVERSATION, row)
        else:
            values: dict[str, Any] = {"revision": revision, "updated_at": now}
            if state is not None:
                values["state"] = state
            taken = conn.execute(_TAKE, values | {"this": key, "met": waiting.revision}).rowcount == 1
        if not taken:
            raise ConversationMoved(key)
        return revision

    async def count_attempt(self, seq: int) -> None:
        """Remembers that a row's turn failed."""
        more = sa.update(INBOX).where(INBOX.c.seq == seq).values(attempts=INBOX.c.attempts + 1)
        await self.db.write(lambda conn: conn.execute(more))

    # Opt-outs: who must not be written to.

    async def opt_out(self, phone: str, *, why: str, event_id: str) -> None:
        """Silences a number until it opts in."""
        await self.db.write(lambda conn: self.write_opt_out(conn, phone, out=True, why=why, event_id=event_id))

    async def opt_in(self, phone: str, *, event_id: str) -> None:
        """Lets a number be written to again."""
        await self.db.write(lambda conn: self.write_opt_out(conn, phone, out=False, why="keyword", event_id=event_id))

    def write_opt_out(self, conn: sa.Connection, phone: str, *, out: bool, why: str, event_id: str) -> None:
        """The same in the caller's transaction."""
        row = {"phone": phone, "out": out, "why": why, "event_id": event_id, "at": self.db.now(conn)}
        if not insert_ignoring(conn, OPT_OUT, row):
            conn.execute(sa.update(OPT_OUT).where(OPT_OUT.c.phone == phone).values(row))

    def is_out(self, conn: sa.Connection, phone: str) -> bool:
        """Whether this number must not be written to."""
        return bool(conn.execute(_IS_OUT, {"this": phone}).scalar())

    async def is_opted_out(self, phone: str) -> bool:
        """The same, in a transaction of its own."""
        return await self.db.read(lambda conn: self.is_out(conn, phone))

    # Deliveries: what became of each text.

    def sent(self, conn: sa.Connection, *, key: str, sid: str | None, to: str, status: str) -> None:
        """A text was handed over, or suppressed (`sid` None)."""
        row = {"key": key, "sid": sid, "recipient": to, "status": status, "at": self.db.now(conn)}
        if not insert_ignoring(conn, DELIVERY, row):
            self.status(conn, key=key, sid=sid or "", status=status, error_code=None)

    def status(
        self, conn: sa.Connection, *, key: str | None, sid: str, status: str, error_code: str | None, to: str = ""
    ) -> bool:
        """A status callback; keeps the highest status, whatever order they come in. False: nothing new."""
        row = conn.execute(_DELIVERY if key else _DELIVERY_BY_SID, {"this": key or sid}).first()
        if row is None:
            if key is None:
                return False
            values = {"key": key, "sid": sid, "recipient": to, "status": status, "error_code": error_code}
            return insert_ignoring(conn, DELIVERY, values | {"at": self.db.now(conn)})
        if _rank(status) <= _rank(row.status):
            return False
        changed: dict[str, Any] = {"status": status, "error_code": error_code or row.error_code, "sid": row.sid or sid}
        conn.execute(_CHANGE_DELIVERY, changed | {"this": row.key})
        return True

    def sid(self, conn: sa.Connection, key: str) -> str | None:
        """Twilio's id of the text that the effect `key` sent; None where none is known."""
        sid: str | None = conn.execute(_SID, {"this": key}).scalar()
        return sid

    def sids(self, conn: sa.Connection, to: str, since: dt.datetime) -> set[str]:
        """Twilio's ids of texts to that number which are known to be other effects'."""
        query = sa.select(DELIVERY.c.sid).where(DELIVERY.c.recipient == to, DELIVERY.c.at >= since)
        return {sid for sid in conn.execute(query).scalars() if sid}


def _words(body: dict[str, Any]) -> str:
    """What an effect that speaks to a person says."""
    return str(body.get("text") or body.get("message", {}).get("text") or "")


def _may_be_out(row: sa.Row[Any], came: dt.datetime) -> bool:
    """Whether a text may have reached the person by `came`."""
    begun = row.first_claimed_at is not None and row.first_claimed_at <= came
    failed = row.state == "ready" and row.lease_until is None and not row.uncertain
    return begun and not failed


def _rank(status: str) -> int:
    return STATUS_ORDER.index(status) if status in STATUS_ORDER else -1
