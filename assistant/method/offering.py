"""Which readings a turn may offer, and whether the library may answer a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.contract import ROWS
from assistant.method.situation import Situation
from assistant.method.stages import recurs
from assistant.method.themes import is_to_try, may_read, speaks_of
from assistant.phrases import says_nothing
from assistant.texts import of_grade, turned
from assistant.types import Citation, Kind, PlannedReading, Stage
from assistant.understanding import SURELY_COVERED
from assistant.words import content_stems
from knowledge.types import Hit, Reading

NEAR = 0.04  # a second section this close in score to the first fits nearly as well
SHARED = 2  # content words that a reading of it has to share with what was told

_OF_THIS_DREAM = frozenset({"asks_meaning", "asks_help"})
_OF_HEALTH = frozenset(
    {"sleep-paralysis", "nightmares"}
)  # the articles that say what is dangerous and when to see a doctor
_OF_WHAT_RECURS = frozenset({"nightmares/recurring"})
_SAYS_WHENCE = re.compile(
    r":|\b(?:read(?:s|ings?|er)?|stud(?:y|ies)|surveys?|reviews?|research\w*|people|some|many|popular|tradition\w*|old|untested|idea|guess|nobody|evidence|"
    r"no (?:figure|fact|study)|in (?:practice|general)|students|asked|half|dreamers|investigated)\b|\d",
    re.IGNORECASE,
)
_READS_NOTHING = re.compile(
    r"\d|\b(?:nothing shows|no evidence|nobody can|no fact|no study|no figure|we (?:hold|know of)|students|how (?:common|many|often)|foretells?|you (?:could|might) (?:try|write|take|like to know)|"
    r"some people (?:try|carry|count)|says nothing|does not mean|need not mean|is not a|if you grew up|the tally|if nothing|by itself|please don't|a doctor)\b",
    re.IGNORECASE,
)
_OF_ASKING = content_stems(
    "mean means meaning normal common happen happens reason cause why explain explanation tell think article library proof evidence proven hypothesis certain sure"
)


def readings_for(situation: Situation, allowed: Sequence[Hit]) -> Iterator[PlannedReading]:
    """The readings that may be offered, best first; none is offered twice in a conversation.

    A dream gets one of the best section, and a second where another section fits nearly as well and speaks of the same. A
    question to the library gets two facts of the best section.
    """
    kind = situation.kind
    if (
        situation.anew is not None
        or ROWS[kind].most_readings == 0
        or not allowed
        or (kind is Kind.ANSWER and not _may_deepen(situation, allowed[0]))
    ):
        return
    said = {citation.quote for turn in situation.spoken for citation in turn.citations}
    given = 0
    fit = [hit for hit in allowed if _is_named(hit, situation) and (kind is Kind.WHY or hit.covers)]
    if situation.heard.directed.asks == "asks_help" and kind is Kind.WHY:
        fit = [hit for hit in fit if is_to_try(hit.section.id) and _is_of_this_dream(hit, situation)]
    for place, hit in enumerate(fit):
        fresh = [reading for reading in hit.section.readings if reading.rests_on not in said]
        fitting = _most_fitting(fresh, situation)
        if given and (place > 2 or not _fits_as_well(hit, allowed[0], fitting, situation)):
            return
        for reading in fitting[: _most_of_a_section(situation, given)]:
            given += 1
            citation = Citation(hit.rank, hit.section.id, reading.rests_on)
            yield PlannedReading(citation, reading.text, hit, _lead(reading, hit, situation) if given == 1 else "")


def _lead(reading: Reading, hit: Hit, situation: Situation) -> str:
    """A few words on how well supported the reading is, where it does not say so itself; none twice in a conversation."""
    if situation.kind is Kind.WHY or _SAYS_WHENCE.search(reading.text):
        return ""
    wordings = of_grade("reading_leads", hit.section.evidence.value)
    fresh = [
        one for one in turned(wordings, len(situation.message)) if not any(s.startswith(one) for s in situation.said)
    ]
    return next(iter(fresh), "")


def _is_named(hit: Hit, situation: Situation) -> bool:
    """Whether the talk names what the section takes for granted: its theme, where much was told, or that the dream comes back."""
    if hit.section.id in _OF_WHAT_RECURS and not any(recurs(one) for one in (situation.message, *situation.told)):
        return False
    if situation.kind is not Kind.WHY:
        of_the_dream = situation.kind is not Kind.DREAM or may_read(situation.message, hit.section.id)
        return of_the_dream and speaks_of(situation.message, hit.section.article, situation.found.coverage)
    everything = " ".join((situation.heard.directed.message, *situation.told))
    return not situation.dream_told or speaks_of(everything, hit.section.article, situation.found.coverage)


def _is_of_this_dream(hit: Hit, situation: Situation) -> bool:
    """Whether what it says to do goes with the dream that was told: its article was brought in, or the dream frightened."""
    if not situation.dream_told:
        return True
    article = hit.section.article
    return article in situation.articles or (article == "nightmares" and situation.is_frightening)


def _most_of_a_section(situation: Situation, given: int) -> int:
    """How many readings the next section may give; a question is answered out of the section that fits it best, with one
    reading where we have an answer of our own."""
    if situation.kind is Kind.WHY:
        return 0 if given else 1 if situation.response is not None else 2
    return 1 if given < ROWS[situation.kind].most_readings else 0


def _fits_as_well(hit: Hit, best: Hit, readings: Sequence[Reading], situation: Situation) -> bool:
    if best.score - hit.score > NEAR or not readings:
        return False
    words = frozenset().union(*(content_stems(message) for message in [situation.message, *situation.told]))
    return len(words & content_stems(f"{hit.section.title} {readings[0].text}")) >= SHARED


def _may_deepen(situation: Situation, best: Hit) -> bool:
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
    shared = content_stems(situation.message) & content_stems(f"{best.section.title} {best.section.text}")
    return best.section.article in situation.articles and len(shared) >= SHARED


def may_answer(situation: Situation) -> bool:
    """Whether the library may answer a question: by what it says itself, or in what was brought in on the dream already."""
    response = situation.response
    best = situation.found.hits[0] if situation.found.hits else None
    ours = situation.heard.directed.asks in ("asks_memory_of_talk", "asks_proof")
    if best is None or ours or (response is not None and not response.library):
        return False
    known = best.section.article in situation.articles
    stems = content_stems(situation.heard.directed.question or situation.message) - _OF_ASKING
    if situation.dream_told and not stems:
        return known  # "is that normal" is about the dream that was told
    if situation.found.coverage_alone >= SURELY_COVERED or not situation.dream_told:
        return True
    if response is not None:
        return known and (situation.heard.directed.asks in _OF_THIS_DREAM or best.section.article in _OF_HEALTH)
    about = content_stems(f"{best.section.title} {best.section.text} {' '.join(best.section.asks)}")
    return known and (not stems or bool(stems & about))


def _most_fitting(readings: Sequence[Reading], situation: Situation) -> list[Reading]:
    """The readings in the order of what they share with the dreamer's words; the section's own order decides ties.

    To a dream one that reads it comes before a caveat, a figure or something to try.
    """
    words = content_stems(situation.message)
    to_a_dream = situation.kind is not Kind.WHY
    return sorted(
        readings,
        key=lambda reading: (
            to_a_dream and bool(_READS_NOTHING.search(reading.text)),
            -len(words & content_stems(reading.text)),
        ),
    )
