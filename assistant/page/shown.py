"""What the page shows of a turn, gathered from the events as they arrive or from the journal. Plain data, no HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assistant.journal import KeptTurn
from assistant.types import Citation, Done, Event, Notice, Passages, Question, Sentence
from knowledge.types import Article, Hit


class State(StrEnum):
    """Where a turn stands; the page offers other buttons in each."""

    REPLYING = "replying"
    DONE = "done"
    STOPPED = "stopped"
    UNFINISHED = "unfinished"  # found in the journal without a reply
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """One passage behind a reply. ``number`` is its mark's; ``quote`` is the sentence a claim rests on, or ""."""

    number: int
    title: str
    article: str
    evidence: str
    text: str
    sources: tuple[str, ...]
    quote: str
    cited: bool


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """One exchange as the page shows it. ``number`` is its place in the conversation, from 1."""

    number: int
    message: str
    reply: str  # without the question
    question: str
    passages: tuple[ShownPassage, ...]
    covered: bool
    state: State
    notice: str = ""
    kind: str = ""

    @property
    def cited(self) -> tuple[ShownPassage, ...]:
        """The passages that the reply rests on."""
        return tuple(passage for passage in self.passages if passage.cited)

    @property
    def looked_in_vain(self) -> bool:
        """The library was asked and has nothing on this."""
        return self.state is State.DONE and not self.covered and self.kind in ("dream", "answer", "why", "uncovered")

    @property
    def near(self) -> tuple[ShownPassage, ...]:
        """The passages that were found but not used."""
        return tuple(passage for passage in self.passages if not passage.cited)


class LiveTurn:
    """A turn that is being answered: takes its events one by one and can be shown at any time."""

    def __init__(self, number: int, message: str) -> None:
        self.number = number
        self.message = message
        self.state = State.REPLYING
        self.notice = ""
        self._units: list[str] = []
        self._question = ""
        self._citations: list[Citation] = []
        self._hits: tuple[Hit, ...] = ()
        self._covered = False
        self._kind = ""

    def take(self, event: Event) -> None:
        """Add what one event brings."""
        match event:
            case Passages(hits=hits, covered=covered):
                self._hits, self._covered = hits, covered
            case Sentence(text=text, citation=citation):
                self.notice = ""
                self._units.append(text)
                if citation is not None:
                    self._citations.append(citation)
            case Question(text=text):
                self._question = text
            case Notice(kind="waiting", text=text):
                self.notice = text
            case Notice(text=text):
                self.notice, self.state = text, State.FAILED
            case Done(turn=turn):
                self.notice, self.state = "", State.DONE
                self._hits, self._covered, self._kind = turn.hits, turn.covered, turn.kind.value
                self._citations = list(turn.citations)

    def fail(self, notice: str) -> None:
        """The reply ended in an error that is told to the person."""
        self.notice, self.state = notice, State.FAILED

    def shown(self) -> ShownTurn:
        """The turn as it stands now."""
        quotes = {citation.marker: citation.quote for citation in self._citations}
        passages = tuple(
            ShownPassage(
                number=number,
                title=hit.section.title,
                article=hit.passage.article_title,
                evidence=hit.section.evidence.value,
                text=hit.passage.text,
                sources=hit.section.sources,
                quote=quotes.get(number, ""),
                cited=number in quotes,
            )
            for number, hit in enumerate(self._hits, start=1)
        )
        return ShownTurn(
            self.number,
            self.message,
            " ".join(self._units),
            self._question,
            passages,
            self._covered,
            self.state,
            self.notice,
            self._kind,
        )


def from_journal(number: int, kept: KeptTurn, articles: Mapping[str, Article]) -> ShownTurn:
    """A turn as it lies in the journal; article titles and sources are looked up where the article is still there."""
    if kept.answer is None:
        return ShownTurn(number, kept.message, "", "", (), False, State.UNFINISHED)
    answer = kept.answer
    quotes = {citation["marker"]: citation["quote"] for citation in answer["citations"]}
    passages = tuple(_kept_passage(place, hit, quotes, articles) for place, hit in enumerate(answer["hits"], start=1))
    question = answer["question"]
    reply = answer["reply"].removesuffix(question).rstrip()
    return ShownTurn(
        number, kept.message, reply, question, passages, answer["covered"], State.DONE, kind=answer["kind"]
    )


def _kept_passage(
    number: int, hit: dict[str, Any], quotes: Mapping[int, str], articles: Mapping[str, Article]
) -> ShownPassage:
    article = articles.get(hit["article"])
    section = next((section for section in article.sections if section.id == hit["section"]), None) if article else None
    return ShownPassage(
        number=number,
        title=hit["title"],
        article=article.title if article else hit["article"],
        evidence=hit["evidence"],
        text=hit["text"],
        sources=section.sources if section else (),
        quote=quotes.get(number, ""),
        cited=number in quotes,
    )
