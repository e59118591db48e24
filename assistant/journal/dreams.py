"""Dreams as a person looks back at them: listed, searched, with their own words, what fitted, and what each holds of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, delete, extract, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from assistant.journal.database import Database, owned, storable
from assistant.journal.records import KeptConversation, OwnWords
from assistant.journal.tables import Conversation, Correction, Fit, Mark, ReadDream, TurnRow

BEGINNING = 300  # characters of the first message that a list shows
MOST_ASKED_AT_ONCE = 500  # ids in one question to the database


class MarkKind(StrEnum):
    """What may recur."""

    THEME = "theme"  # the id of an article of the library
    IMAGE = "image"
    PERSON = "person"
    FEELING = "feeling"


@dataclass(frozen=True, slots=True)
class Entry:
    """A dream in a list. ``beginning`` are the first words of its telling; ``messages`` counts what the dreamer said."""

    id: int
    night: date
    own: OwnWords
    beginning: str
    messages: int
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """That a dream holds something that others may hold as well."""

    conversation: int
    night: date
    kind: MarkKind
    name: str


class Dreams:
    """The dreams of one journal. Every method takes the visitor, and touches nothing of anybody else's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- looking back --------------------------------------------------------------------------------------------

    def count(self, visitor: str) -> int:
        """How many there are."""
        with self._database.session() as session:
            return session.scalar(told_by(visitor).with_only_columns(func.count())) or 0

    def entries(self, visitor: str, *, count: int, before: tuple[date, int] | None = None) -> list[Entry]:
        """The latest ones, newest first; ``before`` is the night and id of the last one that was seen already."""
        asked = _entries(visitor).order_by(Conversation.night.desc(), Conversation.id.desc()).limit(count)
        if before:
            asked = asked.where(tuple_(Conversation.night, Conversation.id) < tuple_(*before))
        with self._database.session() as session:
            return [_entry(*row) for row in session.execute(asked)]

    def entries_of(self, visitor: str, ids: Collection[int]) -> dict[int, Entry]:
        """Those of these ids that are the visitor's."""
        found: dict[int, Entry] = {}
        wanted = list(ids)
        with self._database.session() as session:
            for start in range(0, len(wanted), MOST_ASKED_AT_ONCE):
                some = wanted[start : start + MOST_ASKED_AT_ONCE]
                for row in session.execute(_entries(visitor).where(Conversation.id.in_(some))):
                    found[row[0]] = _entry(*row)
        return found

    def nights(self, visitor: str) -> list[tuple[int, date, str]]:
        """Each dream's id, night and day before, oldest first."""
        asked = told_by(visitor).with_only_columns(Conversation.id, Conversation.night, Conversation.day_before)
        with self._database.session() as session:
            rows = session.execute(asked.order_by(Conversation.night, Conversation.id))
            return [(id, night, day_before) for id, night, day_before in rows]

    def with_words(self, visitor: str, words: Sequence[str]) -> list[int]:
        """The ids of the dreams in whose telling, talk, title or note every one of these words stands; newest first."""
        with self._database.session() as session:
            asked = told_by(visitor).with_only_columns(Conversation.id)
            found = list(session.scalars(asked.order_by(Conversation.night.desc(), Conversation.id.desc())))
            for word in words:
                with_it = self._with_word(session, visitor, word)
                found = [conversation for conversation in found if conversation in with_it]
        return found

    def _with_word(self, session: Session, visitor: str, word: str) -> set[int]:
        """The database compares letters without regard to case in ASCII only; any other word is looked for here."""
        own = (Conversation.title, Conversation.note, Conversation.felt_on_waking, Conversation.felt_after)
        asked = select(Conversation.id, *own).where(Conversation.visitor_id == visitor)
        said = (
            select(TurnRow.conversation_id, TurnRow.message)
            .join(Conversation)
            .where(Conversation.visitor_id == visitor)
        )
        if word.isascii():
            asked = asked.where(or_(*(column.icontains(word, autoescape=True) for column in own)))
            said = said.where(TurnRow.message.icontains(word, autoescape=True))
            return {*session.scalars(asked), *session.scalars(said)}
        wanted = word.casefold()
        rows = [*session.execute(asked), *session.execute(said)]
        return {row[0] for row in rows if any(wanted in text.casefold() for text in row[1:])}

    # ---- the dreamer's own words ---------------------------------------------------------------------------------

    def set_night(self, visitor: str, conversation: int, night: date) -> None:
        """Keep the day on which the dreamer woke from it."""
        with self._database.session() as session:
            owned(session, visitor, conversation).night = night

    def set_own(
        self, visitor: str, conversation: int, own: OwnWords, night: date, *, if_still: tuple[OwnWords, date]
    ) -> bool:
        """Keep what the dreamer added to a dream, if there still stands what they saw; whether it is kept."""
        seen, seen_night = if_still
        still = [getattr(Conversation, name) == said for name, said in asdict(seen).items()]
        said_now = {name: storable(said) for name, said in asdict(own).items()}
        with self._database.session() as session:
            owned(session, visitor, conversation)
            changing = update(Conversation).where(
                Conversation.id == conversation, Conversation.night == seen_night, *still
            )
            done = session.execute(changing.values(**said_now, night=night)).rowcount == 1  # type: ignore[attr-defined]
        self._database.empty_log(must=False)
        return done

    def set_fit(self, visitor: str, conversation: int, turn_id: int, marker: int, fits: bool | None) -> None:
        """Keep that a reading fits or does not; None takes the word back. A turn that is not there is passed over."""
        with self._database.session() as session:
            owned(session, visitor, conversation)
            session.execute(delete(Fit).where(Fit.turn_id == turn_id, Fit.marker == marker, _is_in(conversation)))
            turn = session.get(TurnRow, turn_id)
            if fits is not None and turn is not None and turn.conversation_id == conversation:
                session.add(Fit(turn_id=turn_id, marker=marker, fits=fits))

    def correct(self, visitor: str, conversation: int, kind: str, said: str, instead: str) -> None:
        """Keep that something remembered was changed, or taken out with ``instead`` empty."""
        with self._database.session() as session:
            owned(session, visitor, conversation)
            for table in (ReadDream, Mark):  # what was taken out is not among what recurs
                session.execute(delete(table).where(table.conversation_id == conversation))
            session.merge(
                Correction(conversation_id=conversation, kind=kind, said=storable(said), instead=storable(instead))
            )
        self._database.empty_log(must=False)

    # ---- what recurs ---------------------------------------------------------------------------------------------

    def unread(self, visitor: str, made_of: str) -> list[int]:
        """The ids of the dreams that this reader has not read as they are now; newest first."""
        is_read = select(ReadDream.made_of).where(
            ReadDream.conversation_id == Conversation.id, ReadDream.made_of == made_of
        )
        asked = told_by(visitor).with_only_columns(Conversation.id).where(~is_read.exists())
        with self._database.session() as session:
            return list(session.scalars(asked.order_by(Conversation.night.desc(), Conversation.id.desc())))

    def is_read(self, visitor: str, conversation: int, made_of: str) -> bool:
        """Whether this reading has read the dream as it is now."""
        with self._database.session() as session:
            owned(session, visitor, conversation)
            row = session.get(ReadDream, conversation)
            return row is not None and row.made_of == made_of

    def keep_reading(
        self,
        visitor: str,
        kept: KeptConversation,
        made_of: str,
        marks: Iterable[tuple[MarkKind, str]],
        vector: NDArray[np.float32],
    ) -> None:
        """Keep what was read in a dream, in place of what was read before.

        ``kept`` is the conversation as it was read: if it has changed since, nothing is kept, and it is read anew the next time.
        """
        conversation = kept.id
        with self._database.session() as session:
            row = owned(session, visitor, conversation)
            corrections = {(one.kind, one.said, one.instead) for one in row.corrections}
            if [turn.id for turn in row.turns] != [turn.id for turn in kept.turns] or corrections != set(
                kept.corrections
            ):
                return
            for table in (Mark, ReadDream):
                session.execute(delete(table).where(table.conversation_id == conversation))
            rows = [
                {"conversation_id": conversation, "kind": kind.value, "name": storable(name)}
                for kind, name in dict.fromkeys(marks)
            ]
            if rows:
                session.execute(insert(Mark), rows)
            packed = np.asarray(vector, dtype=np.float16).tobytes()
            session.add(ReadDream(conversation_id=conversation, made_of=made_of, vector=packed))

    def marks(self, visitor: str, conversation: int | None = None) -> list[Marked]:
        """What recurs or may recur, oldest dream first; of one dream or of all."""
        asked = (
            select(Mark.conversation_id, Conversation.night, Mark.kind, Mark.name)
            .join(Conversation, Conversation.id == Mark.conversation_id)
            .where(Conversation.visitor_id == visitor)
            .order_by(Conversation.night, Conversation.id)
        )
        if conversation is not None:
            asked = asked.where(Mark.conversation_id == conversation)
        with self._database.session() as session:
            return [Marked(id, night, MarkKind(kind), name) for id, night, kind, name in session.execute(asked)]

    def shared(self, visitor: str, conversation: int) -> list[Marked]:
        """What the visitor's earlier dreams have in common with this one."""
        here, this = aliased(Mark), aliased(Conversation)
        asked = (
            select(Mark.conversation_id, Conversation.night, Mark.kind, Mark.name)
            .join(here, (here.kind == Mark.kind) & (here.name == Mark.name) & (here.conversation_id == conversation))
            .join(Conversation, Conversation.id == Mark.conversation_id)
            .join(this, this.id == here.conversation_id)
            .where(
                Conversation.visitor_id == visitor,
                this.visitor_id == visitor,
                tuple_(Conversation.night, Conversation.id) < tuple_(this.night, this.id),
            )
        )
        with self._database.session() as session:
            return [Marked(id, night, MarkKind(kind), name) for id, night, kind, name in session.execute(asked)]

    def names(self, visitor: str, kind: str = "") -> list[tuple[str, str, int]]:
        """All that dreams hold, of one kind or of any: its kind, its name, and in how many dreams it is. In no order."""
        asked = (
            select(Mark.kind, Mark.name, func.count())
            .join(Conversation, Conversation.id == Mark.conversation_id)
            .where(Conversation.visitor_id == visitor)
            .group_by(Mark.kind, Mark.name)
        )
        if kind:
            asked = asked.where(Mark.kind == kind)
        with self._database.session() as session:
            return [(kind, name, count) for kind, name, count in session.execute(asked)]

    def months(self, visitor: str, kind: str, names: Collection[str]) -> list[tuple[str, str, int]]:
        """In which months, such as "2026-03", how many dreams hold each of these names."""
        year, month = extract("year", Conversation.night), extract("month", Conversation.night)
        asked = (
            select(Mark.name, year, month, func.count())
            .join(Conversation, Conversation.id == Mark.conversation_id)
            .where(Conversation.visitor_id == visitor, Mark.kind == kind, Mark.name.in_(names))
            .group_by(Mark.name, year, month)
        )
        with self._database.session() as session:
            return [(name, f"{year:04}-{month:02}", count) for name, year, month, count in session.execute(asked)]

    def holding(self, visitor: str, kind: str, names: Collection[str]) -> list[tuple[int, str]]:
        """The dreams that hold any of these names, each with the one that it holds."""
        asked = (
            select(Mark.conversation_id, Mark.name)
            .join(Conversation, Conversation.id == Mark.conversation_id)
            .where(Conversation.visitor_id == visitor, Mark.kind == kind, Mark.name.in_(names))
        )
        with self._database.session() as session:
            return [(id, name) for id, name in session.execute(asked)]

    def vectors(self, visitor: str, made_of: str) -> tuple[list[int], NDArray[np.float32]]:
        """The ids of the dreams that were read, and their vectors, one a row."""
        asked = (
            select(ReadDream.conversation_id, ReadDream.vector)
            .join(Conversation, Conversation.id == ReadDream.conversation_id)
            .where(Conversation.visitor_id == visitor, ReadDream.made_of == made_of)
        )
        with self._database.session() as session:
            rows = [(id, vector) for id, vector in session.execute(asked)]
        packed = b"".join(vector for _, vector in rows)
        matrix = np.frombuffer(packed, dtype=np.float16).astype(np.float32)
        return [id for id, _ in rows], matrix.reshape(len(rows), -1) if rows else matrix.reshape(0, 0)


def own_words(row: Conversation) -> OwnWords:
    """What the dreamer added to a dream."""
    return OwnWords(row.title, row.day_before, row.felt_on_waking, row.felt_after, row.note)


# Correlated: of the conversation that is asked for.
_FIRST = (
    select(func.min(TurnRow.id))
    .where(TurnRow.conversation_id == Conversation.id)
    .correlate(Conversation)
    .scalar_subquery()
)
FIRST_MESSAGE = select(TurnRow.message).where(TurnRow.id == _FIRST).scalar_subquery()
_OWN = (
    Conversation.title,
    Conversation.day_before,
    Conversation.felt_on_waking,
    Conversation.felt_after,
    Conversation.note,
)


def told_by(visitor: str) -> Select[Conversation]:
    """The visitor's dreams that hold at least one message."""
    has_turns = select(TurnRow.id).where(TurnRow.conversation_id == Conversation.id).exists()
    return select(Conversation).where(Conversation.visitor_id == visitor, has_turns)


def _entries(visitor: str) -> Select[*tuple[Any, ...]]:
    turns = select(func.count()).where(TurnRow.conversation_id == Conversation.id)
    return (
        select(
            Conversation.id,
            Conversation.night,
            *_OWN,
            func.substr(TurnRow.message, 1, BEGINNING),
            turns.correlate(Conversation).scalar_subquery(),
            TurnRow.answer.is_not(None),
        )
        .join(TurnRow, TurnRow.id == _FIRST)
        .where(Conversation.visitor_id == visitor)
    )


def _entry(id: int, night: date, *rest: object) -> Entry:
    *own, beginning, messages, is_answered = rest
    return Entry(id, night, OwnWords(*map(str, own)), str(beginning), int(str(messages)), bool(is_answered))


def _is_in(conversation: int) -> ColumnElement[bool]:
    return Fit.turn_id.in_(select(TurnRow.id).where(TurnRow.conversation_id == conversation))
