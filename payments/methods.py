"""Saved payment methods. The gateway's token goes in and to the gateway, and never out again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from durable.ambient import Ids
from payments import tables as t
from payments.card_numbers import card_number_like
from payments.contract import Method, NewMethod
from payments.errors import Malformed, MethodUnknown
from payments.history import Actor, record
from payments.quoting import month

_PUBLIC = [column for column in t.method.c if column.name != "token"]
"""What is read: a row that holds no token can be shown, logged and passed on."""

# What every payment asks: built once, as building a statement costs more than running it.
_m = t.method.c
_THIS: sa.BindParameter[str] = sa.bindparam("this")
_OF: sa.BindParameter[str] = sa.bindparam("of")
_READ = sa.select(*_PUBLIC)
_SAVED = _READ.where(_m.account == _OF, _m.removed_at.is_(None)).order_by(_m.is_default.desc(), _m.position)
_BY_ID = _READ.where(_m.id == _THIS)
_BY_IDS = _READ.where(_m.id.in_(sa.bindparam("these", expanding=True)))
_FIND = _READ.where(_m.id == _THIS, _m.account == _OF, _m.removed_at.is_(None))
_TOKEN = sa.select(_m.token).where(_m.id == _THIS)


def saved(conn: sa.Connection, account: str, today: dt.date) -> tuple[Method, ...]:
    """Default first, then as they were added; `today` (the account's) decides whether a card has expired."""
    return tuple(wire(row, today) for row in conn.execute(_SAVED, {"of": account}))


def wire(row: sa.Row[tuple[object, ...]], today: dt.date) -> Method:
    """A row as callers see it: without the token."""
    return Method(
        id=row.id, kind=row.kind, brand=row.brand, bank=row.bank, type=row.type, last4=row.last4, expires=row.expires,
        default=row.is_default, usable=usable(row, today),
    )  # fmt: skip


def usable(row: sa.Row[tuple[object, ...]], on: dt.date) -> bool:
    """Not removed, and not a card past the last month in which it works."""
    return row.removed_at is None and (row.expires is None or row.expires >= month(on))


def by_id(conn: sa.Connection, method: str) -> sa.Row[tuple[object, ...]]:
    """The row, removed or not; raises `MethodUnknown`."""
    row = conn.execute(_BY_ID, {"this": method}).first()
    if row is None:
        raise MethodUnknown
    return row


def by_ids(conn: sa.Connection, ids: Collection[str]) -> Sequence[sa.Row[tuple[object, ...]]]:
    """Those rows, removed or not."""
    return conn.execute(_BY_IDS, {"these": sorted(ids)}).all()


def token(conn: sa.Connection, method: str) -> str:
    """The gateway's token, for the gateway alone."""
    found: str = conn.execute(_TOKEN, {"this": method}).scalar_one()
    return found


def find(conn: sa.Connection, account: str, method: str) -> sa.Row[tuple[object, ...]]:
    """A saved method of that account; raises `MethodUnknown`."""
    row = conn.execute(_FIND, {"this": method, "of": account}).first() if "\x00" not in method else None
    if row is None:
        raise MethodUnknown
    return row


def add(
    conn: sa.Connection, account: str, new: NewMethod, *, actor: Actor, now: dt.datetime, ids: Ids
) -> sa.Row[tuple[object, ...]]:
    """Saves a method; the same token again is the same method. The first one of an account is its default.

    Runs under the account's lock. Raises `Malformed` for a token that is really a card number.
    """
    if card_number_like(new.token):
        raise Malformed("token must be the gateway's token, never a card number")
    m = t.method.c
    described = description(new)
    known = conn.execute(sa.select(*_PUBLIC).where(m.account == account, m.token == new.token)).first()
    others = sa.select(m.id).where(m.account == account, m.removed_at.is_(None)).limit(1)
    default = new.default or conn.execute(others).first() is None
    if known is None:
        method = ids.new("pm")
        position = conn.execute(sa.select(sa.func.count()).where(m.account == account)).scalar_one()
        row = {"id": method, "account": account, "token": new.token, "position": position, "added_at": now}
        conn.execute(sa.insert(t.method).values(row | described))
    else:
        method = known.id
        conn.execute(sa.update(t.method).where(m.id == method).values(removed_at=None, **described))
    if default:
        _mark_default(conn, account, method)
    record(conn, account=account, subject=method, event="method_added", actor=actor, at=now)
    return find(conn, account, method)


def remove(conn: sa.Connection, account: str, method: str, *, actor: Actor, now: dt.datetime) -> None:
    """Forgets a method for new payments; one under way goes on. Raises `MethodUnknown`."""
    find(conn, account, method)
    values = {"removed_at": now, "is_default": False}
    conn.execute(sa.update(t.method).where(t.method.c.id == method).values(values))
    record(conn, account=account, subject=method, event="method_removed", actor=actor, at=now)


def make_default(
    conn: sa.Connection, account: str, method: str, *, actor: Actor, now: dt.datetime
) -> sa.Row[tuple[object, ...]]:
    """The method that is used unless another is named. Raises `MethodUnknown`."""
    find(conn, account, method)
    _mark_default(conn, account, method)
    record(conn, account=account, subject=method, event="method_made_default", actor=actor, at=now)
    return find(conn, account, method)


def description(new: NewMethod) -> dict[str, str | None]:
    """What is kept of a method beside its token: a card has no bank, a bank account no brand and no expiry."""
    card = new.kind == "card"
    return {
        "kind": new.kind, "brand": new.brand if card else None, "bank": None if card else new.bank, "type": new.type,
        "last4": new.last4, "expires": new.expires if card else None,
    }  # fmt: skip


def _mark_default(conn: sa.Connection, account: str, method: str) -> None:
    m = t.method.c
    conn.execute(sa.update(t.method).where(m.account == account).values(is_default=m.id == method))
