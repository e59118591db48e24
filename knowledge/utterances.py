"""Learns from the `dreamers say` messages which section a message is for: logistic regression over meaning and words.

Trained once when an index is built (seconds), kept beside it as plain arrays. The features of a text are its embedding
and its weighted stems, so that both a new wording of a known thought and a telling word count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import Stemmer

from knowledge.embedding import Vectors
from knowledge.forgetting import remembering

REGULARISATION = 3.0  # inverse strength; 3, 10 and 30 were within a point of each other
TEXT_WEIGHT = 0.3  # of a sentence of a section's own text, beside a message's 1
LEAST_COUNT = 2  # texts that a stem must stand in

_stemmer = Stemmer.Stemmer("english", 0)  # 0: it keeps no words itself
_WORD = re.compile(r"[a-z']+")


@remembering(65536)
def _stem(word: str) -> str:
    return str(_stemmer.stemWord(word))


def stems(text: str) -> list[str]:
    """The stems of a text, function words included: "no" and "not" tell sections apart."""
    return [_stem(word) for word in _WORD.findall(text.lower().replace("’", "'"))]


@dataclass(frozen=True)
class UtteranceClassifier:
    """Scores of classes for texts. ``coefficients`` has a row a feature (stems, then embedding), a column a class."""

    classes: tuple[str, ...]
    vocabulary: dict[str, int]
    weights: Vectors  # inverse document frequency, one a stem
    coefficients: Vectors
    intercepts: Vectors

    def scores(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """The linear score of each class for each text; shape (len(texts), len(classes))."""
        size = len(self.vocabulary)
        scores = vectors @ self.coefficients[size:] + self.intercepts
        for row, text in enumerate(texts):
            positions, values = self._stem_features(text)
            scores[row] += values @ self.coefficients[positions]
        return np.asarray(scores, dtype=np.float32)

    def _stem_features(self, text: str) -> tuple[list[int], Vectors]:
        counts: dict[int, int] = {}
        for stem in stems(text):
            position = self.vocabulary.get(stem)
            if position is not None:
                counts[position] = counts.get(position, 0) + 1
        positions = list(counts)
        often = np.array([counts[position] for position in positions], dtype=np.float32)
        values = (1 + np.log(often)) * self.weights[positions]
        return positions, np.asarray(values / max(float(np.linalg.norm(values)), 1e-9), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the arrays and the vocabulary; no code, so nothing that could be run."""
        np.savez(
            folder / "classifier.npz", weights=self.weights, coefficients=self.coefficients, intercepts=self.intercepts
        )
        words = {"classes": list(self.classes), "vocabulary": list(self.vocabulary)}
        (folder / "classifier.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> UtteranceClassifier:
        """Read what ``save`` wrote. Raises OSError, ValueError or KeyError where it is not there or damaged."""
        words = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
        with np.load(folder / "classifier.npz", allow_pickle=False) as arrays:
            return cls(
                tuple(words["classes"]),
                {stem: position for position, stem in enumerate(words["vocabulary"])},
                arrays["weights"],
                arrays["coefficients"],
                arrays["intercepts"],
            )


def train(
    texts: Sequence[str], vectors: Vectors, classes: Sequence[str], weights: Sequence[float]
) -> UtteranceClassifier:
    """Fit the classifier; at least two classes. ``weights`` say how much each text counts."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(analyzer=stems, sublinear_tf=True, min_df=LEAST_COUNT)
    features = hstack([vectorizer.fit_transform(texts), csr_matrix(vectors)]).tocsr()
    model = LogisticRegression(C=REGULARISATION, max_iter=200).fit(features, classes, sample_weight=list(weights))
    names = tuple(str(name) for name in model.classes_)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(names) == 2:  # the library gives one row for two classes
        coefficients = np.vstack([-coefficients[0], coefficients[0]]) / 2
        intercepts = np.array([-intercepts[0], intercepts[0]]) / 2
    return UtteranceClassifier(
        names,
        {
            str(stem): int(position)
            for stem, position in sorted(vectorizer.vocabulary_.items(), key=lambda item: item[1])
        },
        np.asarray(vectorizer.idf_, dtype=np.float32),
        np.asarray(coefficients.T, dtype=np.float32),
        np.asarray(intercepts, dtype=np.float32),
    )
