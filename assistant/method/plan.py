"""The plan of a turn: what it reflects, which readings it may offer and what it asks, decided before any voice speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.contract import ROWS
from assistant.method.note import closing_note
from assistant.method.questions import Chosen, around, choose_question, quoted_beginning
from assistant.method.stages import asked_beyond_the_dream, facets_for, speaks_beyond_the_dream, stage_of
from assistant.phrases import (
    Small,
    Wish,
    announces,
    beyond_no,
    corrects,
    is_about_us,
    is_greeting,
    says_nothing,
    small_answer,
    wish_of,
)
from assistant.texts import in_turn, text
from assistant.types import Citation, Heard, Kind, Plan, PlannedReading, Stage, Turn
from assistant.understanding import (
    ABOUT_A_DREAM,
    SURELY_COVERED,
    begins_a_new_dream,
    of_this_dream,
    rejected_citations,
)
from assistant.words import content_stems, count_words, is_english
from knowledge.types import Hit, Reading, SearchResult

NEAR = 0.04  # a second section this close in score to the first fits nearly as well
SHARED = 2  # content words that a reading of it has to share with what was told
WITHOUT_HITS = (Kind.OUTSIDE, Kind.CLOSE, Kind.WISH)


@dataclass(frozen=True)
class _Situation:
    """All that a plan is made from. ``turns`` and ``turns_heard`` are those about the dream under way."""

    kind: Kind
    heard: Heard
    earlier: tuple[Turn, ...]
    turns: tuple[Turn, ...]
    turns_heard: tuple[Heard, ...]
    found: SearchResult
    stage: Stage
    titles: Mapping[str, str]
    instead_of: Turn | None = None

    @property
    def spoken(self) -> tuple[Turn, ...]:
        """The turns whose words are not said again: those before, and the reply that this one replaces."""
        return (*self.earlier, self.instead_of) if self.instead_of else self.earlier

    @property
    def message(self) -> str:
        return self.heard.message

    @property
    def said(self) -> set[str]:
        """All sentences of the conversation so far."""
        return {sentence.text for turn in self.spoken for sentence in turn.sentences}

    @property
    def asked(self) -> list[str]:
        return [turn.question for turn in self.spoken if turn.question]


def make_plan(
    kind: Kind,
    heard: Heard,
    earlier: Sequence[Turn],
    earlier_heard: Sequence[Heard],
    found: SearchResult,
    *,
    titles: Mapping[str, str] | None = None,
    instead_of: Turn | None = None,
) -> Plan:
    """The plan of this turn. ``earlier_heard`` are the dreamer's earlier messages as heard, in their order.

    ``titles`` names sections by their id, for the closing note. ``instead_of`` is an answer to this message that
    the dreamer wanted another one for: its readings and its question are not used again while there are others.
    """
    turns = () if begins_a_new_dream(heard.message) and kind is not Kind.ANSWER else of_this_dream(earlier)
    turns_heard = tuple(_understood(one, turns[:1]) for one in earlier_heard[len(earlier) - len(turns) :])
    heard = _understood(heard, turns)
    situation = _Situation(
        kind, heard, tuple(earlier), turns, turns_heard, found, stage_of(turns, heard, kind), titles or {}, instead_of
    )
    if kind is Kind.WHY and not _may_answer(situation):
        situation = replace(situation, found=replace(found, covered=False))
        found = situation.found
    rejected = rejected_citations(earlier)
    if kind is Kind.REJECTION:
        rejected += next((turn.citations for turn in reversed(earlier) if turn.citations), ())
    hits = () if kind in WITHOUT_HITS else found.hits
    allowed = [hit for hit in hits if hit.section.id not in {citation.section for citation in rejected}]
    readings = tuple(_readings(situation, allowed)) if found.covered else ()
    if not readings and instead_of and found.covered:
        readings = tuple(_readings(replace(situation, instead_of=None), allowed))
    if kind is Kind.DREAM and not readings:
        situation = replace(situation, kind=Kind.UNCOVERED)
    chosen = _question(situation, allowed if found.covered else [])
    return Plan(
        kind=situation.kind,
        stage=situation.stage,
        heard=heard,
        readings=readings,
        question=chosen.text,
        facet=chosen.facet,
        plain=_plain(situation, readings),
        hits=hits,
        covered=found.covered and bool(hits) and (bool(readings) or not ROWS[kind].least_readings),
        earlier=tuple(earlier),
        spoken=situation.spoken,
        told=tuple(_told(situation)),
        asked=tuple(situation.asked),
        rejected=tuple(citation.quote for citation in rejected),
        rejected_sections=tuple(citation.section for citation in rejected),
    )


def _understood(heard: Heard, turns: Sequence[Turn]) -> Heard:
    """What was heard; of a message in another language only the message, for the grammar is English. One word is no clause."""
    if not _is_english(heard.message, turns):
        return replace(heard, clauses=(), mentions=(), feelings=())
    return replace(heard, clauses=()) if count_words(heard.message) == 1 else heard


def _is_english(message: str, turns: Sequence[Turn]) -> bool:
    """A few words are in the language of what was told before them."""
    if count_words(message) <= 3 and turns and content_stems(message):
        return is_english(f"{turns[0].message} {message}")
    return is_english(message)


def _readings(situation: _Situation, allowed: Sequence[Hit]) -> Iterator[PlannedReading]:
    """The readings that may be offered, best first; none is offered twice in a conversation.

    A dream gets one of the best section, and a second where another section fits nearly as well and speaks of the same. A
    question to the library gets two facts of the best section and one of the next.
    """
    kind = situation.kind
    if ROWS[kind].most_readings == 0 or not allowed or (kind is Kind.ANSWER and not _may_deepen(situation, allowed[0])):
        return
    said = {citation.quote for turn in situation.spoken for citation in turn.citations}
    given = 0
    for place, hit in enumerate(hit for hit in allowed if hit.covers or kind is Kind.WHY):
        fresh = [reading for reading in hit.section.readings if reading.rests_on not in said]
        fitting = _most_fitting(fresh, situation.message)
        if given and (place > 2 or not _fits_as_well(hit, allowed[0], fitting, situation)):
            return
        for reading in fitting[: _most_of_a_section(kind, given)]:
            given += 1
            citation = Citation(hit.rank, hit.section.id, reading.rests_on)
            yield PlannedReading(citation, reading.text, hit)


def _most_of_a_section(kind: Kind, given: int) -> int:
    """How many readings the next section may give."""
    if kind is Kind.WHY:
        return {0: 2}.get(given, 1 if given < ROWS[kind].most_readings else 0)
    return 1 if given < ROWS[kind].most_readings else 0


def _fits_as_well(hit: Hit, best: Hit, readings: Sequence[Reading], situation: _Situation) -> bool:
    if best.score - hit.score > NEAR or not readings:
        return False
    if situation.kind is Kind.WHY and hit.section.article == best.section.article:
        return True
    words = frozenset().union(*(content_stems(message) for message in [situation.message, *_told(situation)]))
    return len(words & content_stems(f"{hit.section.title} {readings[0].text}")) >= SHARED


def _may_deepen(situation: _Situation, best: Hit) -> bool:
    """Whether an answer may get a reading: the dreamer's own meaning was asked for, and it stays with what the dream is about."""
    turns = situation.turns
    if (
        situation.stage is Stage.EXPLORE
        or turns[-1].citations
        or turns[-1].kind is Kind.WISH
        or says_nothing(situation.message)
    ):
        return False
    if not any(turn.facet == "own-meaning" for turn in turns):
        return False
    return best.section.article in _articles(situation)


def _may_answer(situation: _Situation) -> bool:
    """Whether the library may answer a question: by what it says itself, or in what was brought in on the dream already."""
    best = situation.found.hits[0] if situation.found.hits else None
    known = best is not None and best.section.article in _articles(situation)
    return known or situation.found.coverage_alone >= SURELY_COVERED or not _dream_told(situation)


def _articles(situation: _Situation) -> set[str]:
    """The articles that have been brought in on this dream."""
    return {citation.section.partition("/")[0] for turn in situation.turns for citation in turn.citations}


def _most_fitting(readings: Sequence[Reading], message: str) -> list[Reading]:
    """The readings in the order of what they share with the dreamer's words; the section's own order decides ties."""
    words = content_stems(message)
    return sorted(readings, key=lambda reading: -len(words & content_stems(reading.text)))


def _question(situation: _Situation, hits: Sequence[Hit]) -> Chosen:
    kind, asked = situation.kind, situation.asked
    if kind is Kind.WISH and _wish(situation) not in (Wish.SKIP, Wish.START_AGAIN):
        return Chosen("", "") if _dream_told(situation) else _for_a_dream(situation)
    if kind in (Kind.CLOSE, Kind.CRISIS):
        return Chosen("", "")
    told = _told(situation)
    if kind is Kind.WHY and not _dream_told(situation):
        return _behind(situation, hits)
    if not told or _wish(situation) is Wish.START_AGAIN:
        return _for_a_dream(situation)
    if _tells_new_ending(situation):
        return Chosen(around(quoted_beginning(situation.message, 10), "ask_of_new_ending", told, asked), "step")
    facets = facets_for(situation.stage, kind, situation.heard, hits, situation.turns, told)
    heard = _heard_of_the_dream(situation)
    leading = (
        hits[:1] if kind in (Kind.DREAM, Kind.WHY) or (hits and hits[0].section.article in _articles(situation)) else []
    )
    return choose_question(heard, facets, leading, told=told, asked=asked, just_said=_to_take_up(situation))


def _tells_new_ending(situation: _Situation) -> bool:
    """Whether this answer tells the new ending that was just asked for."""
    last = situation.turns[-1] if situation.turns else None
    asked_for = last is not None and last.kind is Kind.WISH and wish_of(last.message) is Wish.NEW_ENDING
    return (
        asked_for
        and situation.kind is Kind.ANSWER
        and bool(quoted_beginning(situation.message))
        and not says_nothing(situation.message)
    )


def _heard_of_the_dream(situation: _Situation) -> list[Heard]:
    """What was heard of the dream itself, newest first; what was said of it or of waking life holds no image of it."""
    replies = [(turn.kind, one) for turn, one in zip(situation.turns, situation.turns_heard, strict=True)]
    replies.append((situation.kind, situation.heard))
    told = [
        one
        for (kind, one), before in zip(replies, [None, *situation.turns], strict=True)
        if kind in (Kind.DREAM, Kind.UNCOVERED) or (kind is Kind.ANSWER and not _goes_beyond(one.message, before))
    ]
    denied = frozenset().union(*(one.directed.denied for one in [*situation.turns_heard, situation.heard]))
    return [_without(one, denied) for one in reversed(told) if not says_nothing(one.message)]


def _without(heard: Heard, denied: frozenset[str]) -> Heard:
    """What was heard, without what the dreamer says was no part of the dream."""
    return replace(
        heard,
        mentions=tuple(one for one in heard.mentions if not content_stems(one.turned) & denied),
        clauses=tuple(one for one in heard.clauses if not content_stems(one.turned) & denied),
    )


def _goes_beyond(message: str, before: Turn | None) -> bool:
    """Whether an answer is about waking life, or about the dream as a whole: it tells no image of the dream."""
    if before is None or corrects(message):
        return False
    return asked_beyond_the_dream(before) or speaks_beyond_the_dream(message)


def _to_take_up(situation: _Situation) -> str:
    """The words of an answer that went beyond the dream, for the next question to take up; not twice in a row."""
    if not situation.turns or "“" in situation.turns[-1].question:
        return ""
    if situation.kind is Kind.REJECTION:
        return beyond_no(situation.message)
    taken_up = situation.kind is Kind.ANSWER and _goes_beyond(situation.message, situation.turns[-1])
    return situation.message if taken_up and not says_nothing(situation.message) else ""


def _told(situation: _Situation) -> list[str]:
    """The dreamer's messages that a question may be tied to, newest first; none where no dream was told yet."""
    turns, kind, message = situation.turns, situation.kind, situation.message
    told = [turn.message for turn in reversed(turns) if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)]
    if kind is Kind.REJECTION and beyond_no(message):
        return [message, *told]
    if kind in ABOUT_A_DREAM and not (says_nothing(message) and told):
        return [message, *told]
    return [message] if kind is Kind.WHY and not told else told


def _dream_told(situation: _Situation) -> bool:
    return any(turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message) for turn in situation.turns)


def _for_a_dream(situation: _Situation) -> Chosen:
    return Chosen(in_turn("no_dream_yet", situation.asked), "")


def _behind(situation: _Situation, hits: Sequence[Hit]) -> Chosen:
    """What lies behind a question to the library, where no dream was told."""
    chosen = choose_question([], ["section"], hits[:1], told=[situation.message], asked=situation.asked)
    if chosen.facet == "section":
        return chosen
    question = around(quoted_beginning(situation.message, 12), "ask_behind", [situation.message], situation.asked)
    return Chosen(question, "") if question else _for_a_dream(situation)


def _wish(situation: _Situation) -> Wish | None:
    return (wish_of(situation.message) or Wish.SKIP) if situation.kind is Kind.WISH else None


def _plain(situation: _Situation, readings: Sequence[PlannedReading]) -> str:
    """The sentence of our own that this turn needs, if any; what is said once a conversation is said once."""
    kind, said, number = situation.kind, situation.said, len(situation.earlier)
    if kind in (Kind.UNCOVERED, Kind.ANSWER, Kind.DREAM) and not _is_english(situation.message, situation.turns):
        return "" if text("other_language") in said else text("other_language")
    if kind is Kind.UNCOVERED:
        return "" if text("uncovered") in said or situation.found.covered else text("uncovered")
    if kind is Kind.OUTSIDE:
        return _to_what_is_outside(situation)
    if kind is Kind.ANSWER:
        return _to_what_was_put_right(situation) or _to_a_small_answer(situation)
    if kind is Kind.WHY and not readings:
        return in_turn("nothing_more" if situation.found.covered else "no_answer", said, number)
    if kind is Kind.REJECTION:
        return in_turn("rejection", said, number)
    if kind is Kind.CLOSE:
        return in_turn("close" if _dream_told(situation) else "close_without_a_dream", said, number)
    return _to_a_wish(situation) if kind is Kind.WISH else ""


def _to_what_is_outside(situation: _Situation) -> str:
    message, said = situation.message, situation.said
    if is_greeting(message):
        return text("greeting_again") if _dream_told(situation) else text("greeting")
    if is_about_us(message):
        return text("about_us")
    if announces(message) or says_nothing(message):
        return in_turn("invitation", said, len(situation.earlier))
    outside = text("outside_again" if any(text("outside") in one for one in said) else "outside")
    return f"{outside} {text('outside_back')}" if _dream_told(situation) else outside


def _to_what_was_put_right(situation: _Situation) -> str:
    parts = situation.heard.directed
    if not (parts.complains or parts.corrects):
        return ""
    return in_turn("put_right" if parts.corrects else "passed_over", situation.said, len(situation.earlier))


def _to_a_small_answer(situation: _Situation) -> str:
    small = small_answer(situation.message)
    if small is None:
        return ""
    offered = bool(situation.turns and situation.turns[-1].citations)
    name = "yes_it_fits" if small is Small.YES and offered else small.value
    return in_turn(name, situation.said, len(situation.earlier))


def _to_a_wish(situation: _Situation) -> str:
    wish = _wish(situation) or Wish.SKIP
    if wish is Wish.NOTE:
        return closing_note(situation.turns, situation.titles) or text("wish", "no_dream")
    if wish is Wish.NEW_ENDING and not _dream_told(situation):
        return text("wish", "no_dream")
    return text("wish", wish.value)
