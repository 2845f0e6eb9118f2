"""Alembic's entry: runs on the connection that `durable.migrate` hands over."""

from durable.migrate import run_env

run_env()
