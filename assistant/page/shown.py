"""What the page shows of a turn, gathered from the events as they arrive or from the journal. Plain data, no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from assistant.journal import KeptTurn, turn_from_record
from assistant.method.new_ending import ends_the_telling
from assistant.page.places import place_of, place_of_article
from assistant.types import Citation, Done, Event, Notice, Passages, Question, Sentence, Turn
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
    """One passage behind a reply. ``number`` is its mark's; ``quotes`` are the sentences that claims rest on.

    ``place`` is where it is read in the library, empty where the article is no longer there.
    """

    number: int
    title: str
    article: str
    evidence: str
    text: str
    sources: tuple[str, ...]
    quotes: tuple[str, ...]
    place: str = ""

    @property
    def cited(self) -> bool:
        """Whether the reply rests on it."""
        return bool(self.quotes)


class ShownBefore(NamedTuple):
    """An earlier dream that has something in common with this one: its page, its night, and what that is."""

    place: str
    night: date
    shared: tuple[str, ...]


class Unit(NamedTuple):
    """A finished piece of a reply, a sentence or a few; ``marker`` is the passage it cites, or 0."""

    text: str
    marker: int = 0


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """One exchange as the page shows it. ``number`` is its place in the conversation, from 1."""

    number: int
    message: str
    units: tuple[Unit, ...]
    question: str
    passages: tuple[ShownPassage, ...]
    covered: bool
    state: State
    notice: str = ""
    kind: str = ""
    key: str = ""  # which turn of the journal's this is; empty while it is being answered
    stage: str = ""
    wish: str = ""
    ends_the_telling: bool = False  # of another ending
    fits: Mapping[int, bool] = field(default_factory=dict)  # the dreamer's word on its readings, by their marks
    before: ShownBefore | None = None

    @property
    def cited(self) -> tuple[ShownPassage, ...]:
        """The passages that the reply rests on."""
        return tuple(passage for passage in self.passages if passage.cited)

    @property
    def paragraphs(self) -> list[Unit]:
        """The reply in paragraphs: each cited unit for itself, the others together, and each line of a unit.

        The last paragraph that rests on a passage has its mark.
        """
        found: list[Unit] = []
        joins = False
        for unit in self.units:
            lines = [line for line in unit.text.splitlines() if line.strip()]
            if joins and lines and not unit.marker:
                found[-1] = Unit(f"{found[-1].text} {lines.pop(0)}")
            if unit.marker:
                found = [one._replace(marker=0) if one.marker == unit.marker else one for one in found]
            found += [Unit(line, unit.marker if line is lines[-1] else 0) for line in lines]
            joins = not unit.marker and bool(found)
        return found

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
        self.key = ""
        self.state = State.REPLYING
        self.notice = ""
        self._units: list[Unit] = []
        self._question = ""
        self._citations: list[Citation] = []
        self._hits: tuple[Hit, ...] = ()
        self._covered = False
        self._kind = ""
        self._turn: Turn | None = None

    def take(self, event: Event) -> None:
        """Add what one event brings."""
        match event:
            case Passages(hits=hits, covered=covered):
                self._hits, self._covered = hits, covered
            case Sentence(text=text, citation=citation):
                self.notice = ""
                self._units.append(Unit(text, citation.marker if citation else 0))
                if citation is not None:
                    self._citations.append(citation)
            case Question(text=text):
                self._question = text
            case Notice(kind="waiting", text=text):
                self.notice = text
            case Notice(text=text):
                self.notice, self.state = text, State.FAILED
            case Done(turn=turn):
                self.notice, self.state = "", State.STOPPED if turn.stopped else State.DONE
                self._hits, self._covered, self._kind = turn.hits, turn.covered, turn.kind.value
                self._citations = list(turn.citations)
                self._turn = turn

    def fail(self, notice: str) -> None:
        """The reply ended in an error that is told to the person."""
        self.notice, self.state = notice, State.FAILED

    def shown(self) -> ShownTurn:
        """The turn as it stands now."""
        quotes = _by_marker((citation.marker, citation.quote) for citation in self._citations)
        passages = tuple(
            ShownPassage(
                number=number,
                title=hit.section.title,
                article=hit.passage.article_title,
                evidence=hit.section.evidence.value,
                text=hit.passage.text,
                sources=hit.section.sources,
                quotes=quotes.get(number, ()),
                place=place_of(hit.section.id),
            )
            for number, hit in enumerate(self._hits, start=1)
        )
        shown = ShownTurn(
            self.number,
            self.message,
            tuple(self._units),
            self._question,
            passages,
            self._covered,
            self.state,
            self.notice,
            self._kind,
            self.key,
        )
        return _with_its_place(shown, self._turn) if self._turn else shown


def key_of(kept: KeptTurn) -> str:
    """Tells one turn from every other; the journal may give the number of a deleted turn away again."""
    return f"{kept.id} {kept.created.timestamp()}"


def from_journal(number: int, kept: KeptTurn, articles: Mapping[str, Article]) -> ShownTurn:
    """A turn as it lies in the journal; article titles and sources are looked up where the article is still there."""
    answer = kept.answer
    if answer is None or not answer["reply"]:
        return ShownTurn(number, kept.message, (), "", (), False, State.UNFINISHED, key=key_of(kept))
    quotes = _by_marker((citation["marker"], citation["quote"]) for citation in answer["citations"])
    passages = tuple(_kept_passage(place, hit, quotes, articles) for place, hit in enumerate(answer["hits"], start=1))
    question = answer["question"]
    units = tuple(Unit(row["text"], row["marker"]) for row in answer.get("sentences", ()))
    if not units:
        units = (Unit(answer["reply"].removesuffix(question).rstrip()),)
    kind, state = answer["kind"], State.STOPPED if answer.get("stopped") else State.DONE
    shown = ShownTurn(
        number, kept.message, units, question, passages, answer["covered"], state, kind=kind, key=key_of(kept)
    )
    return replace(_with_its_place(shown, turn_from_record(kept)), fits=kept.fits)


def _with_its_place(shown: ShownTurn, turn: Turn) -> ShownTurn:
    """With where the turn stands in the method."""
    return replace(shown, stage=turn.stage.value, wish=turn.wish or "", ends_the_telling=ends_the_telling(turn))


def _kept_passage(
    number: int, hit: dict[str, Any], quotes: Mapping[int, tuple[str, ...]], articles: Mapping[str, Article]
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
        quotes=quotes.get(number, ()),
        place=place_of(section.id) if section else place_of_article(article.id) if article else "",
    )


def _by_marker(citations: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for marker, quote in citations:
        if quote not in found.get(marker, ()):
            found[marker] = (*found.get(marker, ()), quote)
    return found
