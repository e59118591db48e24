"""Does a passage support a sentence? Rules over numbers, certainty and shared words; precision comes before recall.

Similarity alone cannot tell support from a near miss, so a sentence passes only if one sentence of the passage shares most
of its content, no number is new, nothing is made more certain, and no negation is lost or added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.nevers import never_said
from assistant.words import MARK, content_stems

SUPPORTED = 0.5  # share of the sentence's content that must stand in the passage's best sentence and its neighbours

_SENTENCES = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS = {
    "half": "1/2", "third": "1/3", "quarter": "1/4", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "dozen": "12", "hundred": "100", "thousand": "1000",
}  # fmt: skip
_CERTAIN = re.compile(
    r"\b(?:always|never|every|all|everyone|nobody|proves?|proven|must|means? that|the reason|because of|causes?|certain(?:ly)?|"
    r"definitely|only|most|cures?|guarantees?)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|nothing|without|hardly|rarely|n't|cannot|unlikely|isn't|doesn't|don't|didn't)\b|n['’]t\b",
    re.IGNORECASE,
)
_OF_TALK = frozenset(
    [
        "may",
        "some",
        "peopl",
        "find",
        "find",
        "mind",
        "sens",
        "someth",
        "sometim",
        "perhap",
        "possibl",
        "wonder",
        "often",
        "feel",
    ]
)


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a passage carries a sentence, how surely (0 to 1), and the passage's sentence that does."""

    supported: bool
    score: float
    rests_on: str


def sentences_of(text: str) -> list[str]:
    """The sentences of a passage, each to the letter a part of it."""
    return [sentence for paragraph in text.split("\n") for sentence in _SENTENCES.split(paragraph.strip()) if sentence]


def support(sentence: str, passage: str) -> Support:
    """Judge one sentence against one passage."""
    claim = MARK.sub("", sentence)
    stems = content_stems(claim) - _OF_TALK
    candidates = sentences_of(passage)
    if not stems or not candidates:
        return Support(False, 0.0, "")
    best = max(candidates, key=lambda candidate: _overlap(stems, candidate))
    position = candidates.index(best)
    around = " ".join(candidates[max(0, position - 1) : position + 2])
    score = 0.7 * _overlap(stems, best) + 0.3 * _overlap(stems, around)
    if (
        numbers(claim) - numbers(around)
        or never_said(claim)
        or _words(_CERTAIN, claim) - _words(_CERTAIN, around)
        or bool(_NEGATION.search(claim)) != bool(_NEGATION.search(best))
    ):
        score = min(score, SUPPORTED / 2)
    return Support(score >= SUPPORTED, round(score, 3), best if score >= SUPPORTED else "")


def figures(text: str) -> set[str]:
    """Every number that a text writes in figures."""
    return set(_NUMBER.findall(text))


def numbers(text: str) -> set[str]:
    """Every number in a text, in figures, small number words included."""
    return figures(text) | {
        _NUMBER_WORDS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _NUMBER_WORDS
    }


def _overlap(stems: frozenset[str], text: str) -> float:
    return len(stems & content_stems(text)) / len(stems)


def _words(pattern: re.Pattern[str], text: str) -> set[str]:
    return {word.lower() for word in pattern.findall(text)}
