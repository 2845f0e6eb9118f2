"""Effects: what has been decided and must now be done to the world, at least once, until it is known to be done.

An effect is put in the transaction that decides it. A worker claims it with a lease and an attempt number; only the
holder of that attempt may finish it, so a process that wakes late changes nothing, and a dead process's lease
lapses. Within a lane, effects are done in the order in which they were put. Everything that moves an effect from one
state to another is in this file:

    ready --claim--> ready, leased --Done--> done
                                   --Retry, Uncertain--> ready, not before a later moment
                                   --Park--> parked (an operator looks at it)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from durable.columns import JsonDict, RowId, Utc
from durable.database import Database, insert_ignoring

Apply = Callable[[sa.Connection], None]
BACKOFF_SECONDS_MAX = 60.0
PRIORITIES = (0, 10)
"""What a person waits for, and what may wait; lower goes first among lanes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something to do. `key` is unique for ever: putting it again changes nothing."""

    key: str
    kind: str
    lane: str
    body: dict[str, Any]
    sender: str | None = None
    """Who sends it, where sending is rate-limited."""
    priority: int = 0
    """One of `PRIORITIES`."""
    not_before: dt.datetime | None = None

    def __post_init__(self) -> None:
        if self.priority not in PRIORITIES:
            raise ValueError(f"no such priority: {self.priority}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt at one effect, ours until `lease_until`."""

    id: int
    key: str
    kind: str
    lane: str
    body: dict[str, Any]
    sender: str | None
    attempt: int
    maybe_done: bool
    """An earlier attempt ended without an answer: look before doing it again."""
    first_claimed_at: dt.datetime
    lease_until: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It happened. `apply` runs in the transaction that finishes the effect."""

    apply: Apply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """It surely did not happen; try again."""

    error: str
    after_seconds: float | None = None
    """None: exponential in the number of attempts, at most a minute."""
    apply: Apply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """It may have happened; the next attempt has `maybe_done` and looks first."""

    error: str
    after_seconds: float | None = None
    apply: Apply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """It cannot be done: kept for an operator, never dropped."""

    error: str
    apply: Apply | None = None


Outcome = Done | Retry | Uncertain | Park


def effect_table(metadata: sa.MetaData, name: str) -> sa.Table:
    """The table of one queue of effects."""
    ready, done, parked = (sa.text(f"state = '{state}'") for state in ("ready", "done", "parked"))
    return sa.Table(
        name,
        metadata,
        sa.Column("id", RowId, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("body", JsonDict, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="ready"),
        sa.Column("not_before", Utc, nullable=False),  # while leased, the end of the lease
        sa.Column("lease_until", Utc),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("uncertain", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("first_claimed_at", Utc),
        sa.Column("done_at", Utc),
        sa.Column("error", sa.Text),
        sa.Index(f"ix_{name}_due", "kind", "priority", "not_before", sqlite_where=ready, postgresql_where=ready),
        sa.Index(f"ix_{name}_lane", "lane", "id", sqlite_where=ready, postgresql_where=ready),
        sa.Index(f"ix_{name}_done", "done_at", sqlite_where=done, postgresql_where=done),
        sa.Index(f"ix_{name}_parked", "id", sqlite_where=parked, postgresql_where=parked),
    )


def sender_table(metadata: sa.MetaData, name: str) -> sa.Table:
    """The rate limit of each sender: nothing is sent before `next_at`."""
    return sa.Table(
        name, metadata, sa.Column("sender", sa.Text, primary_key=True), sa.Column("next_at", Utc, nullable=False)
    )


class _Statements:
    """What every turn and every worker asks of one table: built once, as building costs more than running."""

    def __init__(self, t: sa.Table) -> None:
        ready = t.c.state == sa.literal_column("'ready'")  # written out, so that the partial indexes serve
        ahead = t.alias("ahead")
        ahead_ready = ahead.c.state == sa.literal_column("'ready'")
        blocked = sa.exists().where(ahead.c.lane == t.c.lane, ahead_ready, ahead.c.id < t.c.id)
        now: sa.BindParameter[dt.datetime] = sa.bindparam("now", type_=Utc())
        self.claimable = (
            sa.select(t)
            .where(
                ready, t.c.kind == sa.bindparam("kind"), t.c.priority == sa.bindparam("priority"),
                t.c.not_before <= now, ~blocked,
            )
            .order_by(t.c.not_before, t.c.id)
            .limit(sa.bindparam("most"))
            .with_for_update(skip_locked=True, of=t)
        )  # fmt: skip
        names = ("lease_until", "not_before", "attempt", "first_claimed_at")
        self.lease = sa.update(t).where(t.c.id == sa.bindparam("this")).values({n: sa.bindparam(n) for n in names})
        self.next_in_lane = sa.select(t.c.kind).where(t.c.lane == sa.bindparam("lane"), ready).order_by(t.c.id).limit(1)
        self.claimable_of = self.claimable.where(t.c.sender == sa.bindparam("sender"))
        held = sa.and_(t.c.id == sa.bindparam("this"), t.c.attempt == sa.bindparam("mine"), ready)
        finishing = ("lease_until", "error", "state", "done_at")
        waiting = ("lease_until", "error", "not_before", "uncertain")
        self.finish, self.again = (
            sa.update(t).where(held).values({n: sa.bindparam(n) for n in names}) for names in (finishing, waiting)
        )
        self._table, self._ready = t, ready
        self._heads: dict[tuple[str, ...], sa.CompoundSelect[Any]] = {}

    def heads(self, kinds: tuple[str, ...]) -> sa.CompoundSelect[Any]:
        """The earliest `not_before` of each kind and priority of which something is ready: one statement, each part
        of which reads one row of an index."""
        if kinds not in self._heads:
            self._heads[kinds] = sa.union_all(*(self._head(k, p) for k in kinds for p in PRIORITIES))
        return self._heads[kinds]

    def _head(self, kind: str, priority: int) -> sa.Select[Any]:
        t = self._table
        first = (
            sa.select(t.c.not_before)
            .where(self._ready, t.c.kind == kind, t.c.priority == priority)
            .order_by(t.c.not_before)
            .limit(1)
            .subquery()
        )
        of = (sa.literal(kind).label("kind"), sa.literal(priority).label("priority"))
        return sa.select(*of, first.c.not_before)


class EffectQueue:
    """One table of effects, with the rules of claiming and finishing."""

    def __init__(self, db: Database, table: sa.Table, *, lease_seconds: float = 60.0) -> None:
        self.db = db
        self.table = table
        self.lease_seconds = lease_seconds
        self._asked = _Statements(table)

    def put(self, conn: sa.Connection, effect: Effect) -> bool:
        """Adds `effect` in the caller's transaction; False where its key was put before (nothing changes)."""
        row = {
            "key": effect.key, "kind": effect.kind, "lane": effect.lane, "sender": effect.sender,
            "priority": effect.priority, "body": effect.body,
            "not_before": effect.not_before or self.db.now(conn),
        }  # fmt: skip
        if not insert_ignoring(conn, self.table, row):
            return False
        self.db.announce(conn, self.topic(effect.kind))
        return True

    def topic(self, kind: str) -> str:
        """What the bell rings with when an effect of this kind may have become claimable."""
        return f"{self.table.name}.{kind}"

    def claim(
        self, conn: sa.Connection, kinds: Collection[str], *, limit: int, sender: str | None = None
    ) -> list[Claim]:
        """Leases up to `limit` due effects that stand at the head of their lanes (of one `sender`, if given)."""
        now = self.db.now(conn)
        of_sender: dict[str, Any] = {} if sender is None else {"sender": sender}
        query = self._asked.claimable_of if of_sender else self._asked.claimable
        due = sorted((p, kind) for (kind, p), moment in self._earliest(conn, kinds).items() if moment <= now)
        rows: list[sa.RowMapping] = []
        for priority, kind in due:
            asked = of_sender | {"kind": kind, "priority": priority, "now": now, "most": limit - len(rows)}
            rows += conn.execute(query, asked).mappings().all() if len(rows) < limit else []
        return [self._lease(conn, row, now) for row in rows]

    def _lease(self, conn: sa.Connection, row: sa.RowMapping, now: dt.datetime) -> Claim:
        until = now + dt.timedelta(seconds=self.lease_seconds)
        lapsed = row["lease_until"] is not None
        first = row["first_claimed_at"] or now
        held = {"lease_until": until, "not_before": until, "attempt": row["attempt"] + 1, "first_claimed_at": first}
        conn.execute(self._asked.lease, held | {"this": row["id"]})
        return Claim(
            id=row["id"], key=row["key"], kind=row["kind"], lane=row["lane"], body=row["body"],
            sender=row["sender"], attempt=row["attempt"] + 1, maybe_done=lapsed or row["uncertain"],
            first_claimed_at=first, lease_until=until,
        )  # fmt: skip

    def finish(self, conn: sa.Connection, claim: Claim, outcome: Outcome) -> bool:
        """Writes what became of the attempt; False (and nothing changed) where the attempt is no longer ours.

        The outcome's own changes run first, so that locks are taken in the common order; the caller must let a
        False roll back its transaction (`settle` does).
        """
        if outcome.apply is not None:
            outcome.apply(conn)
        now, query = self.db.now(conn), self._asked.finish
        values: dict[str, Any] = {"this": claim.id, "mine": claim.attempt, "lease_until": None, "error": None}
        match outcome:
            case Done():
                values |= {"state": "done", "done_at": now}
            case Park(error=error):
                values |= {"state": "parked", "done_at": now, "error": error[:2000]}
            case Retry(error=error, after_seconds=after) | Uncertain(error=error, after_seconds=after):
                wait = backoff_seconds(claim.attempt) if after is None else after
                values |= {"not_before": now + dt.timedelta(seconds=wait), "error": error[:2000]}
                values["uncertain"] = isinstance(outcome, Uncertain)
                query = self._asked.again
        return conn.execute(query, values).rowcount == 1

    async def settle(self, claim: Claim, outcome: Outcome) -> bool:
        """`finish` in a transaction of its own; False where another process has taken the effect over.

        Wakes the workers only where that leaves something to do: this effect again, or the next of its lane.
        """

        def work(conn: sa.Connection) -> None:
            if not self.finish(conn, claim, outcome):
                raise LostLease(claim.key, claim.attempt)
            kind = self._next_in_lane(conn, claim.lane)
            if kind is not None:
                self.db.announce(conn, self.topic(kind))

        try:
            await self.db.write(work)
        except LostLease:
            return False
        return True

    def _next_in_lane(self, conn: sa.Connection, lane: str) -> str | None:
        kind: str | None = conn.execute(self._asked.next_in_lane, {"lane": lane}).scalar()
        return kind

    def release(self, conn: sa.Connection, key: str, *, resume_at: dt.datetime | None = None) -> bool:
        """Makes a waiting effect due now (or at `resume_at`), without touching one that is leased."""
        t = self.table
        waiting = sa.update(t).where(t.c.key == key, t.c.state == "ready", t.c.lease_until.is_(None))
        kind = conn.execute(waiting.values(not_before=resume_at or self.db.now(conn)).returning(t.c.kind)).scalar()
        if kind is not None:
            self.db.announce(conn, self.topic(kind))
        return kind is not None

    def count(self, conn: sa.Connection, state: Literal["ready", "parked"]) -> int:
        """How many effects are in that state."""
        this = self.table.c.state == sa.literal_column(f"'{state}'")
        return int(conn.execute(sa.select(sa.func.count()).select_from(self.table).where(this)).scalar_one())

    def purge(self, conn: sa.Connection, before: dt.datetime, limit: int) -> int:
        """Deletes up to `limit` effects that were done before that moment; how many. What is parked stays."""
        t = self.table
        done = sa.select(t.c.id).where(t.c.state == sa.literal_column("'done'"), t.c.done_at < before)
        oldest = done.order_by(t.c.done_at).limit(limit)
        return conn.execute(sa.delete(t).where(t.c.id.in_(oldest))).rowcount

    def next_due(self, conn: sa.Connection, kinds: Collection[str]) -> dt.datetime | None:
        """The earliest moment at which something here may become claimable; None for nothing waiting."""
        return min(self._earliest(conn, kinds).values(), default=None)

    def _earliest(self, conn: sa.Connection, kinds: Collection[str]) -> dict[tuple[str, int], dt.datetime]:
        """The earliest moment at which something may become claimable, by kind and priority."""
        found = conn.execute(self._asked.heads(tuple(sorted(kinds)))).all() if kinds else []
        return {(kind, priority): moment for kind, priority, moment in found}


class LostLease(Exception):
    """Another process holds a newer attempt at this effect."""

    def __init__(self, key: str, attempt: int) -> None:
        super().__init__(f"attempt {attempt} at {key} is no longer ours")
        self.key = key
        self.attempt = attempt


def backoff_seconds(attempt: int) -> float:
    """1, 2, 4, ... seconds after the first, second, third attempt; at most a minute."""
    return float(min(2.0 ** (attempt - 1), BACKOFF_SECONDS_MAX))
