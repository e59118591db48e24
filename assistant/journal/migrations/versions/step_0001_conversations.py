"""The first journal: visitors, conversations, turns. One that was made before steps were recorded has these already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables that are not there."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "visitors" not in there:
        op.create_table(
            "visitors",
            sa.Column("id", sa.String, primary_key=True),
            sa.Column("created", sa.DateTime, nullable=False),
            sa.Column("voice", sa.String, nullable=False),
        )
    if "chosen_countries" not in there:
        op.create_table(
            "chosen_countries",
            sa.Column("visitor_id", sa.String, sa.ForeignKey("visitors.id", ondelete="CASCADE"), primary_key=True),
            sa.Column("country", sa.String, nullable=False),
        )
    if "conversations" not in there:
        op.create_table(
            "conversations",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("visitor_id", sa.String, sa.ForeignKey("visitors.id", ondelete="CASCADE"), nullable=False),
            sa.Column("created", sa.DateTime, nullable=False),
        )
        op.create_index("ix_conversations_visitor_id", "conversations", ["visitor_id"])
    if "turns" not in there:
        op.create_table(
            "turns",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(
                "conversation_id", sa.Integer, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
            ),
            sa.Column("created", sa.DateTime, nullable=False),
            sa.Column("message", sa.String, nullable=False),
            sa.Column("answer", sa.String),
        )
        op.create_index("ix_turns_conversation_id", "turns", ["conversation_id"])
