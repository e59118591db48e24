"""What one message says that the screen listens for: each statement with its frame and the level it has there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.safety.clauses import Sentence, sentences
from assistant.safety.frames import Frame, Framed, framed
from assistant.safety.rules import HISTORY, POINTS_BACK, SIGNALS, WEIGHING, Signal
from assistant.types import Safety

_THIRD_PERSON = re.compile(r"\b(?:i|he|she|they|we|you|it|who|my \w+|the \w+|a \w+)\b")
_OF_THEMSELF = re.compile(r"\b(?:i|me|my|myself)\b")
_SUBJECTS_OF_OTHERS = ("he", "she", "they", "who", "you")


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that a signal matched."""

    signal: str
    kind: str
    says: str
    level: Safety
    frame: Frame
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What was found in one message; the plain text stays for the reading of answers."""

    text: str
    findings: tuple[Finding, ...]
    own_death: bool  # it tells of the dreamer's own death or dying in a dream
    own_suicide: bool  # it tells of suicide in a dream


def findings_of(message: str, death_before: bool = False, suicide_before: bool = False) -> Message:
    """Read one message. ``death_before`` and ``suicide_before`` tell what earlier messages told of a dream."""
    read = sentences(message)
    clauses = framed(read)
    found = [finding for number, sentence in enumerate(read) for finding in _in_sentence(sentence, number, clauses, read)]
    death, suicide = death_before, suicide_before
    for clause in clauses:
        if not _tells_of_a_dream(clause):
            found += _points_back(clause, death, suicide)
        elif POINTS_BACK["own_death"].search(clause.clause.text):
            death = True
        if any(one.frame is not Frame.WAKING and one.kind == "self" for one in found):
            suicide = True
    return Message(" . ".join(sentence.text for sentence in read), tuple(found), death, suicide)


def _in_sentence(sentence: Sentence, number: int, clauses: list[Framed], read: list[Sentence]) -> Iterator[Finding]:
    for signal in SIGNALS:
        if signal.unless and signal.unless.search(sentence.text):
            continue
        for match in signal.pattern.finditer(sentence.text):
            clause = next(one for one in clauses if one.sentence == number and match.start() < one.clause.end)
            finding = _weighed(signal, match, clause, sentence, read)
            if finding:
                yield finding


def _weighed(
    signal: Signal, match: re.Match[str], clause: Framed, sentence: Sentence, read: list[Sentence]
) -> Finding | None:
    before = sentence.text[clause.clause.start : match.start()] if match.start() > clause.clause.start else ""
    if _is_negated(before) or _is_said_by_others(sentence.text[: match.start()], match[0], signal):
        return None
    past = _is_past(match[0], before, sentence.text[match.end() : clause.clause.end], last_verb=signal.kind == "other")
    frame = clause.frame(match.start(), past)
    woken = any(mark.wakes for mark in clause.marks) or clause.place.name == "AWAKE"
    if signal.impossible_awake and signal.impossible_awake.search(match[0] if past else ""):
        frame = Frame.DREAM
    if frame is Frame.DREAM:
        level = Safety.NONE
    elif frame is Frame.UNSURE:
        level = signal.unsure
    elif past and not woken and not HISTORY["past_but_back"].search(sentence.text):
        level = signal.past
    else:
        level = signal.waking
    if level is Safety.CRISIS and signal.kind == "self" and past and HISTORY["recovered"].search(" ".join(one.text for one in read)):
        level = Safety.DISTRESS
    if level is Safety.CRISIS and WEIGHING["joking_trigger"].search(sentence.text):
        level = Safety.DISTRESS
        frame = Frame.UNSURE
    return Finding(signal.name, signal.kind, signal.says, level, frame, signal.weak)


def _is_negated(before: str) -> bool:
    negation = WEIGHING["negation"].search(before)
    return bool(negation) and not WEIGHING["negation_that_is_none"].search(before[negation.start() :] if negation else "")


def _is_said_by_others(before: str, matched: str, signal: Signal) -> bool:
    if signal.kind in ("other", "danger", "grief", "abuse"):
        return False
    if WEIGHING["speech_of_others"].search(before):
        return True
    if _OF_THEMSELF.search(matched):
        return False
    subjects = _THIRD_PERSON.findall(before)
    return bool(subjects) and subjects[-1] in _SUBJECTS_OF_OTHERS


def _is_past(matched: str, before: str, after: str, last_verb: bool) -> bool:
    if WEIGHING["past_speech"].search(before):
        return True
    for text, nearest in ((matched, max if last_verb else min), (before, max), (after, min)):
        past = [found.start() for found in WEIGHING["past_words"].finditer(text)]
        present = [found.start() for found in WEIGHING["present_words"].finditer(text)]
        if past or present:
            return nearest([*past, *present]) in past
    return False


def _tells_of_a_dream(clause: Framed) -> bool:
    past = bool(WEIGHING["narrated"].search(clause.clause.text))
    return clause.frame(clause.clause.end, past) is not Frame.WAKING


def _points_back(clause: Framed, death: bool, suicide: bool) -> Iterator[Finding]:
    if not (death or suicide):
        return
    for name, level in (("wants_it", Safety.CRISIS), ("thinks_of_it", Safety.CRISIS if suicide else Safety.DISTRESS)):
        if POINTS_BACK[name].search(clause.clause.text):
            yield Finding(name, "self", "wishes by day for the death that was dreamt of", level, Frame.WAKING)
