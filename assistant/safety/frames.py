"""Decides for each clause whether it tells of the dream or of waking life: by marks, by tense, by what ran before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from assistant.safety.clauses import Clause, Sentence
from assistant.safety.rules import FRAMES, WEIGHING

LIFE_WORDS_OF_A_POST = 2  # so many different words of waking life make an unmarked past a waking past
SCENES_OF_A_REPORT = 3  # so many present scenes make an unmarked message a report told in the present tense


class Frame(Enum):
    """Where a statement belongs."""

    DREAM = auto()
    WAKING = auto()
    UNSURE = auto()


class Place(Enum):
    """What the story was about when a clause began."""

    OPEN = auto()  # nothing said yet
    DREAM = auto()  # a dream is being told
    AWAKE = auto()  # they have told of waking up


@dataclass(frozen=True, slots=True)
class Mark:
    """A word in a clause that says where it belongs."""

    frame: Frame
    start: int
    end: int
    wakes: bool = False  # "woke up": what follows is told of the person awake
    holds: bool = False  # "in the dream": holds for what stands beside it in any tense


@dataclass(frozen=True, slots=True)
class Framed:
    """A clause with its marks and what was known when it began."""

    clause: Clause
    sentence: int  # the number of its sentence
    marks: tuple[Mark, ...]
    place: Place
    same_sentence: bool  # the dream being told was marked in this very sentence
    told_in_present: bool
    dream_sentence: bool  # the sentence says "in the dream", earlier or later, and nothing of the day
    life: bool  # the message tells of waking life, or this sentence does and names no dream

    def frame(self, position: int, past: bool) -> Frame:
        """Where a statement at that position of the sentence, in that tense, belongs."""
        if self.marks:
            before = [mark for mark in self.marks if mark.start <= position]
            nearest = before[-1] if before else self.marks[0]
            loose = nearest.frame is Frame.DREAM and before and not nearest.holds  # "I had a dream I want to die"
            return Frame.UNSURE if loose and not past else nearest.frame
        if self.place is Place.AWAKE:
            return Frame.WAKING
        if self.place is Place.DREAM:
            if past:
                return Frame.DREAM
            if not self.told_in_present:
                return Frame.WAKING
            return Frame.DREAM if self.same_sentence else Frame.UNSURE
        if self.life:
            return Frame.WAKING
        if past and self.dream_sentence:
            return Frame.DREAM
        return Frame.UNSURE if past or self.told_in_present else Frame.WAKING


def framed(sentences: Sequence[Sentence]) -> list[Framed]:
    """Every clause of a message, in order, with what decides its frame."""
    whole = " . ".join(sentence.text for sentence in sentences)
    life = _is_of_waking_life(whole)
    place, told_past, told_present = Place.OPEN, 0, 0
    result: list[Framed] = []
    for number, sentence in enumerate(sentences):
        same_sentence = False
        all_marks = [_marks(clause) for clause in sentence.clauses]
        frames = {mark.frame for marks in all_marks for mark in marks}
        dream_sentence = frames == {Frame.DREAM} and bool(FRAMES["in_the_dream"].search(sentence.text))
        life_sentence = life or frames == {Frame.WAKING}
        for clause, marks in zip(sentence.clauses, all_marks, strict=True):
            told_in_present = _told_in_present(place, told_past, told_present, clause, marks)
            result.append(
                Framed(clause, number, marks, place, same_sentence, told_in_present, dream_sentence, life_sentence)
            )
            if marks:
                last = marks[-1]
                if last.frame is Frame.DREAM:
                    place, same_sentence = Place.DREAM, True
                elif last.wakes:
                    place = Place.AWAKE
            if place is not Place.AWAKE:
                rest = _without_marks(clause, marks)
                told_past += len(WEIGHING["narrated"].findall(rest))
                told_present += len(FRAMES["present_scene"].findall(rest))
    return result


def _told_in_present(place: Place, told_past: int, told_present: int, clause: Clause, marks: Sequence[Mark]) -> bool:
    if place is Place.OPEN:
        return told_present >= SCENES_OF_A_REPORT and told_present > told_past
    return told_present > told_past


def _is_of_waking_life(text: str) -> bool:
    if FRAMES["dreamt_of_since"].search(text) and not FRAMES["in_the_dream"].search(text):
        return True
    if FRAMES["dream"].search(text) or FRAMES["in_the_dream"].search(text):
        return False
    if FRAMES["plain_life"].search(text):
        return True
    return len({found[0] for found in FRAMES["life"].finditer(text)}) >= LIFE_WORDS_OF_A_POST


def _marks(clause: Clause) -> tuple[Mark, ...]:
    waking = [
        Mark(Frame.WAKING, clause.start + found.start(), clause.start + found.end(), wakes="wok" in found[0])
        for name in ("about_the_dream", "waking")
        for found in FRAMES[name].finditer(clause.text)
    ]
    dream = [
        Mark(Frame.DREAM, clause.start + found.start(), clause.start + found.end(), holds=name == "in_the_dream")
        for name in ("in_the_dream", "dream")
        for found in FRAMES[name].finditer(clause.text)
    ]
    standing = [mark for mark in dream if not any(w.start <= mark.start and mark.end <= w.end for w in waking)]
    return tuple(sorted([*waking, *standing], key=lambda mark: (mark.start, mark.end)))


def _without_marks(clause: Clause, marks: Sequence[Mark]) -> str:
    text = clause.text
    for mark in reversed(marks):
        text = f"{text[: mark.start - clause.start]} {text[mark.end - clause.start :]}"
    return text
