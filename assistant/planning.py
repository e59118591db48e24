"""From a message to the plan of its reply: it is heard, searched for, understood, and softened where somebody is not well."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.corrections import Corrections
from assistant.listening import Listening
from assistant.method.plan import make_plan
from assistant.phrases import only_echoes
from assistant.safety import distress_note, has_denied, is_child, is_of_a_night, other_language_note
from assistant.texts import choices
from assistant.types import Heard, Kind, Plan, Safety, Turn
from assistant.understanding import (
    ABOUT_A_DREAM,
    as_understood,
    kind_of,
    of_medicine,
    of_this_dream,
    opens_a_dream,
    question_to_answer,
    says_nothing,
    tells_a_dream,
)
from assistant.words import may_be_another_language
from knowledge.library import Library

PASSAGES = 5
BETWEEN_REMINDERS = 25  # replies, of which the last begins with what the companion is

_SAYS_WHAT_WE_ARE = re.compile(r"\b(?:no|not|nor)\b[^.?!]*\btherapist\b")


@dataclass(frozen=True, slots=True)
class Said:
    """A message that is to be answered: what was said before it, and how what was told has been corrected.

    ``country`` has the two letters of whose help line may be named; ``instead_of`` is a reply that another one is wanted for.
    """

    message: str
    earlier: tuple[Turn, ...] = ()
    corrections: Corrections = field(default_factory=Corrections)
    country: str = ""
    instead_of: Turn | None = None
    turn_id: int = 0
    started: float = field(default_factory=time.perf_counter)

    @property
    def told(self) -> list[str]:
        """All messages, this one last."""
        return [*(turn.message for turn in self.earlier), self.message]

    @property
    def answered(self) -> list[str]:
        """What was replied so far, and the reply that another one is wanted for."""
        return [turn.reply for turn in (*self.earlier, *([self.instead_of] if self.instead_of else []))]


class Planner:
    """Plans the replies of ordinary turns. Safe in several threads."""

    def __init__(self, listening: Listening, library: Library) -> None:
        self._listening = listening
        self._library = library

    def plan(self, whole: Said, safety: Safety) -> Plan:
        """The plan for a message at this level of safety. Raises EmbeddingError, StorageError."""
        said = replace(whole, earlier=of_dreams(whole.earlier))
        heard, earlier_heard = self._heard(said, whole)
        question = question_to_answer(heard, earlier_heard)
        query = heard.message if not question or (not said.earlier and tells_a_dream(heard.directed)) else question
        before = _dreamt_before(said, heard, asks=bool(question))
        found = self._library.search(query, before=before, count=PASSAGES)
        likely = self._listening.likely_kinds(said.message, heard, said.earlier)
        kind = kind_of(
            said.message,
            heard,
            said.earlier,
            covered=found.covered,
            coverage_alone=found.coverage_alone,
            question=question,
            likely=likely,
        )
        plan = make_plan(
            kind,
            replace(heard, directed=as_understood(heard.directed, kind, likely, said.earlier)),
            said.earlier,
            earlier_heard,
            found,
            sections=self._library.sections() if kind in (Kind.WISH, Kind.WHY) else {},
            instead_of=said.instead_of,
            child=is_child(whole.told),
            corrections=said.corrections,
        )
        hints = self._listening.hints_in(whole.told)
        if safety is Safety.DISTRESS or has_denied(whole.told, hints):
            plan = _softened(plan, whole, hints)
        plan = replace(plan, reminder=_reminder(plan, whole))
        return replace(plan, note=_note_on_the_language(whole)) if not plan.note else plan

    def _heard(self, said: Said, whole: Said) -> tuple[Heard, list[Heard]]:
        """The message, and those before it, as heard; what only says our last question again is no question."""
        heard = self._listening.hear(said.message, under_way=bool(said.earlier))
        heard = replace(heard, directed=of_medicine(heard.directed, whole.told))
        if said.earlier and only_echoes(heard.directed.question, heard.directed.message, said.earlier[-1].question):
            heard = replace(heard, directed=replace(heard.directed, question="", asks=""))
        return heard, self._listening.hear_all([turn.message for turn in said.earlier])


def of_dreams(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns as an ordinary reply looks back on them: of those that were answered by a risk alone, only what they told of a dream."""
    return tuple(
        replace(turn, kind=Kind.DREAM) if turn.kind is Kind.CRISIS else turn
        for number, turn in enumerate(turns)
        if turn.kind is not Kind.CRISIS or number == 0 or is_of_a_night(turn.message)
    )


def _dreamt_before(said: Said, heard: Heard, *, asks: bool) -> list[str]:
    """What was told of this dream, for a message that leans on it: its telling and, unless it asks, the latest answer."""
    if opens_a_dream(said.message, heard.directed):
        return []
    turns = [
        turn for turn in of_this_dream(said.earlier) if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)
    ]
    tellings = [turn.message for turn in turns if turn.kind is not Kind.ANSWER][-1:]
    answers = [turn.message for turn in turns if turn.kind is Kind.ANSWER][-1:]
    return tellings if asks else [*tellings, *answers]


def _softened(plan: Plan, said: Said, hints: Sequence[float]) -> Plan:
    """The plan with a soft word before the ordinary reply, for somebody who is not well."""
    note = distress_note(said.told, said.answered, said.country, hints)
    return replace(
        plan,
        note=note.text,
        comfort="" if note.text else plan.comfort,
        question=note.question or plan.question,
        fixed_question=bool(note.question) or plan.fixed_question,
    )


def _reminder(plan: Plan, said: Said) -> str:
    """What the companion is, said with every twenty-fifth reply; not where this one or the last says so of its own accord."""
    number, over = divmod(len(said.earlier) + 1, BETWEEN_REMINDERS)
    just_said = [plan.plain, *(sentence.text for turn in said.earlier[-1:] for sentence in turn.sentences)]
    if over or any(map(_SAYS_WHAT_WE_ARE.search, just_said)):
        return ""
    wordings = choices("what_we_are")
    return wordings[(number - 1) % len(wordings)]


def _note_on_the_language(said: Said) -> str:
    """Where people listen, once in a conversation, with the reply to a message that the screen may not have understood."""
    note = other_language_note()
    told_before = any(sentence.text == note for turn in said.earlier for sentence in turn.sentences)
    return "" if told_before or not may_be_another_language(said.message) else note
