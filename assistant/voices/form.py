"""The form in which a model writes its reply, a labelled unit a line, read as it comes and however loosely it was kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.grounding import support
from assistant.types import Citation, Question, Role, Sentence, Turn
from assistant.voices.voice import with_mark
from assistant.words import MARK
from knowledge.types import Hit

_LABEL = re.compile(r"^[\W\d]{0,10}(HEARD|SAY|READING|OWN|QUESTION)\b(?: THOUGHT)?[^\w\[\"“]{0,6}", re.IGNORECASE)
_READING = re.compile(r"^\s*\[?(\d+)\]?\W{0,3}?\s*[\"“](.+?)[\"”]\s*[:\-–—]?\s*(.*)$", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")
_MARK_AFTER = re.compile(r"([.!?][\"'”’)]*)((?:\s*\[\d+\])+)")
_DECORATION = re.compile(r"\*\*|__|`+|^\s*(?:#{1,6}|[-*•>])\s+")
_IS_SENTENCE = re.compile(r"[.!…:}\]][\"'”’)]*$")
_OFFERS = re.compile(r"\b(?:may|might|could|perhaps|maybe|possibly|some people|i wonder)\b", re.IGNORECASE)
_ROLES = {"HEARD": Role.HEARD, "SAY": Role.PLAIN, "OWN": Role.THOUGHT}
_LABELS = {Role.HEARD: "HEARD", Role.PLAIN: "SAY", Role.THOUGHT: "OWN"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One labelled line as a model wrote it."""

    label: str
    text: str


def units(pieces: Iterable[str]) -> Iterator[Unit]:
    """The labelled lines of a stream, each as soon as the next one begins; unlabelled text is read as plain sentences."""
    label, held = "", ""
    for line in _lines(pieces):
        found = _label(line)
        if found:
            yield from _whole(label, held)
            label, held = found[0], found[1]
        else:
            held = f"{held}\n{line}"
    yield from _whole(label, held)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """The lines of a stream, each as soon as it has ended, without decoration."""
    buffer = ""
    for piece in pieces:
        buffer += piece
        *lines, buffer = buffer.split("\n")
        yield from (_DECORATION.sub("", line).strip() for line in lines)
    yield _DECORATION.sub("", buffer).strip()


def _label(line: str) -> tuple[str, str] | None:
    """A line's label and what stands after it; a label in small letters needs its colon, for it may be a word."""
    found = _LABEL.match(line)
    if found is None:
        return None
    label = found.group(1)
    if not label.isupper() and not re.search(r"[:\[]", line[found.end(1) : found.end() + 1]):
        return None
    return label.upper(), line[found.end() :]


def _whole(label: str, text: str) -> Iterator[Unit]:
    if label and text.strip():
        yield Unit(label, " ".join(text.split()))
    elif text.strip():
        yield from _unlabelled(text)


def _unlabelled(text: str) -> Iterator[Unit]:
    """Plain prose sentence by sentence: what bears a mark is a reading, what asks is the question.

    Before those, what offers nothing gives back what was heard; anything else is the writer's own thought. Lines that are no
    sentences (a heading, an item of a list) are left out.
    """
    heard = True
    for line in _MARK_AFTER.sub(r"\2\1", text).split("\n"):
        for sentence in _SENTENCE_END.split(line.strip()):
            if MARK.search(sentence):
                heard = False
                yield Unit("READING", sentence)
            elif sentence.rstrip("\"'”’) ").endswith("?"):
                yield Unit("QUESTION", sentence)
            elif _IS_SENTENCE.search(sentence):
                heard = heard and not _OFFERS.search(sentence)
                yield Unit("HEARD" if heard else "OWN", sentence)


def to_sentence(unit: Unit, hits: tuple[Hit, ...]) -> Sentence | Question | None:
    """The unit as the companion checks it; a reading whose words do not stand in its passage comes without a citation."""
    if unit.label == "QUESTION":
        return Question(unit.text)
    if unit.label in _ROLES:
        text = MARK.sub("", unit.text).strip()
        return Sentence(_ended(text), _ROLES[unit.label]) if text else None
    quoted = _READING.match(unit.text)
    if quoted:
        marker, quote, told = int(quoted.group(1)), quoted.group(2), quoted.group(3)
    else:
        marks = MARK.findall(unit.text) or re.findall(r"^\s*(\d+)\b", unit.text)
        marker, quote, told = int(marks[0]) if marks else 0, "", unit.text
    told = MARK.sub("", told).strip()
    if not told:
        return None
    if not 1 <= marker <= len(hits):
        return Sentence(_ended(told), Role.READING)
    hit = hits[marker - 1]
    standing = _to_the_letter(quote, hit.passage.text) or support(told, hit.passage.text).rests_on
    if not standing:
        return Sentence(told, Role.READING)
    return Sentence(with_mark(told, marker), Role.READING, Citation(marker, hit.section.id, standing))


def _ended(text: str) -> str:
    return text if re.search(r"[.!?…][\"'”’)]*$", text) else f"{text}."


def _to_the_letter(quote: str, passage: str) -> str:
    """The quote as it stands in the passage; spaces and kinds of quotation marks may differ. Three words at least."""
    words = re.findall(r"\S+", quote.strip().rstrip(".…").removeprefix("...").removeprefix("…"))
    if len(words) < 3:
        return ""
    alike = [re.sub(r"['’‘]", "['’‘]", re.escape(word)) for word in words]
    found = re.search(r"\s+".join(alike), passage)
    return found.group() if found else ""


def as_written(turn: Turn) -> str:
    """An earlier reply in this form, as a model sees it in the conversation."""
    return as_lines(turn.sentences, turn.question)


def as_lines(sentences: Iterable[Sentence], question: str) -> str:
    """Sentences and a question in this form."""
    lines = []
    for sentence in sentences:
        if sentence.role is Role.READING and sentence.citation:
            citation = sentence.citation
            told = MARK.sub("", sentence.text)
            lines.append(f'READING [{citation.marker}] "{citation.quote}": {told}')
        else:
            lines.append(f"{_LABELS.get(sentence.role, 'SAY')}: {sentence.text}")
    if question:
        lines.append(f"QUESTION: {question}")
    return "\n".join(lines)
