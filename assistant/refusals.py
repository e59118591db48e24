"""Tells a no to a reading from any other answer: by its words, and by how near it is to the reading and to the question asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.learned import SentenceClassifier
from knowledge.embedding import Embedder

NEARNESS = 4.0  # how much the two cosines count beside the embedding
NO, OTHER = "refuses", "other"


class Refusals:
    """Learned from answers to readings (hearing/refusals.yaml); one judge serves many threads."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self.classifier = SentenceClassifier(
            "refusals", _examples(), embedder, folder, meaning=1.0, columns=self._of_examples
        )

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        self.classifier.warm_up()

    def likely(self, message: str, reading: str, question: str) -> float:
        """How likely the message says no to the reading (0 to 1); ``question`` is the one it may answer instead, or empty."""
        columns = self._columns([message], [reading], [question])
        return float(self.classifier.probabilities([message], columns)[0, self.classifier.labels.index(NO)])

    def _of_examples(self, messages: Sequence[str]) -> NDArray[np.float32]:
        context = {message: (row["reading"], row["question"]) for row in _rows() for message in (*row[NO], *row[OTHER])}
        readings, questions = zip(*(context[message] for message in messages), strict=True)
        return self._columns(messages, readings, questions)

    def _columns(
        self, messages: Sequence[str], readings: Sequence[str], questions: Sequence[str]
    ) -> NDArray[np.float32]:
        """The messages' embeddings, and two columns with how near they are to the readings and the questions."""
        said, offered, asked = (self._embedder.encode(list(texts)) for texts in (messages, readings, questions))
        near = np.stack([(said * offered).sum(axis=1), (said * asked).sum(axis=1)], axis=1)
        return np.hstack([said, NEARNESS * near]).astype(np.float32)


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(
        (files("assistant") / "hearing" / "refusals.yaml").read_text(encoding="utf-8")
    )
    return rows


def _examples() -> dict[str, list[str]]:
    return {label: [message for row in _rows() for message in row[label]] for label in (NO, OTHER)}
