"""The voice of a capable model: it writes the reply from the plan, unit by unit, in a form that can be checked as it comes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.contract import ROWS, Wanted
from assistant.grounding import support
from assistant.method.questions import FACET_WORDS
from assistant.models.client import ChatClient, Message
from assistant.types import Citation, Kind, Plan, Question, Role, Sentence
from assistant.voices.voice import with_mark
from assistant.words import MARK
from knowledge.types import Hit
from prompts import render

WORDS_PER_TOKEN = 0.6  # English in the usual vocabularies, on the safe side
REPLY_TOKENS = 600
TEMPERATURE = 0.6

_LABEL = re.compile(r"^\W{0,3}(HEARD|READING|OWN|QUESTION)\b\W{0,3}", re.IGNORECASE)
_READING = re.compile(r"^\s*\[?(\d+)\]?\W{0,3}?\s*[\"“](.+?)[\"”]\s*[:\-–—]?\s*(.*)$", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")
_TASKS = {
    Kind.DREAM: "The dreamer tells a dream, or more of it. Give back what is most telling in it, offer a reading or two, ask one question.",
    Kind.ANSWER: "The dreamer answers your last question. Give back what is new in it and go on from there.",
    Kind.WHY: "The dreamer asks what is known. Answer out of the passages, and say how well supported it is (the word in brackets).",
    Kind.REJECTION: "The dreamer says that your reading does not fit. Let it go without defending it, and ask for their own meaning.",
    Kind.OUTSIDE: "The dreamer asks for something that is not your matter. Say so kindly in one short sentence, and ask about the dream.",
    Kind.UNCOVERED: "The library has nothing on this dream. Offer no reading. Give back what is most telling, and ask one question.",
    Kind.WISH: "The dreamer has a wish for how to go on. Meet it.",
    Kind.CLOSE: "The dreamer is done. Close warmly in a sentence or two, and ask nothing.",
}


class FreeVoice:
    """Lets a model write the reply. Any endpoint or local server will do, so long as it can keep the form."""

    name = "free"

    def __init__(self, client: ChatClient, context_tokens: int) -> None:
        self._client = client
        self._context_tokens = context_tokens

    @property
    def model(self) -> str:
        """The model's name."""
        return self._client.model

    def speak(self, plan: Plan, stop: threading.Event) -> Iterator[Sentence | Question]:
        """The units as the model writes them. Raises ModelError where it fails."""
        pieces = self._client.stream(
            messages_for(plan, self._context_tokens), max_tokens=REPLY_TOKENS, temperature=TEMPERATURE, stop=stop
        )
        for unit in units(pieces):
            sentence = to_sentence(unit, plan.hits)
            if sentence is not None:
                yield sentence


def messages_for(plan: Plan, context_tokens: int) -> list[Message]:
    """System prompt, the conversation so far, and last the passages with this turn's note: the order that caches well.

    The oldest exchanges are left out where the window would not hold them, the first message with the dream never.
    """
    last = render("turn", **_turn_variables(plan))
    system = render("system")
    room = int((context_tokens - REPLY_TOKENS) * WORDS_PER_TOKEN) - len(system.split()) - len(last.split())
    exchanges = [(turn.message, turn.reply) for turn in plan.earlier]
    kept = list(exchanges)
    while len(kept) > 1 and sum(len(part.split()) for exchange in kept for part in exchange) > room:
        kept.pop(1 if kept[0] == exchanges[0] else 0)
    history = [
        message for said, replied in kept for message in (Message("user", said), Message("assistant", replied or "…"))
    ]
    return [Message("system", system), *history, Message("user", last)]


def _turn_variables(plan: Plan) -> dict[str, object]:
    row = ROWS[plan.kind]
    readings = min(row.most_readings, max(len(plan.readings), row.least_readings)) if plan.hits else 0
    wanted = {
        Kind.OUTSIDE: ["one short HEARD line"],
        Kind.CLOSE: ["one or two HEARD lines"],
        Kind.REJECTION: ["one HEARD line"],
        Kind.WISH: ["HEARD lines as it needs"],
    }.get(plan.kind, ["HEARD"])
    if readings:
        wanted.append("one READING" if readings == 1 else f"one to {readings} READING lines")
    if plan.kind in (Kind.DREAM, Kind.ANSWER, Kind.UNCOVERED):
        wanted.append("an OWN line only if you truly have a thought of your own")
    if row.question in (Wanted.ONE, Wanted.AT_MOST_ONE) and plan.question:
        wanted.append("one QUESTION, last")
    passages = [
        {
            "number": number,
            "title": hit.section.title,
            "evidence": hit.section.evidence.value,
            "text": hit.passage.text,
        }
        for number, hit in enumerate(plan.hits, 1)
    ]
    return {
        "passages": passages if readings else [],
        "message": plan.heard.message,
        "task": _TASKS[plan.kind],
        "units": ", then ".join(wanted),
        "least_words": row.least_words,
        "most_words": row.most_words,
        "rejected": list(plan.rejected),
        "facet": FACET_WORDS.get(plan.facet, plan.facet),
        "asked": list(plan.asked),
    }


@dataclass(frozen=True, slots=True)
class Unit:
    """One labelled line as a model wrote it."""

    label: str
    text: str


def units(pieces: Iterable[str]) -> Iterator[Unit]:
    """The labelled lines of a stream, each as soon as the next one begins; unlabelled text is read as plain sentences."""
    buffer = ""
    label = ""
    held: list[str] = []

    def whole() -> Iterator[Unit]:
        text = " ".join(held).strip()
        held.clear()
        if text:
            yield from [Unit(label, text)] if label else _unlabelled(text)

    for piece in pieces:
        buffer += piece
        while "\n" in buffer:
            line, _, buffer = buffer.partition("\n")
            found = _LABEL.match(line)
            if found:
                yield from whole()
                label, line = found.group(1).upper(), line[found.end() :]
            held.append(line.strip())
    found = _LABEL.match(buffer)
    if found:
        yield from whole()
        label, buffer = found.group(1).upper(), buffer[found.end() :]
    held.append(buffer.strip())
    yield from whole()


def _unlabelled(text: str) -> Iterator[Unit]:
    """Plain prose sentence by sentence: what bears a mark is a reading, what asks is the question, the rest was heard."""
    for position, sentence in enumerate(_SENTENCE_END.split(text)):
        if MARK.search(sentence):
            yield Unit("READING", sentence)
        elif sentence.rstrip("\"'”’) ").endswith("?"):
            yield Unit("QUESTION", sentence)
        else:
            yield Unit("HEARD" if position == 0 else "OWN", sentence)


def to_sentence(unit: Unit, hits: tuple[Hit, ...]) -> Sentence | Question | None:
    """The unit as the companion checks it; a reading whose words do not stand in its passage comes without a citation."""
    if unit.label == "QUESTION":
        return Question(unit.text)
    if unit.label == "HEARD":
        return Sentence(MARK.sub("", unit.text), Role.HEARD)
    if unit.label == "OWN":
        return Sentence(MARK.sub("", unit.text), Role.THOUGHT)
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
        return Sentence(told, Role.READING)
    hit = hits[marker - 1]
    standing = _to_the_letter(quote, hit.passage.text) or support(told, hit.passage.text).rests_on
    if not standing:
        return Sentence(told, Role.READING)
    return Sentence(with_mark(told, marker), Role.READING, Citation(marker, hit.section.id, standing))


def _to_the_letter(quote: str, passage: str) -> str:
    """The quote as it stands in the passage; spaces and kinds of quotation marks may differ. Three words at least."""
    words = re.findall(r"\S+", quote.strip().rstrip(".…").removeprefix("...").removeprefix("…"))
    if len(words) < 3:
        return ""
    alike = [re.sub(r"['’‘]", "['’‘]", re.escape(word)) for word in words]
    found = re.search(r"\s+".join(alike), passage)
    return found.group() if found else ""
