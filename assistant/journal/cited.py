"""Where the library was used: which of its sections the replies cite, and in which dreams."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from assistant.journal.database import Database
from assistant.journal.tables import CitedSection, Conversation, TurnRow


class Use(NamedTuple):
    """That a reply of a dream's conversation cites a section."""

    section: str
    dream: int
    night: date


class Cited:
    """The sections that the replies of one journal cite. Every method takes the visitor, and sees nothing of anybody else's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sections(self, visitor: str) -> dict[str, int]:
        """Each section that was cited, with the number of dreams in whose conversations it was."""
        dreams = func.count(func.distinct(TurnRow.conversation_id))
        asked = _of(visitor, CitedSection.section, dreams).group_by(CitedSection.section)
        with self._database.session() as session:
            return {row[0]: row[1] for row in session.execute(asked)}

    def uses(self, visitor: str, sections: Collection[str]) -> list[Use]:
        """The dreams in whose conversations these sections were cited, the latest night first."""
        asked = _of(visitor, CitedSection.section, Conversation.id, Conversation.night).distinct()
        asked = asked.where(CitedSection.section.in_(sections))
        with self._database.session() as session:
            return [
                Use(*row) for row in session.execute(asked.order_by(Conversation.night.desc(), Conversation.id.desc()))
            ]


def _of(visitor: str, *columns: Any) -> Select[*tuple[Any, ...]]:
    cited = select(*columns).select_from(CitedSection).join(TurnRow).join(Conversation)
    return cited.where(Conversation.visitor_id == visitor)
