"""Chooses the one question of a turn: from the sections' own questions and the method's bank, fitted to the dreamer's words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from assistant.contract import faults_of_question
from assistant.types import Heard, Mention, MentionKind, Stage
from assistant.words import content_stems, count_words
from knowledge.types import Hit

SLOT = re.compile(r"\{(\w+)\}")
SLOT_KINDS = {
    "person": MentionKind.PERSON,
    "animal": MentionKind.ANIMAL,
    "body": MentionKind.BODY,
    "place": MentionKind.PLACE,
    "thing": MentionKind.THING,
}
MOMENT_WORDS = 12  # a longer clause makes a question that nobody can follow

FACET_WORDS = {
    "feeling-in-dream": "what they felt in the dream",
    "feeling-named": "the feeling they named",
    "feeling-on-waking": "how they woke",
    "body": "the body: what it felt like, in the dream and on waking",
    "image": "one image: what it was like",
    "association": "what an image or person brings to mind",
    "waking-link": "where in waking life they know something like it",
    "own-meaning": "what they themselves make of it",
    "step": "what they would change, in the dream or by day",
    "turning-point": "what happened just before or after, the moment it changed",
    "wish": "what they would have wanted there",
    "since-when": "since when and how often they have dreamed it, what was different this time",
    "person": "who someone is, what is between them, what their own part was",
    "section": "what the passage leads on to",
}


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question of the method's bank; its one slot is filled with something the dreamer said."""

    facet: str
    stage: Stage
    number: str
    text: str

    @property
    def slot(self) -> str:
        """The name of its slot."""
        found = SLOT.search(self.text)
        return found.group(1) if found else ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The question of a turn and what it is about."""

    text: str
    facet: str


@cache
def bank() -> tuple[BankQuestion, ...]:
    """All questions of questions.yaml."""
    rows = yaml.safe_load((files("assistant.method") / "questions.yaml").read_text(encoding="utf-8"))
    return tuple(BankQuestion(row["facet"], Stage(row["stage"]), row["number"], row["text"]) for row in rows)


def choose_question(
    heard: Sequence[Heard],
    facets: Sequence[str],
    hits: Sequence[Hit],
    *,
    told: Sequence[str],
    asked: Sequence[str],
) -> Chosen:
    """The best question that keeps the contract.

    ``heard`` are the dreamer's messages as heard, newest first; ``facets`` what the method wants to ask about, most wanted
    first ("section" stands for the questions of the sections in ``hits``). There is always an answer: where nothing fits,
    the dreamer's own words are quoted back into a question.
    """
    salt = "\n".join(told)
    for facet in facets:
        if facet == "section":
            candidates = [Chosen(ask, facet) for hit in hits for ask in hit.section.asks]
        else:
            candidates = sorted(_filled(facet, heard), key=lambda chosen: _shuffle(salt + chosen.text))
        for chosen in candidates:
            if not faults_of_question(chosen.text, told, asked):
                return chosen
    return _from_their_words(told, asked)


def _filled(facet: str, heard: Sequence[Heard]) -> Iterator[Chosen]:
    """The bank's questions on a facet, filled from the newest message that has something to fill them with."""
    questions = [question for question in bank() if question.facet == facet]
    for message in heard:
        found = [
            Chosen(SLOT.sub(lambda _, filler=filler: filler, question.text), facet)  # type: ignore[misc]
            for question in questions
            for filler in _fillers(question, message)
        ]
        if found:
            yield from found
            return


def _fillers(question: BankQuestion, heard: Heard) -> list[str]:
    """What can stand in the question's slot, most telling first, two at most."""
    if question.slot == "feeling":
        return [feeling for feeling in heard.feelings if content_stems(feeling)][:1]
    if question.slot == "moment":
        moments = [clause for clause in heard.clauses if clause.sure and not clause.waking]
        best = sorted(moments, key=lambda clause: -clause.weight)
        return [clause.turned for clause in best if 3 <= count_words(clause.turned) <= MOMENT_WORDS][:2]
    wanted = SLOT_KINDS[question.slot]
    return [mention.turned for mention in heard.mentions if mention.kind is wanted and _fits(question, mention)][:2]


def _fits(question: BankQuestion, mention: Mention) -> bool:
    return question.number == "any" or question.number == ("plural" if mention.plural else "singular")


def _shuffle(text: str) -> str:
    """An order that looks random and is always the same for the same conversation."""
    return hashlib.sha256(text.encode()).hexdigest()


def _from_their_words(told: Sequence[str], asked: Sequence[str]) -> Chosen:
    """A question around a quotation, for messages in which no image, clause or feeling could be made out."""
    for message in told:
        quoted = quoted_beginning(message)
        if not quoted:
            continue
        for frame in (
            "What is the first thing that comes back when you think of \u201c{}\u201d?",
            "What happened just before \u201c{}\u201d?",
            "What was the strongest moment in \u201c{}\u201d?",
            "What would you add to \u201c{}\u201d now?",
            "What else belongs to \u201c{}\u201d?",
            "How does \u201c{}\u201d sound to you when you read it now?",
        ):
            question = frame.format(quoted)
            if not faults_of_question(question, told, asked):
                return Chosen(question, "image")
    return Chosen("What else would you like to tell of it?", "image")


def quoted_beginning(message: str, most: int = 8) -> str:
    """The first few words of a message with content, as they stand, without marks that would break a quotation."""
    for sentence in re.split(r"[.!?\n\u2026]+", message):
        words = re.sub(r"[\"“”<>\[\]{}|\\`*_#]", "", sentence).split()
        piece = " ".join(words[:most]).strip(" ,;:-")
        if content_stems(piece) and piece.isprintable():
            return piece
    return ""
