"""Which sections of the library each reply cites, to be found without reading the replies."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

AT_ONCE = 500  # turns


def upgrade() -> None:
    """Add the table, filled from the answers that are kept."""
    op.create_table(
        "cited_sections",
        sa.Column("turn_id", sa.Integer, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("section", sa.String, primary_key=True),
    )
    op.create_index("ix_cited_sections_section", "cited_sections", ["section"])
    connection = op.get_bind()
    asked = sa.text("SELECT id, answer FROM turns WHERE id > :after ORDER BY id LIMIT :most")
    kept = sa.text("INSERT INTO cited_sections (turn_id, section) VALUES (:turn_id, :section)")
    after = -1
    while turns := connection.execute(asked, {"after": after, "most": AT_ONCE}).all():
        rows = [{"turn_id": turn, "section": section} for turn, answer in turns for section in _cited(answer)]
        if rows:
            connection.execute(kept, rows)
        after = turns[-1].id


def _cited(answer: str | None) -> set[str]:
    """The sections that an answer cites; none where it cannot be read."""
    try:
        return {str(citation["section"]) for citation in json.loads(answer or "{}")["citations"]}
    except (ValueError, KeyError, TypeError):
        return set()
