"""Applies migrations within the transaction that `cloudfair.store.migrating` opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
