"""What is said when the screen finds something: our own texts (words.yaml), numbers of our own table (lines.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.kept_yaml import read_yaml
from assistant.safety.clauses import plain, sentences
from assistant.safety.frames import Frame, framed
from assistant.safety.rules import ANSWERS
from assistant.safety.screening import Assessment, assess, course_of
from assistant.types import Safety
from knowledge.forgetting import remembering

NAMED_AT_MOST = 2  # so often the help line is named in a conversation, unless there is new risk or the person asks
ASKED_AT_MOST = 2  # so often it is asked what the unnamed "it" is that should stop

_CHILD = re.compile(
    r"\bi am (?:only |a )?(?:[6-9]|1[0-7])(?: ?(?:yo|y/o|f|m)\b|(?= years? old\b)|(?=\W*$)|,|(?= (?:and|but|so)\b))"
    r"|\bi am in (?:(?:[1-9]|1[01])(?:st|nd|rd|th) grade|middle school|elementary school|primary school|year [1-9]\b)"
    r"|\bi am (?:a child|a kid|a minor)\b"
)
_SAME_WORDS = {"self-harm": "self"}  # a kind that shares the later texts of another
_NOTES = {
    "self": "self",
    "self-harm": "self",
    "danger": "abuse",
    "abuse": "abuse",
    "grief": "grief",
    "sad": "sad",
    "it": "it",
}
_NEW_RISK = ("self", "abuse", "grief")  # the notes on something said of the waking self in this very message


@dataclass(frozen=True, slots=True)
class CrisisReply:
    """What is said, and the one question that ends it (empty where none is asked)."""

    text: str
    question: str


def crisis_reply(
    messages: Sequence[str], earlier_crisis_replies: int, country: str = "", hints: Sequence[bool] = ()
) -> CrisisReply:
    """The reply to a crisis: the person's messages, oldest first, and how many such replies the conversation has had.

    ``hints`` is as in ``screen``; ``country`` is a two-letter code or a name; where our table has no line for it,
    findahelpline.com stands alone. The first reply has 60 to 110 words with its question; later ones are short, differ, and
    name the help in one clause.
    """
    kind = assess(messages, hints).kind or "self"
    slots = _slots(country, child=is_child(messages), outside=kind == "danger")
    if earlier_crisis_replies == 0:
        words = _WORDS["first"].get(kind, _WORDS["first"]["self"])
    else:
        variants = _WORDS["later"].get(_SAME_WORDS.get(kind, kind), _WORDS["later"]["self"])
        words = variants[(earlier_crisis_replies - 1) % len(variants)]
    return CrisisReply(_filled(words["text"], slots), words["question"])


def distress_note(messages: Sequence[str], earlier_notes: int = 0, hints: Sequence[bool] = ()) -> CrisisReply:
    """One or two soft sentences to put before the ordinary reply at the level distress.

    ``question`` is to be asked instead of the ordinary one; it is empty where the ordinary one may stand, as the text is
    where nothing needs to be said. ``earlier_notes``, how many notes the conversation has had, chooses the wording. Somebody
    who says that they are a child is told of a grown-up they trust as well.
    """
    course = course_of(messages, hints)
    named = _times_named(messages, course)
    text, question = _note(messages[-1], course[-1], earlier_notes, named, _times_asked(course[:-1]))
    if text and is_child(messages):
        text = f"{text.strip()} {_WORDS['to_a_child'][earlier_notes % len(_WORDS['to_a_child'])]}"
    return CrisisReply(_filled(text, _slots("", child=False, outside=False)), question)


def other_language_note() -> str:
    """Where people listen, for somebody who writes in a language that the screen was not measured on."""
    return _filled(_WORDS["other_language"], _slots("", child=False, outside=False))


def countries() -> dict[str, str]:
    """The countries of our table by their two letters, each with its name, sorted by name."""
    found = {row["country"]: row["name"] for row in (*_LINES["lines"], *_LINES["emergency"])}
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def country_code(country: str) -> str:
    """The two letters of a country of our table, given by its letters or a name; "" for any other."""
    rows = (*_LINES["lines"], *_LINES["emergency"])
    found = _of_country(rows, country)
    return str(found["country"]) if found else ""


def help_in(country: str) -> str:
    """One plain sentence on what the table has for a country: its line, its emergency number; "" where it has neither."""
    line, emergency = _of_country(_LINES["lines"], country), _of_country(_LINES["emergency"], country)
    told = [
        str(_WORDS["slots"]["there"][name]).format(number=row["number"], how=row["how"])
        for name, row in (("line", line), ("urgent", emergency))
        if row is not None
    ]
    return " ".join(told)


def _note(message: str, assessment: Assessment, earlier_notes: int, named: int, asked: int) -> tuple[str, str]:
    """The wording, with the help line's slot or without, and the question."""
    name = _name_of_note(assessment)
    if assessment.after_denial or (name == "it" and asked >= ASKED_AT_MOST):
        return "", ""
    note = _WORDS["notes"][name]
    wanted = named < NAMED_AT_MOST or name in _NEW_RISK or bool(ANSWERS["asks_for_help"].search(plain(message)))
    texts = note["text"] if wanted else note["without_line"]
    questions = note.get("question", [""])
    return texts[earlier_notes % len(texts)], questions[earlier_notes % len(questions)]


def _name_of_note(assessment: Assessment) -> str:
    if assessment.denied:
        return "denied"
    if assessment.after_crisis:
        return "after_crisis"
    name = _NOTES.get(assessment.kind, "unsure")
    return "unsure" if assessment.unsure and name != "it" else name


def _times_named(messages: Sequence[str], course: Sequence[Assessment]) -> int:
    """In how many replies before the last message the help line was named."""
    named = notes = 0
    for number, assessment in enumerate(course[:-1]):
        if assessment.level is Safety.CRISIS:
            named += 1
        elif assessment.level is Safety.DISTRESS:
            text, _ = _note(messages[number], assessment, notes, named, _times_asked(course[:number]))
            named += "{international}" in text
            notes += 1
    return named


def _times_asked(before: Sequence[Assessment]) -> int:
    """How often the person was already asked what "it" is."""
    return sum(one.level is Safety.DISTRESS and one.kind == "it" for one in before)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml("assistant.safety", name)
    return content


_WORDS = _read("words.yaml")
_LINES = _read("lines.yaml")


def _of_country(rows: Sequence[Mapping[str, Any]], country: str) -> Mapping[str, Any] | None:
    wanted = country.strip().lower()
    return next((row for row in rows if wanted in row["names"]), None)


def _slots(country: str, *, child: bool, outside: bool) -> dict[str, str]:
    international = _LINES["international"]["number"]
    line = _of_country(_LINES["lines"], country)
    emergency = _of_country(_LINES["emergency"], country)
    wordings = _WORDS["slots"]

    def filled(slot: str, row: Mapping[str, Any] | None) -> str:
        if row is None:
            return str(wordings[slot]["unknown"]).format(international=international)
        return str(wordings[slot]["known"]).format(number=row["number"], how=row["how"], international=international)

    return {
        "international": international,
        "line": filled("line", line),
        "short_line": filled("short_line", line),
        "urgent": filled("urgent", emergency),
        "person": wordings["person_outside" if outside else "person"]["child" if child else "adult"],
    }


def _filled(text: str, slots: Mapping[str, str]) -> str:
    return text.strip().format(**slots)


def is_child(messages: Sequence[str]) -> bool:
    """Whether the person, awake, gives an age under eighteen or says that they are a child."""
    return any(map(_says_child, messages))


@remembering(512)
def _says_child(message: str) -> bool:
    for clause in framed(sentences(message)):
        found = _CHILD.search(clause.clause.text)
        if found and clause.frame(clause.clause.start + found.start(), past=False) is not Frame.DREAM:
            return True
    return False
