"""Hears hints that the rules do not: classifiers of sentences and of whole messages, learned from examples, that can only lead to a soft question."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.clause_weights import tellings
from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier
from assistant.phrases import plain
from assistant.reply_kinds import said_in_conversations
from assistant.safety.clauses import sentences
from assistant.safety.frames import Frame, framed
from assistant.speech_acts import examples as heard_in_dreams
from assistant.speech_acts import in_sentences, read_of
from assistant.words import count_words, is_english
from knowledge.embedding import Embedder

# Set on texts of our own and on ordinary dream reports, so that about one report in forty is asked about, and one ordinary message
# in fifty in the middle of a talk; of these, hardly any so strongly that a help line is named (screening.PLAINLY).
SURELY, SURELY_IN_A_TALK, SURELY_IN_A_FEW_WORDS = (
    0.70,
    0.60,
    0.60,
)  # where a dream is named or much is said, where not, in few words
PLAINLY = 0.8  # of 150 dark dreams without a risk 4 are so likely, of 100 with a hint 39
FEW_WORDS, SHORT = 12, 45
SURELY_IN_A_SENTENCE = 0.9  # of a short message that names no dream
FEW = 2  # sentences: so short a message may be of the day whatever its tense
STRENGTH, STRENGTH_OF_MESSAGES = 1.0, 1.2
WHOLE, LAST = 0.75, 0.5  # how much the message's own vector, and that of its last sentence, count beside its words
STRONGEST = 3  # sentences of which the likelihood is known by its rank
OTHERS = ("scenes", "matters", "acts", "states")  # further examples of sentences that are no hint

_OF_DREAMS = re.compile(r"dream|nightmare|slept|woke", re.IGNORECASE)
_EXPLICIT, _VEILED, _NONE, _HINT = "explicit", "veiled", "none", "hint"


class Hints:
    """Learned from hints.yaml, sentences by label, and risks.jsonl, whole messages; one reader serves many threads. English only."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._sentences = SentenceClassifier("hints", _sentences(), embedder, folder, strength=STRENGTH)
        self._messages = SentenceClassifier(
            "risks",
            _messages(),
            embedder,
            folder,
            meaning=1.0,
            strength=STRENGTH_OF_MESSAGES,
            columns=self._columns,
            beside=lambda: self._sentences.file_name,
        )

    @property
    def classifiers(self) -> tuple[SentenceClassifier, ...]:
        """All that it judges with."""
        return self._sentences, self._messages

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        for classifier in self.classifiers:
            classifier.warm_up()

    def strength(self, message: str) -> float:
        """How strongly it hints at a risk of the waking person, or says it in words that the rules do not know: 1 and more where
        surely, 2 and more where plainly."""
        count = count_words(message)
        if count > SHORT or _OF_DREAMS.search(message):
            return _strength(self.likely(message), SURELY)
        strength = _strength(self.likely(message), SURELY_IN_A_FEW_WORDS if count <= FEW_WORDS else SURELY_IN_A_TALK)
        return 1.0 if strength < 1 and self._says_so_in_a_sentence(message) else strength

    def likely(self, message: str) -> float:
        """How likely it hints at one (0 to 1); 0 where it is not in English."""
        if not is_english(message):
            return 0.0
        [row] = self._messages.probabilities([message], self._columns([message]))
        return float(row[self._messages.labels.index(_HINT)])

    def _says_so_in_a_sentence(self, message: str) -> bool:
        """Whether one sentence by itself surely hints at it: nearly all whole messages that do so, in the examples, tell a dream too."""
        if not is_english(message):
            return False
        said = in_sentences(plain(message))
        likely = self._sentences.probabilities(said, self._embedder.encode(said))
        return bool(np.any(1 - likely[:, self._sentences.labels.index(_NONE)] >= SURELY_IN_A_SENTENCE))

    def _columns(self, messages: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._of_message(message) for message in messages])

    def _of_message(self, message: str) -> NDArray[np.float32]:
        """What its sentences hint at, those that may be of waking life apart, and the meaning of the whole, of the most telling one and
        of the last."""
        told = in_sentences(plain(message)) or [message]
        read = read_of(told)
        said = [told[number] for number in read]
        *vectors, whole = self._embedder.encode([*said, message])
        likely = self._sentences.probabilities(said, np.array(vectors))
        explicit = likely[:, self._sentences.labels.index(_EXPLICIT)]
        hinted = explicit + likely[:, self._sentences.labels.index(_VEILED)]
        waking = _of_waking_life(told) if len(told) > FEW else frozenset(read)
        awake = np.array([number in waking for number in read])
        known = [
            *_strongest(hinted),
            *_strongest(hinted * awake),
            explicit.max(),
            (explicit * awake).max(),
            hinted[-1],
            hinted.mean(),
            1 - np.prod(1 - hinted * awake),
            awake.mean(),
            np.log1p(len(told)),
            np.log1p(count_words(message)) / 3,
            np.log(hinted.max() + 1e-3) / 3,
            np.log((hinted * awake).max() + 1e-3) / 3,
        ]
        most = vectors[int(np.argmax(hinted * awake))] * float(awake.any())
        return np.hstack([known, WHOLE * whole, WHOLE * most, LAST * vectors[-1]]).astype(np.float32)


def _strength(likely: float, surely: float) -> float:
    """From 0 over 1 at the likelihood ``surely`` to 2 at PLAINLY, and on."""
    return likely / surely if likely < surely else 1 + (likely - surely) / (PLAINLY - surely)


def _strongest(likely: NDArray[np.float64]) -> list[float]:
    """The highest likelihoods, in their order; 0 where there are fewer sentences."""
    return [*map(float, np.sort(likely)[::-1][:STRONGEST]), *[0.0] * STRONGEST][:STRONGEST]


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
def _sentences() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = read_yaml("assistant.safety", "hints.yaml")
    of_dreams = [
        sentence
        for name in OTHERS
        for told in heard_in_dreams(name).values()
        for example in told
        for sentence in in_sentences(plain(example))
    ]
    known = {_bare(one) for label in (_EXPLICIT, _VEILED) for one in rows[label]}
    harmless = [one for one in of_dreams if _bare(one) not in known]
    return {**rows, _NONE: [*rows[_NONE], *dict.fromkeys(harmless)]}


@cache
def _messages() -> dict[str, list[str]]:
    """Whole messages: those of risks.jsonl, and tellings of dreams and replies in conversations, that are none."""
    harmless = [row["message"] for row in tellings()] + said_in_conversations()
    told = [(message, _NONE) for message in harmless]
    lines = (files("assistant.safety") / "risks.jsonl").read_text("utf-8").splitlines()
    told += [(row["message"], _NONE if row["label"] == _NONE else _HINT) for row in map(json.loads, lines)]
    by_label: dict[str, list[str]] = {_HINT: [], _NONE: []}
    for message, label in dict(told).items():
        by_label[label].append(message)
    return by_label


def _bare(sentence: str) -> str:
    return re.sub(r"\W+", " ", sentence.lower())
