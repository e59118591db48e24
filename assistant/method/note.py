"""The closing note: the dream, what it brought up, the passages that went with it and the step, in the dreamer's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from assistant.method.new_ending import ENDING, new_version
from assistant.phrases import beyond_no, says_nothing
from assistant.texts import choices, text
from assistant.types import Kind, Turn, Wish
from assistant.understanding import rejected_citations
from assistant.words import count_words

DREAM_WORDS = 150
ANSWER_WORDS = 25
MOST_ANSWERS = 5
MOST_PASSAGES = 3
MOST_OWN = 3
NEW_VERSION_WORDS = 120


def closing_note(turns: Sequence[Turn], titles: Mapping[str, str]) -> str:
    """The note of the turns about one dream; empty where no dream was told. At most about 350 words.

    ``titles`` names the sections that may have been cited, by their id.
    """
    tellings = [turn for turn in turns if turn.kind in (Kind.DREAM, Kind.UNCOVERED)]
    if not tellings:
        return ""
    answers = [
        (before.facet, _beginning(turn.message, ANSWER_WORDS))
        for before, turn in pairwise(turns)
        if turn.kind is Kind.ANSWER
        and not says_nothing(turn.message)
        and before.facet != ENDING
        and Wish.NEW_ENDING not in (before.wish, turn.wish)
        and not _was_for_us(turn)
    ]
    own = [answer for facet, answer in answers if facet == "own-meaning"]
    own += [
        _beginning(rest, ANSWER_WORDS)
        for turn in turns
        if turn.kind is Kind.REJECTION and (rest := beyond_no(turn.message))
    ]
    steps = [answer for facet, answer in answers if facet == "step"]
    others = [answer for facet, answer in answers if facet not in ("step", "own-meaning")]
    said_no_to = {citation.section for citation in rejected_citations(turns)}
    fitted = {
        titles[citation.section]: None
        for turn in turns
        for citation in turn.citations
        if citation.section in titles and citation.section not in said_no_to
    }
    parts = {
        "dream": " and ".join(_quoted([_beginning(turn.message, DREAM_WORDS // len(tellings)) for turn in tellings])),
        "came_up": ", ".join(_quoted(others[-MOST_ANSWERS:])),
        "passages": ", ".join(_quoted(list(fitted)[:MOST_PASSAGES])),
        "own": ", ".join(_quoted(own[-MOST_OWN:])),
        "step": ", ".join(_quoted(steps[-1:])),
        "new_version": " ".join(_quoted([_beginning(" ".join(new_version(turns)), NEW_VERSION_WORDS)]))
        if new_version(turns)
        else "",
    }
    filled = [text("note", name).format(_ended(part)) for name, part in parts.items() if part]
    return " ".join([text("note", "opening"), *filled])


def _was_for_us(turn: Turn) -> bool:
    """Whether the message was a complaint or put us right, as our own reply shows: it is nothing of the dreamer's dream."""
    ours = {*choices("passed_over"), *choices("put_right")}
    return any(sentence.text in ours for sentence in turn.sentences)


def _beginning(message: str, most: int) -> str:
    """The message's first sentences, as many as fit; of a longer first sentence its first words."""
    kept: list[str] = []
    for sentence in re.split(r"(?<=[.!?…])\s+|\n+", re.sub(r"[“”\"]", "'", message.strip())):
        if kept and sum(map(count_words, kept)) + count_words(sentence) > most:
            return " ".join(kept) + " …"
        kept.append(sentence)
    whole = " ".join(kept)
    words = whole.split()
    return whole if len(words) <= 1.3 * most else " ".join(words[:most]) + " …"


def _quoted(texts: Sequence[str]) -> list[str]:
    return [f"“{one.strip().rstrip('.')}”" for one in texts]


def _ended(part: str) -> str:
    return f"{part}."
