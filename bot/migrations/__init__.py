"""Alembic's migrations of the bot's tables."""

HEAD = "0001"
"""The newest revision; a test holds it equal to the newest file in `versions`."""
