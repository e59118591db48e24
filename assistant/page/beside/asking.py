"""Asks the library a question: what it has, whether that covers it, and what to say while it is still being opened."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import NamedTuple

from assistant.companion import Companion
from assistant.page.guests import Guest
from assistant.page.limits import Pace
from assistant.page.passwords import said_wait
from assistant.page.wording import words
from assistant.telling import told
from knowledge.forgetting import at_work
from knowledge.types import Hit

MOST_CHARACTERS = 500  # of a question
QUESTIONS_A_MINUTE = 30
HITS = 6
LONGEST_EXCERPT = 300  # characters

_SENTENCES = re.compile(r".*[.?!][\"”’)]*(?=\s)", re.S)


class Found(NamedTuple):
    """A section that was found, and how its passage begins."""

    hit: Hit
    excerpt: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the library has on a question: the sections that are about it, and those that only come nearest.

    ``notice`` is said instead where it could not be asked; ``is_opening`` where it can be in a moment.
    """

    question: str
    hits: tuple[Found, ...] = ()
    nearest: tuple[Found, ...] = ()
    notice: str = ""
    is_opening: bool = False


class Asking:
    """Questions to the library. A question is kept nowhere."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self._pace = Pace()
        self._lock = threading.Lock()
        self._opening: threading.Thread | None = None
        self._trouble = ""

    def answer(self, guest: Guest, question: str) -> Answer:
        """What the library has on it, or why it cannot be asked now."""
        if len(question) > MOST_CHARACTERS:
            told = words("ask_library", "too_long", count=f"{len(question):,}", most=MOST_CHARACTERS)
            return Answer(question, notice=told)
        if not self._companion.warm:
            return self._still_opening(question)
        wait = self._pace.seconds_to_wait(guest.visitor, QUESTIONS_A_MINUTE)
        if wait:
            told = words("ask_library", "too_often", most=QUESTIONS_A_MINUTE, wait=said_wait(wait))
            return Answer(question, notice=told)
        with at_work():
            found = self._companion.library.search(question, count=HITS)
        hits = [Found(hit, excerpt(hit.passage.text)) for hit in found.hits]
        about = tuple(one for one in hits if found.covered and one.hit.covers)
        return Answer(question, about, tuple(one for one in hits if one not in about))

    def _still_opening(self, question: str) -> Answer:
        with self._lock:
            if self._trouble:
                notice, self._trouble = words("ask_library", "closed", reason=self._trouble), ""
                return Answer(question, notice=notice)
            if self._opening is None or not self._opening.is_alive():
                self._opening = threading.Thread(target=self._open, name="opening the library", daemon=True)
                self._opening.start()
        done, of = self._companion.progress
        pieces = words("ask_library", "opening_pieces", done=done, of=of)
        return Answer(question, notice=pieces if done < of else words("ask_library", "opening"), is_opening=True)

    def _open(self) -> None:
        try:
            self._companion.warm_up()
        except Exception as error:
            self._trouble = told(error, otherwise=words("beside", "unexpected"))


def excerpt(text: str) -> str:
    """The beginning of a passage: whole sentences where they fill at least half of what there is room for, else whole words."""
    if len(text) <= LONGEST_EXCERPT:
        return text
    beginning = text[:LONGEST_EXCERPT]
    sentences = _SENTENCES.match(beginning)
    if sentences and len(sentences.group()) > LONGEST_EXCERPT / 2:
        return f"{sentences.group()} …"
    return f"{beginning.rpartition(' ')[0].rstrip(' ,;:')} …"
