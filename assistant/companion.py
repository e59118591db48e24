"""One turn of the conversation, from the message to the recorded reply; the page and the terminal both call this."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.checking import Checker
from assistant.corrections import READING, Corrections, as_remembered
from assistant.errors import ModelError, ModelFileError
from assistant.journal import Journal, KeptConversation, turn_from_record
from assistant.listening import Listening, Readers
from assistant.memory import denied, remembered, since_the_start
from assistant.method.children import as_of_a_child
from assistant.method.note import closing_note
from assistant.nevers import Nevers, never_said
from assistant.planning import Planner, Said, of_dreams
from assistant.recurring import Before, Recurring
from assistant.safety import (
    WrittenReply,
    care_reply,
    country_code,
    is_child,
    screen,
)
from assistant.settings import Settings
from assistant.types import (
    Directed,
    Done,
    Event,
    Fact,
    FactKind,
    Heard,
    Kind,
    Notice,
    Passages,
    Plan,
    Question,
    Role,
    Safety,
    Screening,
    Sentence,
    Stage,
    Turn,
)
from assistant.voices.answering import BUILT_IN, Answering, Offer, WhoAnswers, model_failure
from assistant.voices.costs import SAMPLE, usual_reply
from assistant.voices.free import NOTES_OF_A_TURN, messages_for
from assistant.voices.usage import Usage, tokens_sent
from assistant.voices.voice import Voice
from knowledge.embedding import RememberingEmbedder, SentenceTransformerEmbedder
from knowledge.errors import UsageError
from knowledge.forgetting import at_work
from knowledge.library import Library

MOST_CHARACTERS = 20_000

__all__ = ["Companion", "Offer", "WhoAnswers"]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A message that was taken back, and the reply that it had, if it had one."""

    message: str
    reply: Turn | None


@dataclass(frozen=True, slots=True)
class _LookedBack:
    """A conversation since it was last begun again: its turns as corrected, what is remembered, the stems of what is left out."""

    turns: tuple[Turn, ...]
    memory: tuple[Fact, ...]
    left_out: frozenset[str]


class Companion:
    """Everything the edges need. Opening is cheap; models are loaded by ``warm_up`` or by the first message."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        journal: Journal,
        answering: Answering,
        readers: Readers,
        nevers: Nevers,
    ) -> None:
        self.settings = settings
        self.library = library
        self.journal = journal
        self._answering = answering
        self._readers = readers
        self._nevers = nevers
        self._listening = Listening(readers)
        self._planner = Planner(self._listening, library)
        self._warm = threading.Event()
        self.recurring = Recurring(journal, self.hear, library, is_ready=self._warm.is_set)
        self._warming = threading.Lock()
        self._progress = (0, 0)

    @classmethod
    def open(cls, settings: Settings) -> Companion:
        """The companion of one data folder. Raises StorageError where the folder cannot be used."""
        embedder = RememberingEmbedder(SentenceTransformerEmbedder(settings.embedding_model))
        learned = settings.data_dir / "learned"
        return cls(
            settings,
            Library(settings.data_dir, embedder, settings.chroma_url),
            Journal(settings.data_dir, settings.database_url),
            Answering(settings),
            Readers.open(embedder, learned),
            Nevers(embedder, learned),
        )

    def with_journal_in(self, folder: Path) -> Companion:
        """The same companion, with the models that are loaded already, keeping its conversations in another folder."""
        return self.with_answering(self._answering, Journal(folder))

    def with_answering(self, answering: Answering, journal: Journal, settings: Settings | None = None) -> Companion:
        """The same companion, with the models that are loaded already, answered by another voice and keeping another journal."""
        other = Companion(settings or self.settings, self.library, journal, answering, self._readers, self._nevers)
        if self.warm:
            other._warm.set()
        return other

    @property
    def warm(self) -> bool:
        """Whether everything is loaded."""
        return self._warm.is_set()

    @property
    def progress(self) -> tuple[int, int]:
        """Texts of the library embedded so far and in all, while an index is being built; (0, 0) otherwise."""
        return self._progress

    def warm_up(self) -> None:
        """Load the grammar, the embedding model and the index, building it where there is none; safe to call again."""
        with self._warming:
            if self.warm:
                return
            self.library.warm_up(self._note_progress)
            self._readers.warm_up()
            self._nevers.warm_up()
            self.library.search("my legs would not move")
            self._progress = (0, 0)
            self._warm.set()

    def _note_progress(self, done: int, of: int) -> None:
        self._progress = (done, of)

    def close(self) -> None:
        """End what is under way and let go of the files."""
        self._listening.close()
        self._answering.close()
        self.recurring.close()
        self.journal.close()

    def read(self, message: str) -> Directed:
        """The message in its parts: what it says to the companion, and what it is about."""
        return self._listening.parts(message)

    def screen(self, messages: Sequence[str]) -> Screening:
        """The level of safety after the last of a person's messages: by rules alone while the models are being loaded."""
        return screen(messages, self._hinted(messages))

    def _hinted(self, messages: Sequence[str]) -> tuple[float, ...]:
        return self._listening.hints_in(messages) if self.warm else ()

    def nevers_in(self, sentence: str) -> list[str]:
        """What no reply may say and a model's sentence says, by rules and examples; empty where it says nothing of the kind."""
        return [*never_said(sentence), *self._nevers.faults(sentence)]

    def hear(self, message: str, *, under_way: bool = True) -> Heard:
        """The message as heard in the middle of a conversation, or where it tells a dream."""
        return self._listening.hear(message, under_way=under_way)

    def who_answers(self, visitor: str) -> WhoAnswers:
        """Who answers this visitor."""
        return self._answering.describe(self.journal.voice_of(visitor))

    def choice_of(self, visitor: str) -> str:
        """The id of the offer that answers this visitor: their own choice, or what does where they chose nothing."""
        return self.journal.voice_of(visitor) or self._answering.default()

    def offers(self) -> list[Offer]:
        """Who could answer, looked for now."""
        return self._answering.offers()

    def choose(self, visitor: str, offer_id: str) -> WhoAnswers:
        """Keep the visitor's yes to an offer. Raises UsageError or ModelError where it cannot be taken."""
        choice = self._answering.accept(offer_id)
        self.journal.choose_voice(visitor, choice)
        return self._answering.describe(choice)

    @property
    def answering(self) -> Answering:
        """The voices, and the endpoint that the owner has entered."""
        return self._answering

    def usage_of_a_first_reply(self) -> Usage:
        """About what the first reply to a dream takes of a model: the real request for ``SAMPLE``, and a usual reply."""
        self.warm_up()
        plan = self._planner.plan(Said(SAMPLE), Safety.NONE)
        return Usage(tokens_sent(messages_for(plan, self.settings.context_tokens)), usual_reply(plan))

    def country_of(self, visitor: str) -> str:
        """The two letters of the country whose help line is named to this visitor: their own choice, else the setting's."""
        chosen = self.journal.country_of(visitor)
        return country_code(self.settings.country) if chosen is None else chosen

    def choose_country(self, visitor: str, country: str) -> None:
        """Keep the visitor's choice; "" names no country. Raises UsageError for a country that our table does not have."""
        if country and not country_code(country):
            raise UsageError(f"There is no country {country!r} in the table of help lines.")
        self.journal.choose_country(visitor, country_code(country))

    def take_back(self, visitor: str, conversation: int, turn_id: int) -> TakenBack:
        """Take back a turn and all after it: for another reply, for changing the message, or to undo it."""
        kept = self.journal.conversation(visitor, conversation)
        turn = next((turn for turn in kept.turns if turn.id == turn_id), None)
        self.journal.drop_turns_from(visitor, conversation, turn_id)
        answered = turn is not None and turn.answer is not None
        return TakenBack(turn.message if turn else "", turn_from_record(turn) if turn and answered else None)

    def note_of(self, visitor: str, conversation: int) -> str:
        """The closing note of a conversation as it stands; empty where no dream was told. Raises ConversationError."""
        with at_work():
            back = self._look_back(visitor, conversation)
            titles = {id: section.title for id, section in self.library.sections().items()}
            return closing_note(back.turns, titles, back.memory, back.left_out)

    def dreamt_before(self, visitor: str, conversation: int) -> Before | None:
        """An earlier dream of the visitor's that has something in common with this one."""
        if not self.journal.dreams.is_read(visitor, conversation, self.recurring.made_of):
            self.recurring.read(visitor, conversation)
        return self.recurring.before(visitor, conversation)

    def remembered(self, visitor: str, conversation: int) -> tuple[Fact, ...]:
        """What a conversation holds of the dreamer, as they have corrected it. Raises ConversationError.

        What has not been heard yet is heard now, which takes a moment.
        """
        with at_work():
            return self._look_back(visitor, conversation).memory

    def _look_back(self, visitor: str, conversation: int) -> _LookedBack:
        kept = self.journal.conversation(visitor, conversation)
        turns, corrections = of_dreams(_turns(kept)), Corrections.of(kept.corrections)
        heard = self._listening.hear_all([turn.message for turn in turns])
        if is_child([turn.message for turn in kept.turns]):
            heard = list(map(as_of_a_child, heard))
        start = since_the_start(turns)
        left_out = denied(heard[start:]) | corrections.left_out
        memory = remembered(turns, heard, start, left_out, corrections)
        return _LookedBack(corrections.in_turns(turns)[start:], memory, left_out)

    def correct(self, visitor: str, conversation: int, kind: FactKind, told: str, instead: str) -> None:
        """Keep that a fact is remembered differently, or is not where ``instead`` is blank. ``told`` is it as it was told first."""
        self.journal.dreams.correct(visitor, conversation, kind.value, told, as_remembered(kind, instead))

    def respond(
        self,
        visitor: str,
        conversation: int,
        message: str,
        *,
        stop: threading.Event | None = None,
        built_in: bool = False,
        instead_of: Turn | None = None,
    ) -> Iterator[Event]:
        """Answer a message: what was found, then the units of the reply as each passes its checks, then the recorded turn.

        The message is recorded before this returns, and before anything is made of it. Where a model fails, a Notice ends
        the stream and the turn stays without a reply. ``built_in`` lets the built-in voice answer this once.
        ``instead_of`` is a reply to this message that was taken back: another one is given. Setting ``stop``, or closing
        the generator, ends the reply; what was shown is recorded.
        Raises UsageError for a blank or over-long message, ConversationError, StorageError.
        """
        started = time.perf_counter()
        _check_length(message)
        kept = self.journal.conversation(visitor, conversation)
        turn_id = self.journal.record_message(visitor, conversation, message)
        self._keep_refused(visitor, conversation, instead_of)
        said = Said(
            message,
            _turns(kept),
            Corrections.of(kept.corrections),
            country=self.country_of(visitor),
            instead_of=instead_of,
            turn_id=turn_id,
            started=started,
        )
        return self._reply(visitor, said, stop or threading.Event(), built_in)

    def _keep_refused(self, visitor: str, conversation: int, replaced: Turn | None) -> None:
        """What did not fit in a reply stays refused, though the reply makes room for another and its marks go with it."""
        for citation in replaced.citations if replaced else ():
            if replaced and citation.marker in replaced.misfits:
                self.journal.dreams.correct(visitor, conversation, READING, citation.section, "")

    def _reply(self, visitor: str, said: Said, stop: threading.Event, built_in: bool) -> Iterator[Event]:
        with at_work():
            under_way = bool(said.earlier)
            hearing = self._listening.begin_to_hear(said.message, under_way=under_way) if self.warm else None
            try:
                yield from self._answer(visitor, said, hearing, stop, built_in)
            finally:
                wait([hearing] if hearing else [])

    def _answer(
        self, visitor: str, said: Said, hearing: Future[Heard] | None, stop: threading.Event, built_in: bool
    ) -> Iterator[Event]:
        safety = screen(said.told).level  # by rules, while the message is being heard
        hinted: tuple[float, ...] = ()
        if safety is not Safety.CRISIS:
            if hearing is not None:
                hearing.result()
            else:
                yield Notice("waiting", "I'm still getting ready: the library is being opened. Your message is kept.")
                self.warm_up()
            hinted = self._hinted(said.told)
            safety = screen(said.told, hinted).level
        words = care_reply(said.told, said.answered, said.country, hinted)
        if words:
            yield from self._care(visitor, said, safety, words)
            return
        plan = self._planner.plan(said, safety)
        yield Passages(plan.hits, plan.covered)
        try:
            voice = self._answering.voice(BUILT_IN if built_in else self.journal.voice_of(visitor))
            yield from self._speak(visitor, said, plan, safety, voice, stop)
        except (ModelError, ModelFileError) as error:
            yield Notice(error.kind, model_failure(error) if isinstance(error, ModelError) else str(error))

    def _speak(
        self, visitor: str, said: Said, plan: Plan, safety: Safety, voice: Voice, stop: threading.Event
    ) -> Iterator[Event]:
        """Show the voice's units as each passes its checks; record what was shown, however it ends."""
        by_model = voice.name != BUILT_IN
        checker = Checker(plan, self._nevers if by_model else None, notes=NOTES_OF_A_TURN if by_model else None)
        first_unit = 0.0
        reminder = (Sentence(plan.reminder, Role.PLAIN),) if plan.reminder else ()
        finished, stopped = False, False
        try:
            units = voice.speak(plan, stop)
            for unit in units:
                for sentence in checker.take(unit):
                    if not first_unit:
                        first_unit = time.perf_counter() - said.started
                        yield from reminder
                    yield sentence
            stopped = stop.is_set()
            if not stopped:
                for unit in checker.finish():
                    if not first_unit:
                        first_unit = time.perf_counter() - said.started
                        yield from reminder
                    yield unit
            finished = True
        except GeneratorExit:
            finished, stopped = True, True
            raise
        finally:
            if finished:
                turn = replace(_turn(said, plan, checker, safety, voice, first_unit), stopped=stopped)
                self.journal.record_answer(visitor, said.turn_id, turn)
        yield Done(turn)

    def _care(self, visitor: str, said: Said, safety: Safety, words: WrittenReply) -> Iterator[Event]:
        """The written reply while a risk is open: no search, no model, no interpretation."""
        sentences = (Sentence(words.text, Role.PLAIN),)
        turn = Turn(
            message=said.message,
            kind=Kind.CRISIS,
            reply=_joined(sentences, words.question),
            question=words.question,
            citations=(),
            hits=(),
            covered=False,
            safety=safety,
            stage=Stage.EXPLORE,
            voice="built-in",
            model="",
            seconds=time.perf_counter() - said.started,
            first_unit_seconds=time.perf_counter() - said.started,
            sentences=sentences,
            id=said.turn_id,
        )
        self.journal.record_answer(visitor, said.turn_id, turn)
        yield Passages((), False)
        yield from sentences
        if words.question:
            yield Question(words.question)
        yield Done(turn)


def _check_length(message: str) -> None:
    if not message.strip():
        raise UsageError("There is nothing to answer yet. Write a few words of the dream.")
    if len(message) > MOST_CHARACTERS:
        raise UsageError(
            f"This message has {len(message):,} characters; {MOST_CHARACTERS:,} are the most I can take at once. "
            "Send it in two parts."
        )


def _turns(kept: KeptConversation) -> tuple[Turn, ...]:
    """The finished turns of a conversation; an unanswered message is no part of it for the next reply."""
    return tuple(turn_from_record(turn) for turn in kept.turns if turn.answer is not None)


def _joined(sentences: tuple[Sentence, ...], question: str) -> str:
    return " ".join([*(sentence.text for sentence in sentences), *([question] if question else [])])


def _turn(said: Said, plan: Plan, checker: Checker, safety: Safety, voice: Voice, first_unit: float) -> Turn:
    begins = first_unit and plan.reminder
    sentences = (*((Sentence(plan.reminder, Role.PLAIN),) if begins else ()), *checker.sentences)
    return Turn(
        message=said.message,
        kind=plan.kind,
        reply=_joined(sentences, checker.question),
        question=checker.question,
        citations=tuple(sentence.citation for sentence in sentences if sentence.citation),
        hits=plan.hits,
        covered=plan.covered,
        safety=safety,
        stage=plan.stage,
        voice=voice.name,
        model=voice.model,
        repairs=checker.repairs,
        fallback=checker.fallback and voice.name != "built-in",
        seconds=time.perf_counter() - said.started,
        first_unit_seconds=first_unit,
        sentences=sentences,
        facet=plan.facet,
        wish=plan.wish,
        opens_a_dream=plan.opens_a_dream,
        tokens=(voice.used.sent, voice.used.received),
        id=said.turn_id,
    )
