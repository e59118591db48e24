"""Dreams that are kept: the night, the dreamer's own words about each, what fitted, what recurs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

OWN_WORDS = ("title", "day_before", "felt_on_waking", "felt_after", "note")


def upgrade() -> None:
    """Add them; the night of a dream told before is the day on which it was told."""
    op.add_column("conversations", sa.Column("night", sa.Date, nullable=False, server_default="1970-01-01"))
    for name in OWN_WORDS:
        op.add_column("conversations", sa.Column(name, sa.String, nullable=False, server_default=""))
    op.execute("UPDATE conversations SET night = date(created)")
    op.create_index("ix_conversations_nights", "conversations", ["visitor_id", "night", "id"])
    op.create_table(
        "fits",
        sa.Column("turn_id", sa.Integer, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("marker", sa.Integer, primary_key=True),
        sa.Column("fits", sa.Boolean, nullable=False),
    )
    op.create_table(
        "corrections",
        _of_a_conversation(),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("said", sa.String, primary_key=True),
        sa.Column("instead", sa.String, nullable=False),
    )
    op.create_table(
        "read_dreams",
        _of_a_conversation(),
        sa.Column("made_of", sa.String, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "marks",
        _of_a_conversation(),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
    )
    op.create_index("ix_marks_names", "marks", ["name", "kind"])


def _of_a_conversation() -> sa.Column[int]:
    return sa.Column(
        "conversation_id",
        sa.Integer,
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
