"""Alembic's entry point."""

from durable.migrate import run_env

run_env()
