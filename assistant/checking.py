"""Checks a reply as it is spoken and mends it: what breaks the contract is replaced by the built-in voice's words, or left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.contract import (
    NOT_TENTATIVE,
    NOT_TIED,
    NOT_TOLD_AS_OWN,
    ROWS,
    Wanted,
    begins_with_the_dreamer,
    faults_of_question,
    faults_of_sentence,
    fewest_words,
    is_of_the_library,
    points_at_what_was_said,
)
from assistant.grounding import figures, sentences_of, support
from assistant.leaks import leaks
from assistant.method.children import is_for_adults
from assistant.nevers import Nevers
from assistant.reflecting import faults_of_reflection
from assistant.strays import SAID_AS_OWN, faults_of_straying, faults_of_straying_question, what_is_asked_about
from assistant.texts import choices, text
from assistant.types import Citation, Kind, Plan, PlannedReading, Question, Role, Sentence, Wish
from assistant.voices.built_in import BuiltInVoice
from assistant.words import MARK, content_stems, count_words

_SAID_BY_US = frozenset({Kind.OUTSIDE, Kind.WISH, Kind.CLOSE})  # what the plan says there is never left out
_ALWAYS_ASKED = frozenset({Kind.DREAM, Kind.UNCOVERED, Kind.OUTSIDE})
BROUGHT_BACK = 0.6  # share of a rejected sentence's content that brings it back
SAYS_NEARLY_THE_SAME = 0.4  # share of their content that two sentences have in common (Dice's coefficient)
SAYS_THE_SAME = 0.75
NEAR_THE_TOP = 2  # of what the search found: a reading from further down is not added where a voice offered none
_MENDED = frozenset({NOT_TOLD_AS_OWN, NOT_TENTATIVE})


class Checker:
    """Follows one reply. Feed it each unit, show what it gives back, then show what ``finish`` adds.

    ``nevers`` judges the sentences that a model made, and ``notes`` are what it, besides the prompts, was told of this turn and is
    not to tell; both None where no model speaks.
    ``repairs`` counts units that were replaced, added or left out; ``kept`` counts the voice's own units that were shown.
    """

    def __init__(self, plan: Plan, nevers: Nevers | None = None, *, notes: Sequence[str] | None = None) -> None:
        self.plan = plan
        self._nevers = nevers
        self._only_for_the_model = notes
        self.repairs = 0
        self.kept = 0
        self.faults: list[str] = []
        self.sentences: list[Sentence] = []
        self.question = ""
        self._built_in = BuiltInVoice()
        self._row = ROWS[plan.kind]
        self._offered_question = ""

    def take(self, unit: Sentence | Question) -> Iterator[Sentence]:
        """What to show of this unit: itself, mended, a replacement, or nothing. The question is held back to the end."""
        if isinstance(unit, Question):
            self._take_question(unit)
            return
        begins = self._must_begin_with_the_dreamer()
        if unit.role is Role.HEARD and not begins:
            unit = replace(unit, role=Role.PLAIN)
        if not self.sentences and begins and unit.role is not Role.HEARD and not self._answers(unit):
            yield self._repaired(self._built_in.heard(self.plan), "a reply begins with what was heard")
        if self.sentences or unit.role is not Role.HEARD:
            yield from self._note()
        faults = self._faults(unit)
        if not faults:
            self.kept += 1
            yield self._show(unit)
            return
        replacement = self._replacement(unit, faults) or self._what_stands(unit)
        if replacement is None:
            self.repairs += 1
            self.faults += faults
        else:
            yield self._repaired(replacement, *faults)

    def _take_question(self, unit: Question) -> None:
        if not self._offered_question:
            self._offered_question = unit.text.strip()
        else:
            self.repairs += 1
            self.faults.append("a reply asks one question")

    def finish(self) -> Iterator[Sentence | Question]:
        """What is still missing, and the question last."""
        if not self.sentences and self._must_begin_with_the_dreamer():
            yield self._repaired(self._built_in.heard(self.plan), "nothing was said")
        yield from self._note()
        yield from self._what_is_missing()
        question = self._final_question()
        reads = any(sentence.role is Role.READING for sentence in self.sentences)
        missing = fewest_words(self.plan.kind, reads=reads) - self._words() - count_words(question)
        for sentence in self._padding(missing):
            yield self._repaired(sentence, "the reply was too short")
        if question:
            self.question = question
            yield Question(question, repaired=question != self._offered_question)

    def _leaks(self, text: str) -> list[str]:
        """The fault of telling what only the model was to read; what was told, offered or said before is no leak."""
        plan = self.plan
        if self._only_for_the_model is None or plan.wish is Wish.NOTE:
            return []
        said = [turn.message for turn in plan.earlier] + [
            sentence.text for turn in plan.earlier for sentence in turn.sentences
        ]
        said += [plan.heard.directed.message or plan.heard.message, plan.plain, plan.note, plan.comfort, plan.remark]
        said += [plan.question, *plan.asked, *(hit.passage.text for hit in plan.hits)]
        said += [reading.text for hit in plan.hits for reading in hit.section.readings]
        return ["a reply tells nothing of the prompts"] if leaks(text, self._only_for_the_model, said) else []

    def _answers(self, unit: Sentence) -> bool:
        """Whether a reply may begin with this, plainly: the dreamer is in the middle of talking, or asks something."""
        in_the_middle = bool(self.plan.earlier) and self.plan.kind in (Kind.ANSWER, Kind.WHY)
        return unit.role is Role.PLAIN and (in_the_middle or bool(self.plan.heard.directed.question))

    def _what_is_missing(self) -> Iterator[Sentence]:
        """The readings, the sentence of our own and the grade that this kind of turn needs, where the voice left them out."""
        least = (
            self._row.least_readings
            if self.plan.readings and self.plan.kind is Kind.DREAM and not self.plan.earlier
            else 0
        )
        for planned in self._unused_readings():
            if self._readings() >= least:
                break
            if self.kept and planned.citation.marker > NEAR_THE_TOP:
                continue
            yield self._repaired(self._built_in.reading(planned), "a reading was missing")
        plain = [
            sentence.text
            for sentence in self.sentences
            if sentence.role is Role.PLAIN and sentence.text != self.plan.note
        ]
        answers = any(
            sentence.role is not Role.HEARD and sentence.text != self.plan.note for sentence in self.sentences
        )
        unanswered = self.plan.kind is Kind.WHY and not answers
        planned_answer = next(self._unused_readings(), None) if unanswered else None
        if planned_answer is not None:
            yield self._repaired(self._built_in.reading(planned_answer), "what was asked was not answered")
        needed = self.plan.kind in _SAID_BY_US or not self.sentences or (unanswered and not self._readings())
        if self.plan.plain and needed and not plain:
            yield self._repaired(Sentence(self.plan.plain, Role.PLAIN), "what had to be said was missing")
        if self.plan.kind is Kind.WHY and self._readings() and not plain:
            cited = [sentence.citation for sentence in self.sentences if sentence.citation]
            graded = text("graded", self.plan.hits[cited[-1].marker - 1].section.evidence.value)
            if not self.plan.has_said(graded):
                yield self._show(Sentence(graded, Role.PLAIN))

    def _note(self) -> Iterator[Sentence]:
        """The soft word for somebody who is not well, once, after what was heard."""
        if self.plan.note and not any(sentence.text == self.plan.note for sentence in self.sentences):
            yield self._show(Sentence(self.plan.note, Role.PLAIN))

    @property
    def fallback(self) -> bool:
        """Whether nothing of what the voice said could be shown."""
        return self.kept == 0

    def _must_begin_with_the_dreamer(self) -> bool:
        return begins_with_the_dreamer(self.plan)

    def _faults(self, unit: Sentence) -> list[str]:
        plan = self.plan
        message = plan.heard.directed.message or plan.heard.message
        told = [*(turn.message for turn in plan.earlier), message]
        faults = faults_of_sentence(unit, message, plan.hits, first=not self.sentences, told=told)
        faults += self._leaks(unit.text)
        if not self._is_ours(unit):
            faults += self._faults_of_a_model(unit.text, told if unit.role is Role.HEARD else ())
            faults += faults_of_straying(unit, plan) if self._nevers else []
        if unit.role is Role.READING:
            faults += self._faults_of_reading(unit)
        if unit.role is Role.HEARD and not unit.frame:
            faults += faults_of_reflection(unit.text, told)
        if plan.child and unit.role is not Role.HEARD and is_for_adults(unit.text):
            faults.append("nothing of sex is said to a child")
        if unit.role is not Role.READING and self._brings_back(unit.text):
            faults.append("the dreamer said no to it")
        ours = unit.role in (Role.PLAIN, Role.THOUGHT)
        if ours and figures(unit.text) - figures("\n".join([plan.plain, plan.note, *told])):
            faults.append("a figure carries its mark")
        if self._words() + count_words(unit.text) + count_words(plan.question) > self._row.most_words:
            faults.append("the reply would be too long")
        if any(_alike(unit.text, shown.text) >= SAYS_THE_SAME for shown in self.sentences):
            faults.append("said already")
        return faults

    def _faults_of_a_model(self, said: str, told: Sequence[str] = ()) -> list[str]:
        return [f"never said: {never}" for never in self._nevers.faults(said, told)] if self._nevers else []

    def _is_ours(self, unit: Sentence) -> bool:
        """Whether a voice only passes on, word for word, what the plan or the library gave it."""
        plan = self.plan
        return unit.text in (plan.plain, plan.note, plan.remark, plan.comfort) or is_of_the_library(
            unit.text, plan.hits
        )

    def _brings_back(self, said: str) -> bool:
        """Whether a sentence says, in its own words, most of what the dreamer said no to."""
        return any(
            len(stems & content_stems(said)) > BROUGHT_BACK * len(stems)
            for stems in map(content_stems, self.plan.rejected)
            if len(stems) > 2
        )

    def _faults_of_reading(self, unit: Sentence) -> list[str]:
        faults = []
        if self._readings() >= self._row.most_readings:
            faults.append("too many readings")
        if unit.citation is not None and not self._is_planned(unit):
            passage = self.plan.hits[unit.citation.marker - 1].passage.text
            if not support(unit.text, passage).supported:
                faults.append("the passage does not support it")
            if unit.citation.section in self.plan.rejected_sections:
                faults.append("the dreamer said no to it")
        return faults

    def _is_planned(self, unit: Sentence) -> bool:
        return any(unit == self._built_in.reading(planned) for planned in self.plan.readings)

    def _replacement(self, unit: Sentence, faults: list[str]) -> Sentence | None:
        if unit.role is Role.THOUGHT and _MENDED.issuperset(faults):
            said = text("own_thought" if NOT_TENTATIVE not in faults else "own_thought_unsure")
            return replace(unit, text=f"{said} {SAID_AS_OWN.sub('', unit.text)}")
        if unit.role is Role.HEARD and not self.sentences and self._must_begin_with_the_dreamer():
            return self._built_in.heard(self.plan)
        if unit.role is Role.READING and self._readings() < self._row.most_readings:
            return self._own_reading_for(unit)
        if unit.role in (Role.HEARD, Role.PLAIN) and not self.sentences and self.plan.plain:
            return Sentence(self.plan.plain, Role.PLAIN)
        return None

    def _what_stands(self, unit: Sentence) -> Sentence | None:
        """Of several sentences those that break nothing, where one of them does."""
        if unit.role is Role.READING:
            return None
        parts = sentences_of(unit.text)
        standing = [part for part in parts if not set(self._faults(replace(unit, text=part))) - _MENDED]
        if not standing or len(standing) == len(parts):
            return None
        rest = replace(unit, text=" ".join(standing))
        faults = self._faults(rest)
        return rest if not faults else self._replacement(rest, faults)

    def _own_reading_for(self, unit: Sentence) -> Sentence | None:
        """The library's own reading of the cited passage that says nearly the same, if it is new to the talk."""
        if unit.citation is None or unit.citation.section in self.plan.rejected_sections:
            return None
        hit = self.plan.hits[unit.citation.marker - 1]
        used = {one.quote for turn in self.plan.spoken for one in turn.citations}
        used |= {sentence.citation.quote for sentence in self.sentences if sentence.citation}
        fresh = [one for one in hit.section.readings if one.rests_on not in used]
        nearest = max(fresh, key=lambda one: _alike(one.text, unit.text), default=None)
        if nearest is None or _alike(nearest.text, unit.text) < SAYS_NEARLY_THE_SAME:
            return None
        citation = Citation(hit.rank, hit.section.id, nearest.rests_on)
        return self._built_in.reading(PlannedReading(citation, nearest.text, hit))

    def _unused_readings(self) -> Iterator[PlannedReading]:
        cited = {sentence.citation.section for sentence in self.sentences if sentence.citation}
        for planned in self.plan.readings:
            if planned.citation.section not in cited:
                yield planned

    def _readings(self) -> int:
        return sum(sentence.role is Role.READING for sentence in self.sentences)

    def _words(self) -> int:
        return sum(count_words(sentence.text) for sentence in self.sentences)

    def _final_question(self) -> str:
        if self._row.question is Wanted.NONE:
            return ""
        offered = self._offered_question
        if self.plan.fixed_question:
            return self.plan.question
        if not offered and self.plan.kind not in _ALWAYS_ASKED:
            return ""  # the voice chose not to ask
        if offered:
            faults = faults_of_question(offered, self.plan.told, self.plan.asked) + self._leaks(offered)
            if self.plan.child and is_for_adults(offered):
                faults.append("nothing of sex is asked of a child")
            if offered != self.plan.question and not points_at_what_was_said(offered):
                faults += self._faults_of_a_model(offered) + self._faults_of_what_is_asked(offered)
            if not [fault for fault in faults if fault != NOT_TIED or not self.sentences]:
                self.kept += 1
                return offered
            self.faults += faults
            self.repairs += 1
        elif self.plan.question:
            self.repairs += 1
        return self.plan.question

    def _faults_of_what_is_asked(self, offered: str) -> list[str]:
        """Whether a model's question strays, as a whole and in what it asks about."""
        if self._nevers is None:
            return []
        about = what_is_asked_about(offered)
        return faults_of_straying_question(offered, self.plan) + (self._faults_of_a_model(about) if about else [])

    def _padding(self, missing: int) -> Iterator[Sentence]:
        if self.plan.kind in (Kind.OUTSIDE, Kind.CLOSE, Kind.WISH, Kind.CRISIS):
            return
        said = {sentence.text for turn in self.plan.earlier for sentence in turn.sentences}
        said |= {sentence.text for sentence in self.sentences}
        for wording in choices("hand_back" if self._readings() else "stay_with"):
            if missing <= 0:
                return
            if wording not in said:
                missing -= count_words(wording)
                yield Sentence(wording, Role.PLAIN)

    def _show(self, sentence: Sentence) -> Sentence:
        self.sentences.append(sentence)
        return sentence

    def _repaired(self, sentence: Sentence, *faults: str) -> Sentence:
        self.repairs += 1
        self.faults += faults
        return self._show(replace(sentence, repaired=True))


def _alike(one: str, other: str) -> float:
    """How much of their content two sentences share (Dice's coefficient, 0 to 1); the same text counts as one."""
    a, b = content_stems(MARK.sub("", one)), content_stems(MARK.sub("", other))
    return 1.0 if one == other else 2 * len(a & b) / max(1, len(a) + len(b))
