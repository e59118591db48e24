"""The index: which generation is the current one, and how the next is built.

Readers open the newest whole generation; a writer builds the next one beside it, under a lock. A generation knows the
embedding model, the passage rules and the articles that made it, so a change of any of them leads to a new generation,
and so does damage. Beside the vectors a generation keeps the classifier that was trained on the utterances.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.errors import LibraryError
from knowledge.files import only_writer, plain_storage_errors
from knowledge.generation import (
    BACKGROUND,
    BATCH,
    MANIFEST,
    Generation,
    Utterance,
    drop_generation,
    open_generation,
    read_manifest,
    store_generation,
)
from knowledge.parts import parts_of, sentences_of
from knowledge.passages import PASSAGE_RULES_VERSION, cut
from knowledge.shelf import article_to_json, digest
from knowledge.types import Article
from knowledge.utterances import LEAST_COUNT, REGULARISATION, TEXT_WEIGHT, UtteranceClassifier, train

FORMAT = 3  # of a generation on disk
KEPT_GENERATIONS = 3  # a reader may be about to open an older one
Progress = Callable[[int, int], None]  # texts embedded so far, texts in all


@dataclass(frozen=True, slots=True)
class _Known:
    """What need not be computed again: vectors by text, and the classifier with what it was made of."""

    vectors: dict[str, Vectors]
    classifier: UtteranceClassifier | None = None
    classifier_made_of: str = ""


def fingerprint(articles: Mapping[str, Article], background: Sequence[str], embedder: Embedder) -> dict[str, Any]:
    """What makes an index: two equal fingerprints give equal indexes."""
    utterances, taught = _utterances_of(articles.values(), background), _sentences_of(articles.values())
    return {
        "format": FORMAT,
        "embedding": embedder.fingerprint,
        "passage_rules": PASSAGE_RULES_VERSION,
        "utterances": _digest(utterances),
        "classifier": _digest([_examples(utterances, taught, articles), LEAST_COUNT, REGULARISATION]),
        "articles": {article_id: digest(article) for article_id, article in sorted(articles.items())},
    }


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


class IndexFolder:
    """The generations of one data folder."""

    def __init__(self, data_dir: Path, embedder: Embedder, background: Sequence[str], chroma_url: str = "") -> None:
        self._folder = data_dir / "index"
        self._background = background
        self._embedder = embedder
        self._chroma_url = chroma_url

    def newest_id(self) -> str:
        """The id of the newest whole generation, "" where there is none; cheap enough to ask before every search."""
        whole = self._whole()
        return whole[-1].name if whole else ""

    def open_current(self, articles: Mapping[str, Article]) -> Generation | None:
        """The newest whole, undamaged generation made of exactly these articles, model and rules; else None."""
        wanted = fingerprint(articles, self._background, self._embedder)
        for folder in reversed(self._whole()):
            manifest = read_manifest(folder)
            if manifest is None or manifest["made_of"] != wanted:
                continue
            generation = open_generation(folder, manifest, self._chroma_url)
            if generation is not None:
                return generation
        return None

    def build(self, articles: Mapping[str, Article], progress: Progress | None = None) -> Generation:
        """The generation made of these articles: an existing one, or the next, built under the writers' lock.

        Texts that an older generation of the same embedding model holds are not embedded again.
        """
        with only_writer(self._folder, "building the index"):
            current = self.open_current(articles)
            if current is not None:
                return current
            with plain_storage_errors(self._folder):
                self._write_next(articles, progress)
                self._drop_old()
            current = self.open_current(articles)
        if current is None:
            raise LibraryError(f"The index that was just built in {self._folder} cannot be read back. Check the disk.")
        return current

    def _whole(self) -> list[Path]:
        """The folders of the generations that were written to the end, oldest first."""
        with plain_storage_errors(self._folder):
            return sorted(path.parent for path in self._folder.glob(f"*/{MANIFEST}"))

    def _known(self) -> _Known:
        """What the newest readable generation of the same embedding model holds already."""
        for folder in reversed(self._whole()):
            manifest = read_manifest(folder)
            if manifest is None or manifest["made_of"]["format"] != FORMAT:
                continue
            if manifest["made_of"]["embedding"] != self._embedder.fingerprint:
                continue
            generation = open_generation(folder, manifest, self._chroma_url)
            if generation is not None:
                return _Known(generation.vectors_by_text(), generation.classifier, manifest["made_of"]["classifier"])
        return _Known({})

    def _write_next(self, articles: Mapping[str, Article], progress: Progress | None) -> None:
        passages = [passage for article in articles.values() for passage in cut(article, self._embedder.count_tokens)]
        utterances = _utterances_of(articles.values(), self._background)
        taught = _sentences_of(articles.values())
        known = self._known()
        texts = [passage.embedded_text for passage in passages] + [utterance.text for utterance in utterances + taught]
        vectors = self._embed(texts, known.vectors, progress)
        of_passages, of_utterances, of_taught = np.split(vectors, [len(passages), len(passages) + len(utterances)])
        examples = _examples(utterances, taught, articles)
        made_of = fingerprint(articles, self._background, self._embedder)
        classifier = known.classifier
        if classifier is None or known.classifier_made_of != made_of["classifier"]:
            classifier = train(
                [text for text, _, _ in examples],
                np.stack([known.vectors[text] for text, _, _ in examples]),
                [section for _, section, _ in examples],
                [weight for _, _, weight in examples],
            )
        manifest = {
            "made_of": made_of,
            "articles": [article_to_json(article) for article in articles.values()],
            "passages": [[passage.section.id, passage.number, passage.text] for passage in passages],
            "utterances": [[utterance.section, utterance.text] for utterance in utterances],
            "taught": [[sentence.section, sentence.text] for sentence in taught],
        }
        collections = {"passages": of_passages, "utterances": of_utterances, "taught": of_taught}
        store_generation(self._folder / self._next_id(), manifest, collections, classifier, self._chroma_url)

    def _embed(self, texts: Sequence[str], known: dict[str, Vectors], progress: Progress | None) -> Vectors:
        """The vectors of the texts, in their order; those not yet known are embedded, and known from then on."""
        new = sorted(set(texts) - known.keys(), key=lambda text: (len(text), text))  # of like length: less padding
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            known.update(zip(batch, self._embedder.encode(batch), strict=True))
            if progress is not None:
                progress(start + len(batch), len(new))
        return np.stack([known[text] for text in texts])

    def _next_id(self) -> str:
        """Later than every generation there is, also where the clock went back."""
        latest = max((int(path.name) for path in self._folder.iterdir() if path.name.isdecimal()), default=0)
        return f"{max(latest + 1, time.time_ns() // 1_000_000):016d}"

    def _drop_old(self) -> None:
        """Remove all but the newest whole generations, and what a crash left half-written."""
        kept = self._whole()[-KEPT_GENERATIONS:]
        for path in self._folder.iterdir():
            if path.is_dir() and path not in kept:
                drop_generation(path, self._chroma_url)


def _utterances_of(articles: Iterable[Article], background: Sequence[str]) -> list[Utterance]:
    of_sections = [
        Utterance(section.id, text)
        for article in articles
        for section in article.sections
        for text in section.dreamers_say or sentences_of(section.text)
    ]
    # A message is searched part by part, so a long text of the background counts by its parts as well.
    return of_sections + [Utterance(BACKGROUND, part) for text in background for part in parts_of(text)]


def _examples(
    utterances: Sequence[Utterance], taught: Sequence[Utterance], articles: Mapping[str, Article]
) -> list[tuple[str, str, float]]:
    """What the classifier learns from as (text, section, weight): what dreamers say and, less heavily, other text."""
    said = {s.id for article in articles.values() for s in article.sections if s.dreamers_say} | {BACKGROUND}
    messages = [(example.text, example.section, 1.0) for example in utterances if example.section in said]
    return messages + [(example.text, example.section, TEXT_WEIGHT) for example in taught]


def _sentences_of(articles: Iterable[Article]) -> list[Utterance]:
    """What else teaches the classifier: the text, readings and titles of the sections that have utterances."""
    return [
        Utterance(section.id, text)
        for article in articles
        for section in article.sections
        if section.dreamers_say
        for text in [
            f"{article.title}. {section.title}",
            *sentences_of(section.text),
            *(reading.text for reading in section.readings),
        ]
    ]
