"""Vectors of single words, out of the packaged embedding model's first table: nothing is run, so they cost microseconds."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import WEIGHTS_FILE, SentenceTransformerEmbedder
from knowledge.forgetting import remembering

Vector = NDArray[np.float32]

TABLE = "embeddings.word_embeddings.weight"
FIRST_WORD = (
    996  # the vocabulary's first entries are marks and letters; the words after them stand by how common they are
)
DIMENSION = 384


@cache
def _table() -> tuple[Any, Vector, Any]:
    """The rows, their mean and the tokenizer. Raises EmbeddingError when the package is missing."""
    from safetensors import safe_open
    from tokenizers import Tokenizer

    folder = SentenceTransformerEmbedder().folder
    with safe_open(str(folder / WEIGHTS_FILE), framework="np") as weights:
        rows = weights.get_tensor(TABLE)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return rows, rows[FIRST_WORD:].mean(axis=0), tokenizer


@remembering(20_000)
def word_vector(word: str) -> tuple[Vector, float]:
    """The word's unit vector, mean of its pieces, and how rare the word is (0 to about 3.5); zeros where it is unknown."""
    rows, mean, tokenizer = _table()
    pieces = [piece for piece in tokenizer.encode(word, add_special_tokens=False).ids if piece >= FIRST_WORD]
    if not pieces:
        return np.zeros(DIMENSION, dtype=np.float32), 0.0
    vector = rows[pieces].mean(axis=0) - mean
    length = max(float(np.linalg.norm(vector)), 1e-6)
    return (vector / length).astype(np.float32), float(np.log(max(max(pieces) / FIRST_WORD, 1.0)))
