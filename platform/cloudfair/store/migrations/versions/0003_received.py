"""CloudEvents of other producers: which were taken in, so that none is taken in twice."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Add the table; what was taken in before there was none."""
    op.create_table(
        "received",
        sa.Column("run_id", sa.String(), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
    )
