"""What no reply may say, whatever the model: by rules for every voice, and for a model's own sentences by examples besides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier
from assistant.words import MARK, content_stems, count_words, is_english
from knowledge.embedding import Embedder

ALLOWED, NEVER = "allowed", "never"
LEARNED = "too near to what is never said"  # the name of the fault that the classifier finds
# Set on the examples in cross-validation, so that about one allowed sentence in a hundred is taken for a forbidden one.
SURELY = 0.5
SURELY_IN_PART = 0.6  # a part of a sentence says less by itself
SIGNAL = 0.5  # how much a signal counts beside the words, whose vectors have length one
STRENGTH = 5.0
FEWEST_WORDS_OF_A_PART = 4

_JOINTS = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|[,;:]\s+(?!or\b)|\s[–—-]\s|,?\s+(?=(?:and|but|so|because|although|though|that)\b)")
_ASKS = re.compile(r"\?|\b(?:do you think|could it be|i wonder|is it possible)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def never_said(text: str, told: Sequence[str] = ()) -> list[str]:
    """The names of the rules that a sentence breaks; empty where it breaks none.

    ``told`` are the dreamer's messages where the sentence gives their words back: what they said themselves ("the doctor told
    me that I will die") is not ours when we repeat it. What they only asked is no saying of theirs.
    """
    theirs = stated(told)
    broken = []
    for name, pattern in _patterns("rules").items():
        found = [content_stems(match.group()) for match in pattern.finditer(_plain(text))]
        if any(not stems or not stems <= theirs for stems in found):
            broken.append(name)
    return broken


def stated(told: Sequence[str]) -> frozenset[str]:
    """The stems of what the dreamer said, apart from what they asked."""
    sentences = (sentence for message in told for sentence in _SENTENCES.split(message))
    return frozenset().union(*(content_stems(sentence) for sentence in sentences if not _ASKS.search(sentence)))


class Nevers:
    """Learned from nevers_examples.yaml and the signals of nevers.yaml; for sentences that a model made. English only.

    One judge serves many threads.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self.classifier = SentenceClassifier(
            "nevers", _examples(), embedder, folder, strength=STRENGTH, columns=self._columns, beside=_signals_as_told
        )

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        self.classifier.warm_up()

    def faults(self, text: str, told: Sequence[str] = ()) -> list[str]:
        """The fault, as ``never_said`` names its own; empty where there is none.

        Whole sentences are judged and their parts, lest something forbidden hides behind something harmless. What gives back
        only words of ``told`` is the dreamer's.
        """
        bare = MARK.sub("", text)
        theirs = stated(told)
        said = [one for one in parts(bare) if not content_stems(one) <= theirs]
        if not said or not is_english(bare):
            return []
        return [LEARNED] if self.likely(said).max() >= 1 else []

    def likely(self, said: Sequence[str]) -> NDArray[np.float64]:
        """How likely each is never said, divided by what is enough for it."""
        found = self.classifier.probabilities(said, self._columns(said))
        return found[:, self.classifier.labels.index(NEVER)] / SURELY

    def _columns(self, said: Sequence[str]) -> NDArray[np.float32]:
        """A row a sentence: its embedding, and the signals that it shows."""
        shown = np.array([signals_of(one) for one in said], dtype=np.float32)
        return np.hstack([self._embedder.encode(list(said)), SIGNAL * shown]).astype(np.float32)


def parts(text: str) -> list[str]:
    """The text, and each stretch of it between two joints that has words enough to say something."""
    cut = [part.strip() for part in _JOINTS.split(text)]
    return list(dict.fromkeys([text, *(part for part in cut if count_words(part) >= FEWEST_WORDS_OF_A_PART)]))


def signals_of(sentence: str) -> list[bool]:
    """Whether the sentence shows each of the signals."""
    told = _plain(sentence)
    return [bool(pattern.search(told)) for pattern in _patterns("signals").values()]


def _plain(sentence: str) -> str:
    return " ".join(sentence.lower().replace("’", "'").split())


@cache
def _patterns(kind: str) -> dict[str, re.Pattern[str]]:
    """The patterns of a part of the file; one that stands on several lines has a space after the bar that ends each."""
    told: dict[str, str] = read_yaml("assistant", "nevers.yaml")[kind]
    return {name: re.compile(pattern.strip().replace("| ", "|")) for name, pattern in told.items()}


def _signals_as_told() -> str:
    return repr({name: pattern.pattern for name, pattern in _patterns("signals").items()})


@cache
def _examples() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = read_yaml("assistant", "nevers_examples.yaml")
    return {ALLOWED: rows[ALLOWED], NEVER: [one for label, told in rows.items() if label != ALLOWED for one in told]}
