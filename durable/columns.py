"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB


class Utc(sa.types.TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC. SQLite stores it as a sortable text, PostgreSQL as timestamptz.

    Refuses a naive datetime with `ValueError`.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


JsonDict: sa.types.TypeEngine[Any] = sa.JSON().with_variant(JSONB(), "postgresql")
"""A JSON object."""

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A primary key that the database counts up."""
