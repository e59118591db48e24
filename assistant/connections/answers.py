"""What other programs are given, as data: the same in every protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field

from assistant.journal import KeptConversation
from assistant.journal.dreams import Entry
from assistant.types import Turn
from knowledge.types import Article, SearchResult, Section


class Source(BaseModel):
    """What a mark of the reply points to."""

    marker: int = Field(description="n of the mark [n] in the reply")
    section: str = Field(description="the section's id, article/section")
    title: str
    evidence: str = Field(
        description="how well it is supported: physiology, study, clinical practice, tradition, guess, ungraded"
    )
    quote: str = Field(description="the words of the section that carry what is said, to the letter")


class Told(BaseModel):
    """The companion's reply."""

    reply: str = Field(description="all of it, the question included; [n] marks what rests on citation n")
    question: str = Field(description='the question that the reply ends with, or ""')
    citations: list[Source]
    safety: str = Field(description="none, distress or crisis; in a crisis the reply names people who can help")
    conversation: int = Field(description="give this number to go on with the same conversation")


class NamedSection(BaseModel):
    """A section of the library."""

    section: str = Field(description="its id, article/section")
    title: str
    evidence: str


class Hit(NamedSection):
    """A section that was found. ``text`` is its best passage."""

    rank: int
    score: float
    text: str


class Found(BaseModel):
    """What a search found."""

    covered: bool = Field(
        description="false where the library has nothing on it; the hits are then only what comes nearest"
    )
    hits: list[Hit]


class Listed(BaseModel):
    """An article of the library."""

    article: str
    title: str
    sections: list[NamedSection]


class Contents(BaseModel):
    """What is in the library."""

    articles: list[Listed]


class WholeSection(NamedSection):
    """A section to read."""

    text: str
    sources: list[str]


class Reading(BaseModel):
    """An article, or one section of it, to read."""

    article: str
    title: str
    sections: list[WholeSection]


class EntryOfJournal(BaseModel):
    """A dream in the list."""

    number: int
    night: str = Field(description="the day on which the dreamer woke from it")
    title: str
    begins: str
    messages: int


class Dreams(BaseModel):
    """The dreams that were asked for, newest first; ``count`` is how many there are in all."""

    count: int
    dreams: list[EntryOfJournal]


class Exchange(BaseModel):
    """What the dreamer said and what was replied; "" where no reply was finished."""

    said: str
    reply: str


class Dream(BaseModel):
    """A dream, what was said about it, and what the dreamer added."""

    number: int
    night: str
    title: str
    day_before: str
    felt_on_waking: str
    felt_after: str
    note: str
    talk: list[Exchange]


def told(turn: Turn, conversation: int) -> Told:
    """A finished turn."""
    return Told(
        reply=turn.reply,
        question=turn.question,
        citations=sources_of(turn),
        safety=turn.safety.value,
        conversation=conversation,
    )


def sources_of(turn: Turn) -> list[Source]:
    """What the reply's marks point to."""
    sections = {hit.section.id: hit.section for hit in turn.hits}
    return [
        Source(
            marker=citation.marker,
            section=citation.section,
            title=sections[citation.section].title,
            evidence=sections[citation.section].evidence.value,
            quote=citation.quote,
        )
        for citation in turn.citations
    ]


def found(result: SearchResult) -> Found:
    """What a search found."""
    return Found(
        covered=result.covered,
        hits=[
            Hit(**_named(hit.section), rank=hit.rank, score=round(hit.score, 4), text=hit.passage.text)
            for hit in result.hits
        ],
    )


def contents(articles: Iterable[Article]) -> Contents:
    """The articles by their names."""
    return Contents(
        articles=[
            Listed(
                article=article.id,
                title=article.title,
                sections=[NamedSection(**_named(section)) for section in article.sections],
            )
            for article in articles
        ]
    )


def reading(article: Article, name: str) -> Reading | None:
    """The article, or the one section of it that ``name`` names; None where it has no such section."""
    sections = [section for section in article.sections if name in (article.id, section.id)]
    if not sections:
        return None
    whole = [WholeSection(**_named(section), text=section.text, sources=list(section.sources)) for section in sections]
    return Reading(article=article.id, title=article.title, sections=whole)


def entry_of(entry: Entry) -> EntryOfJournal:
    """A dream in the list."""
    return EntryOfJournal(
        number=entry.id,
        night=entry.night.isoformat(),
        title=entry.own.title,
        begins=entry.beginning,
        messages=entry.messages,
    )


def dream_of(kept: KeptConversation) -> Dream:
    """A dream to read."""
    own = kept.own
    return Dream(
        number=kept.id,
        night=kept.night.isoformat() if kept.night else "",
        title=own.title,
        day_before=own.day_before,
        felt_on_waking=own.felt_on_waking,
        felt_after=own.felt_after,
        note=own.note,
        talk=[Exchange(said=turn.message, reply=turn.answer["reply"] if turn.answer else "") for turn in kept.turns],
    )


def _named(section: Section) -> dict[str, Any]:
    return {"section": section.id, "title": section.title, "evidence": section.evidence.value}
