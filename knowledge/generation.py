"""One generation of the index: a folder with Chroma's files, the classifier and a manifest that is written last.

The manifest holds a checksum of every file, so damage is found before anything is read. Chroma writes to the files that
it has open even where it only reads: each reader opens a copy of its own, and a generation never changes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from knowledge.embedding import Vectors
from knowledge.errors import DreamError, LibraryError, StorageError
from knowledge.files import folder_of_this_program, plain_storage_errors, write_whole
from knowledge.shelf import article_from_json
from knowledge.types import Article, Passage
from knowledge.utterances import UtteranceClassifier

log = logging.getLogger(__name__)

BACKGROUND = "background"  # stands in place of a section for messages on which the library has nothing
MANIFEST = "manifest.json"
COPIES = "dream-index-"  # a reader's copy in the folder for temporary files, then its process and a random part
BATCH = 128


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message for which a section is the one to show; of the background where the library has nothing for it.

    A section that has no such messages is represented by the sentences of its own text.
    """

    section: str
    text: str


@dataclass(frozen=True)
class Generation:
    """One whole index, open for reading. Passages, utterances and taught sentences are in the order of Chroma's ids."""

    id: str
    articles: Mapping[str, Article]
    passages: Sequence[Passage]
    utterances: Sequence[Utterance]
    taught: Sequence[Utterance]  # what the classifier learned from besides
    passage_collection: Any
    utterance_collection: Any
    taught_collection: Any
    classifier: UtteranceClassifier
    let_go: Callable[[], object] = field(
        default=lambda: None, compare=False
    )  # closes it and removes this reader's copy

    def passage_vectors(self) -> Vectors:
        """The vectors of all passages, in their order."""
        return _all_vectors(self.passage_collection)

    def utterance_vectors(self) -> Vectors:
        """The vectors of all utterances, in their order."""
        return _all_vectors(self.utterance_collection)

    def nearest_passages(self, vectors: Vectors, count: int) -> list[list[tuple[int, float]]]:
        """For each query vector the (position in ``passages``, cosine) of the nearest, best first."""
        return _nearest(self.passage_collection, vectors, min(count, len(self.passages)))

    def nearest_utterances(self, vectors: Vectors, count: int) -> list[list[tuple[int, float]]]:
        """For each query vector the (position in ``utterances``, cosine) of the nearest, best first."""
        return _nearest(self.utterance_collection, vectors, min(count, len(self.utterances)))

    def vectors_by_text(self) -> dict[str, Vectors]:
        """Every text that was embedded for this generation, with its vector."""
        embedded = [
            (self.passage_collection, [passage.embedded_text for passage in self.passages]),
            (self.utterance_collection, [utterance.text for utterance in self.utterances]),
            (self.taught_collection, [sentence.text for sentence in self.taught]),
        ]
        return {
            text: vector
            for collection, texts in embedded
            if texts
            for text, vector in zip(texts, _all_vectors(collection), strict=True)
        }


def _nearest(collection: Any, vectors: Vectors, count: int) -> list[list[tuple[int, float]]]:
    if count == 0 or len(vectors) == 0:
        return [[] for _ in vectors]
    with plain_chroma_errors("searched"):
        found = collection.query(query_embeddings=vectors, n_results=count, include=["distances"])
    return [
        [(int(position), 1.0 - float(distance)) for position, distance in zip(ids, distances, strict=True)]
        for ids, distances in zip(found["ids"], found["distances"], strict=True)
    ]


def _all_vectors(collection: Any) -> Vectors:
    with plain_chroma_errors("read"):
        stored = collection.get(include=["embeddings"])
    order = np.argsort([int(position) for position in stored["ids"]])
    return np.asarray(stored["embeddings"], dtype=np.float32)[order]


@contextmanager
def plain_chroma_errors(what: str) -> Iterator[None]:
    """Turn whatever Chroma raises inside the block, which cannot be listed, into a StorageError."""
    try:
        yield
    except DreamError:
        raise
    except Exception as error:
        raise StorageError(
            f"The index cannot be {what}: {error}. Free some space or choose another folder with --data-dir; "
            "where DREAM_CHROMA_URL is set, see that the server answers there."
        ) from error


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What a generation says of itself; None where that is not there or damaged."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest if manifest.pop("checksum") == _checksum_of_manifest(manifest) else None
    except (OSError, ValueError, AttributeError, LookupError, TypeError):
        return None


def open_generation(folder: Path, manifest: Mapping[str, Any], chroma_url: str = "") -> Generation | None:
    """The generation in a folder; None, and the reason in the log, where it is not as it was written.

    Raises StorageError when there is no room for the copy that it is read from.
    """
    copy = _verified_copy(folder, manifest["files"])
    if copy is None:
        log.warning("Generation %s of the index is damaged; a new one will be built.", folder.name)
        return None
    client = None
    try:
        client = _client(copy, chroma_url)
        generation = _read(folder.name, manifest, client, UtteranceClassifier.load(copy))
    except Exception as error:  # another version of Chroma, or a server that has lost it: the answer is the same
        log.warning("Generation %s of the index cannot be read (%s); a new one will be built.", folder.name, error)
        _let_go(client, copy)
        return None
    object.__setattr__(generation, "let_go", weakref.finalize(generation, _let_go, client, copy))
    return generation


def store_generation(
    folder: Path,
    manifest: Mapping[str, Any],
    vectors: Mapping[str, Vectors],
    classifier: UtteranceClassifier,
    chroma_url: str = "",
) -> None:
    """Write a generation's folder, the manifest last. Raises StorageError, and leaves nothing behind."""
    try:
        with plain_storage_errors(folder.parent):
            folder.mkdir(parents=True)
            with plain_chroma_errors(f"written to {folder}"), _client(folder, chroma_url) as client:
                for kind, of_kind in vectors.items():
                    _fill(client, f"{folder.name}-{kind}", of_kind)
            classifier.save(folder)
            files = {
                path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
        whole = {**manifest, "files": files}
        write_whole(
            folder / MANIFEST, json.dumps({**whole, "checksum": _checksum_of_manifest(whole)}, ensure_ascii=False)
        )
    except BaseException:
        drop_generation(folder, chroma_url)
        raise


def drop_generation(folder: Path, chroma_url: str = "") -> None:
    """Remove a generation, or what there is of it."""
    if chroma_url:
        try:
            with _client(folder, chroma_url) as client:
                for collection in client.list_collections():
                    if collection.name.startswith(f"{folder.name}-"):
                        client.delete_collection(collection.name)
        except Exception as error:  # nothing hangs on it
            log.warning(
                "The collections of generation %s could not be removed from %s (%s).", folder.name, chroma_url, error
            )
    shutil.rmtree(folder, ignore_errors=True)


def _client(folder: Path, chroma_url: str) -> Any:
    """Chroma on the files of a generation's folder, or the server that stands in their place."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if not chroma_url:
        return chromadb.PersistentClient(str(folder / "chroma"), settings=quiet)
    address = urlsplit(chroma_url)
    return chromadb.HttpClient(
        host=address.hostname or "127.0.0.1",
        port=address.port or 8000,
        ssl=address.scheme == "https",
        settings=quiet,
    )


def _checksum_of_manifest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _verified_copy(folder: Path, files: Mapping[str, str]) -> Path | None:
    """A copy of a generation's files for this reader alone; None where one of them is not as it was written."""
    with plain_storage_errors(Path(tempfile.gettempdir())):
        copy = folder_of_this_program(Path(tempfile.gettempdir()), COPIES)
        for name, checksum in files.items():
            try:
                content = (folder / name).read_bytes()
            except OSError:
                content = b""
            if hashlib.sha256(content).hexdigest() != checksum:
                _let_go(None, copy)
                return None
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(content)
    return copy


def _let_go(client: Any, copy: Path) -> None:
    """Close Chroma and remove a reader's copy of its files."""
    if client is not None:
        client.close()
    shutil.rmtree(copy, ignore_errors=True)


def _read(generation_id: str, manifest: Mapping[str, Any], client: Any, classifier: UtteranceClassifier) -> Generation:
    articles = {article.id: article for article in map(article_from_json, manifest["articles"])}
    passages = _passages_from_json(manifest["passages"], articles)
    utterances, taught = ([Utterance(*row) for row in manifest[kind]] for kind in ("utterances", "taught"))
    collections = []
    for kind, texts in (("passages", passages), ("utterances", utterances), ("taught", taught)):
        collection = client.get_collection(f"{generation_id}-{kind}", embedding_function=None)
        if collection.count() != len(texts):
            raise LibraryError(f"{collection.count()} of {len(texts)} {kind} are there")
        collections.append(collection)
    of_passages, of_utterances, of_taught = collections
    return Generation(
        generation_id,
        articles,
        passages,
        utterances,
        taught,
        passage_collection=of_passages,
        utterance_collection=of_utterances,
        taught_collection=of_taught,
        classifier=classifier,
    )


def _passages_from_json(rows: Iterable[tuple[str, int, str]], articles: Mapping[str, Article]) -> list[Passage]:
    sections = {section.id: (section, article) for article in articles.values() for section in article.sections}
    return [Passage(sections[id_][0], sections[id_][1].title, number, text) for id_, number, text in rows]


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
