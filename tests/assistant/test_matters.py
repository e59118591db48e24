"""What a message is about: every matter has examples and is met, its questions fit the contract, the weightiest is taken up."""

import re
from collections import Counter

import pytest

from assistant.contract import faults_of_question
from assistant.evaluation.replies import faults_of_turns, talk
from assistant.hearing.learn import classifiers
from assistant.learned import SHIPPED
from assistant.method.matters import all_questions, asked_about, known, main_matter_of, said_to
from assistant.method.questions import FACET_WORDS
from assistant.nevers import never_said
from assistant.reply_kinds import REJECTION, ReplyKinds
from assistant.speech_acts import SpeechActs, examples
from assistant.types import Kind, Matter
from knowledge.embedding import SentenceTransformerEmbedder
from tests.warm_companion import warm_companion

DREAM = "I stood on the platform and my train left without me. My grandfather waved from the last window."


@pytest.fixture
def companion(library_dir, tmp_path):
    return warm_companion(library_dir).with_journal_in(tmp_path)


def test_every_matter_has_examples_and_is_met():
    assert set(known()) == set(examples("matters"))
    assert all(matter.facet in FACET_WORDS and matter.asks for matter in known().values())


@pytest.mark.parametrize("question", sorted(all_questions()))
def test_a_question_about_a_matter_keeps_the_contract(question):
    assert faults_of_question(question, [DREAM], []) == []
    assert not re.search(r"\b(?:he|she|him|her|his)\b", question)


def test_what_is_said_to_a_matter_is_short_and_never_forbidden():
    says = [wording for matter in known().values() for wording in matter.says]
    assert all(len(wording.split()) <= 16 and not never_said(wording, ()) for wording in says)
    assert [wording for wording, count in Counter(says).items() if count > 1] == []


def test_what_weighs_more_is_taken_up_and_what_is_not_sure_is_not_spoken_to():
    regret, looks = Matter("I wish I had told him", "regret", 0.9), Matter("it was blue", "looks", 0.99)
    unsure = Matter("the lamp", "loss", 0.4)
    assert main_matter_of([looks, regret, unsure]) is regret
    assert main_matter_of([unsure]) is None and said_to(unsure, ()) == ""
    first = asked_about(regret, ())
    assert first and asked_about(regret, [first]) not in ("", first)
    assert asked_about(regret, known()["regret"].asks) == ""


@pytest.mark.parametrize(
    ("message", "matter", "words"),
    [
        ("There was a lamp too. I miss his voice most of all.", "misses", "miss his voice"),
        ("the lamp was green. i only wish i had told him i was sorry", "regret", "told him"),
        ("It's exactly like that at work, I push and push and nothing moves.", "like_now", "work"),
    ],
)
def test_the_weightiest_is_given_back_and_asked_about(companion, message, matter, words):
    turns = talk(companion, [DREAM, message])
    assert turns[1].kind is Kind.ANSWER and words in turns[1].reply
    assert turns[1].question in known()[matter].asks
    assert faults_of_turns(turns) == [[], []]


def test_what_was_learned_is_shipped_for_the_examples_as_they_are():
    names = {classifier.file_name for classifier in classifiers()}
    assert names == {path.name for path in SHIPPED.glob("*.npz")}, "run python -m assistant.hearing.learn"


@pytest.mark.parametrize(
    ("message", "refuses"),
    [
        ("no that's not it at all, i love my job", True),
        ("doesn't sound like me, i never care what they think", True),
        ("It was my grandmother's kitchen, the one with the blue tiles.", False),
        ("yes, that is just how it feels at the moment", False),
    ],
)
def test_a_no_to_a_reading_is_told_from_other_answers(
    embedder: SentenceTransformerEmbedder, tmp_path, message, refuses
):
    reading = "Some people read such a dream as a worry about how they appear to others at work."
    speech_acts = SpeechActs(embedder, tmp_path)
    likely = ReplyKinds(embedder, tmp_path, speech_acts).likely(
        speech_acts.read(message), reading, "What was it like to stand there?"
    )
    assert (likely[REJECTION] > 0.5) is refuses
