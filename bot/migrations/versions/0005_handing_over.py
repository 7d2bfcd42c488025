"""notifications, presence, availability; what a case knows besides"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Column by column: building the table anew, as batch mode does on SQLite, would delete what hangs on its rows.
    for column in (
        sa.Column("place", sa.String(length=60)),
        sa.Column("facts", sa.Text()),
        sa.Column("notify", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("live_at", sa.Float()),
        sa.Column("live_until", sa.Float()),
        sa.Column("taken_at", sa.Float()),
        sa.Column("agreed", sa.Text()),
    ):
        op.add_column("cases", column)
    op.execute("ALTER TABLE cases ADD COLUMN last_owner_id INTEGER REFERENCES users (id)")
    op.add_column("messages", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(length=120), nullable=False, unique=True),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("case_number", sa.String(length=12), nullable=False),
        sa.Column("team", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("claimed_by", sa.String(length=40)),
        sa.Column("claimed_until", sa.Float()),
        sa.Column("done_at", sa.Float()),
        sa.Column("error", sa.String(length=300)),
        sa.Column("reference", sa.String(length=60)),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], ondelete="CASCADE"),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "next_at"])
    op.create_index("ix_outbox_case_number", "outbox", ["case_number"])
    op.create_table(
        "presence",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "who", "worker"),
    )
    op.create_index("ix_presence_worker", "presence", ["worker"])
    op.create_table(
        "availability",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )


def downgrade() -> None:
    for name in ("availability", "presence", "outbox"):
        op.drop_table(name)
    op.drop_column("messages", "tries")
    for name in ("last_owner_id", "agreed", "taken_at", "live_until", "live_at", "notify", "facts", "place"):
        op.drop_column("cases", name)
