"""Support is told from near misses on passages that nothing was learned from, and never fails on odd input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.evaluation.grounding import measure_grounding, recall_at
from assistant.grounding import numbers, sentences_of, support
from assistant.support.near_verbatim import is_near_verbatim
from assistant.support.pairs import is_held_out, pairs, readings
from assistant.support.trees import Trees, learned_trees

PASSAGE = (
    "In German surveys of 5,941 people about a quarter had dreamed of being paralysed. "
    "Some of this stillness may seep into the dream, though nobody has tested it directly."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "About a third of 5,941 people had dreamed of being paralysed.",
        "In German surveys of 4,951 people about a quarter had dreamed of being paralysed.",
        "Some of this stillness always seeps into the dream, and you have narcolepsy.",
        "Your dream means that you will soon be paralysed.",
        "Cats are often afraid of cucumbers.",
    ],
)
def test_a_near_miss_is_not_supported(sentence):
    judged = support(sentence, PASSAGE)
    assert not judged.supported and judged.rests_on == "" and judged.score < learned_trees().threshold


def test_what_the_passage_says_is_supported_by_its_sentence_to_the_letter():
    judged = support("In German surveys about a quarter of the people had dreamed of being paralysed [1].", PASSAGE)
    assert judged.supported and judged.rests_on == sentences_of(PASSAGE)[0]


def test_every_sentence_that_is_rested_on_stands_in_the_passage():
    rested = [(support(pair.sentence, pair.passage), pair) for pair in [*readings(), *pairs()[::7]]]
    for judged, pair in rested:
        assert judged.supported == bool(judged.rests_on)
        assert not judged.rests_on or judged.rests_on in sentences_of(pair.passage)
        assert 0 <= judged.score <= 1


@pytest.mark.parametrize(
    "sentence", ["", " ", "?!…", "😴😴", "[1]", "a " * 10_000, "x" * 20_000, "Ich träumte.", "夢を見た。", "\x00"]
)
@pytest.mark.parametrize(
    "passage", ["", "\n \n", "😴", PASSAGE, "夢を見た。走れない。", "word " * 4_000, "y" * 20_000, "A. " * 6_000]
)
def test_odd_input_is_judged_and_not_supported(sentence, passage):
    assert not support(sentence, passage).supported


def test_numbers_are_read_in_figures_and_words():
    assert numbers("Half of the 1,181 and two more") == {"1/2", "1,181", "2"}


def test_labelled_pairs_of_the_articles_are_told_apart():
    path = Path(__file__).parent / "data" / "support_pairs.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    judged = [(support(row["sentence"], row["passage"]).supported, row["supported"]) for row in rows]
    right = sum(was_accepted and is_right for was_accepted, is_right in judged)
    assert right >= 22
    assert sum(was_accepted and not is_right for was_accepted, is_right in judged) <= 1


def test_recall_at_a_precision_is_that_of_the_lowest_threshold_that_has_it():
    assert recall_at(0.75, [4, 3, 2, 1], [True, False, True, True]) == 1.0
    assert recall_at(0.95, [4, 3, 2, 1], [True, False, True, True]) == pytest.approx(1 / 3)
    assert recall_at(0.95, [2, 1], [False, True]) == 0.0


def test_trees_follow_their_thresholds():
    trees = Trees(
        {
            "names": ["here"],
            "threshold": 0.5,
            "baseline": 0.0,
            "roots": [0],
            "feature": [0, -1, -1],
            "limit": [1.0, 0.0, 0.0],
            "left": [1, 1, 2],
            "right": [2, 1, 2],
            "value": [0.0, -2.0, 2.0],
        }
    )
    assert trees.probability({"here": 1.0}) == pytest.approx(0.1192, abs=1e-4)
    assert trees.probability({"here": 1.1}) == pytest.approx(0.8808, abs=1e-4)


def test_passages_stand_on_one_side_only():
    sides = {pair.passage_id: is_held_out(pair.passage_id) for pair in pairs()}
    share = sum(sides.values()) / len(sides)
    assert len(pairs()) == 1440 and 0.4 < share < 0.5


@pytest.mark.soak
def test_learning_anew_gives_the_same_weights():
    from assistant.support.train import train

    anew, kept = Trees(train()), learned_trees()
    assert anew.names == kept.names and anew.threshold == pytest.approx(kept.threshold, abs=0.01)
    assert anew._roots.tolist() == kept._roots.tolist()


def test_the_figures_hold_on_passages_that_nothing_was_learned_from():
    figures = measure_grounding()
    assert figures["precision"] >= 0.91
    assert figures["recall"] >= 0.42
    assert figures["AUROC"] >= 0.85
    assert figures["own readings held out, supported"] >= 0.75


OF_ROPES = (
    "In a survey of 212 sailors, about a third had dreamed of a rope that would not hold. Nobody knows why; some take it for a "
    "doubt about a person. A rope that holds may be a comfort, and it is seldom noticed."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "In a survey of 212 sailors, about a third had dreamed of a rope that would not hold.",
        "As for how common it is: in a survey of 212 sailors, about a third had dreamed of a rope that would not hold.",
        "Nobody knows why, though some take it for a doubt about a person.",
        "A rope that holds may be a comfort to you, and is seldom noticed.",
    ],
)
def test_what_is_said_nearly_to_the_letter_holds(sentence):
    assert is_near_verbatim(sentence, OF_ROPES)
    assert support(sentence, OF_ROPES).supported


@pytest.mark.parametrize(
    "sentence",
    [
        "About a third had dreamed of a rope that would not hold.",  # of whom?
        "In a survey of 212 sailors, a third had dreamed of a rope that would not hold.",
        "In a survey of 212 sailors, about a third had dreamed of a rope that would hold.",
        "In a survey of 221 sailors, about a third had dreamed of a rope that would not hold.",
        "People take it for a doubt about a person.",
        "A rope that holds is a comfort, and it is seldom noticed.",
        "A rope that would not hold may be a comfort, and it is seldom noticed.",
        "Such a dream means a doubt: a rope that holds may be a comfort, and it is seldom noticed.",
    ],
)
def test_what_leaves_out_a_limit_or_swaps_a_word_is_not_to_the_letter(sentence):
    assert not is_near_verbatim(sentence, OF_ROPES)


def test_no_near_miss_of_the_labelled_pairs_is_taken_for_the_letter():
    assert [
        pair.sentence for pair in pairs() if not pair.supported and is_near_verbatim(pair.sentence, pair.passage)
    ] == []
