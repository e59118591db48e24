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
    """Learned from hearing/replies.yaml: messages with the reading and the question they follow. One judge serves many threads."""

    def __init__(self, embedder: Embedder, folder: Path, speech_acts: SpeechActs) -> None:
        self._embedder = embedder
        self._speech_acts = speech_acts
        self._asks = tuple(act for act in speech_acts.acts if act.startswith("asks"))
        self.classifier = SentenceClassifier(
            "replies",
            _examples(),
            embedder,
            folder,
            meaning=1.0,
            columns=self._of_examples,
            beside=self._beside,
        )

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        self.classifier.warm_up()

    def likely(self, parts: Directed, reading: str, question: str) -> dict[str, float]:
        """How likely the message is each kind of reply (0 to 1); ``reading`` is what we offered, ``question`` what we asked, or empty."""
        columns = self._columns([parts], [reading], [question])
        [row] = self.classifier.probabilities([parts.message], columns)
        return {label: float(probability) for label, probability in zip(self.classifier.labels, row, strict=True)}

    def _beside(self) -> str:
        """Names the examples' places, and what their parts are read with."""
        known = repr((_rows(), *(one.file_name for one in self._speech_acts.classifiers)))
        return hashlib.sha256(known.encode()).hexdigest()

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
        was_offered = np.array([[bool(reading)] for reading in readings], dtype=np.float32)
        near = NEARNESS * np.stack([(said * asked).sum(axis=1), (said * offered).sum(axis=1)], axis=1)
        near[:, 1:] *= was_offered
        flags = FLAGS * np.array([self._flags(parts) for parts in messages], dtype=np.float32)
        return np.hstack([said, near, FLAGS * was_offered, flags]).astype(np.float32)

    def _flags(self, parts: Directed) -> list[float]:
        return [
            "?" in parts.message,
            float(np.log1p(count_words(parts.message))) / 2,
            bool(parts.question),
            bool(parts.wish),
            *(parts.asks == act for act in self._asks),
            *(bool(getattr(parts, name)) for name in _PARTS),
        ]


@cache
def _rows() -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = read_yaml("assistant", "hearing", "replies.yaml")
    return rows


def _examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in _rows():
        for kind, said in row["said"].items():
            found.setdefault(kind, []).extend(said)
    return found
