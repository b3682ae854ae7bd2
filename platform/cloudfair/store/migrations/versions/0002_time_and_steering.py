"""Time travel and steering: segments found by their time, the shape of checkpoints, commands, pace and fault."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Extend the tables; kept checkpoints are of an unknown shape, and are made anew when their run is read."""
    op.create_index("segment_moment", "segment", ["run_id", "first_at_ms", "first"], if_not_exists=True)
    op.add_column("checkpoint", sa.Column("shape", sa.String(), nullable=False, server_default=""))
    op.add_column("run", sa.Column("pace", sa.String()))
    op.add_column("run", sa.Column("fault", sa.Text()))
    op.create_table(
        "command",
        sa.Column("run_id", sa.String(), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
        sa.Column("applied_at_ms", sa.BigInteger()),
        sa.Column("refused", sa.Text()),
    )
