"""What messages are read with: the grammar, and the models that say what a message does, answers, weighs most and hints at."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.clause_weights import ClauseWeights
from assistant.hearing import Ear
from assistant.phrases import without_thanks
from assistant.reply_kinds import ReplyKinds
from assistant.safety import Hints
from assistant.speech_acts import SpeechActs, without_pasted
from assistant.types import Directed, Heard, Turn
from assistant.understanding import RECENT
from assistant.words import MARK, count_words
from knowledge.embedding import Embedder
from knowledge.forgetting import remembering

LONG_FIRST_MESSAGE = 100  # words
READ_SIDE_BY_SIDE = 2  # messages; the grammar of one takes a core
KEPT = 512  # messages whose reading is remembered, for those of a conversation are read again at every turn


@dataclass(frozen=True, slots=True)
class Readers:
    """The grammar and the learned models. Opening is cheap; several companions may read with the same."""

    ear: Ear
    speech_acts: SpeechActs
    reply_kinds: ReplyKinds
    clause_weights: ClauseWeights
    hints: Hints

    @classmethod
    def open(cls, embedder: Embedder, learned: Path) -> Readers:
        """Those that read with this embedding model; what is learned for another one than ours is kept in ``learned``."""
        ear, speech_acts = Ear(), SpeechActs(embedder, learned)
        return cls(
            ear,
            speech_acts,
            ReplyKinds(embedder, learned, speech_acts),
            ClauseWeights(embedder, learned, ear),
            Hints(embedder, learned),
        )

    def warm_up(self) -> None:
        """Load all of them; learns first where there is nothing to load. Raises EmbeddingError."""
        self.ear.hear("I was running and my legs would not move.")
        self.speech_acts.warm_up()
        self.reply_kinds.warm_up()
        self.clause_weights.warm_up()
        self.hints.warm_up()


class Listening:
    """Reads messages, and remembers how it read the latest ones. Safe in several threads."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._hear = remembering(KEPT)(self._heard_anew)
        self._strength_of_hint = remembering(KEPT)(readers.hints.strength)
        self._ahead = ThreadPoolExecutor(READ_SIDE_BY_SIDE, thread_name_prefix="reading")
        self._grammar = ThreadPoolExecutor(READ_SIDE_BY_SIDE, thread_name_prefix="hearing")

    def close(self) -> None:
        """Begin nothing more."""
        for pool in (self._ahead, self._grammar):
            pool.shutdown(wait=False, cancel_futures=True)

    def parts(self, message: str) -> Directed:
        """The message in its parts: what it says to the companion, and what it is about."""
        return self._readers.speech_acts.read(message)

    def hear(self, message: str, *, under_way: bool) -> Heard:
        """The message as heard in the middle of a conversation, or where it tells a dream."""
        return self._hear(message, under_way=under_way)

    def hear_all(self, messages: Sequence[str]) -> list[Heard]:
        """The messages of one conversation, of which only the first has nothing before it."""
        return [self.hear(message, under_way=number > 0) for number, message in enumerate(messages)]

    def begin_to_hear(self, message: str, *, under_way: bool) -> Future[Heard]:
        """Hear it beside what the caller does meanwhile."""
        return self._ahead.submit(self.hear, message, under_way=under_way)

    def hints_in(self, messages: Sequence[str]) -> tuple[float, ...]:
        """How strongly each message hints that the waking person is at risk; see ``Hints.strength``."""
        return tuple(map(self._strength_of_hint, messages))

    def likely_kinds(self, message: str, heard: Heard, earlier: Sequence[Turn]) -> dict[str, float]:
        """How likely the message is each kind of reply to the latest reading and the last question.

        Of a first message, how likely it is each kind of opening; a long one is read by rules, and has none.
        """
        if not earlier:
            long = count_words(message) > LONG_FIRST_MESSAGE
            return {} if long else self._readers.reply_kinds.likely_first(heard.directed)
        offered = next((turn for turn in reversed(earlier[-RECENT:]) if turn.citations), earlier[-1])
        reading = " ".join(MARK.sub("", sentence.text) for sentence in offered.sentences if sentence.citation)
        return self._readers.reply_kinds.likely(heard.directed, reading, earlier[-1].question)

    def _heard_anew(self, message: str, *, under_way: bool) -> Heard:
        """What is heard of a message: once a conversation is under way, of the part of it that tells something."""
        ear, weights = self._readers.ear, self._readers.clause_weights
        whole = without_thanks(without_pasted(message))
        # Before a conversation the whole message is, as a rule, what it tells.
        heard_whole = None if under_way else self._grammar.submit(ear.hear, whole)
        parts = self.parts(message)
        telling = parts.told if (under_way or parts.announces) and parts.told else whole
        heard = heard_whole.result() if heard_whole and telling == whole else ear.hear(telling)
        is_answer = under_way and not parts.opens_a_dream
        weigh = weights.of_answer if is_answer else weights.of_telling
        return weigh(replace(heard, directed=parts))
