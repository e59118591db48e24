"""Compiles an embedding model for onnxruntime, which takes half of torch's time over a message of a sentence or two."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime
    from sentence_transformers import SentenceTransformer

Features = dict[str, NDArray[np.int64]]

INPUTS = ("input_ids", "attention_mask")
MOST_THREADS = 8
SAME = 1e-4  # no figure of a unit vector may differ by more from what torch makes of the same text
OPERATORS = 17  # the ONNX operator set that the model is written in
_TRIED = (
    "My legs would not move.",
    "I was late, and the corridor of my old school grew longer the faster I ran. Then I woke.",
)


class CompiledModel:
    """A sentence-transformers model as a session of onnxruntime. Its vectors are those of the model, to the sixth figure.

    Batches run side by side, each with at most one helping thread that sleeps while it waits: threads that wait for each other in
    a busy loop make a batch two to five times slower wherever something else is at work on the processor.
    """

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._pool = ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="embedding")

    @classmethod
    def of(cls, model: SentenceTransformer) -> CompiledModel | None:
        """The model compiled, or None where it cannot be exported or gives other vectors: then torch goes on with it.

        The model is left without its weights when they live in the session.
        """
        import torch

        expected = vectors_of_torch(model, _TRIED)
        try:
            with tempfile.TemporaryDirectory(prefix="dream-embedding-") as folder:
                compiled = cls(_session(_exported(model, Path(folder))))
            [found] = compiled.vectors([features_of(model, _TRIED)])
        except Exception as error:  # what an exporter raises on a model it does not know cannot be listed
            logging.getLogger(__name__).info("The embedding model stays with torch: %s", error)
            return None
        if found.shape != expected.shape or float(np.abs(found - expected).max()) > SAME:
            return None
        for parameter in model.parameters():
            parameter.data = torch.empty(0)
        return compiled

    def vectors(self, batches: Sequence[Features]) -> list[NDArray[np.float32]]:
        """Of each batch one row a text; may be called from several threads."""
        if len(batches) == 1:
            return [self._run(batches[0])]
        return list(self._pool.map(self._run, batches))

    def _run(self, batch: Features) -> NDArray[np.float32]:
        return cast("NDArray[np.float32]", self._session.run(None, batch)[0])


def features_of(model: SentenceTransformer, texts: Sequence[str]) -> Features:
    """The word-pieces of a batch; the tokenizer bears one caller at a time."""
    features = model.preprocess(list(texts))
    return {name: features[name].numpy() for name in INPUTS}


def vectors_of_torch(model: SentenceTransformer, texts: Sequence[str]) -> NDArray[np.float32]:
    """One row a text, without onnxruntime. The model's own ``encode`` spends three milliseconds on what never changes."""
    import torch

    with torch.inference_mode():
        return np.asarray(model(model.preprocess(list(texts)))["sentence_embedding"].numpy(), dtype=np.float32)


def _exported(model: SentenceTransformer, folder: Path) -> Path:
    """A file with the whole model, from word-pieces to unit vectors, in the form that onnxruntime reads."""
    import torch

    class FromWordPieces(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            return cast("torch.Tensor", self.model(features)["sentence_embedding"])

    features = model.preprocess(list(_TRIED))
    written = folder / "model.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            FromWordPieces().eval(),
            tuple(features[name] for name in INPUTS),
            written,
            input_names=list(INPUTS),
            output_names=["vectors"],
            dynamic_axes={**{name: {0: "texts", 1: "pieces"} for name in INPUTS}, "vectors": {0: "texts"}},
            opset_version=OPERATORS,
            dynamo=False,
        )
    return written


def _session(exported: Path) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(2, os.cpu_count() or 1)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False  # it would keep the largest batch ever seen
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(exported), options, providers=["CPUExecutionProvider"])
