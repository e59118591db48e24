"""The classifier: it learns which section a message is for, and is the same after it was stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.utterances import UtteranceClassifier, stems, train
from tests.knowledge.small_library import Letters

EXAMPLES = [
    ("teeth", "my teeth fell out"),
    ("teeth", "a tooth came loose and my teeth crumbled"),
    ("fall", "i fell off a roof"),
    ("fall", "falling from a roof again"),
    ("background", "we had soup for dinner"),
    ("background", "soup again, with my cousin"),
]


def trained(examples: list[tuple[str, str]]) -> UtteranceClassifier:
    texts = [text for _, text in examples]
    return train(texts, Letters().encode(texts), [section for section, _ in examples], [1.0] * len(examples))


def best(classifier: UtteranceClassifier, *texts: str) -> list[str]:
    return [classifier.classes[number] for number in classifier.scores(texts, Letters().encode(texts)).argmax(axis=1)]


def test_a_new_message_goes_to_the_section_with_messages_like_it() -> None:
    classifier = trained(EXAMPLES)
    assert set(classifier.classes) == {"teeth", "fall", "background"}
    assert best(classifier, "teeth!", "Off the ROOFS", "more soup") == ["teeth", "fall", "background"]


def test_two_sections_are_enough() -> None:
    classifier = trained(EXAMPLES[:4])
    assert best(classifier, "my teeth", "the roof") == ["teeth", "fall"]
    scores = classifier.scores(["my teeth"], Letters().encode(["my teeth"]))
    assert scores.shape == (1, 2) and scores[0, 0] == pytest.approx(-scores[0, 1], abs=1e-5)


def test_a_heavier_example_counts_for_more() -> None:
    examples = [("a", "bridge water night"), ("b", "bridge water night")]
    texts = [text for _, text in examples]
    heavy = train(texts, Letters().encode(texts), ["a", "b"], [1.0, 0.2])
    assert best(heavy, "bridge water night") == ["a"]


@pytest.mark.parametrize("text", ["", "🙂", "zxqv unknown words", "\x00\x07", "سقطت أسناني"])
def test_words_that_it_does_not_know_trouble_nothing(text: str) -> None:
    classifier = trained(EXAMPLES)
    assert np.isfinite(classifier.scores([text], Letters().encode([text]))).all()


def test_no_texts_have_no_scores() -> None:
    assert trained(EXAMPLES).scores([], Letters().encode([])).shape == (0, 3)


def test_it_scores_the_same_after_it_was_stored(tmp_path: Path) -> None:
    classifier = trained(EXAMPLES)
    classifier.save(tmp_path)
    loaded = UtteranceClassifier.load(tmp_path)
    texts = [text for _, text in EXAMPLES]
    np.testing.assert_array_equal(
        loaded.scores(texts, Letters().encode(texts)), classifier.scores(texts, Letters().encode(texts))
    )
    assert (loaded.classes, loaded.vocabulary) == (classifier.classes, classifier.vocabulary)


def test_it_learns_the_same_from_the_same() -> None:
    first, second = trained(EXAMPLES), trained(EXAMPLES)
    np.testing.assert_array_equal(first.coefficients, second.coefficients)


def test_stored_files_hold_no_code(tmp_path: Path) -> None:
    trained(EXAMPLES).save(tmp_path)
    np.savez(tmp_path / "classifier.npz", weights=np.array([object()]), coefficients=[0], intercepts=[0])
    with pytest.raises(ValueError, match="allow_pickle=False"):
        UtteranceClassifier.load(tmp_path)


def test_stems_keep_the_small_words_and_join_the_forms_of_one() -> None:
    assert stems("I couldn’t RUN, running; no legs") == stems("i couldn't run runs no leg")
    assert "no" in stems("no") and "not" in stems("not")
