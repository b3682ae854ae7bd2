"""Checksums of the record of what the publisher has published: one that is too high would lose events."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    """Add the column, empty for rows without a checksum; the next page that is published writes its."""
    op.add_column("publication", sa.Column("sha256", sa.String(), nullable=False, server_default=""))
