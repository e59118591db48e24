"""What a turn says of its own accord: answers, apologies, what the library lacks, a human word, wishes met."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.memory import since_the_start, told_back
from assistant.method.matters import is_taken_up, said_to
from assistant.method.new_ending import is_whole, said_back
from assistant.method.note import closing_note
from assistant.method.responses import Comfort, comfort_for, response_to, steadying
from assistant.method.situation import Situation, asks_gently, is_in_english, tells_enough
from assistant.phrases import (
    Small,
    announces,
    asks_about_our_question,
    is_about_us,
    is_greeting,
    says_nothing,
    small_answer,
)
from assistant.texts import in_turn, text
from assistant.types import Kind, PlannedReading, Wish
from assistant.understanding import ABOUT_A_DREAM
from assistant.words import count_words

FEW_WORDS_ASKING_BACK = 4  # told beside a "huh": with more it is no question to us
WORDS_OF_A_BEGINNING = 2  # "chased" is no request that could be turned down
MOST_SOURCES = 2  # named in one reply
_ASKS_FOR_SILENCE = re.compile(
    r"\b(?:do ?n[o']?t|do not|never|please do not) (?:tell|show|say (?:it|this|that) to) (?:anyone|anybody|any ?one|no ?one|nobody|my \w+|him|her|them)\b|\bbetween us\b",
    re.IGNORECASE,
)
_COMPLAINS_OF_ECHOES = re.compile(r"\b(?:repeat\w*|quot(?:e|es|ing)|echo\w*|parrot\w*)\b", re.IGNORECASE)
_PAGES = re.compile(r"(?<=\d)-(?=\d)")  # "211-235" gets its dash: with a hyphen it would look like a telephone number

_DENIES_A_FEELING = re.compile(
    r"\b(?:not|never|no|without|wasn'?t|isn'?t|weren'?t|didn'?t feel|don'?t feel|aint)(?: \w+){0,2} "
    r"(?:fear|fright|scared|afraid|frightened|terrified|sad|sadness|grief|angry|anger|ashamed|shame|lonely|shaken|upset|scary)\b",
    re.IGNORECASE,
)  # whoever says that it was none is not comforted for it


def plain_words(situation: Situation, readings: Sequence[PlannedReading]) -> str:
    """The sentence of our own that this turn needs, if any; what is said once a conversation is said once."""
    kind, said, response = situation.kind, situation.said, situation.response
    number = len(situation.earlier) + len(situation.message)
    if kind is Kind.OUTSIDE:
        return _to_what_is_outside(situation)
    if situation.heard.directed.asks == "asks_help" and not readings:
        return (steadying(said) if asks_gently(situation.heard.directed.state) else "") or in_turn(
            "nothing_to_try", said, number
        )
    if situation.heard.directed.asks == "asks_proof" and kind is Kind.WHY:
        source = _where_it_comes_from(situation)
        if source and source not in said:
            return source
    if response is not None and (readings or situation.heard.directed.asks != "asks_help"):
        return response.text
    plainly_asked = [question for question in situation.asked if "“" not in question]
    if situation.heard.directed.asks == "asks_memory_of_talk" and plainly_asked:
        return f"{told_back(situation.memory)} {text('where_we_were').format(plainly_asked[-1])}".strip()
    if kind in (Kind.UNCOVERED, Kind.ANSWER, Kind.DREAM) and not (
        says_nothing(situation.message) or is_in_english(situation.message, situation.turns)
    ):
        return "" if text("other_language") in said else text("other_language")
    if kind is Kind.UNCOVERED and situation.heard.directed.asks == "asks_why":
        return in_turn("no_answer", said, number)
    if kind is Kind.UNCOVERED:
        return ""  # that the library has nothing stands where the sources would: between two people it would be cold
    if situation.anew and is_whole(situation.anew):
        whole = said_back(situation.anew)
        return text("new_ending_whole").format(whole) if whole else ""
    if kind is Kind.ANSWER:
        return _to_what_was_put_right(situation) or _to_a_small_answer(situation)
    if kind is Kind.WHY and not readings:
        return in_turn("nothing_more" if situation.found.covered and situation.articles else "no_answer", said, number)
    if kind is Kind.REJECTION:
        return in_turn("rejection", said, number)
    if kind in (Kind.CLOSE, Kind.WISH) and _ASKS_FOR_SILENCE.search(situation.heard.directed.message):
        answer = response_to("asks_privacy", said, number)
        return answer.text if answer else ""
    if kind is Kind.CLOSE:
        return in_turn("close" if situation.dream_told else "close_without_a_dream", said, number)
    return _to_a_wish(situation, readings) if kind is Kind.WISH else ""


def _where_it_comes_from(situation: Situation) -> str:
    """The sources and the grade of the latest reading; empty where none was given."""
    cited = next((turn.citations[-1].section for turn in reversed(situation.earlier) if turn.citations), "")
    section = situation.sections.get(cited)
    if section is None:
        return ""
    told = text("source", "named" if section.sources else "unnamed").format(
        title=section.title,
        sources=_PAGES.sub("–", " ".join(source.rstrip(".") + "." for source in section.sources[:MOST_SOURCES])),
    )
    return f"{told} {text('graded', section.evidence.value)}"


def _to_what_is_outside(situation: Situation) -> str:
    message, said = situation.message, situation.said
    if is_greeting(message) or situation.heard.directed.greets:
        return text("greeting_again") if situation.dream_told else text("greeting")
    if situation.response is not None and not is_about_us(message):
        return f"{situation.response.text} {in_turn('invitation', said, len(situation.earlier))}"
    if is_about_us(message) or situation.heard.directed.asks == "asks_companion":
        again = response_to("asks_companion", said, len(situation.earlier)) if text("about_us") in said else None
        return again.text if again else text("about_us")
    a_word_or_two = count_words(message) <= WORDS_OF_A_BEGINNING and "?" not in message
    if announces(message) or says_nothing(message) or situation.heard.directed.announces or a_word_or_two:
        return in_turn("invitation", said, len(situation.earlier))
    outside = text("outside_again" if any(text("outside") in one for one in said) else "outside")
    return f"{outside} {text('outside_back')}" if situation.dream_told else outside


def _to_what_was_put_right(situation: Situation) -> str:
    parts = situation.heard.directed
    if not (parts.complains or parts.corrects):
        return ""
    if _COMPLAINS_OF_ECHOES.search(parts.message):
        return in_turn("repeats", situation.said, len(situation.earlier))
    return in_turn("put_right" if parts.corrects else "passed_over", situation.said, len(situation.earlier))


def _to_a_small_answer(situation: Situation) -> str:
    parts = situation.heard.directed
    last = situation.turns[-1].question if situation.turns else ""
    asks_back = parts.puzzled and (
        "?" in parts.message
        or count_words(parts.told) <= FEW_WORDS_ASKING_BACK
        or asks_about_our_question(parts.message, last)
    )
    small = Small.PUZZLED if asks_back else small_answer(situation.message)
    if small is None:
        return ""
    offered = bool(situation.turns and situation.turns[-1].citations)
    name = "yes_it_fits" if small is Small.YES and offered else small.value
    return in_turn(name, situation.said, len(situation.earlier))


def _to_a_wish(situation: Situation, readings: Sequence[PlannedReading]) -> str:
    wish = situation.wish or Wish.SKIP
    if wish is Wish.ANOTHER_READING and not readings:
        return in_turn("nothing_more", situation.said)
    if wish is Wish.NOTE:
        return closing_note(
            situation.earlier_told[since_the_start(situation.earlier) :],
            {id: section.title for id, section in situation.sections.items()},
            situation.memory,
            situation.left_out,
        ) or text("wish", "no_dream")
    if wish is Wish.NEW_ENDING and not (situation.dream_told or tells_enough(situation)):
        return text("wish", "no_dream")
    return text("wish", wish.value)


def remark(situation: Situation) -> str:
    """A short sentence of our own on what an answer is about; empty where none fits for sure."""
    matter = situation.matter
    if matter is None or situation.kind in (Kind.UNCOVERED, Kind.DREAM) or not is_taken_up(matter):
        return ""
    if _DENIES_A_FEELING.search(matter.sentence):
        return ""
    return said_to(matter, situation.said)


def comfort(situation: Situation) -> Comfort | None:
    """One human sentence for somebody who says how they are now; not in two replies running the same."""
    if situation.kind not in ABOUT_A_DREAM or situation.response is not None:
        return None
    state = situation.heard.directed.state or ("grieving" if situation.tells_of_a_death else "")
    state = state or ("amused" if situation.kind in (Kind.DREAM, Kind.UNCOVERED) and situation.is_funny else "")
    if not state or (state == "amused" and situation.heard.feelings) or _DENIES_A_FEELING.search(situation.message):
        return None
    return comfort_for(state, situation.said, len(situation.message))
