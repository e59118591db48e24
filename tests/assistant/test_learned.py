"""The classifier of sentences: learned from examples, kept, read again, and never at a loss for a folder."""

from pathlib import Path

import numpy as np
import pytest

from assistant.learned import SentenceClassifier
from knowledge.embedding import SentenceTransformerEmbedder

EXAMPLES = {
    "asks": ["why does this happen?", "what does it mean?", "is it normal?", "how common is that?", "why me?"],
    "tells": ["I ran down the hall.", "The dog barked.", "My mother was there.", "It was dark.", "We fell."],
}
SENTENCES = ["why do people dream this?", "The cat ran away.", "\u00fc\U0001f40d", "x" * 5000]


@pytest.fixture
def learn(embedder: SentenceTransformerEmbedder, tmp_path: Path):
    def made(examples=EXAMPLES, folder=tmp_path):
        return SentenceClassifier("trial", examples, embedder, folder)

    return made


def judged(classifier, embedder):
    return classifier.probabilities(SENTENCES, embedder.encode(SENTENCES))


def test_it_tells_new_sentences_apart(learn, embedder):
    found = judged(learn(), embedder)
    assert found.shape == (4, 2) and np.allclose(found.sum(axis=1), 1)
    assert found[0].argmax() == 0 and found[1].argmax() == 1


def test_what_was_learned_is_kept_and_learning_again_gives_the_same(learn, embedder, tmp_path):
    first = judged(learn(), embedder)
    [kept] = tmp_path.glob("trial-*.npz")
    changed = kept.stat().st_mtime_ns
    assert np.array_equal(judged(learn(), embedder), first) and kept.stat().st_mtime_ns == changed
    kept.unlink()
    assert np.allclose(judged(learn(), embedder), first)


def test_other_examples_are_learned_anew_and_the_old_file_goes(learn, embedder, tmp_path):
    learn().warm_up()
    [old] = tmp_path.glob("trial-*.npz")
    learn({**EXAMPLES, "tells": [*EXAMPLES["tells"], "I woke."]}).warm_up()
    [new] = tmp_path.glob("trial-*.npz")
    assert new.name != old.name


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_learned_over(learn, embedder, tmp_path, damage):
    expected = judged(learn(), embedder)
    [kept] = tmp_path.glob("trial-*.npz")
    kept.write_bytes(damage)
    assert np.allclose(judged(learn(), embedder), expected)
    assert kept.stat().st_size > len(damage)


def test_a_folder_that_cannot_be_made_costs_only_the_learning(learn, embedder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert judged(learn(folder=tmp_path / "file" / "learned"), embedder).shape == (4, 2)


def test_no_sentences_are_no_rows(learn, embedder):
    assert learn().probabilities([], embedder.encode([])).shape == (0, 2)
