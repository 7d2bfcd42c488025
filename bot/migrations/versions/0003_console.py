"""notes, tags, reviews, second factor, statistics, jobs; what the visitor's link said"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table, column in (
        ("conversations", sa.Column("campaign", sa.String(length=40))),
        ("conversations", sa.Column("persona", sa.String(length=40))),
        ("users", sa.Column("language", sa.String(length=8))),
        ("users", sa.Column("totp_secret", sa.String(length=64))),
        ("users", sa.Column("totp_step", sa.Integer())),
        ("sessions", sa.Column("device", sa.String(length=80))),
    ):
        op.add_column(table, column)
    op.create_table(
        "case_notes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("case_number", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
    )
    op.create_index("ix_case_notes_case_number", "case_notes", ["case_number"])
    op.create_table(
        "case_tags",
        sa.Column("case_number", sa.String(length=12), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_number", "tag"),
    )
    op.create_index("ix_case_tags_tag", "case_tags", ["tag"])
    op.create_table(
        "reviews",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("intent", sa.String(length=80)),
        sa.Column("note", sa.Text()),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "seq"),
    )
    op.create_table(
        "talk_facts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
    )
    op.create_index("ix_talk_facts_day", "talk_facts", ["day"])
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(length=40), primary_key=True),
        sa.Column("ran_at", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    for name in ("jobs", "talk_facts", "reviews", "case_tags", "case_notes"):
        op.drop_table(name)
    for table, name in (
        ("sessions", "device"), ("users", "totp_step"), ("users", "totp_secret"), ("users", "language"),
        ("conversations", "persona"), ("conversations", "campaign"),
    ):  # fmt: skip
        op.drop_column(table, name)
