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
)
from assistant.hearing.segments import Segment

_TURNS = frozenset({"suddenly", "but", "finally", "instead", "then", "until", "when"})
_CANNOT = frozenset({"could", "ca", "can", "would", "wo"})
_STUCK = frozenset({"stuck", "trapped", "frozen", "froze", "paralyzed", "paralysed", "lost", "late", "naked", "alone", "locked", "glued",
                    "helpless", "slow", "heavy", "gone", "missing", "dead", "dying", "alive", "empty", "broken"})  # fmt: skip
_HEDGES = frozenset({"maybe", "perhaps", "probably", "guess", "think", "supposedly", "apparently", "somehow", "seemed", "assume"})
_SMALL_TALK = frozenset({"say", "ask", "talk", "answer", "reply", "explain", "mention"})
_ME = frozenset({"me", "my", "myself"})


def weight(segment: Segment, position: float, feels: bool) -> float:
    """How telling, about 0 to 6. ``position`` runs from 0 at the message's beginning to 1 at its end."""
    lowers, lemmas = set(segment.lowers), {word.lemma for word in segment.words}
    head = segment.head
    subject = segment.subject.lower if segment.subject is not None else ""
    active = head.lemma not in STATIVE_VERBS
    total = 1.0
    if subject in {"i", "we"}:
        total += 0.8 if active else 0.2
    elif lowers & _ME:
        total += 0.9 if active else 0.5
    if head.role in {"nsubjpass"} or any(child.role == "auxpass" for child in head.children):
        total += 0.2
    total += 0.5 * min(2, len(lemmas & TELLING_VERBS)) + 0.4 * min(2, len(lemmas & TELLING_NOUNS)) + 0.4 * bool(lowers & _STUCK)
    failing = bool(lemmas & FAILING_VERBS) or (bool(lowers & _CANNOT) and bool(lowers & {"n't", "not", "never"}))
    total += 0.9 * failing + 0.8 * feels
    total += 0.3 * bool(lemmas & ANIMALS) + 0.25 * bool(lemmas & BODY) + 0.2 * bool(lemmas & PERSONS)
    total += 0.3 * (segment.joined_by in {"but", "then", "so"} or bool(lowers & _TURNS))
    total += 0.35 * position
    if subject == "there" or (head.lemma == "be" and not feels and not lowers & _STUCK and head.child("acomp") is None):
        total -= 0.7
    if head.lemma in {"wear", "look", "resemble", "have", "know", "think"} and not failing:
        total -= 0.4
    total -= 0.5 * bool(lowers & _HEDGES) + 0.5 * (head.lemma in _SMALL_TALK) + 0.5 * (head.lemma in {"remember", "recall"} and not failing)
    count = len(segment.words)
    if count < 4:
        total -= 0.5
    elif count > 18:
        total -= 0.3
    elif 6 <= count <= 14:
        total += 0.2
    return max(total, 0.1)
