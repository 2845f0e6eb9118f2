"""The payment service's migrations, in Alembic's layout."""

HEAD = "0001"
