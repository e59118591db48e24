"""One turn of the conversation, from the message to the recorded reply; the page and the terminal both call this."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.checking import Checker
from assistant.clause_weights import ClauseWeights
from assistant.corrections import READING, Corrections, as_remembered
from assistant.errors import ModelError, ModelFileError
from assistant.hearing import Ear
from assistant.journal import Journal, KeptConversation, turn_from_record
from assistant.memory import denied, remembered, since_the_start
from assistant.method.children import as_of_a_child
from assistant.method.note import closing_note
from assistant.method.plan import make_plan
from assistant.nevers import Nevers, never_said
from assistant.phrases import only_echoes, without_thanks
from assistant.recurring import Before, Recurring
from assistant.reply_kinds import ReplyKinds
from assistant.safety import (
    Hints,
    WrittenReply,
    care_reply,
    country_code,
    distress_note,
    has_denied,
    is_child,
    is_of_a_night,
    other_language_note,
    screen,
)
from assistant.settings import Settings
from assistant.speech_acts import SpeechActs, without_pasted
from assistant.texts import choices
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
from assistant.understanding import (
    ABOUT_A_DREAM,
    RECENT,
    as_understood,
    kind_of,
    of_medicine,
    of_this_dream,
    opens_a_dream,
    question_to_answer,
    says_nothing,
    tells_a_dream,
)
from assistant.voices.answering import BUILT_IN, Answering, Offer, WhoAnswers, model_failure
from assistant.voices.costs import SAMPLE, usual_reply
from assistant.voices.free import NOTES_OF_A_TURN, messages_for
from assistant.voices.usage import Usage, tokens_sent
from assistant.voices.voice import Voice
from assistant.words import MARK, count_words, may_be_another_language
from knowledge.embedding import RememberingEmbedder, SentenceTransformerEmbedder
from knowledge.errors import UsageError
from knowledge.forgetting import at_work, remembering
from knowledge.library import Library
from knowledge.types import Section

MOST_CHARACTERS = 20_000
PASSAGES = 5
LONG_FIRST_MESSAGE = 100  # words
HEARD_SIDE_BY_SIDE = 2  # messages; the grammar of one takes a core
BETWEEN_REMINDERS = 25  # replies, of which the last begins with what the companion is
KEPT = 512  # messages whose hearing is remembered, for those of a conversation are heard again at every turn

_SAYS_WHAT_WE_ARE = re.compile(r"\b(?:no|not|nor)\b[^.?!]*\btherapist\b")

__all__ = ["Companion", "Offer", "WhoAnswers"]


@dataclass(frozen=True, slots=True)
class _Said:
    """A turn under way: whose it is, what was said before, and when it began."""

    visitor: str
    turn_id: int
    message: str
    earlier: tuple[Turn, ...]
    started: float
    instead_of: Turn | None
    corrections: Corrections

    @property
    def told(self) -> list[str]:
        return [*(turn.message for turn in self.earlier), self.message]

    @property
    def answered(self) -> list[str]:
        """What was replied so far, and the reply that another one is wanted for."""
        return [turn.reply for turn in (*self.earlier, *([self.instead_of] if self.instead_of else []))]


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
        ear: Ear,
        speech_acts: SpeechActs,
        reply_kinds: ReplyKinds,
        clause_weights: ClauseWeights,
        hints: Hints,
        nevers: Nevers,
    ) -> None:
        self.settings = settings
        self.library = library
        self.journal = journal
        self._answering = answering
        self._ear = ear
        self._speech_acts = speech_acts
        self._reply_kinds = reply_kinds
        self._clause_weights = clause_weights
        self._hints = hints
        self._nevers = nevers
        self._strength_of_hints = remembering(KEPT)(hints.strength)
        self._hear = remembering(KEPT)(self._heard_anew)
        self._reading = ThreadPoolExecutor(HEARD_SIDE_BY_SIDE, thread_name_prefix="reading")
        self._beside = ThreadPoolExecutor(HEARD_SIDE_BY_SIDE, thread_name_prefix="hearing")
        self._warm = threading.Event()
        self.recurring = Recurring(journal, self.hear, library, is_ready=self._warm.is_set)
        self._warming = threading.Lock()
        self._progress = (0, 0)

    @classmethod
    def open(cls, settings: Settings) -> Companion:
        """The companion of one data folder. Raises StorageError where the folder cannot be used."""
        embedder = RememberingEmbedder(SentenceTransformerEmbedder(settings.embedding_model))
        library = Library(settings.data_dir, embedder, settings.chroma_url)
        journal = Journal(settings.data_dir, settings.database_url)
        learned = settings.data_dir / "learned"
        speech_acts = SpeechActs(embedder, learned)
        reply_kinds = ReplyKinds(embedder, learned, speech_acts)
        ear = Ear()
        clause_weights = ClauseWeights(embedder, learned, ear)
        hints = Hints(embedder, learned)
        return cls(
            settings,
            library,
            journal,
            Answering(settings),
            ear,
            speech_acts,
            reply_kinds,
            clause_weights,
            hints,
            Nevers(embedder, learned),
        )

    def with_journal_in(self, folder: Path) -> Companion:
        """The same companion, with the models that are loaded already, keeping its conversations in another folder."""
        return self.with_answering(self._answering, Journal(folder))

    def with_answering(self, answering: Answering, journal: Journal, settings: Settings | None = None) -> Companion:
        """The same companion, with the models that are loaded already, answered by another voice and keeping another journal."""
        other = Companion(
            settings or self.settings,
            self.library,
            journal,
            answering,
            self._ear,
            self._speech_acts,
            self._reply_kinds,
            self._clause_weights,
            self._hints,
            self._nevers,
        )
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
            self._ear.hear("I was running and my legs would not move.")
            self.library.warm_up(self._note_progress)
            self._speech_acts.warm_up()
            self._reply_kinds.warm_up()
            self._clause_weights.warm_up()
            self._hints.warm_up()
            self._nevers.warm_up()
            self.library.search("my legs would not move")
            self._progress = (0, 0)
            self._warm.set()

    def _note_progress(self, done: int, of: int) -> None:
        self._progress = (done, of)

    def close(self) -> None:
        """End what is under way and let go of the files."""
        for pool in (self._reading, self._beside):
            pool.shutdown(wait=False, cancel_futures=True)
        self._answering.close()
        self.recurring.close()
        self.journal.close()

    def read(self, message: str) -> Directed:
        """The message in its parts: what it says to the companion, and what it is about."""
        return self._speech_acts.read(message)

    def screen(self, messages: Sequence[str]) -> Screening:
        """The level of safety after the last of a person's messages: by rules alone while the models are being loaded."""
        return screen(messages, self._hinted(messages))

    def _hinted(self, messages: Sequence[str]) -> tuple[float, ...]:
        return tuple(map(self._strength_of_hints, messages)) if self.warm else ()

    def nevers_in(self, sentence: str) -> list[str]:
        """What no reply may say and a model's sentence says, by rules and examples; empty where it says nothing of the kind."""
        return [*never_said(sentence), *self._nevers.faults(sentence)]

    def hear(self, message: str, *, under_way: bool = True) -> Heard:
        """The message as heard in the middle of a conversation, or where it tells a dream."""
        return self._hear(message, under_way=under_way)

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
        said = _Said("", 0, SAMPLE, (), time.perf_counter(), None, Corrections())
        plan = self._plan(said, Safety.NONE, said)
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
            titles = {id: section.title for id, section in self._sections().items()}
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
        turns, corrections = _of_dreams(_turns(kept)), Corrections.of(kept.corrections)
        heard = [self._hear(turn.message, under_way=number > 0) for number, turn in enumerate(turns)]
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
        corrections = Corrections.of(kept.corrections)
        self._keep_refused(visitor, conversation, instead_of)
        said = _Said(visitor, turn_id, message, _turns(kept), started, instead_of, corrections)
        return self._reply(said, stop or threading.Event(), built_in)

    def _keep_refused(self, visitor: str, conversation: int, replaced: Turn | None) -> None:
        """What did not fit in a reply stays refused, though the reply makes room for another and its marks go with it."""
        for citation in replaced.citations if replaced else ():
            if replaced and citation.marker in replaced.misfits:
                self.journal.dreams.correct(visitor, conversation, READING, citation.section, "")

    def _reply(self, said: _Said, stop: threading.Event, built_in: bool) -> Iterator[Event]:
        with at_work():
            hearing = (
                self._reading.submit(self._hear, said.message, under_way=bool(said.earlier)) if self.warm else None
            )
            try:
                yield from self._answer(said, hearing, stop, built_in)
            finally:
                wait([hearing] if hearing else [])

    def _answer(
        self, said: _Said, hearing: Future[Heard] | None, stop: threading.Event, built_in: bool
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
        words = care_reply(said.told, said.answered, self.country_of(said.visitor), hinted)
        if words:
            yield from self._care(said, safety, words)
            return
        plan = self._plan(replace(said, earlier=_of_dreams(said.earlier)), safety, said)
        yield Passages(plan.hits, plan.covered)
        try:
            voice = self._answering.voice(BUILT_IN if built_in else self.journal.voice_of(said.visitor))
            yield from self._speak(said, plan, safety, voice, stop)
        except (ModelError, ModelFileError) as error:
            yield Notice(error.kind, model_failure(error) if isinstance(error, ModelError) else str(error))

    def _plan(self, said: _Said, safety: Safety, whole: _Said) -> Plan:
        """The plan of an ordinary turn; ``said`` holds the turns about a dream, ``whole`` the whole conversation."""
        heard = self._hear(said.message, under_way=bool(said.earlier))
        heard = replace(heard, directed=of_medicine(heard.directed, whole.told))
        earlier_heard = [self._hear(turn.message, under_way=number > 0) for number, turn in enumerate(said.earlier)]
        if said.earlier and only_echoes(heard.directed.question, heard.directed.message, said.earlier[-1].question):
            heard = replace(heard, directed=replace(heard.directed, question="", asks=""))
        question = question_to_answer(heard, earlier_heard)
        before = _dreamt_before(said, heard, asks=bool(question))
        query = heard.message if not question or (not said.earlier and tells_a_dream(heard.directed)) else question
        found = self.library.search(query, before=before, count=PASSAGES)
        likely = self._likely_kinds(said, heard)
        kind = kind_of(
            said.message,
            heard,
            said.earlier,
            covered=found.covered,
            coverage_alone=found.coverage_alone,
            question=question,
            likely=likely,
        )
        heard = replace(heard, directed=as_understood(heard.directed, kind, likely, said.earlier))
        sections = self._sections() if kind in (Kind.WISH, Kind.WHY) else {}
        plan = make_plan(
            kind,
            heard,
            said.earlier,
            earlier_heard,
            found,
            sections=sections,
            instead_of=said.instead_of,
            child=is_child(whole.told),
            corrections=said.corrections,
        )
        if safety is Safety.DISTRESS or has_denied(whole.told, self._hinted(whole.told)):
            plan = self._softened(plan, whole)
        plan = replace(plan, reminder=_reminder(plan, whole))
        return replace(plan, note=_note_on_the_language(whole)) if not plan.note else plan

    def _likely_kinds(self, said: _Said, heard: Heard) -> dict[str, float]:
        """How likely the message is each kind of reply to the latest reading and the last question; a long first one is read by rules."""
        if not said.earlier:
            long = count_words(said.message) > LONG_FIRST_MESSAGE
            return {} if long else self._reply_kinds.likely_first(heard.directed)
        offered = next((turn for turn in reversed(said.earlier[-RECENT:]) if turn.citations), said.earlier[-1])
        reading = " ".join(MARK.sub("", sentence.text) for sentence in offered.sentences if sentence.citation)
        return self._reply_kinds.likely(heard.directed, reading, said.earlier[-1].question)

    def _heard_anew(self, message: str, *, under_way: bool) -> Heard:
        """What is heard of a message: once a conversation is under way, of the part of it that tells something."""
        whole = without_thanks(without_pasted(message))
        heard_whole = (
            None if under_way else self._beside.submit(self._ear.hear, whole)
        )  # as a rule that is what it tells
        parts = self._speech_acts.read(message)
        telling = parts.told if (under_way or parts.announces) and parts.told else whole
        at_hand = heard_whole if telling == whole else None
        heard = replace(at_hand.result() if at_hand else self._ear.hear(telling), directed=parts)
        of_answer = under_way and not parts.opens_a_dream
        return self._clause_weights.of_answer(heard) if of_answer else self._clause_weights.of_telling(heard)

    def _sections(self) -> dict[str, Section]:
        """The library's sections by their ids."""
        return {section.id: section for article in self.library.articles().values() for section in article.sections}

    def _softened(self, plan: Plan, said: _Said) -> Plan:
        """The plan with a soft word before the ordinary reply, for somebody who is not well."""
        note = distress_note(said.told, said.answered, self.country_of(said.visitor), self._hinted(said.told))
        return replace(
            plan,
            note=note.text,
            comfort="" if note.text else plan.comfort,
            question=note.question or plan.question,
            fixed_question=bool(note.question) or plan.fixed_question,
        )

    def _speak(self, said: _Said, plan: Plan, safety: Safety, voice: Voice, stop: threading.Event) -> Iterator[Event]:
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
                self.journal.record_answer(said.visitor, said.turn_id, turn)
        yield Done(turn)

    def _care(self, said: _Said, safety: Safety, words: WrittenReply) -> Iterator[Event]:
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
        self.journal.record_answer(said.visitor, said.turn_id, turn)
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


def _of_dreams(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns as an ordinary reply looks back on them: of those that were answered by a risk alone, only what they told of a dream."""
    return tuple(
        replace(turn, kind=Kind.DREAM) if turn.kind is Kind.CRISIS else turn
        for number, turn in enumerate(turns)
        if turn.kind is not Kind.CRISIS or number == 0 or is_of_a_night(turn.message)
    )


def _dreamt_before(said: _Said, heard: Heard, *, asks: bool) -> list[str]:
    """What was told of this dream, for a message that leans on it: its telling and, unless it asks, the latest answer."""
    if opens_a_dream(said.message, heard.directed):
        return []
    turns = [
        turn for turn in of_this_dream(said.earlier) if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)
    ]
    tellings = [turn.message for turn in turns if turn.kind is not Kind.ANSWER][-1:]
    answers = [turn.message for turn in turns if turn.kind is Kind.ANSWER][-1:]
    return tellings if asks else [*tellings, *answers]


def _reminder(plan: Plan, said: _Said) -> str:
    """What the companion is, said with every twenty-fifth reply; not where this one or the last says so of its own accord."""
    number, over = divmod(len(said.earlier) + 1, BETWEEN_REMINDERS)
    just_said = [plan.plain, *(sentence.text for turn in said.earlier[-1:] for sentence in turn.sentences)]
    if over or any(map(_SAYS_WHAT_WE_ARE.search, just_said)):
        return ""
    wordings = choices("what_we_are")
    return wordings[(number - 1) % len(wordings)]


def _note_on_the_language(said: _Said) -> str:
    """Where people listen, once in a conversation, with the reply to a message that the screen may not have understood."""
    note = other_language_note()
    told_before = any(sentence.text == note for turn in said.earlier for sentence in turn.sentences)
    return "" if told_before or not may_be_another_language(said.message) else note


def _joined(sentences: tuple[Sentence, ...], question: str) -> str:
    return " ".join([*(sentence.text for sentence in sentences), *([question] if question else [])])


def _turn(said: _Said, plan: Plan, checker: Checker, safety: Safety, voice: Voice, first_unit: float) -> Turn:
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
