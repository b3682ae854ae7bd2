"""Players that take a run up: two that play one run at once would both write its log."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    """Add the column; nobody has taken up the runs that are there."""
    op.add_column("run", sa.Column("player", sa.Integer(), nullable=False, server_default="0"))
