"""The migrations of each package make the tables that its code uses, and nothing else; and can be taken back."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from durable.database import Database
from durable.migrate import is_current, migrate, version_table

PREFIXES = {"bot": ("bot_",), "payments": ("pay_", "sandbox_charge")}


def ours(package: str, name: str) -> bool:
    return name.startswith(PREFIXES[package]) and name not in {version_table(p) for p in PREFIXES}


@pytest.mark.parametrize("package", sorted(PREFIXES))
async def test_the_migrated_tables_are_those_of_the_code(database: Database, package: str) -> None:
    metadata: sa.MetaData = importlib.import_module(f"{package}.tables").METADATA

    def work(conn: sa.Connection) -> list[Any]:
        options = {"include_name": lambda name, kind, _: kind != "table" or ours(package, name)}
        return list(compare_metadata(MigrationContext.configure(conn, opts=options), metadata))

    assert await database.write(work) == []
    assert all(ours(package, name) for name in metadata.tables), "every table has its package's prefix"


@pytest.mark.parametrize("package", sorted(PREFIXES))
async def test_migrating_again_changes_nothing(database: Database, package: str) -> None:
    before = await database.write(lambda conn: sorted(sa.inspect(conn).get_table_names()))
    migrate(database, package)
    assert await database.write(lambda conn: is_current(conn, package))
    assert await database.write(lambda conn: sorted(sa.inspect(conn).get_table_names())) == before
