"""What the library hands over: articles, sections, passages and search results. Plain data, imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Evidence(StrEnum):
    """How well supported a section is, as the word that is shown beside it."""

    PHYSIOLOGY = "physiology"
    STUDY = "study"
    CLINICAL_PRACTICE = "clinical practice"
    TRADITION = "tradition"
    GUESS = "guess"
    UNGRADED = "ungraded"


@dataclass(frozen=True, slots=True)
class Reading:
    """One `reads as` sentence of a section, and the sentence of the section's text that it rests on, to the letter."""

    text: str
    rests_on: str


@dataclass(frozen=True, slots=True)
class Section:
    """One titled part of an article. ``id`` is whole: ``article/section``. ``sources`` are full citations, not keys."""

    id: str
    title: str
    text: str
    evidence: Evidence = Evidence.UNGRADED
    sources: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    asks: tuple[str, ...] = ()
    dreamers_say: tuple[str, ...] = ()

    @property
    def article(self) -> str:
        """The id of the article that the section stands in."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Article:
    """An article as read: its id (slug of the file's name), title, opening words and sections."""

    id: str
    title: str
    sections: tuple[Section, ...]
    theme: str = ""
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one section that fits the embedding model's window, heading included.

    ``number`` counts the passages of the section from 0. ``text`` is the section's own text, without the heading.
    """

    section: Section
    article_title: str
    number: int
    text: str

    @property
    def id(self) -> str:
        """Unique within an index: ``article/section#number``."""
        return f"{self.section.id}#{self.number}"

    @property
    def embedded_text(self) -> str:
        """What the embedding model sees: the headings above the passage, then its text."""
        return f"{self.article_title}. {self.section.title}. {self.text}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One section found for a message, best passage first. ``score`` lies between 0 and 1 and orders the hits.

    ``covers`` says whether this very section comes nearer to the message than what the library has nothing on; a hit that does
    not is only the best of what there is.
    """

    rank: int
    score: float
    passage: Passage
    covers: bool = True

    @property
    def section(self) -> Section:
        """The section that was found."""
        return self.passage.section


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the library has for a message.

    ``covered`` is false where nothing in it comes near; ``coverage`` is the figure behind that, higher is nearer, and
    ``coverage_alone`` that of the message without what was said before it.
    ``hits`` are given in both cases, one a section, best first.
    """

    query: str
    covered: bool
    coverage: float
    hits: tuple[Hit, ...] = field(default_factory=tuple)
    coverage_alone: float = 0.0
