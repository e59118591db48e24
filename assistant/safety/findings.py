"""What one message says that the screen listens for: each statement with its frame and the level it has there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.safety.clauses import Sentence, sentences
from assistant.safety.frames import Frame, Framed, Place, framed
from assistant.safety.rules import FRAMES, HISTORY, POINTS_BACK, SIGNALS, WEIGHING, Signal
from assistant.types import Safety
from knowledge.forgetting import remembering

LIGHTLY = "lightly"  # the kind of what may be no more than a manner of speaking
UNNAMED = "it"  # the kind of a statement that does not name what is to stop or can not be borne
NARRATED_IN_A_DREAM = 3  # so many verbs of telling make a message without a mark a dream for the messages after it
NEAR = 60  # characters on either side of a match in which an idiom or an accident excuses it
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
    past: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What was found in one message; the plain text stays for the reading of answers."""

    text: str
    findings: tuple[Finding, ...]
    own_death: bool  # up to here the dreamer's own death was dreamt of, or suicide was named and denied
    own_suicide: bool  # up to here a suicide or a wish to die was told of a dream
    dream: bool  # up to here a dream was spoken of, or something told that may be one


@remembering(512)  # a conversation is screened again at each of its turns
def findings_of(
    message: str, death_before: bool = False, suicide_before: bool = False, dream_before: bool = False
) -> Message:
    """Read one message. ``death_before`` and the others tell what earlier messages told of a dream."""
    read = sentences(message)
    clauses = framed(read)
    found: list[Finding] = []
    for number, sentence in enumerate(read):
        found += _in_sentence(sentence, number, clauses)
    whole = " . ".join(sentence.text for sentence in read)
    dream = dream_before or bool(FRAMES["night"].search(whole))
    found = [_softened(finding, whole) for finding in found]
    found = [_of_the_dream(finding) if dream and finding.kind == UNNAMED else finding for finding in found]
    of_themself = [one for one in found if one.kind == "self"]
    suicide = suicide_before or any(one.frame is not Frame.WAKING for one in of_themself)
    death = death_before or any(one.level is Safety.NONE for one in of_themself)
    for clause in clauses:
        found += _points_back(clause, death, suicide)
        if POINTS_BACK["own_death"].search(clause.clause.text) and _tells_of_a_dream(clause):
            death = True
    dream = dream or len(WEIGHING["narrated"].findall(whole)) >= NARRATED_IN_A_DREAM
    return Message(whole, tuple(found), death, suicide, dream)


def _in_sentence(sentence: Sentence, number: int, clauses: list[Framed]) -> Iterator[Finding]:
    for signal in SIGNALS:
        for match in signal.pattern.finditer(sentence.text):
            if signal.unless and signal.unless.search(_around(sentence, match)):
                continue
            clause = next(one for one in clauses if one.sentence == number and match.start() < one.clause.end)
            finding = _weighed(signal, match, clause, sentence)
            if finding:
                yield finding


def _weighed(signal: Signal, match: re.Match[str], clause: Framed, sentence: Sentence) -> Finding | None:
    before = sentence.text[clause.clause.start : match.start()]
    after = sentence.text[match.end() : clause.clause.end]
    if _is_said_by_others(sentence.text[: match.start()], match[0], signal):
        return None
    if _is_negated(before) or WEIGHING["denied"].search(match[0]):
        return Finding(signal.name, signal.kind, signal.says, Safety.NONE, Frame.WAKING, signal.weak)
    past = _is_past(match[0], before, after, last_verb=signal.kind == "other")
    frame = clause.frame(match.start(), past)
    if past and signal.impossible_awake and signal.impossible_awake.search(match[0]):
        frame = Frame.DREAM
    level = _level(signal, frame, past and not _is_present_too(clause, sentence))
    if level is Safety.CRISIS and WEIGHING["joking_trigger"].search(_around(sentence, match)):
        level, frame = Safety.DISTRESS, Frame.UNSURE
    kind = "self" if signal.kind == UNNAMED and WEIGHING["of_life"].search(sentence.text) else signal.kind
    return Finding(signal.name, kind, signal.says, level, frame, signal.weak, past)


def _around(sentence: Sentence, match: re.Match[str]) -> str:
    """The match and what stands near it: people leave out full stops, and one idiom must not excuse a whole message."""
    return sentence.text[max(0, match.start() - NEAR) : match.end() + NEAR]


def _level(signal: Signal, frame: Frame, past: bool) -> Safety:
    if frame is Frame.DREAM:
        return Safety.NONE
    if frame is Frame.UNSURE:
        return signal.unsure if signal.past is not Safety.NONE or not past else Safety.NONE
    return signal.past if past else signal.waking


def _is_present_too(clause: Framed, sentence: Sentence) -> bool:
    """Told in the past, but of this morning's waking, or said to be back."""
    woken = clause.place is Place.AWAKE or any(mark.wakes for mark in clause.marks)
    return woken or bool(HISTORY["past_but_back"].search(sentence.text))


def _of_the_dream(finding: Finding) -> Finding:
    """Where a dream is spoken of, an "it" that is to stop is likely the dream: at most distress, and asked about."""
    return finding if finding.level is Safety.NONE else replace(finding, level=Safety.DISTRESS, frame=Frame.UNSURE)


def _softened(finding: Finding, whole: str) -> Finding:
    """A past of which the person says that it is over is distress, not crisis; killing somebody, said in jest, is said lightly."""
    if finding.kind == "harm" and finding.level is not Safety.NONE and WEIGHING["joking_manner"].search(whole):
        return replace(finding, level=Safety.DISTRESS, kind=LIGHTLY, frame=Frame.WAKING)
    over = finding.past and finding.kind == "self" and finding.level is Safety.CRISIS
    return replace(finding, level=Safety.DISTRESS) if over and HISTORY["recovered"].search(whole) else finding


def _is_negated(before: str) -> bool:
    negation = WEIGHING["negation"].search(before)
    if negation is None:
        return False
    around = before[max(0, negation.start() - len("why should i ")) :]
    return not WEIGHING["negation_that_is_none"].search(around)


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
    """The dreamt death carried over into the day: wished for, or thought of."""
    if not (death or suicide):
        return
    text = clause.clause.text
    doing = Safety.CRISIS if suicide else Safety.DISTRESS
    for name, level in (("wants_it", Safety.CRISIS), ("thinks_of_doing_it", doing), ("thinks_of_it", Safety.DISTRESS)):
        match = POINTS_BACK[name].search(text)
        if match and _is_said_awake(clause, match) and not _is_negated(text[: match.start()]):
            frame = Frame.WAKING if level is Safety.CRISIS else Frame.UNSURE
            yield Finding(name, "self", "comes back to the death that was dreamt of", level, frame)


def _is_said_awake(clause: Framed, match: re.Match[str]) -> bool:
    before = [mark for mark in clause.marks if mark.start <= clause.clause.start + match.start()]
    if before:
        return before[-1].frame is Frame.WAKING
    return not _is_past(match[0], clause.clause.text[: match.start()], "", last_verb=False)
