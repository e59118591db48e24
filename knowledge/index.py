"""The index: immutable generations, each a folder with Chroma's files and a manifest that is written last.

Readers open the newest whole generation; a writer builds the next one beside it, under a lock. A generation knows the
embedding model, the passage rules and the articles that made it, so a change of any of them leads to a new generation,
and so does damage: what Chroma gives back is compared with the manifest when a generation is opened. Beside the vectors a
generation keeps the classifier that was trained on the utterances.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.errors import LibraryError
from knowledge.files import only_writer, plain_storage_errors, write_whole
from knowledge.parts import sentences_of
from knowledge.passages import PASSAGE_RULES_VERSION, cut
from knowledge.shelf import article_from_json, article_to_json, digest
from knowledge.types import Article, Passage
from knowledge.utterances import REGULARISATION, TEXT_WEIGHT, UtteranceClassifier, train

log = logging.getLogger(__name__)

FORMAT = 2  # of a generation on disk
BACKGROUND = "background"  # stands in place of a section for messages on which the library has nothing
KEPT_GENERATIONS = 3  # a reader may still have an older one open
BATCH = 128
Progress = Callable[[int, int], None]  # texts embedded so far, texts in all


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message for which a section is the one to show; of the background where the library has nothing for it.

    A section that has no such messages is represented by the sentences of its own text.
    """

    section: str
    text: str


@dataclass(frozen=True)
class Generation:
    """One whole index, open for reading. The order of ``passages`` and ``utterances`` is that of Chroma's numeric ids."""

    id: str
    articles: Mapping[str, Article]
    passages: Sequence[Passage]
    utterances: Sequence[Utterance]
    passage_collection: Any
    utterance_collection: Any
    classifier: UtteranceClassifier

    def passage_vectors(self) -> Vectors:
        """The vectors of all passages, in their order."""
        return np.stack([vector for _, vector in _all_vectors(self.passage_collection)])

    def utterance_vectors(self) -> Vectors:
        """The vectors of all utterances, in their order."""
        return np.stack([vector for _, vector in _all_vectors(self.utterance_collection)])

    def nearest_passages(self, vectors: Vectors, count: int) -> list[list[tuple[int, float]]]:
        """For each query vector the (position in ``passages``, cosine) of the nearest, best first."""
        return _nearest(self.passage_collection, vectors, min(count, len(self.passages)))

    def nearest_utterances(self, vectors: Vectors, count: int) -> list[list[tuple[int, float]]]:
        """For each query vector the (position in ``utterances``, cosine) of the nearest, best first."""
        return _nearest(self.utterance_collection, vectors, min(count, len(self.utterances)))


def _nearest(collection: Any, vectors: Vectors, count: int) -> list[list[tuple[int, float]]]:
    if count == 0 or len(vectors) == 0:
        return [[] for _ in vectors]
    found = collection.query(query_embeddings=vectors, n_results=count, include=["distances"])
    return [
        [(int(position), 1.0 - float(distance)) for position, distance in zip(ids, distances, strict=True)]
        for ids, distances in zip(found["ids"], found["distances"], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Known:
    """What need not be computed again: vectors by text, and the classifier with the digest of what it was made of."""

    vectors: dict[str, Vectors]
    classifier: UtteranceClassifier | None
    classifier_made_of: str


def fingerprint(articles: Mapping[str, Article], background: Sequence[str], embedder: Embedder) -> dict[str, Any]:
    """What makes an index: two equal fingerprints give equal indexes."""
    return {
        "format": FORMAT,
        "embedding": embedder.fingerprint,
        "passage_rules": PASSAGE_RULES_VERSION,
        "background": hashlib.sha256("\n".join(background).encode()).hexdigest(),
        "articles": {article_id: digest(article) for article_id, article in sorted(articles.items())},
    }


class IndexFolder:
    """The generations of one data folder."""

    def __init__(self, data_dir: Path, embedder: Embedder, background: Sequence[str], chroma_url: str = "") -> None:
        self._folder = data_dir / "index"
        self._background = background
        self._embedder = embedder
        self._chroma_url = chroma_url

    def newest_id(self) -> str:
        """The id of the newest whole generation, "" where there is none; cheap enough to ask before every search."""
        ids = self._whole_ids()
        return ids[-1] if ids else ""

    def open_current(self, articles: Mapping[str, Article]) -> Generation | None:
        """The newest whole, undamaged generation made of exactly these articles, model and rules; else None."""
        wanted = fingerprint(articles, self._background, self._embedder)
        for generation_id in reversed(self._whole_ids()):
            manifest = self._manifest(generation_id)
            if manifest is None or manifest["made_of"] != wanted:
                continue
            generation = self._open(generation_id, manifest)
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

    def _whole_ids(self) -> list[str]:
        with plain_storage_errors(self._folder):
            if not self._folder.is_dir():
                return []
            return sorted(path.parent.name for path in self._folder.glob("*/manifest.json"))

    def _manifest(self, generation_id: str) -> dict[str, Any] | None:
        try:
            manifest = json.loads((self._folder / generation_id / "manifest.json").read_text(encoding="utf-8"))
            return manifest if {"made_of", "content", "articles", "passages", "classifier_made_of"} <= manifest.keys() else None
        except (OSError, ValueError, AttributeError):
            return None

    def _client(self, generation_id: str) -> Any:
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        quiet = ChromaSettings(anonymized_telemetry=False)
        if self._chroma_url:
            address = urlsplit(self._chroma_url)
            return chromadb.HttpClient(
                host=address.hostname or "127.0.0.1",
                port=address.port or 8000,
                ssl=address.scheme == "https",
                settings=quiet,
            )
        return chromadb.PersistentClient(str(self._folder / generation_id / "chroma"), settings=quiet)

    def _open(self, generation_id: str, manifest: Mapping[str, Any]) -> Generation | None:
        try:
            articles = {article.id: article for article in map(article_from_json, manifest["articles"])}
            passages = _passages_from_json(manifest["passages"], articles)
            utterances = _utterances_of(articles.values(), self._background)
            classifier = UtteranceClassifier.load(self._folder / generation_id)
            client = self._client(generation_id)
            collections = [
                client.get_collection(f"{generation_id}-{kind}", embedding_function=None)
                for kind in ("passages", "utterances")
            ]
            whole = _content_digest(collections, classifier) == manifest["content"]
        except Exception as error:  # whatever a damaged database makes Chroma raise, the answer is the same
            log.warning("Generation %s of the index cannot be read (%s); a new one will be built.", generation_id, error)
            return None
        if not whole:
            log.warning("Generation %s of the index is damaged; a new one will be built.", generation_id)
            return None
        return Generation(generation_id, articles, passages, utterances, collections[0], collections[1], classifier)

    def _known(self) -> _Known:
        """What the newest readable generation of the same embedding model holds already."""
        for generation_id in reversed(self._whole_ids()):
            manifest = self._manifest(generation_id)
            if manifest is None or manifest["made_of"].get("embedding") != self._embedder.fingerprint:
                continue
            if manifest["made_of"].get("format") != FORMAT:
                continue
            generation = self._open(generation_id, manifest)
            if generation is None:
                continue
            taught = self._client(generation_id).get_collection(f"{generation_id}-taught", embedding_function=None)
            texts = [
                (generation.passage_collection, [passage.embedded_text for passage in generation.passages]),
                (generation.utterance_collection, [utterance.text for utterance in generation.utterances]),
                (taught, [sentence.text for sentence in _sentences_of(generation.articles.values())]),
            ]
            vectors = {
                known[int(position)]: vector
                for collection, known in texts
                for position, vector in _all_vectors(collection)
            }
            return _Known(vectors, generation.classifier, manifest["classifier_made_of"])
        return _Known({}, None, "")

    def _write_next(self, articles: Mapping[str, Article], progress: Progress | None) -> None:
        passages = [passage for article in articles.values() for passage in cut(article, self._embedder.count_tokens)]
        utterances = _utterances_of(articles.values(), self._background)
        taught = _sentences_of(articles.values())
        known = self._known()
        texts = [passage.embedded_text for passage in passages] + [utterance.text for utterance in utterances + taught]
        vectors = self._embed(texts, known.vectors, progress)
        of_passages, of_utterances, of_taught = np.split(vectors, [len(passages), len(passages) + len(utterances)])
        examples = _examples(utterances, taught, articles)
        classifier_made_of = hashlib.sha256(repr((examples, REGULARISATION)).encode()).hexdigest()
        classifier = known.classifier
        if classifier is None or known.classifier_made_of != classifier_made_of:
            classifier = train(
                [text for text, _, _ in examples],
                np.stack([known.vectors[text] for text, _, _ in examples]),
                [section for _, section, _ in examples],
                [weight for _, _, weight in examples],
            )

        generation_id = self._next_id()
        folder = self._folder / generation_id
        folder.mkdir(parents=True)
        client = self._client(generation_id)
        collections = [
            _fill(client, f"{generation_id}-passages", of_passages),
            _fill(client, f"{generation_id}-utterances", of_utterances),
        ]
        _fill(client, f"{generation_id}-taught", of_taught)
        classifier.save(folder)
        manifest = {
            "made_of": fingerprint(articles, self._background, self._embedder),
            "classifier_made_of": classifier_made_of,
            "content": _content_digest(collections, classifier),
            "articles": [article_to_json(article) for article in articles.values()],
            "passages": [[passage.section.id, passage.number, passage.text] for passage in passages],
        }
        if not self._chroma_url:
            client.close()
        write_whole(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False))

    def _embed(self, texts: Sequence[str], known: dict[str, Vectors], progress: Progress | None) -> Vectors:
        """The vectors of the texts, in their order; those not yet known are embedded, and known from then on."""
        new = sorted(set(texts) - known.keys(), key=len)  # texts of like length go together: less padding
        fresh: dict[str, Vectors] = {}
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            fresh.update(zip(batch, self._embedder.encode(batch), strict=True))
            if progress is not None:
                progress(len(fresh), len(new))
        known.update(fresh)
        return np.stack([known[text] for text in texts])

    def _next_id(self) -> str:
        """Later than every folder there is, also where the clock went back."""
        names = sorted(path.name for path in self._folder.iterdir() if path.is_dir())
        latest = int(names[-1].partition("-")[0]) if names and names[-1][0].isdigit() else 0
        return f"{max(latest + 1, time.time_ns() // 1_000_000):016d}"

    def _drop_old(self) -> None:
        """Remove all but the newest whole generations, and what a crash left half-written."""
        whole = self._whole_ids()
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in whole[-KEPT_GENERATIONS:]:
                if self._chroma_url:
                    client = self._client(path.name)
                    for collection in client.list_collections():
                        if collection.name.startswith(f"{path.name}-"):
                            client.delete_collection(collection.name)
                shutil.rmtree(path, ignore_errors=True)


def _passages_from_json(rows: Iterable[tuple[str, int, str]], articles: Mapping[str, Article]) -> list[Passage]:
    sections = {section.id: (section, article) for article in articles.values() for section in article.sections}
    return [Passage(sections[id_][0], sections[id_][1].title, number, text) for id_, number, text in rows]


def _utterances_of(articles: Iterable[Article], background: Sequence[str]) -> list[Utterance]:
    of_sections = [
        Utterance(section.id, text)
        for article in articles
        for section in article.sections
        for text in section.dreamers_say or sentences_of(section.text)
    ]
    return of_sections + [Utterance(BACKGROUND, text) for text in background]


def _examples(
    utterances: Sequence[Utterance], taught: Sequence[Utterance], articles: Mapping[str, Article]
) -> list[tuple[str, str, float]]:
    """What the classifier learns from, as (text, section, weight): what dreamers say and, less heavily, the sections' text."""
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


def _fill(client: Any, name: str, vectors: Vectors) -> Any:
    """A new collection that holds the vectors under their positions as ids.

    ``ef_search`` is far above what is asked for: on a library of this size the search is then exact.
    """
    hnsw = {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}
    collection = client.create_collection(name, embedding_function=None, configuration={"hnsw": hnsw})
    for start in range(0, len(vectors), BATCH):
        batch = vectors[start : start + BATCH]
        collection.add(ids=[str(start + offset) for offset in range(len(batch))], embeddings=batch)
    return collection


def _all_vectors(collection: Any) -> list[tuple[str, Vectors]]:
    stored = collection.get(include=["embeddings"])
    return sorted(zip(stored["ids"], stored["embeddings"], strict=True), key=lambda pair: int(pair[0]))


def _content_digest(collections: Iterable[Any], classifier: UtteranceClassifier) -> str:
    """A checksum over every id and vector that Chroma holds, and over the classifier."""
    content = hashlib.sha256(json.dumps([classifier.classes, list(classifier.vocabulary)]).encode())
    for array in (classifier.weights, classifier.coefficients, classifier.intercepts):
        content.update(np.ascontiguousarray(array, dtype=np.float32).tobytes())
    for collection in collections:
        for position, vector in _all_vectors(collection):
            content.update(position.encode())
            content.update(np.asarray(vector, dtype=np.float32).tobytes())
    return content.hexdigest()
