"""Brings the tables of one package to their newest version, with Alembic.

Each package that owns tables has a `migrations` folder (Alembic's layout) and a version table of its own, so that
the bot and the payment service can live in one database or in two.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import sqlalchemy as sa

from durable.database import Database

LOCK_KEY = 7_242_001
"""PostgreSQL advisory lock: one process migrates, the others wait."""


def migrate(db: Database, package: str) -> None:
    """Upgrades the tables of `package` (an importable name, like "payments") to head.

    Does nothing, and does not even load Alembic, where they are there already. Raises
    `sqlalchemy.exc.OperationalError` where the database cannot be reached.
    """
    if not db.write_blocking(lambda conn: is_current(conn, package)):
        db.write_blocking(lambda conn: _upgrade(conn, package))


def is_current(conn: sa.Connection, package: str) -> bool:
    """Whether the tables of `package` are at their newest version."""
    head: str = import_module(f"{package}.migrations").HEAD
    return _version(conn, package) == head


def _version(conn: sa.Connection, package: str) -> str | None:
    table = version_table(package)
    if not sa.inspect(conn).has_table(table):
        return None
    return conn.execute(sa.select(sa.column("version_num")).select_from(sa.table(table))).scalar()


def version_table(package: str) -> str:
    """The name of the table that holds the package's version."""
    return f"{package}_version"


def _upgrade(conn: sa.Connection, package: str) -> None:
    from alembic import command
    from alembic.config import Config

    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    folder = Path(str(import_module(f"{package}.migrations").__file__)).parent
    config = Config(attributes={"connection": conn, "version_table": version_table(package)})
    config.set_main_option("script_location", str(folder))
    command.upgrade(config, "head")


def run_env() -> None:
    """The body of every `migrations/env.py`: runs on the connection that `migrate` handed over."""
    from alembic import context

    options = context.config.attributes
    context.configure(
        connection=options["connection"],
        version_table=options["version_table"],
        target_metadata=options.get("metadata"),
        render_as_batch=True,
    )
    context.run_migrations()
