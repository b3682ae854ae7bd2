"""What CloudEvents said that were taken in, so that an id which comes again with another content is noticed."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    """Add the column, empty for those of which nobody kept what they said."""
    op.add_column("received", sa.Column("content", sa.String(), nullable=False, server_default=""))
