"""The one question of a turn, or none: about what the dreamer brings, or about the facet that the method wants next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.contract import faults_of_question
from assistant.method.matters import LIKELY, SURE, asked_about, is_taken_up, known, tells_of_the_dream
from assistant.method.new_ending import ENDING, REHEARSAL, is_whole
from assistant.method.offering import readings_for
from assistant.method.questions import FELT, Chosen, around, choose_question, quoted_beginning, quoted_end
from assistant.method.responses import gentle_questions
from assistant.method.several_dreams import dreams_in, which_first
from assistant.method.situation import Situation, tells_enough
from assistant.method.stages import MEANING, facets_for
from assistant.phrases import beyond_no, says_nothing
from assistant.texts import choices, in_turn
from assistant.types import Heard, Kind, MentionKind, Stage, Wish
from assistant.words import count_words
from knowledge.types import Hit

CARRIES = 0.8  # likelihood, from which on an answer holds something to stay with
FEWEST_WORDS_SAID = 6  # of such an answer
FEW_WORDS_ADDED = 12  # to something grave, so that it is still what is talked about
FEW_WORDS_LEFT = 40  # of a dream that was forgotten
_FORGOTTEN = re.compile(
    r"\b(?:ca ?n[o']?t|cannot|do ?n[o']?t|do not|did ?n[o']?t|barely|hardly) (?:\w+ )?(?:remember|recall)\b|^i forgot\b|"
    r"\bforgot(?:ten)? (?:it|most|the (?:rest|details|dream)|what)\b|\b(?:almost|nearly) nothing left\b|\bnothing much left\b",
    re.IGNORECASE,
)
ONE_PERSON = 3  # words of an answer that does no more than name somebody


def question_of(situation: Situation, hits: Sequence[Hit]) -> Chosen:
    """The question of this turn and its facet; empty where none is to be asked. ``hits`` are those that may be drawn on."""
    kind, asked = situation.kind, situation.asked
    if situation.is_quiet:
        return Chosen("", "")
    if kind is Kind.WISH and situation.wish not in (Wish.SKIP, Wish.START_AGAIN, Wish.GO_ON, Wish.ANOTHER_READING):
        return (
            Chosen("", "")
            if situation.dream_told
            or situation.wish in (Wish.QUIET, Wish.DELETE, Wish.STOP)
            or (situation.wish is Wish.NEW_ENDING and tells_enough(situation))
            else _for_a_dream(situation)
        )
    if kind in (Kind.CLOSE, Kind.CRISIS):
        return Chosen("", "")
    if kind is Kind.WHY and not _asks_after_answering(situation, hits):
        return Chosen("", "")
    told = situation.told
    if kind is Kind.WHY and not situation.dream_told:
        return _behind(situation, hits)
    if not told or situation.wish is Wish.START_AGAIN:
        return _for_a_dream(situation)
    if situation.anew is not None and kind is Kind.ANSWER:
        return _of_the_new_ending(situation, told)
    following = (
        _after_an_answer(situation, hits)
        or _about_the_matter(situation)
        or _still_on_what_is_grave(situation)
        or _on_what_was_said(situation)
    )
    if following is not None:
        return following
    if kind in (Kind.DREAM, Kind.UNCOVERED):
        several = dreams_in(situation.message)
        if several:
            return Chosen(which_first(several), "")
        if _hardly_anything_is_left(situation.message):
            return Chosen(in_turn("ask_of_little", asked, len(situation.message)), FELT)
    facets = facets_for(situation.stage, kind, situation.heard, hits, situation.turns, told)
    heard = situation.heard_of_the_dream
    if kind is Kind.ANSWER and count_words(situation.message) <= ONE_PERSON and _persons(situation.heard):
        facets, heard = ["person", *facets], [situation.heard, *heard]
    elif situation.speaks_of_life:
        facets = ["bridge", *facets]
        heard = heard[1:] or heard
    leading = (
        hits[:1] if kind in (Kind.DREAM, Kind.WHY) or (hits and hits[0].section.article in situation.articles) else []
    )
    within = kind in (Kind.DREAM, Kind.UNCOVERED) or tells_of_the_dream(situation.heard.directed.matters)
    return choose_question(heard, facets, leading, told=told, asked=asked, goes_back=within)


def _after_an_answer(situation: Situation, hits: Sequence[Hit]) -> Chosen | None:
    """What follows on our own answer to a direct question, where the library did not add to it."""
    response = situation.response
    if (
        response is None
        or situation.kind is Kind.DREAM
        or (situation.found.covered and any(readings_for(situation, hits)))
    ):
        return None
    question = next((one for one in response.questions if one not in situation.asked), "")
    return Chosen(question, "own-meaning") if question else None


def _about_the_matter(situation: Situation) -> Chosen | None:
    """A question about what this message brings; not where the dreamer's own meaning is due and the message brings little."""
    matter = situation.matter
    if matter is None or says_nothing(situation.message):
        return None
    if situation.kind is Kind.REJECTION:  # what it puts in the place of the reading is the dreamer's own meaning
        matter = replace(matter, name="own_meaning") if beyond_no(situation.message) else None
    if matter is None or situation.kind is Kind.WHY:
        return None
    facet = known()[matter.name].facet
    if not is_taken_up(matter) and (matter.likely < SURE or _own_meaning_is_due(situation)):
        return None
    passed, person = list(situation.asked), _the_person(situation.heard)
    while question := asked_about(matter, passed, len(situation.message), person):
        if not faults_of_question(question, situation.told, situation.asked):
            return Chosen(question, facet)
        passed.append(question)
    return None


def _still_on_what_is_grave(situation: Situation) -> Chosen | None:
    """One more question about a loss or a guilt told just before, where this message adds little: nobody is led from it back to a
    lamp in the dream."""
    grave = situation.lately_grave
    if grave is None or situation.kind not in (Kind.ANSWER, Kind.REJECTION) or is_taken_up(situation.matter):
        return None
    if count_words(situation.message) > FEW_WORDS_ADDED:
        return None
    question = asked_about(grave, situation.asked, len(situation.message))
    if not question or faults_of_question(question, situation.told, situation.asked):
        return None
    return Chosen(question, known()[grave.name].facet)


def _on_what_was_said(situation: Situation) -> Chosen | None:
    """A question on an answer that carries something, where it is none of the matters; not twice running."""
    carries = max((matter.carries for matter in situation.heard.directed.matters), default=0.0)
    wordings = choices("ask_on_what_was_said")
    if (
        situation.kind is not Kind.ANSWER
        or is_taken_up(situation.matter)
        or carries < CARRIES
        or count_words(situation.heard.directed.told) < FEWEST_WORDS_SAID
        or any(known()[one.name].of_the_dream and one.likely >= LIKELY for one in situation.heard.directed.matters)
        or (situation.turns and situation.turns[-1].question in wordings)
    ):
        return None
    question = in_turn("ask_on_what_was_said", situation.asked, len(situation.message))
    return Chosen(question, "association") if question not in situation.asked else None


def _hardly_anything_is_left(message: str) -> bool:
    """Whether the dreamer says that they forgot it, and tells little: then nobody asks for a moment of it."""
    return count_words(message) <= FEW_WORDS_LEFT and _FORGOTTEN.search(message) is not None


def _own_meaning_is_due(situation: Situation) -> bool:
    return situation.stage is Stage.INSIGHT and not any(turn.facet in MEANING for turn in situation.turns)


def _the_person(heard: Heard) -> str:
    """The one person that the message names, as one says it to the dreamer; empty where it names none or several."""
    persons = {
        mention.turned for mention in heard.mentions if mention.kind is MentionKind.PERSON and not mention.plural
    }
    return persons.pop() if len(persons) == 1 else ""


def _persons(heard: Heard) -> bool:
    return any(mention.kind is MentionKind.PERSON for mention in heard.mentions)


def _asks_after_answering(situation: Situation, hits: Sequence[Hit]) -> bool:
    """Whether an answer to a question is followed by one of ours: not after every one, and not where it would press."""
    if situation.response is not None and not situation.response.asks:
        return False
    if situation.heard.directed.asks == "asks_memory_of_talk" and situation.asked:
        return False  # the last question is named again
    if situation.heard.directed.asks == "asks_proof" and any(turn.citations for turn in situation.earlier):
        return False  # sources are named, and they are enough for one reply
    before = situation.turns[-1] if situation.turns else None
    if before is not None and before.kind is Kind.WHY and before.question:
        return False  # one question after another is no conversation
    informs = situation.found.covered and any(readings_for(situation, hits))
    return not (informs and situation.turns and situation.turns[-1].question)


def _of_the_new_ending(situation: Situation, told: Sequence[str]) -> Chosen:
    """How the new version goes on; what it is like to have it, once it is whole; something smaller where nothing comes."""
    parts, asked = situation.anew or [], situation.asked
    if says_nothing(situation.message):
        last = parts[-1] if parts else (told[0] if told else "")
        return Chosen(around(quoted_end(last, 6), "ask_smaller_of_ending", told, asked), ENDING)
    if is_whole(parts):
        return Chosen(around(quoted_beginning(parts[0], 8), "ask_of_new_ending", told, asked), REHEARSAL)
    return Chosen(around(quoted_end(situation.message, 6), "ask_next_of_ending", told, asked), ENDING)


def _for_a_dream(situation: Situation) -> Chosen:
    return Chosen(in_turn("no_dream_yet", situation.asked), "")


def _behind(situation: Situation, hits: Sequence[Hit]) -> Chosen:
    """What lies behind a question to the library, where no dream was told."""
    chosen = choose_question([], ["section"], hits[:1], told=[situation.message], asked=situation.asked)
    if chosen.facet == "section":
        return chosen
    question = around(quoted_beginning(situation.message, 12), "ask_behind", [situation.message], situation.asked)
    return Chosen(question, "") if question else _for_a_dream(situation)


def gentle_question(situation: Situation) -> str:
    """A question about now and not about the dream; empty where all of them were asked."""
    return next((question for question in gentle_questions() if question not in situation.asked), "")
