"""A small classifier of sentences, learned from examples in a readable file: word patterns and the meaning of the whole."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Embedder
from knowledge.forgetting import remembering

SHIPPED = (
    Path(__file__).parent / "hearing" / "learned"
)  # what was learned with the embedding model that comes as a package
VERSION = "5"  # of the features; another one learns again
STRENGTH = 20.0  # of the regression: the inverse of what a large weight costs
MOST_STEPS = 300
COUNTED, LONGEST_KEPT = (
    256,
    500,
)  # sentences and characters of which words and letters are kept, for several classifiers read each
_WORDS = re.compile(r"[\w']+|[?!.]")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Learned:
    """What a classifier learned: what it counts, with weights, and a row of coefficients and an intercept a label."""

    words: tuple[str, ...]
    word_weights: Floats
    letters: tuple[str, ...]
    letter_weights: Floats
    coefficients: NDArray[Any]
    intercepts: Floats

    @cached_property
    def by_feature(self) -> NDArray[np.float32]:
        """The coefficients, a row a feature, as a product with sparse rows takes them without copying."""
        return np.ascontiguousarray(self.coefficients.T, dtype=np.float32)

    @cached_property
    def vectorizers(self) -> tuple[Any, Any]:
        """They count words and letters."""
        words, letters = _words(vocabulary=self.words), _letters(vocabulary=self.letters)
        words.idf_, letters.idf_ = self.word_weights, self.letter_weights
        return words, letters


class SentenceClassifier:
    """Multinomial logistic regression over TF-IDF of words and letters and the embedding of the sentence.

    What was learned from ``examples`` (sentences by label) is read from the package where it is shipped for this embedding model,
    else from ``folder``; where neither has it, it is learned at the first use and kept in ``folder``. A file is named for the
    examples, the embedding model and the features, so that a change of any of them learns it anew. A folder that cannot be written
    costs only the time of learning. ``meaning`` says how much the columns count beside the words, whose vectors have length one.
    ``strength`` is the inverse of what a large weight costs.
    Reproducible: the same examples give the same weights. ``columns`` gives what is known of
    examples besides their words: their embedding, where nothing else is said; ``beside`` names all else that they depend on, and is called when the name is.
    Examples that cost time to make may be given as a function, with their ``labels``; then ``beside`` names what they are made of.
    """

    def __init__(
        self,
        name: str,
        examples: Mapping[str, Sequence[str]] | Callable[[], Mapping[str, Sequence[str]]],
        embedder: Embedder,
        folder: Path,
        *,
        labels: Sequence[str] = (),
        meaning: float = 2.0,
        strength: float = STRENGTH,
        columns: Callable[[Sequence[str]], NDArray[np.float32]] | None = None,
        beside: Callable[[], str] | None = None,
    ) -> None:
        self.name = name
        self._meaning = meaning
        self._strength = strength
        self._columns = columns or embedder.encode
        self._beside = beside
        self._given = examples
        self._given_labels = labels
        self._embedder = embedder
        self._folder = folder

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the probabilities' columns."""
        return tuple(sorted(self._given_labels or self._examples))

    @cached_property
    def _examples(self) -> Mapping[str, Sequence[str]]:
        return self._given() if callable(self._given) else self._given

    def probabilities(self, sentences: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """A row a sentence, a column a label; ``vectors`` are the columns that go with the sentences: their embeddings."""
        if not sentences:
            return np.zeros((0, len(self.labels)))
        learned = self._learned
        scores = (
            self._features(learned, sentences, vectors).astype(np.float32) @ learned.by_feature + learned.intercepts
        )
        exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        _ = self._learned

    @cached_property
    def file_name(self) -> str:
        """The name under which what was learned is kept."""
        examples = self.labels if callable(self._given) else dict(self._given)
        known = [VERSION, self._strength, self._meaning, self._embedder.fingerprint, examples]
        told = json.dumps([*known, *([self._beside()] if self._beside else [])])
        return f"{self.name}-{hashlib.sha256(told.encode()).hexdigest()[:16]}.npz"

    @cached_property
    def _learned(self) -> Learned:
        for folder in (SHIPPED, self._folder):
            found = _read(folder / self.file_name)
            if found is not None:
                return found
        learned = self.learn()
        self._keep(learned)
        return learned

    def learn(self) -> Learned:
        """Learn from the examples."""
        from sklearn.linear_model import LogisticRegression

        sentences = [one for label in self.labels for one in self._examples[label]]
        wanted = [label for label in self.labels for _ in self._examples[label]]
        empty = np.zeros((0, 0))
        learned = Learned(*_vocabularies(sentences), empty, empty)
        features = self._features(learned, sentences, self._columns(sentences))
        regression = LogisticRegression(C=self._strength, max_iter=MOST_STEPS).fit(features, wanted)
        coefficients, intercepts = regression.coef_, regression.intercept_
        if len(self.labels) == 2:  # of two labels only the second has a row
            coefficients = np.vstack([-coefficients, coefficients]) / 2
            intercepts = np.hstack([-intercepts, intercepts]) / 2
        rounded = coefficients.astype(np.float16)  # as they are kept
        return replace(learned, coefficients=rounded, intercepts=intercepts)

    def _features(self, learned: Learned, sentences: Sequence[str], columns: NDArray[np.float32]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        plain = [levelled(one) for one in sentences]
        words, letters = learned.vectorizers
        dense = csr_matrix(self._meaning * columns.astype(np.float64))
        return hstack([words.transform(plain), letters.transform(plain), dense]).tocsr()

    def _keep(self, learned: Learned) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
                write(learned, Path(file.name))
            Path(file.name).replace(self._folder / self.file_name)
            for other in self._folder.glob(f"{self.name}-*.npz"):
                if other.name != self.file_name:
                    other.unlink(missing_ok=True)
        except OSError:
            return


def write(learned: Learned, path: Path) -> None:
    """Write what was learned to a file. Raises OSError."""
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            words="\n".join(learned.words),
            word_weights=learned.word_weights.astype(np.float32),
            letters="\n".join(learned.letters),
            letter_weights=learned.letter_weights.astype(np.float32),
            coefficients=learned.coefficients.astype(np.float16),
            intercepts=learned.intercepts,
        )


def _read(path: Path) -> Learned | None:
    """What is kept in the file; None where there is none, or none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Learned(
                words=tuple(str(kept["words"]).split("\n")),
                word_weights=kept["word_weights"].astype(np.float64),
                letters=tuple(str(kept["letters"]).split("\n")),
                letter_weights=kept["letter_weights"].astype(np.float64),
                coefficients=kept["coefficients"],
                intercepts=kept["intercepts"],
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _vocabularies(sentences: Sequence[str]) -> tuple[tuple[str, ...], Floats, tuple[str, ...], Floats]:
    """The words and letters that are counted, each with its weight."""
    plain = [levelled(one) for one in sentences]
    words, letters = _words(min_df=2).fit(plain), _letters(min_df=3).fit(plain)
    return (
        tuple(words.get_feature_names_out()),
        np.asarray(words.idf_, dtype=np.float32).astype(np.float64),
        tuple(letters.get_feature_names_out()),
        np.asarray(letters.idf_, dtype=np.float32).astype(np.float64),
    )


def _words(**more: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=_runs_of_words, sublinear_tf=True, **more)


def _letters(**more: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=_runs_of_letters, sublinear_tf=True, **more)


def _runs_of_words(plain: str) -> list[str]:
    """What of a sentence is counted as words: alone and in pairs."""
    return _counted(0, plain) if len(plain) <= LONGEST_KEPT else _analyzers()[0](plain)


def _runs_of_letters(plain: str) -> list[str]:
    """What of a sentence is counted as letters: two to four in a row, within words."""
    return _counted(1, plain) if len(plain) <= LONGEST_KEPT else _analyzers()[1](plain)


@remembering(2 * COUNTED)
def _counted(analyzer: int, plain: str) -> list[str]:
    """Kept, for all classifiers count the same."""
    return _analyzers()[analyzer](plain)


@cache
def _analyzers() -> tuple[Callable[[str], list[str]], Callable[[str], list[str]]]:
    from sklearn.feature_extraction.text import CountVectorizer

    words = CountVectorizer(preprocessor=_pieces, tokenizer=str.split, token_pattern=None, ngram_range=(1, 2))
    letters = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4))
    return words.build_analyzer(), letters.build_analyzer()


def levelled(sentence: str) -> str:
    """The sentence in lower case, with straight apostrophes and single blanks."""
    return " ".join(sentence.lower().replace("’", "'").split())


def _pieces(sentence: str) -> str:
    """Its words and marks, its first one to three and last one or two words as such, and how long it is."""
    words = _WORDS.findall(levelled(sentence))
    first = ["^" + "_".join(words[:count]) for count in (1, 2, 3)]
    last = ["$" + "_".join(words[-count:]) for count in (1, 2)]
    return " ".join([*words, *first, *last, f"={min(6, len(words) // 4)}"])
