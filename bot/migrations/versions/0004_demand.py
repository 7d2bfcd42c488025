"""searches that found nothing, counted"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "demand",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("criteria", sa.String(length=1000), nullable=False),
        sa.Column("relaxed", sa.String(length=200), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.UniqueConstraint("month", "kind", "place", "language", "criteria", "relaxed"),
    )


def downgrade() -> None:
    op.drop_table("demand")
