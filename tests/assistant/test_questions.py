"""The method's bank of questions: every row loads, keeps the reply contract whatever fills it, and repeats no other."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import pytest

from assistant.contract import asked_before, faults_of_question
from assistant.method.matters import all_questions
from assistant.method.questions import FACET_WORDS, SLOT, SLOT_KINDS, BankQuestion, Filler, bank
from assistant.method.scenes import ANY, all_scene_questions, scenes
from assistant.types import Stage

LEAST_QUESTIONS = 1_000
LEAST_OF_A_FACET = 7
MOST_LIKE_BEGINNINGS = 0.3
STAGES = {
    "bridge": Stage.INSIGHT,
    "waking-link": Stage.INSIGHT,
    "own-meaning": Stage.INSIGHT,
    "step": Stage.ACTION,
}  # all others explore
SLOTS = {*SLOT_KINDS, "feeling"}
SINGULAR = {
    "person": ["your mother", "the man", "your daughter", "Sarah", "the old woman with the lamp"],
    "animal": ["the dog", "your black cat", "the snake"],
    "body": ["your throat", "your voice", "your left hand"],
    "place": ["the kitchen", "your old school", "the bridge"],
    "thing": ["the locked door", "the music", "the silence", "the knife"],
    "feeling": ["scared", "ashamed", "relieved", "panic", "alone"],
}
PLURAL = {
    "person": ["the people", "your parents"],
    "animal": ["two bears", "the wasps"],
    "body": ["your legs", "your teeth"],
    "place": ["the woods", "the stairs"],
    "thing": ["the keys", "the headlights"],
    "feeling": [],
}
SHORT = {
    "person": "the man",
    "animal": "the dog",
    "body": "your throat",
    "place": "the kitchen",
    "thing": "the music",
    "feeling": "ashamed",
}
SPELT_TWO_WAYS = re.compile(
    r"\b(?:(?:colou?r|favou?rite|neighbou?r|gr[ae]y|towards?|reali[sz]|recogni[sz])\w*|whilst|dreamt|learnt|gotten|mum|mom)\b",
    re.IGNORECASE,
)

every_question = pytest.mark.parametrize("question", bank(), ids=lambda question: question.text)


def fillers(question: BankQuestion) -> list[str]:
    """What can stand in the question's slot, by its number."""
    singular = SINGULAR[question.slot] if question.number != "plural" else []
    plural = PLURAL[question.slot] if question.number != "singular" else []
    return singular + plural


def filled(question: BankQuestion, filler: str) -> str:
    return question.filled(Filler(filler))


def normalised(text: str) -> str:
    return " ".join(re.findall(r"[\w{}]+", text.lower()))


def test_there_are_enough_questions_of_every_facet() -> None:
    for_any = [facet for facet, _ in scenes()[ANY].asks]
    counts = Counter([*(question.facet for question in bank()), *for_any])
    assert len(bank()) + len(all_questions()) + len(all_scene_questions()) >= LEAST_QUESTIONS
    assert set(counts) == set(FACET_WORDS) - {"section", "ending", "rehearsal", "now"}
    assert {facet: count for facet, count in counts.items() if count < LEAST_OF_A_FACET} == {}


def test_no_two_questions_have_the_same_text() -> None:
    texts = Counter(normalised(question.text) for question in bank())
    assert [text for text, count in texts.items() if count > 1] == []


def test_no_question_counts_as_asked_once_another_of_its_facet_was_asked() -> None:
    alike = [
        (one.text, other.text)
        for one, other in combinations(bank(), 2)
        if (one.facet, one.slot) == (other.facet, other.slot)
        and {one.number, other.number} != {"singular", "plural"}
        and asked_before(filled(one, SHORT[one.slot]), [filled(other, SHORT[other.slot])])
    ]
    assert alike == []


def test_questions_begin_in_many_ways() -> None:
    beginnings = Counter(" ".join(question.text.split()[:2]) for question in bank())
    assert max(beginnings.values()) <= MOST_LIKE_BEGINNINGS * len(bank())


def test_what_agrees_with_one_number_has_its_like_for_the_other() -> None:
    def of(number: str) -> Counter[tuple[str, str]]:
        return Counter((question.facet, question.slot) for question in bank() if question.number == number)

    assert of("singular") == of("plural")


@every_question
def test_a_question_has_one_known_slot_and_a_facet_in_its_stage(question: BankQuestion) -> None:
    assert SLOT.findall(question.text) == [question.slot]
    assert question.slot in SLOTS
    assert not question.text.startswith("{")
    assert question.facet in FACET_WORDS
    assert question.stage is STAGES.get(question.facet, Stage.EXPLORE)
    assert question.number in {"singular", "plural", "any"}


@every_question
def test_a_question_keeps_the_contract_whatever_fills_it(question: BankQuestion) -> None:
    faults = {filler: faults_of_question(filled(question, filler), [filler], []) for filler in fillers(question)}
    assert {filler: found for filler, found in faults.items() if found} == {}
    assert len(faults) >= 2


@every_question
def test_a_question_is_written_plainly(question: BankQuestion) -> None:
    assert question.text == " ".join(question.text.split())
    assert not re.search(r"\s[?,:;]", question.text)
    assert not re.search(r"\bwhy\b", question.text, re.IGNORECASE)
    assert not SPELT_TWO_WAYS.search(question.text)
