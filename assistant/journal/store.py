"""Visitors, conversations and turns, written as they happen.

A message is written before any model is asked, its reply when it is finished, so no failure in between loses a word.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, func, select, update

from assistant.journal.cited import Cited
from assistant.journal.database import JOURNAL, Database, owned, storable
from assistant.journal.dreams import FIRST_MESSAGE, Dreams, own_words, told_by
from assistant.journal.records import (
    KeptConversation,
    KeptCorrection,
    KeptTurn,
    answer_to_json,
    for_later,
    sections_cited,
)
from assistant.journal.tables import (
    ChosenCountry,
    CitedSection,
    Conversation,
    Correction,
    Fit,
    Mark,
    ReadDream,
    TurnRow,
    Visitor,
)
from assistant.types import Turn

__all__ = ["JOURNAL", "Journal"]


class Journal:
    """What one data folder keeps. Every method takes the visitor, and touches nothing of anybody else's.

    ``dreams`` has what is kept beside the conversations, ``cited`` where the library was used. Raises StorageError where the disk refuses, ConversationError where
    a conversation is not the visitor's, and UsageError where there is no such database as the URL names.
    """

    def __init__(self, data_dir: Path, database_url: str = "") -> None:
        self._database = Database(data_dir, database_url)
        self.dreams = Dreams(self._database)
        self.cited = Cited(self._database)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def start_conversation(self, visitor: str) -> int:
        """A new, empty conversation of the visitor's; its id."""
        self._add_visitor(visitor)
        now = _now()
        with self._database.session() as session:
            conversation = Conversation(visitor_id=visitor, created=now, night=now.astimezone().date())
            session.add(conversation)
            session.flush()
            return conversation.id

    def record_message(self, visitor: str, conversation_id: int, message: str) -> int:
        """Keep what the visitor wrote, before anything is made of it; the turn's id."""
        with self._database.session() as session:
            conversation = owned(session, visitor, conversation_id)
            row = TurnRow(conversation_id=conversation.id, created=_now(), message=storable(message))
            session.add(row)
            session.execute(delete(ReadDream).where(ReadDream.conversation_id == conversation_id))
            session.flush()
            return row.id

    def record_answer(self, visitor: str, turn_id: int, turn: Turn) -> None:
        """Keep the finished reply of a turn; a turn that was deleted meanwhile stays deleted."""
        with self._database.session() as session:
            row = session.get(TurnRow, turn_id)
            if row is not None and row.conversation.visitor_id == visitor:
                answer = {**answer_to_json(turn), **for_later(turn)}
                row.answer = storable(json.dumps(answer, ensure_ascii=False))
                row.cited = _cited(answer)

    def drop_turns_from(self, visitor: str, conversation_id: int, turn_id: int) -> None:
        """Take back a turn and all after it (undo, retry, edit)."""
        with self._database.session() as session:
            owned(session, visitor, conversation_id)
            session.execute(delete(TurnRow).where(TurnRow.conversation_id == conversation_id, TurnRow.id >= turn_id))
            for table in (ReadDream, Mark):
                session.execute(delete(table).where(table.conversation_id == conversation_id))
        self._database.empty_log(must=False)

    def conversation(self, visitor: str, conversation_id: int) -> KeptConversation:
        """One conversation of the visitor's."""
        with self._database.session() as session:
            return _kept(owned(session, visitor, conversation_id))

    def latest(self, visitor: str) -> KeptConversation | None:
        """The visitor's conversation that was begun last, of those that hold a message."""
        with self._database.session() as session:
            row = session.scalars(told_by(visitor).order_by(Conversation.id.desc()).limit(1)).first()
            return _kept(row) if row else None

    def conversations(self, visitor: str) -> list[KeptConversation]:
        """All conversations of the visitor's that hold at least one message, oldest first."""
        with self._database.session() as session:
            return [_kept(row) for row in session.scalars(told_by(visitor).order_by(Conversation.id))]

    def told_first(self, visitor: str, messages: Collection[str], count: int = 50) -> list[KeptConversation]:
        """The latest of the visitor's conversations that begin with one of these messages, newest first."""
        asked = told_by(visitor).where(FIRST_MESSAGE.in_(map(storable, messages)))
        with self._database.session() as session:
            return [_kept(row) for row in session.scalars(asked.order_by(Conversation.id.desc()).limit(count))]

    def start_from(self, visitor: str, turns: Sequence[KeptTurn]) -> int:
        """A new conversation of the visitor's that begins with these turns of another one; its id."""
        self._add_visitor(visitor)
        with self._database.session() as session:
            row = _row(visitor, KeptConversation(0, _now(), tuple(turns)))
            session.add(row)
            session.flush()
            return row.id

    def restore(self, visitor: str, conversations: Sequence[KeptConversation]) -> int:
        """Add conversations that were exported, with their dates: all of them or, where one fails, none.

        The number of those that were added; one that begins in the same minute with the same words is there already.
        """
        self._add_visitor(visitor)
        with self._database.session() as session:
            asked = told_by(visitor).with_only_columns(Conversation.created, FIRST_MESSAGE)
            there = {(_minute(created), message) for created, message in session.execute(asked)}
            added = 0
            for conversation in conversations:
                key = (
                    (_minute(conversation.created), storable(conversation.turns[0].message))
                    if conversation.turns
                    else None
                )
                if key is None or key in there:
                    continue
                there.add(key)
                session.add(_row(visitor, conversation))
                added += 1
        return added

    def delete_conversation(self, visitor: str, conversation_id: int) -> None:
        """Forget one conversation."""
        with self._database.session() as session:
            session.delete(owned(session, visitor, conversation_id))
        self._database.leave_no_trace()

    def delete_visitors(self, *visitors: str) -> int:
        """Forget everything of these visitors; the number of conversations that were deleted."""
        with self._database.session() as session:
            of_theirs = Conversation.visitor_id.in_(visitors)
            count = session.scalar(select(func.count()).select_from(Conversation).where(of_theirs)) or 0
            session.execute(delete(Conversation).where(of_theirs))
            session.execute(delete(ChosenCountry).where(ChosenCountry.visitor_id.in_(visitors)))
            session.execute(delete(Visitor).where(Visitor.id.in_(visitors)))
        self._database.leave_no_trace()
        return count

    def visitors(self) -> list[str]:
        """The ids of all visitors, for the owner's own export and deletion."""
        with self._database.session() as session:
            return list(session.scalars(select(Visitor.id).order_by(Visitor.created)))

    def voice_of(self, visitor: str) -> str:
        """Who answers this visitor by their own choice; "" where they chose nothing."""
        with self._database.session() as session:
            row = session.get(Visitor, visitor)
            return row.voice if row else ""

    def choose_voice(self, visitor: str, voice: str) -> None:
        """Keep the visitor's choice of who answers."""
        self._add_visitor(visitor)
        with self._database.session() as session:
            session.execute(update(Visitor).where(Visitor.id == visitor).values(voice=voice))

    def country_of(self, visitor: str) -> str | None:
        """The two letters of the country that this visitor chose, "" for none of them; None where they chose nothing."""
        with self._database.session() as session:
            row = session.get(ChosenCountry, visitor)
            return row.country if row else None

    def choose_country(self, visitor: str, country: str) -> None:
        """Keep the visitor's choice of the country whose help line is named."""
        self._add_visitor(visitor)
        with self._database.session() as session:
            session.merge(ChosenCountry(visitor_id=visitor, country=country))

    def _add_visitor(self, visitor: str) -> None:
        self._database.add_if_new(Visitor(id=visitor, created=_now(), voice=""), visitor)


def _now() -> datetime:
    return datetime.now(UTC)


def _minute(moment: datetime) -> datetime:
    """What an exported Markdown file says of it."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _kept(row: Conversation) -> KeptConversation:
    turns = tuple(
        KeptTurn(
            turn.id,
            turn.created,
            turn.message,
            json.loads(turn.answer) if turn.answer else None,
            {fit.marker: fit.fits for fit in turn.fits},
        )
        for turn in row.turns
    )
    corrections = tuple(KeptCorrection(one.kind, one.said, one.instead) for one in row.corrections)
    return KeptConversation(row.id, row.created, turns, row.night, own_words(row), corrections)


def _row(visitor: str, kept: KeptConversation) -> Conversation:
    night = kept.night or kept.created.astimezone().date()
    own = {name: storable(said) for name, said in asdict(kept.own).items()}
    row = Conversation(visitor_id=visitor, created=kept.created, night=night, **own)
    row.corrections = [
        Correction(kind=one.kind, said=storable(one.said), instead=storable(one.instead)) for one in kept.corrections
    ]
    row.turns = [
        TurnRow(
            created=turn.created,
            message=storable(turn.message),
            answer=storable(json.dumps(turn.answer, ensure_ascii=False)) if turn.answer else None,
            fits=[Fit(marker=marker, fits=fits) for marker, fits in turn.fits.items()],
            cited=_cited(turn.answer),
        )
        for turn in kept.turns
    ]
    return row


def _cited(answer: object) -> list[CitedSection]:
    return [CitedSection(section=storable(section)) for section in sections_cited(answer)]
