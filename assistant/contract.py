"""The reply contract: what every reply must be, by kind of turn, checked in code for every voice and model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.method.matters import all_questions, is_taken_up
from assistant.method.responses import gentle_questions, questions_after_answers, response_to
from assistant.method.scenes import all_scene_questions
from assistant.nevers import never_said
from assistant.phrases import is_only_talk, says_nothing
from assistant.readable import faults_of_wording
from assistant.texts import choices
from assistant.types import Kind, Plan, Role, Sentence
from assistant.words import MARK, content_stems, count_words, is_english
from knowledge.types import Hit

QUESTION_WORDS = 25
NOT_TIED = "a question is tied to the dreamer's own words"
NOT_TOLD_AS_OWN = "a thought is said to be our own"
NOT_TENTATIVE = "a thought is tentative"
ASKED_BEFORE = 0.6  # share of content stems that two questions may have in common


class Wanted(StrEnum):
    """Whether a kind of turn ends with a question."""

    ONE = "one"
    AT_MOST_ONE = "at most one"
    NONE = "none"
    AS_WRITTEN = "as written"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the contract: words in all, readings, question. ``least_readings`` holds only where the library covers it."""

    least_words: int
    most_words: int
    least_readings: int
    most_readings: int
    question: Wanted


ROWS: dict[Kind, Row] = {
    Kind.DREAM: Row(35, 140, 1, 2, Wanted.ONE),
    Kind.ANSWER: Row(12, 110, 0, 1, Wanted.ONE),
    Kind.WHY: Row(25, 150, 1, 3, Wanted.AT_MOST_ONE),
    Kind.REJECTION: Row(12, 80, 0, 0, Wanted.ONE),
    Kind.OUTSIDE: Row(8, 60, 0, 0, Wanted.ONE),
    Kind.UNCOVERED: Row(25, 110, 0, 0, Wanted.ONE),
    Kind.WISH: Row(3, 200, 0, 1, Wanted.AT_MOST_ONE),
    Kind.CLOSE: Row(3, 60, 0, 0, Wanted.NONE),
    Kind.CRISIS: Row(1, 400, 0, 0, Wanted.AS_WRITTEN),
}
FEWEST_OF_AN_ANSWER = (
    5  # words of a direct answer that the library adds nothing to: filled up, it would only sound evasive
)
BEGINS_WITH_THE_DREAMER = frozenset({Kind.DREAM, Kind.ANSWER, Kind.UNCOVERED, Kind.WHY})

_CLOSED = re.compile(
    r"^(?:and |but |so |or )?(?:do|does|did|is|are|was|were|am|have|has|had|can|could|will|would|should|may|might|shall|isn't|"
    r"aren't|wasn't|weren't|don't|doesn't|didn't|haven't|hasn't|couldn't|wouldn't)\b",
    re.IGNORECASE,
)
_ASKS_OPENLY = re.compile(
    r"^(?:and |but |so )?(?:(?:what|who|whom|whose|which|how|why)\b|(?:when|where) (?:do|does|did|is|are|was|were|have|has|had|would|could|can|in|else)\b)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r",\s*(?:if|as far as|apart from|besides|since|when|now that)\b[^,]*,\s*", re.IGNORECASE)
_PRAISE = re.compile(
    r"^(?:what an? |thank you|thanks|great|wow|i'm so glad|how (?:fascinating|interesting|wonderful)|that's (?:an?|so) |"
    r"this (?:dream|is (?:an? |such |so |really |very ))|your dream (?:is|seems|suggests|reflects|about))",
    re.IGNORECASE,
)
_TENTATIVE = re.compile(
    r"\b(?:may|might|could|can|perhaps|possibly|maybe|some|sometimes|often|many|most|few|people|studies|study|researchers|"
    r"about|seems?|tends?|likely|unlikely|thought|believed?|belief|known?|if|whether|nobody|no one|asked|dreamers?|often|"
    r"suggest|idea|held|found|usual|usually|common|rarely|tradition|reading|says?|popular|hearsay|guess|custom|nothing|never)\b",
    re.IGNORECASE,
)
_TOLD_AS_OWN = re.compile(
    r"\b(?:my own|own thought|thought of mine|i wonder|i (?:would|might|could|can) (?:imagine|guess|wonder)|to my mind|strikes me|only my|library's)\b",
    re.IGNORECASE,
)
_FROM_STUDIES = re.compile(
    r"\b(?:stud(?:y|ies)|research(?:ers)?|scientists?|psychologists?|percent|surveys?|experts?|statistic\w*|according to)\b|\d ?%",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")


def fewest_words(kind: Kind, *, reads: bool) -> int:
    """How many words a reply of this kind has at least; ``reads`` says whether it holds a reading."""
    return ROWS[kind].least_words if reads or kind is not Kind.WHY else FEWEST_OF_AN_ANSWER


def begins_with_the_dreamer(plan: Plan) -> bool:
    """Whether the reply must begin with something of the dreamer's own words: not where this message holds nothing."""
    message = plan.heard.message
    if plan.kind not in BEGINS_WITH_THE_DREAMER or not content_stems(message) or says_nothing(message):
        return False
    parts = plan.heard.directed
    if plan.kind is Kind.ANSWER and (parts.complains or parts.corrects or parts.puzzled):
        return False
    if response_to(parts.asks, ()) is not None and (
        plan.kind is Kind.WHY or (plan.kind is Kind.ANSWER and not is_taken_up(plan.matter))
    ):
        return False  # a direct question is answered first
    if plan.kind is Kind.WHY and plan.earlier:
        return is_taken_up(plan.matter)
    return plan.kind is not Kind.WHY or not is_only_talk(message)


def is_open(question: str) -> bool:
    """Whether a question leaves room: it does not begin, after a lead-in, like one that yes or no would answer."""
    asked = _ASIDE.sub(" ", question.strip())
    if _ASKS_OPENLY.match(asked):
        return True
    return not any(_CLOSED.match(part) for part in re.split(r"[:,;]\s+", asked))


def is_tied(question: str, told: Sequence[str]) -> bool:
    """Whether the question speaks of something the dreamer said."""
    stems = content_stems(question)
    return any(stems & content_stems(message) for message in told)


def points_at_what_was_said(question: str) -> bool:
    """Whether it is one of our own questions that mean, with "this" or "there", what the dreamer just said or how they are now."""
    return (
        question in gentle_questions()
        or question in all_questions()
        or question in all_scene_questions()
        or question in questions_after_answers()
        or question in choices("ask_on_what_was_said")
        or question in choices("ask_a_child")
        or question in (*choices("ask_of_little"), *choices("which_first"))
        or question in (*choices("ask_after_no_answer"), *choices("ask_after_nothing_to_try"))
    )


def asked_before(question: str, asked: Sequence[str]) -> bool:
    """Whether the same was asked already in other words, as far as shared words show it."""
    stems = content_stems(question)
    for earlier in asked:
        others = content_stems(earlier)
        smaller = min(len(stems), len(others))
        if question.strip().lower() == earlier.strip().lower():
            return True
        if smaller >= 2 and len(stems & others) / smaller > ASKED_BEFORE and len(stems ^ others) <= 2:
            return True
    return False


def faults_of_question(question: str, told: Sequence[str], asked: Sequence[str]) -> list[str]:
    """What is wrong with a question; empty where nothing is. ``told`` are the dreamer's messages, ``asked`` our questions."""
    faults = []
    if question.count("?") != 1 or not question.rstrip().endswith("?"):
        faults.append("a question is one question and ends with its mark")
    if count_words(question) > QUESTION_WORDS:
        faults.append(f"a question has at most {QUESTION_WORDS} words")
    if is_english(question) and not is_open(question):
        faults.append("a question is open")
    if any(content_stems(message) for message in told) and not (
        points_at_what_was_said(question) or is_tied(question, told)
    ):
        faults.append(NOT_TIED)
    if asked_before(question, asked):
        faults.append("a question is not asked twice")
    faults += faults_of_wording(question, told)
    return faults + [f"never said: {never}" for never in never_said(question, told)]


def faults_of_sentence(
    sentence: Sentence, message: str, hits: Sequence[Hit], *, first: bool, told: Sequence[str] = ()
) -> list[str]:
    """What is wrong with one unit of a reply, by itself; empty where nothing is. ``told`` are the dreamer's other messages."""
    theirs = (message, *told) if sentence.role in (Role.HEARD, Role.PLAIN) else ()
    faults = [f"never said: {never}" for never in never_said(sentence.text, theirs)]
    unquoted = _QUOTED.sub("", sentence.text)
    if "?" in unquoted:
        faults.append("only the question asks")
    faults += faults_of_wording(sentence.text, (message, *told))
    if is_english(message) and not is_english(sentence.text):
        faults.append("a reply is in the dreamer's language")
    marks = [int(mark) for mark in MARK.findall(sentence.text)]
    citation = sentence.citation
    if marks != ([citation.marker] if citation else []):
        faults.append("a mark belongs to a citation")
    in_english = is_english(message) or is_english(sentence.text)  # the words below are English
    if sentence.role is Role.READING:
        if citation is None:
            faults.append("a reading carries its mark")
        elif not _stands(citation.section, citation.marker, citation.quote, hits):
            faults.append("a quote stands in its passage to the letter")
        if in_english and not _TENTATIVE.search(sentence.text) and not is_of_the_library(sentence.text, hits):
            faults.append("a reading is tentative")
    if sentence.role is Role.THOUGHT and in_english:
        if not _TOLD_AS_OWN.search(sentence.text):
            faults.append(NOT_TOLD_AS_OWN)
        if not _TENTATIVE.search(sentence.text) and "wonder" not in sentence.text.lower():
            faults.append(NOT_TENTATIVE)
    if (
        sentence.role in (Role.THOUGHT, Role.HEARD)
        and _FROM_STUDIES.search(unquoted)
        and not _FROM_STUDIES.search(message)
    ):
        faults.append("what studies say carries its mark")
    if first and sentence.role is Role.HEARD:
        if _PRAISE.match(sentence.text):
            faults.append("a reply does not begin with praise or a summary")
        if content_stems(message) and not content_stems(sentence.text) & content_stems(message):
            faults.append("a reply begins with the dreamer's own words")
    return faults


def is_of_the_library(text: str, hits: Sequence[Hit]) -> bool:
    """Whether a reading is a section's own sentence: those were weighed one by one when they were written."""
    bare = MARK.sub("", text)
    return any(bare == reading.text for hit in hits for reading in hit.section.readings)


def _stands(section: str, marker: int, quote: str, hits: Sequence[Hit]) -> bool:
    if not 1 <= marker <= len(hits):
        return False
    hit = hits[marker - 1]
    return hit.section.id == section and bool(quote.strip()) and quote in hit.passage.text


def faults_of_reply(
    kind: Kind,
    sentences: Sequence[Sentence],
    question: str,
    *,
    message: str,
    told: Sequence[str],
    asked: Sequence[str],
    hits: Sequence[Hit],
    covered: bool,
    begins: bool,
    may_ask: bool = True,
) -> list[str]:
    """Every way in which a whole reply breaks the contract of its kind; empty where it keeps it.

    ``begins`` says whether it must begin with the dreamer's own words, where the message asks nothing, ``may_ask`` whether the dreamer lets us ask.
    """
    row = ROWS[kind]
    faults: list[str] = []
    if sentences and kind is not Kind.CRISIS and sentences[0].text in choices("what_we_are"):
        sentences = sentences[1:]  # it stands before the reply, and is no part of what the row counts
    total = sum(count_words(sentence.text) for sentence in sentences) + count_words(question)
    readings = [sentence for sentence in sentences if sentence.role is Role.READING]
    fewest = fewest_words(kind, reads=bool(readings))
    if not fewest <= total <= row.most_words:
        faults.append(f"{kind} has {fewest} to {row.most_words} words, not {total}")
    least = row.least_readings if covered else 0
    if not least <= len(readings) <= row.most_readings:
        faults.append(f"{kind} has {least} to {row.most_readings} readings, not {len(readings)}")
    if kind is Kind.CRISIS:
        return faults
    if row.question is Wanted.ONE and not question and may_ask:
        faults.append(f"{kind} ends with a question")
    if row.question is Wanted.NONE and question:
        faults.append(f"{kind} asks nothing")
    if question:
        faults += faults_of_question(question, told, asked)
    if begins and "?" not in message and (not sentences or sentences[0].role is not Role.HEARD):
        faults.append("a reply begins with what was heard")
    for position, sentence in enumerate(sentences):
        faults += faults_of_sentence(sentence, message, hits, first=position == 0, told=told)
    return faults
