"""A conversation as the journal gives it back, and a turn as the JSON that it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from assistant.types import Citation, Kind, Role, Safety, Sentence, Stage, Turn, Wish


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn as it lies in the journal. ``answer`` is None where the reply was never finished.

    ``fits`` has the dreamer's word on readings, by their marks.
    """

    id: int
    created: datetime
    message: str
    answer: dict[str, Any] | None
    fits: Mapping[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a dreamer adds to a dream, or leaves empty: see ``tables.Conversation``."""

    title: str = ""
    day_before: str = ""
    felt_on_waking: str = ""
    felt_after: str = ""
    note: str = ""


class KeptCorrection(NamedTuple):
    """What the dreamer changed in what is remembered: ``said`` became ``instead``, or was taken out where that is empty."""

    kind: str
    said: str
    instead: str


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A conversation as it lies in the journal. ``night`` is the day on which the dreamer woke from the dream."""

    id: int
    created: datetime
    turns: tuple[KeptTurn, ...]
    night: date | None = None
    own: OwnWords = field(default_factory=OwnWords)
    corrections: tuple[KeptCorrection, ...] = ()


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


def for_later(turn: Turn) -> dict[str, Any]:
    """What the next turns of the conversation need to know beside what is shown."""
    return {
        "facet": turn.facet,
        "wish": turn.wish,
        "opens_a_dream": turn.opens_a_dream,
        "stopped": turn.stopped,
        "tokens": list(turn.tokens),
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


def sections_cited(answer: Any) -> list[str]:
    """The sections that a kept answer cites, each once; what was imported may be of any form."""
    cited = answer.get("citations") if isinstance(answer, dict) else None
    rows = [row.get("section") for row in cited if isinstance(row, dict)] if isinstance(cited, list) else []
    return list(dict.fromkeys(section for section in rows if isinstance(section, str)))


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
        fits=frozenset(marker for marker, fits in kept.fits.items() if fits),
        misfits=frozenset(marker for marker, fits in kept.fits.items() if not fits),
    )
