"""How telling a clause is: what a good listener would pick out of a dream."""

from __future__ import annotations

from assistant.hearing.lexicon import (
    ANIMALS,
    BODY,
    FAILING_VERBS,
    PERSONS,
    STATIVE_VERBS,
    TELLING_NOUNS,
    TELLING_VERBS,
    closed,
)
from assistant.hearing.segments import Segment

_TURNS = closed("turns")
_CANNOT = frozenset({"could", "ca", "can", "would", "wo"})
_STUCK = closed("stuck")
_HEDGES = closed("hedges")
_SMALL_TALK = closed("small_talk")
_ME = frozenset({"me", "my", "myself"})


def weight(segment: Segment, position: float, feels: bool) -> float:
    """How telling, about 0 to 6. ``position`` runs from 0 at the message's beginning to 1 at its end."""
    lowers, lemmas = set(segment.lowers), {word.lemma for word in segment.words}
    failing = bool(lemmas & FAILING_VERBS) or (bool(lowers & _CANNOT) and bool(lowers & {"n't", "not", "never"}))
    total = 1.0 + _part_of_dreamer(segment, lowers) + 0.9 * failing + 0.8 * feels + 0.35 * position
    total += 0.5 * min(2, len(lemmas & TELLING_VERBS)) + 0.4 * min(2, len(lemmas & TELLING_NOUNS))
    total += 0.4 * bool(lowers & _STUCK) + 0.3 * bool(lemmas & ANIMALS)
    total += 0.25 * bool(lemmas & BODY) + 0.2 * bool(lemmas & PERSONS)
    total += 0.3 * (segment.joined_by in {"but", "then", "so"} or bool(lowers & _TURNS))
    total -= 0.5 * bool(lowers & _HEDGES)
    total -= _flatness(segment, failing, feels or bool(lowers & _STUCK))
    return max(total, 0.1)


def _part_of_dreamer(segment: Segment, lowers: set[str]) -> float:
    """What the dreamer does counts most, then what is done to them or is theirs."""
    subject = segment.subject.lower if segment.subject is not None else ""
    active = segment.head.lemma not in STATIVE_VERBS
    passive = 0.2 * any(child.role == "auxpass" for child in segment.head.children)
    if subject in {"i", "we"}:
        return passive + (0.8 if active else 0.2)
    if lowers & _ME:
        return passive + (0.9 if active else 0.5)
    return passive


def _flatness(segment: Segment, failing: bool, is_state: bool) -> float:
    """What makes a clause mere setting, small talk, or too short or long to hold."""
    head, count = segment.head, len(segment.words)
    subject = segment.subject.lower if segment.subject is not None else ""
    total = 0.0
    if subject == "there" or (head.lemma == "be" and not is_state and head.child("acomp") is None):
        total += 0.7
    if head.lemma in {"wear", "look", "resemble", "have", "know", "think"} and not failing:
        total += 0.4
    if head.lemma in _SMALL_TALK or (head.lemma in {"remember", "recall"} and not failing):
        total += 0.5
    if count < 4:
        total += 0.5
    elif count > 18:
        total += 0.3
    elif 6 <= count <= 14:
        total -= 0.2
    return total
