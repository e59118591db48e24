"""Hears hints that the rules do not: a classifier of sentences, learned from examples, that can only lead to a soft question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier
from assistant.phrases import plain
from assistant.safety.clauses import sentences
from assistant.safety.frames import Frame, framed
from assistant.speech_acts import examples as heard_in_dreams
from assistant.speech_acts import in_sentences, read_of
from assistant.words import is_english
from knowledge.embedding import Embedder

# Set on texts of our own and on ordinary dream reports, so that about one report in twenty is asked about.
SURELY_EXPLICIT = 0.44
SURELY_A_HINT = 0.75
FEW = 2  # sentences: so short a message may be of the day whatever its tense
STRENGTH = 1.0
OF_DREAMS = ("scenes", "matters", "acts", "states")  # further examples of what is no hint

_EXPLICIT, _VEILED, _NONE = "explicit", "veiled", "none"


class Hints:
    """Learned from hints.yaml; one reader serves many threads. English only."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self.classifier = SentenceClassifier("hints", _examples(), embedder, folder, strength=STRENGTH)

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        self.classifier.warm_up()

    def is_in(self, message: str) -> bool:
        """Whether a sentence that may be of waking life hints at a risk, or says it in words that the rules do not know."""
        if not is_english(message):
            return False
        told = in_sentences(plain(message))
        waking = frozenset(range(len(told))) if len(told) <= FEW else _of_waking_life(told)
        read = [number for number in read_of(told) if number in waking]
        if not read:
            return False
        said = [told[number] for number in read]
        likely = self.classifier.probabilities(said, self._embedder.encode(said))
        explicit = likely[:, self.classifier.labels.index(_EXPLICIT)]
        hinted = explicit + likely[:, self.classifier.labels.index(_VEILED)]
        return bool(np.any(explicit >= SURELY_EXPLICIT) or np.any(hinted >= SURELY_A_HINT))


def _of_waking_life(told: Sequence[str]) -> frozenset[int]:
    """The numbers of the sentences of which some clause, read in the present, is told of the person awake."""
    parts = [(number, part) for number, sentence in enumerate(told) for part in sentences(sentence)]
    clauses = framed([part for _, part in parts])
    return frozenset(
        parts[clause.sentence][0]
        for clause in clauses
        if clause.frame(clause.clause.start + 1, past=False) is Frame.WAKING
    )


@cache
def _examples() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = read_yaml("assistant.safety", "hints.yaml")
    of_dreams = [
        sentence
        for name in OF_DREAMS
        for told in heard_in_dreams(name).values()
        for example in told
        for sentence in in_sentences(plain(example))
    ]
    known = {_bare(one) for label in (_EXPLICIT, _VEILED) for one in rows[label]}
    harmless = [one for one in of_dreams if _bare(one) not in known]
    return {**rows, _NONE: [*rows[_NONE], *dict.fromkeys(harmless)]}


def _bare(sentence: str) -> str:
    return re.sub(r"\W+", " ", sentence.lower())
