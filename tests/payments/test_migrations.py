"""The migrations make the tables that the code uses, and nothing else; and can be taken back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from durable.database import Database
from durable.migrate import migrate, version_table
from payments.migrations import HEAD
from payments.migrations.versions import v0001_first_tables
from payments.tables import METADATA


async def test_the_migrated_tables_are_those_of_the_code(database: Database) -> None:
    migrate(database, "payments")
    migrate(database, "payments")

    def work(conn: sa.Connection) -> list[Any]:
        only_ours = {"include_name": lambda name, kind, _: kind != "table" or name != version_table("payments")}
        return list(compare_metadata(MigrationContext.configure(conn, opts=only_ours), METADATA))

    assert await database.write(work) == []
    assert v0001_first_tables.revision == HEAD


async def test_every_table_but_the_gateways_own_has_our_prefix(database: Database) -> None:
    migrate(database, "payments")
    names = await database.write(lambda conn: set(sa.inspect(conn).get_table_names()))
    assert names - {version_table("payments")} == set(METADATA.tables)
    assert {name for name in METADATA.tables if not name.startswith("pay_")} == {"sandbox_charge"}
