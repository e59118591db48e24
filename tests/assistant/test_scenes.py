"""The scenes of dreams: each has examples and is met, its questions fit the contract, what is asked about is given back."""

from collections import Counter

import pytest

from assistant.contract import faults_of_question
from assistant.evaluation.replies import faults_of_turns, talk
from assistant.method.questions import FACET_WORDS, FIRST_ON_A_SCENE
from assistant.method.scenes import ANY, LIKELY, NONE, all_scene_questions, scenes, scenes_in
from assistant.speech_acts import examples
from assistant.types import Kind, Matter
from tests.warm_companion import warm_companion

DREAM = "I stood on the platform and my train left without me. My grandfather waved from the last window."


@pytest.fixture
def companion(library_dir, tmp_path):
    return warm_companion(library_dir).with_journal_in(tmp_path)


def test_every_scene_has_examples_and_is_met():
    assert set(scenes()) - {ANY} == set(examples("scenes")) - {NONE}
    for scene in scenes().values():
        facets = {facet for facet, _ in scene.asks}
        assert facets <= set(FACET_WORDS) and facets >= FIRST_ON_A_SCENE


@pytest.mark.parametrize("question", sorted(all_scene_questions()))
def test_a_question_about_a_scene_keeps_the_contract_and_names_nobody(question):
    assert faults_of_question(question, [DREAM], []) == []
    assert not {"he", "she", "him", "her", "his"} & set(question.lower().strip("?").split())


def test_no_question_stands_twice():
    asked = [text for scene in scenes().values() for _, text in scene.asks]
    assert [text for text, count in Counter(asked).items() if count > 1] == []


def test_what_is_unsure_or_no_scene_is_left_alone():
    sure, unsure = Matter("the keys were nowhere", "searching", 0.6), Matter("water", "water", LIKELY - 0.01)
    assert scenes_in([Matter("a lamp", NONE, 0.9), sure, unsure]) == [sure]


@pytest.mark.parametrize(
    ("dream", "scene", "words"),
    [
        ("there was a blue lamp. I looked for my keys in every drawer of the house and never found them", "searching", "drawer"),
        ("my ex held my hand on the bus. we did not talk. it rained", "former_love", "hand"),
        ("the bus had no driver and it went faster and faster down the hill", "out_of_control", "faster"),
    ],
)  # fmt: skip
def test_the_scene_that_is_asked_about_is_given_back(companion, dream, scene, words):
    turns = talk(companion, [dream])
    assert turns[0].kind is Kind.UNCOVERED and words in turns[0].sentences[0].text
    asked = {text.replace("them", person) for _, text in scenes()[scene].asks for person in ("them", "your ex")}
    assert turns[0].question in asked
    assert faults_of_turns(turns) == [[]]


def test_a_scene_told_before_is_named_when_it_is_asked_about_again(companion):
    messages = ["the bus had no driver and it went faster and faster down the hill", "it was scary and loud"]
    turns = talk(companion, messages)
    assert turns[1].question.startswith("Back to where the bus had no driver: ")
    assert turns[1].question not in {text for _, text in scenes()["out_of_control"].asks}
    assert faults_of_turns(turns) == [[], []]
