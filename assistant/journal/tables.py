"""The tables of the journal. How they came to be, step by step, lies in migrations/; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, ForeignKey, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

# Deleted with its owner, by the database itself.
_GOES_ALONG: dict[str, Any] = {"cascade": "all, delete-orphan", "passive_deletes": True}


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
    """Where a visitor says they are, by two letters; "" where they would rather not say."""

    __tablename__ = "chosen_countries"
    visitor_id: Mapped[str] = mapped_column(ForeignKey("visitors.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str]


class Conversation(Base):
    """A dream and the talk about it.

    ``night`` is the day on which the dreamer woke from it. The others are the dreamer's own and may be empty: a title, what
    kind of day came before, how they felt on waking and after talking, and the note that they keep.
    """

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_nights", "visitor_id", "night", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    visitor_id: Mapped[str] = mapped_column(ForeignKey("visitors.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    night: Mapped[date]
    title: Mapped[str] = mapped_column(default="", server_default="")
    day_before: Mapped[str] = mapped_column(default="", server_default="")
    felt_on_waking: Mapped[str] = mapped_column(default="", server_default="")
    felt_after: Mapped[str] = mapped_column(default="", server_default="")
    note: Mapped[str] = mapped_column(default="", server_default="")
    turns: Mapped[list[TurnRow]] = relationship(
        back_populates="conversation", order_by="TurnRow.id", lazy="selectin", **_GOES_ALONG
    )
    corrections: Mapped[list[Correction]] = relationship(lazy="selectin", **_GOES_ALONG)


class TurnRow(Base):
    """One exchange. ``answer`` is JSON and stays null until the reply is finished."""

    __tablename__ = "turns"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    message: Mapped[str]
    answer: Mapped[str | None] = mapped_column(default=None)
    conversation: Mapped[Conversation] = relationship(back_populates="turns")
    fits: Mapped[list[Fit]] = relationship(lazy="selectin", **_GOES_ALONG)
    cited: Mapped[list[CitedSection]] = relationship(**_GOES_ALONG)


class CitedSection(Base):
    """That the reply of a turn cites a section of the library; it stands in the answer as well, but is found quickly here."""

    __tablename__ = "cited_sections"
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True, index=True)


class Fit(Base):
    """The dreamer's word on one reading of a reply, by its mark: it fits, or it doesn't."""

    __tablename__ = "fits"
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    marker: Mapped[int] = mapped_column(primary_key=True)
    fits: Mapped[bool]


class Correction(Base):
    """What the dreamer changed in what is remembered of a conversation; ``instead`` is empty where they took it out."""

    __tablename__ = "corrections"
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    said: Mapped[str] = mapped_column(primary_key=True)
    instead: Mapped[str]


class ReadDream(Base):
    """That a conversation was read for what recurs: by which reader, up to which turn, and where its telling lies among others."""

    __tablename__ = "read_dreams"
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    made_of: Mapped[str]
    vector: Mapped[bytes]


class Mark(Base):
    """Something that a dream holds and others may hold as well: a theme, an image, a person or a feeling."""

    __tablename__ = "marks"
    __table_args__ = (Index("ix_marks_names", "name", "kind"),)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
