"""Migrations: how the tables of one release become those of the next; `cloudfair.store.migrating` applies them.

A revision is a file in `versions`, numbered on. A test holds that together they make the tables of
`cloudfair.store.tables`.
"""

HEAD = "0009"
"""The revision that this release's tables are of; known here, as loading Alembic takes a quarter of a second."""
BASELINE = "0001"
"""The revision of tables that were made before there were migrations."""
