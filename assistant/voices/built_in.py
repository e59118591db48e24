"""The voice that needs no model: the dreamer's own words given back, the library's own sentence, a fitted question."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace

from assistant.contract import begins_with_the_dreamer, fewest_words
from assistant.giving_back import FEWEST_WORDS, OF_THE_DREAM, give_back
from assistant.method.matters import SURE, is_taken_up
from assistant.method.new_ending import ENDING, REHEARSAL, said_back
from assistant.method.questions import quoted_beginning
from assistant.phrases import beyond_no
from assistant.texts import choices, text, turned
from assistant.types import Heard, Kind, Matter, Plan, PlannedReading, Question, Role, Sentence
from assistant.voices.usage import Usage
from assistant.voices.voice import with_mark
from assistant.words import content_stems, count_words, is_english

MOST_FEELINGS = 2  # named in one sentence
FEWEST_WORDS_PUT_RIGHT = 3  # of a correction that says how it was, and not only how it was not
SCENE_WEIGHS = 2.0  # more than any two clauses differ in weight, as a rule
FEWEST_WORDS_TOLD_BESIDES = 5  # a question, for them to be given back after the answer
FEWEST_WORDS_OF_A_LAST_WORD = 6  # told in taking leave, for it to be given back
FEWEST_WORDS_TAKEN_UP = 5  # of the sentence that is taken up, for it to be given back by itself


class BuiltInVoice:
    """Composes the reply from the plan. Deterministic: the same conversation gives the same words."""

    name = "built-in"
    model = ""
    used = Usage()

    def speak(self, plan: Plan, stop: threading.Event) -> Iterator[Sentence | Question]:
        """The units of the reply in their order."""
        sentences = _with_a_human_word(list(self._sentences(plan)), plan.comfort)
        fewest = fewest_words(plan.kind, reads=bool(plan.readings))
        short = fewest - sum(count_words(s.text) for s in sentences) - count_words(plan.question)
        if short > 0 and plan.kind is not Kind.OUTSIDE:
            sentences += self._padding(plan, sentences, short)
        for sentence in sentences:
            if stop.is_set():
                return
            yield sentence
        if plan.question:
            yield Question(plan.question)

    def _sentences(self, plan: Plan) -> Iterator[Sentence]:
        begins = begins_with_the_dreamer(plan)
        if plan.facet == REHEARSAL and plan.plain:
            yield Sentence(plan.plain, Role.HEARD, frame="whole")
            return
        parts = plan.heard.directed
        tells = count_words(parts.told)
        if plan.kind is Kind.CLOSE and tells >= FEWEST_WORDS_OF_A_LAST_WORD and plan.heard.clauses:
            yield self.heard(plan)
        if plan.plain and not begins:
            yield Sentence(plan.plain, Role.PLAIN)
        put_right = (parts.corrects or parts.complains) and tells >= FEWEST_WORDS_PUT_RIGHT
        tells_besides = is_taken_up(plan.matter) or tells >= FEWEST_WORDS_TOLD_BESIDES
        besides = plan.kind is Kind.WHY and bool(plan.plain) and bool(plan.earlier) and tells_besides
        first = plan.kind in (Kind.DREAM, Kind.UNCOVERED)
        if begins or besides or (plan.kind is Kind.ANSWER and (not plan.plain or put_right)):
            yield self.heard(replace(plan, matter=None) if first else plan)
        if first and plan.matter is not None:
            yield from self._life_besides(plan, plan.matter)
        if plan.remark:
            yield Sentence(plan.remark, Role.PLAIN)
        if plan.plain and begins:
            yield Sentence(plan.plain, Role.PLAIN)
        rest = beyond_no(plan.heard.message) if plan.kind is Kind.REJECTION else ""
        if count_words(rest) >= FEWEST_WORDS_PUT_RIGHT:
            clauses = tuple(clause for clause in plan.heard.clauses if clause.said in rest)
            yield self.heard(replace(plan, heard=replace(plan.heard, message=rest, clauses=clauses)))
        yield from self._readings(plan)

    def _readings(self, plan: Plan) -> Iterator[Sentence]:
        """The planned readings; facts that answer a question are followed by how well supported they are."""
        for planned, following in zip(plan.readings, [*plan.readings[1:], None], strict=False):
            yield self.reading(planned)
            grade = planned.hit.section.evidence
            if plan.kind is Kind.WHY and (following is None or following.hit.section.evidence is not grade):
                graded = text("graded", grade.value)
                if not plan.has_said(graded):
                    yield Sentence(graded, Role.PLAIN)

    def heard(self, plan: Plan) -> Sentence:
        """What the dreamer said, given back; quoted where grammar does not carry it safely."""
        as_told = said_back([plan.heard.message]) if plan.facet in (ENDING, REHEARSAL) else ""
        if as_told:
            return Sentence(f"\u201c{as_told}\u201d", Role.HEARD, frame="as-told")
        if plan.facet == REHEARSAL and plan.plain:  # the message says no more than that it is told
            return Sentence(plan.plain, Role.HEARD, frame="whole")
        used = [sentence.frame for turn in plan.spoken for sentence in turn.sentences if sentence.frame]
        if plan.kind not in (Kind.DREAM, Kind.UNCOVERED):
            used += OF_THE_DREAM  # an answer may be of waking life
        message, stems = plan.heard.directed.message or plan.heard.message, content_stems(plan.heard.message)
        narrowed = _with_the_scene(_on_the_matter(plan.heard, plan.matter), plan.scene)
        for heard in (narrowed, plan.heard):
            given = give_back(heard, used_frames=used, seed=len(plan.spoken), fewest_words=_fewest_given_back(plan))
            of_this = given is not None and (not stems or stems & content_stems(given.text))
            if given is not None and of_this and (is_english(given.text) or not is_english(message)):
                return Sentence(_named_feelings(plan, given.text) + given.text, Role.HEARD, frame=given.frame)
        quoted = quoted_beginning(plan.heard.message, 20) or "\u2026"
        return Sentence(f"\u201c{quoted}\u201d, you say.", Role.HEARD, frame="say")

    def _life_besides(self, plan: Plan, matter: Matter) -> Iterator[Sentence]:
        """What a telling says of waking life, given back after the dream."""
        clauses = tuple(plan.heard.clauses[number] for number in _clauses_in(plan.heard, matter.sentence))
        of_life = replace(plan.heard, message=matter.sentence, clauses=tuple(one for one in clauses if one.waking))
        given = give_back(of_life, used_frames=OF_THE_DREAM, seed=len(plan.spoken)) if of_life.clauses else None
        if given is not None:
            yield Sentence(given.text, Role.HEARD, frame=given.frame)

    def reading(self, planned: PlannedReading) -> Sentence:
        """The section's own sentence with its mark, led up to by where it comes from."""
        said = f"{planned.lead} {_lowered(planned.text)}" if planned.lead else planned.text
        return Sentence(with_mark(said, planned.citation.marker), Role.READING, planned.citation)

    def _padding(self, plan: Plan, sentences: list[Sentence], short: int) -> Iterator[Sentence]:
        """Plain sentences that leave the meaning with the dreamer, until the reply is long enough."""
        said = {sentence.text for turn in plan.earlier for sentence in turn.sentences}
        wordings = choices("hand_back" if any(s.role is Role.READING for s in sentences) else "stay_with")
        start = len(plan.earlier) + len(plan.heard.message)
        enough = short
        for wording in sorted(turned(wordings, start), key=lambda one: (one in said, count_words(one) < enough)):
            if short <= 0:
                return
            short -= count_words(wording)
            yield Sentence(wording, Role.PLAIN)


def _fewest_given_back(plan: Plan) -> int:
    """How many words of the dreamer's make the reply long enough, where it holds nothing else but a question."""
    if plan.readings or plan.plain or plan.remark or plan.comfort or plan.kind is not Kind.UNCOVERED:
        return FEWEST_WORDS
    return fewest_words(plan.kind, reads=False) - count_words(plan.question)


def _lowered(sentence: str) -> str:
    """The sentence as it goes on after a colon."""
    return sentence if sentence.startswith(("I ", "I'")) else sentence[:1].lower() + sentence[1:]


def _named_feelings(plan: Plan, given: str) -> str:
    """In an answer, the feelings that stand in it by themselves ("lonely. that's the word") and are not in what is given back."""
    if plan.kind is not Kind.ANSWER:
        return ""
    alone = [one for one in plan.heard.feelings if _stands_alone(one, plan.heard.message) and one not in given.lower()]
    named = " and ".join(alone[:MOST_FEELINGS])
    return f"{named[:1].upper()}{named[1:]}. " if named else ""


def _stands_alone(feeling: str, message: str) -> bool:
    around = rf"(?:^|[.!?,;…]\s*|\band ){re.escape(feeling)}(?: (?:mostly|mainly|i (?:think|guess|suppose)|really|too))?(?:\s*[.!?,;…]|$| and\b)"
    return re.search(around, message, re.IGNORECASE) is not None


def _with_a_human_word(sentences: list[Sentence], comfort: str) -> list[Sentence]:
    """The sentences with a word for how the dreamer is, after what was heard or else before all."""
    if not comfort:
        return sentences
    place = next((number for number, one in enumerate(sentences) if one.role is not Role.HEARD), len(sentences))
    return [*sentences[:place], Sentence(comfort, Role.PLAIN), *sentences[place:]]


def _on_the_matter(heard: Heard, matter: Matter | None) -> Heard:
    """What was heard, narrowed to what is taken up and what else weighs, with what stands beside it where that is only a few words."""
    if matter is None or not is_taken_up(matter):
        return replace(heard, message=heard.carried, clauses=()) if heard.carried else heard
    in_it = _clauses_in(heard, matter.sentence)
    if not in_it:
        return replace(heard, message=matter.sentence, clauses=())
    others = [one for one in heard.directed.matters if one.likely >= SURE and is_taken_up(one)]
    in_it = sorted({*in_it, *(number for one in others for number in _clauses_in(heard, one.sentence))})
    words = sum(count_words(heard.clauses[number].said) for number in in_it)
    if words < FEWEST_WORDS_TAKEN_UP and in_it[0] > 0 and not heard.clauses[in_it[0]].waking:
        in_it = [in_it[0] - 1, *in_it]
    return replace(heard, clauses=tuple(heard.clauses[number] for number in in_it))


def _with_the_scene(heard: Heard, scene: str) -> Heard:
    """What was heard, with more weight on the scene that the question is about: it must be known what "it" means."""
    clauses = tuple(
        replace(clause, weight=clause.weight + SCENE_WEIGHS) if scene and _overlap(clause.said, scene) else clause
        for clause in heard.clauses
    )
    return replace(heard, clauses=clauses)


def _clauses_in(heard: Heard, sentence: str) -> list[int]:
    return [number for number, clause in enumerate(heard.clauses) if _overlap(clause.said, sentence)]


def _overlap(one: str, other: str) -> bool:
    """Whether one of the two stands in the other."""
    a, b = (" ".join(text.lower().replace("’", "'").split()).strip(" .,;!?…") for text in (one, other))
    return a in b or b in a
