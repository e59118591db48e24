"""What a message is in reply to ours, learned from messages in their place: by its words, its parts, and how near it is to what was said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier
from assistant.speech_acts import SpeechActs
from assistant.types import Directed
from assistant.words import count_words
from knowledge.embedding import Embedder

NEARNESS = 2.0  # how much a cosine counts beside the embedding
FLAGS = 0.5  # and how much one of the message's parts does

REJECTION, ANSWER, WHY, WISH, OUTSIDE, CLOSE, DREAM, MORE = (
    "rejection", "answer", "why", "wish", "outside", "close", "dream", "more",
)  # fmt: skip
_PARTS = ("complains", "corrects", "leaves", "rejects", "opens_a_dream", "announces", "greets", "puzzled")


class ReplyKinds:
    """Learned from hearing/replies.yaml, messages with the reading and the question they follow, and from hearing/openings.yaml, the
    first ones of conversations. One judge serves many threads."""

    def __init__(self, embedder: Embedder, folder: Path, speech_acts: SpeechActs) -> None:
        self._embedder = embedder
        self._speech_acts = speech_acts
        self._asks = tuple(act for act in speech_acts.acts if act.startswith("asks"))
        self._replies = SentenceClassifier(
            "replies", _examples(), embedder, folder, meaning=1.0, columns=self._of_examples, beside=self._beside
        )
        self._openings = SentenceClassifier(
            "openings", _openings(), embedder, folder, meaning=1.0, columns=self._of_openings, beside=self._read_with
        )

    @property
    def classifiers(self) -> tuple[SentenceClassifier, ...]:
        """All that it judges with."""
        return self._replies, self._openings

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        for classifier in self.classifiers:
            classifier.warm_up()

    def likely(self, parts: Directed, reading: str, question: str) -> dict[str, float]:
        """How likely the message is each kind of reply (0 to 1); ``reading`` is what we offered, ``question`` what we asked, or empty."""
        return self._likely(self._replies, parts, self._columns([parts], [reading], [question]))

    def likely_first(self, parts: Directed) -> dict[str, float]:
        """How likely a first message is each of the kinds that it can be."""
        return self._likely(self._openings, parts, self._columns_of_first([parts]))

    def _likely(
        self, classifier: SentenceClassifier, parts: Directed, columns: NDArray[np.float32]
    ) -> dict[str, float]:
        [row] = classifier.probabilities([parts.message], columns)
        return {label: float(probability) for label, probability in zip(classifier.labels, row, strict=True)}

    def _beside(self) -> str:
        """Names the examples' places, and what their parts are read with."""
        return hashlib.sha256(f"{_rows()}{self._read_with()}".encode()).hexdigest()

    def _read_with(self) -> str:
        """Names what the parts of a message are read with."""
        return repr([one.file_name for one in self._speech_acts.classifiers])

    def _of_openings(self, messages: Sequence[str]) -> NDArray[np.float32]:
        return self._columns_of_first([self._speech_acts.read(message) for message in messages])

    def _columns_of_first(self, messages: Sequence[Directed]) -> NDArray[np.float32]:
        """A row a first message: its embedding, and what its parts say."""
        said = self._embedder.encode([parts.message for parts in messages])
        flags = FLAGS * np.array([self._flags(parts) for parts in messages], dtype=np.float32)
        return np.hstack([said, flags]).astype(np.float32)

    def _of_examples(self, messages: Sequence[str]) -> NDArray[np.float32]:
        context = {
            message: (row["reading"], row["question"])
            for row in _rows()
            for said in row["said"].values()
            for message in said
        }
        readings, questions = zip(*(context[message] for message in messages), strict=True)
        return self._columns([self._speech_acts.read(message) for message in messages], readings, questions)

    def _columns(
        self, messages: Sequence[Directed], readings: Sequence[str], questions: Sequence[str]
    ) -> NDArray[np.float32]:
        """A row a message: its embedding, how near it is to the reading and the question, and what its parts say."""
        texts = [
            *(parts.message for parts in messages),
            *(one or "-" for one in readings),
            *(one or "-" for one in questions),
        ]
        said, offered, asked = np.split(self._embedder.encode(texts), 3)
        was_there = np.array(
            [list(map(bool, both)) for both in zip(questions, readings, strict=True)], dtype=np.float32
        )
        near = NEARNESS * was_there * np.stack([(said * asked).sum(axis=1), (said * offered).sum(axis=1)], axis=1)
        flags = FLAGS * np.array([self._flags(parts) for parts in messages], dtype=np.float32)
        return np.hstack([said, near, FLAGS * was_there, flags]).astype(np.float32)

    def _flags(self, parts: Directed) -> list[float]:
        return [
            "?" in parts.message,
            float(np.log1p(count_words(parts.message))) / 2,
            bool(parts.question),
            bool(parts.wish),
            *(parts.asks == act for act in self._asks),
            *(bool(getattr(parts, name)) for name in _PARTS),
        ]


def said_in_conversations() -> list[str]:
    """All messages that it learned from."""
    return [one for by_kind in (_examples(), _openings()) for said in by_kind.values() for one in said]


@cache
def _rows() -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = read_yaml("assistant", "hearing", "replies.yaml")
    return rows


def _openings() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = read_yaml("assistant", "hearing", "openings.yaml")
    return loaded


def _examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in _rows():
        for kind, said in row["said"].items():
            found.setdefault(kind, []).extend(said)
    return found
