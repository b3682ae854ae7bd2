"""Checksums of what changes about a run, and of the keys of CloudEvents that were taken in."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Add the columns, empty for rows without a checksum; the next batch of a run writes its."""
    op.add_column("run", sa.Column("state_sha256", sa.String(), nullable=False, server_default=""))
    op.add_column("received", sa.Column("sha256", sa.String(), nullable=False, server_default=""))
