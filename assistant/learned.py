"""A small classifier of sentences, learned from examples in a readable file: word patterns and the meaning of the whole."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Embedder

VERSION = "3"  # of the features; another one learns again
STRENGTH = 20.0  # of the regression: the inverse of what a large weight costs
_WORDS = re.compile(r"[\w']+|[?!.]")
MOST_STEPS = 300
MEANING = 2.0  # how much the embedding counts beside the words, whose vectors have length one


class SentenceClassifier:
    """Multinomial logistic regression over TF-IDF of words and letters and the embedding of the sentence.

    It is learned at the first use from ``examples`` (sentences by label) and kept in ``folder``, named for the examples, the
    embedding model and the features, so that a change of any of them learns it anew. A folder that cannot be written costs
    only the seconds of learning. Reproducible: the same examples give the same weights.
    """

    def __init__(self, name: str, examples: Mapping[str, Sequence[str]], embedder: Embedder, folder: Path) -> None:
        self._name = name
        self._examples = examples
        self._embedder = embedder
        self._folder = folder

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the probabilities' columns."""
        return tuple(sorted(self._examples))

    def probabilities(self, sentences: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """A row a sentence, a column a label; ``vectors`` are the sentences' embeddings."""
        if not sentences:
            return np.zeros((0, len(self.labels)))
        scores = self._features(sentences, vectors) @ self._weights["coefficients"].T + self._weights["intercepts"]
        exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))

    def warm_up(self) -> None:
        """Learn, or read what was learned."""
        _ = self._weights, self._vectorizers

    @property
    def _file(self) -> Path:
        told = json.dumps([VERSION, STRENGTH, MEANING, self._embedder.fingerprint, dict(self._examples)])
        return self._folder / f"{self._name}-{hashlib.sha256(told.encode()).hexdigest()[:16]}.npz"

    @cached_property
    def _vectorizers(self) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = TfidfVectorizer(
            preprocessor=_pieces,
            tokenizer=str.split,
            token_pattern=None,
            ngram_range=(1, 2),
            sublinear_tf=True,
            min_df=2,
        )
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=3)
        sentences = [_plain(one) for label in self.labels for one in self._examples[label]]
        return words.fit(sentences), letters.fit(sentences)

    def _features(self, sentences: Sequence[str], vectors: NDArray[np.float32]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        plain = [_plain(one) for one in sentences]
        words, letters = (vectorizer.transform(plain) for vectorizer in self._vectorizers)
        return hstack([words, letters, csr_matrix(MEANING * vectors.astype(np.float64))]).tocsr()

    @cached_property
    def _weights(self) -> dict[str, NDArray[np.float64]]:
        try:
            with np.load(self._file, allow_pickle=False) as kept:
                return {name: kept[name] for name in ("coefficients", "intercepts")}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            learned = self._learned()
            self._keep(learned)
            return learned

    def _learned(self) -> dict[str, NDArray[np.float64]]:
        from sklearn.linear_model import LogisticRegression

        sentences = [one for label in self.labels for one in self._examples[label]]
        wanted = [label for label in self.labels for _ in self._examples[label]]
        regression = LogisticRegression(C=STRENGTH, max_iter=MOST_STEPS)
        regression.fit(self._features(sentences, self._embedder.encode(sentences)), wanted)
        coefficients, intercepts = regression.coef_, regression.intercept_
        if len(self.labels) == 2:  # of two labels only the second has a row
            coefficients, intercepts = (
                np.vstack([-coefficients, coefficients]) / 2,
                np.hstack([-intercepts, intercepts]) / 2,
            )
        return {"coefficients": coefficients, "intercepts": intercepts}

    def _keep(self, learned: Mapping[str, NDArray[np.float64]]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
                np.savez(file, coefficients=learned["coefficients"], intercepts=learned["intercepts"])
            Path(file.name).replace(self._file)
            for other in self._folder.glob(f"{self._name}-*.npz"):
                if other != self._file:
                    other.unlink(missing_ok=True)
        except OSError:
            return


def _plain(sentence: str) -> str:
    return " ".join(sentence.lower().replace("’", "'").split())


def _pieces(sentence: str) -> str:
    """Its words and marks, its first one to three and last one or two words as such, and how long it is."""
    words = _WORDS.findall(_plain(sentence))
    first = ["^" + "_".join(words[:count]) for count in (1, 2, 3)]
    last = ["$" + "_".join(words[-count:]) for count in (1, 2)]
    return " ".join([*words, *first, *last, f"={min(6, len(words) // 4)}"])
