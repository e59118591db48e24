"""The plan of a turn: what it reflects, which readings it may offer and what it asks, decided before any voice speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.contract import ROWS
from assistant.method.questions import FACET_WORDS, Chosen, choose_question
from assistant.method.stages import facets_for, stage_of
from assistant.texts import choices, text
from assistant.types import Citation, Heard, Kind, Plan, PlannedReading, Stage, Turn
from assistant.understanding import Wish, is_greeting, says_nothing, wish_of
from assistant.words import content_stems
from knowledge.types import Hit, Reading, SearchResult

NEAR = 0.04  # a second section this close in score to the first fits nearly as well
ABOUT_A_DREAM = (Kind.DREAM, Kind.UNCOVERED, Kind.ANSWER)


def make_plan(
    kind: Kind, heard: Heard, earlier: Sequence[Turn], earlier_heard: Sequence[Heard], found: SearchResult
) -> Plan:
    """The plan of this turn. ``earlier_heard`` are the dreamer's earlier messages as heard, in their order."""
    told = [*(turn.message for turn in earlier), heard.message]
    asked = [turn.question for turn in earlier if turn.question]
    stage = stage_of(earlier, kind)
    rejected = _rejected(earlier, kind)
    hits = () if kind in (Kind.OUTSIDE, Kind.CLOSE, Kind.WISH) else found.hits
    allowed = [hit for hit in hits if hit.section.id not in {citation.section for citation in rejected}]
    readings = tuple(_readings(kind, stage, heard, earlier, hits, allowed)) if found.covered else ()
    if kind is not Kind.CLOSE and kind is not Kind.WISH:
        told = _told_of_dreams(kind, heard, earlier)
    chosen = _question(kind, stage, heard, earlier, earlier_heard, allowed if found.covered else [], told, asked)
    return Plan(
        kind=kind,
        stage=stage,
        heard=heard,
        readings=readings,
        question=chosen.text,
        facet=FACET_WORDS.get(chosen.facet, chosen.facet),
        plain=_plain(kind, heard, earlier),
        hits=hits,
        covered=found.covered and bool(hits),
        earlier=tuple(earlier),
        told=tuple(told),
        asked=tuple(asked),
        rejected=tuple(citation.quote for citation in rejected),
        rejected_sections=tuple(citation.section for citation in rejected),
    )


def _rejected(earlier: Sequence[Turn], kind: Kind) -> list[Citation]:
    """The citations that the dreamer said no to: those of the last reply with a reading before each no."""
    rejected: list[Citation] = []
    offered: tuple[Citation, ...] = ()
    for turn in earlier:
        if turn.kind is Kind.REJECTION:
            rejected += offered
        offered = turn.citations or offered
    return rejected + list(offered if kind is Kind.REJECTION else ())


def _readings(
    kind: Kind, stage: Stage, heard: Heard, earlier: Sequence[Turn], hits: Sequence[Hit], allowed: Sequence[Hit]
) -> Iterator[PlannedReading]:
    """The readings that may be offered, best first; none is offered twice in a conversation.

    A dream gets one of the best section, and a second where another section fits nearly as well. A question to the library
    gets two facts of the best section and one of the next. An answer gets one once there is something to try it on.
    """
    most = ROWS[kind].most_readings
    if most == 0 or not allowed:
        return
    if kind is Kind.ANSWER and (stage is Stage.EXPLORE or any(turn.citations for turn in earlier[-1:])):
        return
    said = {citation.quote for turn in earlier for citation in turn.citations}
    given = 0
    for place, hit in enumerate(allowed[:3]):
        near = allowed[0].score - hit.score <= NEAR
        if place > 0 and not near and given:
            return
        fresh = [reading for reading in hit.section.readings if reading.rests_on not in said]
        for reading in _most_fitting(fresh, heard)[: (2, 1, 0)[place] if kind is Kind.WHY else 1]:
            if given == most:
                return
            given += 1
            citation = Citation(hits.index(hit) + 1, hit.section.id, reading.rests_on)
            yield PlannedReading(citation, reading.text, hit)


def _most_fitting(readings: Sequence[Reading], heard: Heard) -> list[Reading]:
    """The readings in the order of what they share with the dreamer's words; the section's own order decides ties."""
    words = content_stems(heard.message)
    return sorted(readings, key=lambda reading: -len(words & content_stems(reading.text)))


def _question(
    kind: Kind,
    stage: Stage,
    heard: Heard,
    earlier: Sequence[Turn],
    earlier_heard: Sequence[Heard],
    hits: Sequence[Hit],
    told: Sequence[str],
    asked: Sequence[str],
) -> Chosen:
    if kind in (Kind.CLOSE, Kind.WISH, Kind.CRISIS):
        return Chosen("", "")
    if not told:
        return Chosen(_in_turn("no_dream_yet", len(earlier)), "")
    # What a dreamer says of the library or to a reading holds no image of the dream; what they told before does.
    spoken = [] if kind in (Kind.OUTSIDE, Kind.REJECTION) or says_nothing(heard.message) else [heard]
    dreams = [said for said, turn in zip(earlier_heard, earlier, strict=True) if turn.kind in ABOUT_A_DREAM]
    facets = facets_for(stage, kind, heard, hits, [turn.facet for turn in earlier])
    near = [hit for hit in hits[:2] if hits[0].score - hit.score <= NEAR]
    return choose_question([*spoken, *reversed(dreams)] or [heard], facets, near, told=told, asked=asked)


def _told_of_dreams(kind: Kind, heard: Heard, earlier: Sequence[Turn]) -> list[str]:
    """The dreamer's messages that a question may be tied to, newest first; none where no dream was told yet."""
    told = [turn.message for turn in reversed(earlier) if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)]
    if kind not in (Kind.OUTSIDE, Kind.REJECTION) and not (says_nothing(heard.message) and told):
        told.insert(0, heard.message)
    return told


def _plain(kind: Kind, heard: Heard, earlier: Sequence[Turn]) -> str:
    """The sentence of our own that this turn needs, if any; what is said once a conversation is said once."""
    number = len(earlier)
    said = {sentence.text for turn in earlier for sentence in turn.sentences}
    if kind is Kind.UNCOVERED:
        return "" if text("uncovered") in said else text("uncovered")
    if kind is Kind.OUTSIDE:
        if is_greeting(heard.message):
            return text("greeting")
        return text("outside_again") if text("outside") in said else text("outside")
    if kind is Kind.ANSWER and says_nothing(heard.message):
        return _in_turn("not_knowing", number)
    if kind is Kind.REJECTION:
        return _in_turn("rejection", number)
    if kind is Kind.CLOSE:
        return _in_turn("close", number)
    if kind is Kind.WISH:
        wish = wish_of(heard.message) or Wish.SKIP
        dream = next((turn.message for turn in earlier if turn.kind in ABOUT_A_DREAM), "")
        return text("wish", wish.value).format(dream=f"\u201c{dream}\u201d") if dream else text("wish", "no_dream")
    return ""


def _in_turn(name: str, number: int) -> str:
    wordings = choices(name)
    return wordings[number % len(wordings)]
