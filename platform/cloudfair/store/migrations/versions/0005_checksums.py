"""Checksums of checkpoints, runs and commands, and a record of what the publisher has published."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Add the columns, empty for rows without a checksum, and the table.

    A checkpoint without a checksum is not read: it is made again from the log when its run is loaded.
    """
    for table in ("checkpoint", "run", "command"):
        op.add_column(table, sa.Column("sha256", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "publication",
        sa.Column("run_id", sa.String(), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("destination", sa.String(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
