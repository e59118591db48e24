"""What a person keeps: visitors, conversations and turns in SQLite (or another database), written as they happen.

A message is written before any model is asked, its reply when it is finished, so no failure in between loses a word.
Deleting overwrites: SQLite is told to wipe freed pages, the file is written anew, and its write-ahead log is emptied. What
the running program remembers of texts is dropped as well.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, ForeignKey, create_engine, delete, event, make_url, select, text, update
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeDecorator

from assistant.errors import ConversationError
from assistant.types import Citation, Kind, Role, Safety, Sentence, Stage, Turn, Wish
from knowledge.errors import StorageError, UsageError
from knowledge.forgetting import forget

JOURNAL = "journal.sqlite3"
TRIES, SECONDS_BETWEEN_TRIES = 30, 0.05


class Moment(TypeDecorator[datetime]):
    """A point in time, kept as UTC; one without a time zone is taken to be UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it goes into the database."""
        return value.astimezone(UTC).replace(tzinfo=None) if value and value.tzinfo else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it comes out of it."""
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The tables."""

    type_annotation_map: ClassVar = {datetime: Moment}


class Visitor(Base):
    """One person's browser, or the terminal: a random id that only they hold. ``voice`` is who they chose to answer."""

    __tablename__ = "visitors"
    id: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[datetime]
    voice: Mapped[str] = mapped_column(default="")


class ChosenCountry(Base):
    """Where a visitor says they are, by two letters; "" where they would rather not say. A table of its own, so that older
    journals need no change."""

    __tablename__ = "chosen_countries"
    visitor_id: Mapped[str] = mapped_column(ForeignKey("visitors.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str]


class Conversation(Base):
    """A dream and the talk about it."""

    __tablename__ = "conversations"
    id: Mapped[int] = mapped_column(primary_key=True)
    visitor_id: Mapped[str] = mapped_column(ForeignKey("visitors.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    turns: Mapped[list[TurnRow]] = relationship(
        back_populates="conversation", order_by="TurnRow.id", cascade="all, delete-orphan"
    )


class TurnRow(Base):
    """One exchange. ``answer`` is JSON and stays null until the reply is finished."""

    __tablename__ = "turns"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    message: Mapped[str]
    answer: Mapped[str | None] = mapped_column(default=None)
    conversation: Mapped[Conversation] = relationship(back_populates="turns")


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn as it lies in the journal. ``answer`` is None where the reply was never finished."""

    id: int
    created: datetime
    message: str
    answer: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A conversation as it lies in the journal."""

    id: int
    created: datetime
    turns: tuple[KeptTurn, ...]


class Journal:
    """The database of one data folder. Every method takes the visitor, and touches nothing of anybody else's.

    Raises StorageError where the disk refuses, ConversationError where a conversation is not the visitor's, and
    UsageError where there is no such database as the URL names.
    """

    def __init__(self, data_dir: Path, database_url: str = "") -> None:
        try:
            url = make_url(database_url or f"sqlite:///{data_dir / JOURNAL}")
            self._engine = create_engine(url)
            self._wiping = threading.Lock()
        except (ArgumentError, ImportError) as error:
            raise UsageError(f"DREAM_DATABASE_URL names no database that can be opened: {error}.") from error
        self._where = url.render_as_string(hide_password=True) if database_url else str(url.database)
        with self._plain_errors():
            if not database_url:
                data_dir.mkdir(parents=True, exist_ok=True)
                (data_dir / JOURNAL).touch(mode=0o600)  # for its owner alone; what SQLite puts beside it is like it
            if self._engine.dialect.name == "sqlite":
                event.listen(self._engine, "connect", _set_up_sqlite)
            with self._engine.begin() as connection:
                for table in Base.metadata.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                    for index in table.indexes:
                        connection.execute(CreateIndex(index, if_not_exists=True))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, NoConnection, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise StorageError(
                f"The journal {self._where} cannot be used: {cause}. "
                "Free some space, or choose another folder with --data-dir."
            ) from error

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._plain_errors(), Session(self._engine) as session, session.begin():
            yield session

    def start_conversation(self, visitor: str) -> int:
        """A new, empty conversation of the visitor's; its id."""
        self._add_visitor(visitor)
        with self._session() as session:
            conversation = Conversation(visitor_id=visitor, created=_now())
            session.add(conversation)
            session.flush()
            return conversation.id

    def record_message(self, visitor: str, conversation_id: int, message: str) -> int:
        """Keep what the visitor wrote, before anything is made of it; the turn's id."""
        with self._session() as session:
            conversation = _owned(session, visitor, conversation_id)
            row = TurnRow(conversation_id=conversation.id, created=_now(), message=_storable(message))
            session.add(row)
            session.flush()
            return row.id

    def record_answer(self, visitor: str, turn_id: int, turn: Turn) -> None:
        """Keep the finished reply of a turn; a turn that was deleted meanwhile stays deleted."""
        with self._session() as session:
            row = session.get(TurnRow, turn_id)
            if row is not None and row.conversation.visitor_id == visitor:
                row.answer = _storable(json.dumps({**answer_to_json(turn), **_for_later(turn)}, ensure_ascii=False))

    def drop_turns_from(self, visitor: str, conversation_id: int, turn_id: int) -> None:
        """Take back a turn and all after it (undo, retry, edit)."""
        with self._session() as session:
            _owned(session, visitor, conversation_id)
            session.execute(delete(TurnRow).where(TurnRow.conversation_id == conversation_id, TurnRow.id >= turn_id))
        self._empty_log(must=False)

    def conversation(self, visitor: str, conversation_id: int) -> KeptConversation:
        """One conversation of the visitor's."""
        with self._session() as session:
            return _kept(_owned(session, visitor, conversation_id))

    def conversations(self, visitor: str) -> list[KeptConversation]:
        """All conversations of the visitor's that hold at least one message, oldest first."""
        with self._session() as session:
            rows = session.scalars(
                select(Conversation).where(Conversation.visitor_id == visitor).order_by(Conversation.id)
            )
            return [_kept(row) for row in rows if row.turns]

    def restore(self, visitor: str, conversation: KeptConversation) -> int:
        """Add a conversation that was exported, with its dates; its new id."""
        self._add_visitor(visitor)
        with self._session() as session:
            row = Conversation(visitor_id=visitor, created=conversation.created)
            row.turns = [
                TurnRow(
                    created=turn.created,
                    message=_storable(turn.message),
                    answer=_storable(json.dumps(turn.answer, ensure_ascii=False)) if turn.answer else None,
                )
                for turn in conversation.turns
            ]
            session.add(row)
            session.flush()
            return row.id

    def delete_conversation(self, visitor: str, conversation_id: int) -> None:
        """Forget one conversation."""
        with self._session() as session:
            session.delete(_owned(session, visitor, conversation_id))
        self._leave_no_trace()

    def delete_visitors(self, *visitors: str) -> int:
        """Forget everything of these visitors; the number of conversations that were deleted."""
        with self._session() as session:
            rows = list(session.scalars(select(Conversation).where(Conversation.visitor_id.in_(visitors))))
            for row in rows:
                session.delete(row)
            session.flush()
            session.execute(delete(ChosenCountry).where(ChosenCountry.visitor_id.in_(visitors)))
            session.execute(delete(Visitor).where(Visitor.id.in_(visitors)))
        self._leave_no_trace()
        return len(rows)

    def visitors(self) -> list[str]:
        """The ids of all visitors, for the owner's own export and deletion."""
        with self._session() as session:
            return list(session.scalars(select(Visitor.id).order_by(Visitor.created)))

    def voice_of(self, visitor: str) -> str:
        """Who answers this visitor by their own choice; "" where they chose nothing."""
        with self._session() as session:
            row = session.get(Visitor, visitor)
            return row.voice if row else ""

    def choose_voice(self, visitor: str, voice: str) -> None:
        """Keep the visitor's choice of who answers."""
        self._add_visitor(visitor)
        with self._session() as session:
            session.execute(update(Visitor).where(Visitor.id == visitor).values(voice=voice))

    def country_of(self, visitor: str) -> str | None:
        """The two letters of the country that this visitor chose, "" for none of them; None where they chose nothing."""
        with self._session() as session:
            row = session.get(ChosenCountry, visitor)
            return row.country if row else None

    def choose_country(self, visitor: str, country: str) -> None:
        """Keep the visitor's choice of the country whose help line is named."""
        self._add_visitor(visitor)
        with self._session() as session:
            session.merge(ChosenCountry(visitor_id=visitor, country=country))

    def _add_visitor(self, visitor: str) -> None:
        quicker = suppress(IntegrityError)  # another thread or process may be
        with self._plain_errors(), quicker, Session(self._engine) as session, session.begin():
            if session.get(Visitor, visitor) is None:
                session.add(Visitor(id=visitor, created=_now(), voice=""))

    def _leave_no_trace(self) -> None:
        """Nothing of what was deleted stays, neither in the memory of this program nor in the files.

        Wiping freed pages does not suffice: where SQLite moves rows from page to page, copies may stay between them.
        """
        forget()
        if self._engine.dialect.name != "sqlite":
            return
        try:
            with self._plain_errors(), self._engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))
        finally:
            self._empty_log()

    def _empty_log(self, *, must: bool = True) -> None:
        """Leave no deleted word in the write-ahead log.

        Other threads and programs may be reading: it waits for them for a second or two. Raises StorageError where one of
        them stays and it ``must`` be done now; otherwise the next time does it.
        """
        if self._engine.dialect.name != "sqlite":
            return
        for _ in range(TRIES):
            with self._wiping, self._plain_errors(), self._engine.connect() as connection:
                busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
            if not busy:
                return
            if not must:
                return
            time.sleep(SECONDS_BETWEEN_TRIES)
        raise StorageError(
            f"It is deleted, but another program is reading the journal {self._where}: until that is closed, the "
            "words may stay in the file beside it."
        )


def answer_to_json(turn: Turn) -> dict[str, Any]:
    """A turn in the form that ``dream ask --json`` prints and the journal keeps."""
    return {
        "message": turn.message,
        "kind": turn.kind.value,
        "reply": turn.reply,
        "question": turn.question,
        "citations": [
            {"marker": citation.marker, "section": citation.section, "quote": citation.quote}
            for citation in turn.citations
        ],
        "hits": [hit_to_json(hit) for hit in turn.hits],
        "covered": turn.covered,
        "safety": turn.safety.value,
        "stage": turn.stage.value,
        "voice": turn.voice,
        "model": turn.model,
        "repairs": turn.repairs,
        "fallback": turn.fallback,
        "seconds": round(turn.seconds, 3),
    }


def hit_to_json(hit: Any) -> dict[str, Any]:
    """A search hit in the form that every command prints."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "article": hit.section.article,
        "section": hit.section.id,
        "title": hit.section.title,
        "text": hit.passage.text,
        "evidence": hit.section.evidence.value,
    }


def _for_later(turn: Turn) -> dict[str, Any]:
    """What the next turns of the conversation need to know beside what is shown."""
    return {
        "facet": turn.facet,
        "wish": turn.wish,
        "opens_a_dream": turn.opens_a_dream,
        "stopped": turn.stopped,
        "sentences": [
            {
                "text": sentence.text,
                "role": sentence.role.value,
                "frame": sentence.frame,
                "marker": sentence.citation.marker if sentence.citation else 0,
                "cites": turn.citations.index(sentence.citation) if sentence.citation else None,
                "repaired": sentence.repaired,
            }
            for sentence in turn.sentences
        ],
    }


def turn_from_record(kept: KeptTurn) -> Turn:
    """The turn of a finished record, without its hits (they stay in the record, as data for the page)."""
    answer = kept.answer or {}
    citations = [Citation(row["marker"], row["section"], row["quote"]) for row in answer["citations"]]
    return Turn(
        message=kept.message,
        kind=Kind(answer["kind"]),
        reply=answer["reply"],
        question=answer["question"],
        citations=tuple(citations),
        hits=(),
        covered=answer["covered"],
        safety=Safety(answer["safety"]),
        stage=Stage(answer["stage"]),
        voice=answer["voice"],
        model=answer["model"],
        repairs=answer["repairs"],
        fallback=answer["fallback"],
        seconds=answer["seconds"],
        sentences=tuple(
            Sentence(
                row["text"],
                Role(row["role"]),
                citations[row["cites"]] if row["cites"] is not None else None,
                row["repaired"],
                row["frame"],
            )
            for row in answer.get("sentences", ())
        ),
        facet=answer.get("facet", ""),
        wish=Wish(answer["wish"]) if answer.get("wish") else None,
        opens_a_dream=answer.get("opens_a_dream", False),
        stopped=answer.get("stopped", False),
        id=kept.id,
    )


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=10000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",  # what it sets aside while it works is on no disk
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _storable(text: str) -> str:
    """The text without lone surrogates, which JSON may bring and no database takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _owned(session: Session, visitor: str, conversation_id: int) -> Conversation:
    row = session.get(Conversation, conversation_id)
    if row is None or row.visitor_id != visitor:
        raise ConversationError("This conversation is not here. It may have been deleted. Start a new one.")
    return row


def _kept(row: Conversation) -> KeptConversation:
    turns = tuple(
        KeptTurn(turn.id, turn.created, turn.message, json.loads(turn.answer) if turn.answer else None)
        for turn in row.turns
    )
    return KeptConversation(row.id, row.created, turns)
