"""What recurs: reads in each kept dream which themes, images, persons and feelings it holds, and finds dreams that are alike."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.corrections import Corrections
from assistant.errors import ConversationError
from assistant.hearing.lexicon import PERSONS
from assistant.journal import Journal, KeptConversation
from assistant.journal.dreams import Entry, Marked, MarkKind
from assistant.method.themes import speaks_of
from assistant.quiet_log import log_without_words
from assistant.safety import screen
from assistant.types import Heard, Kind, Mention, MentionKind, Safety
from assistant.words import content_stems, count_words, stem, words
from knowledge.errors import DreamError
from knowledge.forgetting import at_work
from knowledge.library import Library

log = logging.getLogger(__name__)

READER = 2  # raised whenever a dream would be read otherwise
FEWEST_WORDS = 8  # of a telling that is like another
FEWEST_SHARED = 2  # persons or images that make an earlier dream worth naming

_TELL_A_DREAM = (Kind.DREAM.value, Kind.UNCOVERED.value)
_SAYS_LITTLE = frozenset(
    """way ways day days time times kind sort lot bit part parts side sides front back end top bottom middle moment minute minutes hour
    hours second seconds word words thought thoughts sense reason fact idea problem case matter everything nothing life world
    one ones other others dream dreams nightmare sleep bed morning night nights hand hands eyes head face body voice voices sound""".split()
)
# In so many dreams that it says nothing to have them in common.
IN_MOST_DREAMS = frozenset(
    "people man woman men women person guy guys girl boy girls boys friend friends family house home room door car street school".split()
)

_SAME = {
    one: name
    for name, others in {
        "mother": "mom mum mommy mummy mama ma",
        "father": "dad daddy papa pa",
        "grandmother": "grandma granny nana gran nan",
        "grandfather": "grandpa granddad grandad",
        "brother": "bro",
        "sister": "sis",
    }.items()
    for one in others.split()
}


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier dream that has something in common with this one, and what that is."""

    entry: Entry
    shared: tuple[Marked, ...]


class Recurring:
    """Reads the dreams of one journal, behind what the person is doing. Safe in several threads."""

    def __init__(
        self, journal: Journal, hear: Callable[..., Heard], library: Library, is_ready: Callable[[], bool]
    ) -> None:
        self._is_ready = is_ready
        self._dreams = journal.dreams
        self._journal = journal
        self._hear = hear
        self._library = library
        self._embedder = library.embedder
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="recurring")
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def close(self) -> None:
        """Stop after the dream that is being read; the others are read the next time."""
        self._closing.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    @property
    def made_of(self) -> str:
        """What a reading depends on: with another embedding model or reader, dreams are read anew."""
        return f"{READER} {self._embedder.fingerprint}"

    def later(self, visitor: str) -> None:
        """Read the visitor's unread dreams as soon as nothing else of the kind is being done; not before the models are loaded."""
        with self._lock:
            if visitor in self._waiting or self._closing.is_set() or not self._is_ready():
                return
            self._waiting.add(visitor)
        with suppress(RuntimeError):  # the program is ending
            self._worker.submit(self._catch_up, visitor)

    def unread(self, visitor: str) -> int:
        """How many of the visitor's dreams are still to be read."""
        return len(self._dreams.unread(visitor, self.made_of))

    def read(self, visitor: str, conversation: int) -> None:
        """Read one dream now. Raises ConversationError where it is not the visitor's, or gone."""
        with at_work():
            kept = self._journal.conversation(visitor, conversation)
            marks, vector = self._read(kept)
            self._dreams.keep_reading(visitor, kept, self.made_of, marks, vector)

    def before(self, visitor: str, conversation: int) -> Before | None:
        """The earlier dream that has most in common with this one: its theme, or at least two persons or images.

        Likeness as a whole has no say: of 197 diary dreams, those that lay nearest to each other had little more in common than that
        somebody "had a dream".
        """
        shared: dict[int, list[Marked]] = {}
        for mark in self._dreams.shared(visitor, conversation):
            if mark.name not in IN_MOST_DREAMS:
                shared.setdefault(mark.conversation, []).append(mark)
        much = [common for common in shared.values() if _is_much(common)]
        if not much:
            return None
        most = max(much, key=lambda common: (_weight(common), common[0].night, common[0].conversation))
        entry = self._dreams.entries_of(visitor, [most[0].conversation]).get(most[0].conversation)
        return Before(entry, tuple(most)) if entry else None

    def alike(self, visitor: str, text: str) -> list[tuple[int, float]]:
        """The ids of the visitor's dreams by how much they mean the same as a text, most first, with the cosine."""
        ids, vectors = self._dreams.vectors(visitor, self.made_of)
        if not ids:
            return []
        with at_work():
            asked = np.asarray(self._embedder.encode([text]), dtype=np.float32)[0]
        likeness = vectors @ asked
        return [(ids[place], float(likeness[place])) for place in np.argsort(-likeness)]

    def _catch_up(self, visitor: str) -> None:
        with self._lock:
            self._waiting.discard(visitor)
        try:
            for conversation in self._dreams.unread(visitor, self.made_of):
                if self._closing.is_set():
                    return
                with suppress(ConversationError):  # deleted meanwhile
                    self.read(visitor, conversation)
        except DreamError as error:
            log_without_words(log, error)

    def _read(self, kept: KeptConversation) -> tuple[list[tuple[MarkKind, str]], NDArray[np.float32]]:
        corrections = Corrections.of(kept.corrections)
        tellings = list(map(corrections.in_message, _tellings(kept)))
        held = [mark for telling in tellings for mark in self._marks(telling)]
        marks = {
            (kind, stem(name)): (kind, name)
            for kind, name in reversed(held)
            if content_stems(name).isdisjoint(corrections.left_out)
        }
        return list(marks.values()), self._vector(tellings)

    def _marks(self, telling: str) -> Iterator[tuple[MarkKind, str]]:
        found = self._library.search(telling)
        if found.covered and speaks_of(telling, found.hits[0].section.article, found.coverage):
            yield MarkKind.THEME, found.hits[0].section.article
        heard = self._hear(telling, under_way=False)
        waking = [clause.said for clause in heard.clauses if clause.waking]
        for mention in heard.mentions:
            name = _head(mention)
            if name and not any(mention.said in said for said in waking):
                yield MarkKind.PERSON if mention.kind is MentionKind.PERSON else MarkKind.IMAGE, name
        for feeling in heard.feelings:
            yield MarkKind.FEELING, feeling

    def _vector(self, tellings: list[str]) -> NDArray[np.float32]:
        """Of unit length; zero, which is like nothing, where too little is told."""
        vectors = np.asarray(self._embedder.encode(tellings or [""]), dtype=np.float32)
        whole: NDArray[np.float32] = vectors.sum(axis=0)
        enough = sum(map(count_words, tellings)) >= FEWEST_WORDS
        return whole / np.linalg.norm(whole) if enough else np.zeros_like(whole)


def _is_much(common: list[Marked]) -> bool:
    kinds = [mark.kind for mark in common]
    return MarkKind.THEME in kinds or sum(kind in (MarkKind.IMAGE, MarkKind.PERSON) for kind in kinds) >= FEWEST_SHARED


def _weight(common: list[Marked]) -> int:
    return sum(2 if mark.kind is MarkKind.THEME else 1 for mark in common)


def _tellings(kept: KeptConversation) -> Iterator[str]:
    """The messages that tell a dream; what was written down and not answered yet counts as one."""
    for number, turn in enumerate(kept.turns):
        kind = turn.answer["kind"] if turn.answer else None
        is_told = kind in _TELL_A_DREAM or (kind is None and number == 0)
        if is_told and screen([turn.message]).level is not Safety.CRISIS:
            yield turn.message


def _head(mention: Mention) -> str:
    """The noun by which one would look for it: "a big black dog" is looked for as "dog"."""
    spoken = [word.lower() for word in words(mention.said)]
    name = spoken[-1] if spoken else ""
    if name in _SAYS_LITTLE or len(name) < 2:
        return ""
    return name.capitalize() if _is_name(mention, name) else _SAME.get(name, name)


def _is_name(mention: Mention, noun: str) -> bool:
    """Whether it is what somebody is called. A name needs no article, and so is told back as it stands; kin may do without one too."""
    if mention.kind is not MentionKind.PERSON or mention.plural or noun in PERSONS or noun in _SAME:
        return False
    return mention.turned[:1].isupper() or mention.turned.lower() == noun
