"""Runs whose player is not heard of any more: when it last was."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Add the column; when players were heard of before nobody has noted."""
    op.add_column("run", sa.Column("heard_at", sa.DateTime(timezone=True)))
