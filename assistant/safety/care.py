"""What is said when the screen finds something: our own texts (words.yaml), numbers of our own table (lines.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from assistant.safety.clauses import sentences
from assistant.safety.frames import Frame, framed
from assistant.safety.screening import assess

_CHILD = re.compile(
    r"\bi am (?:only |a )?(?:[6-9]|1[0-7])(?: ?(?:yo|y/o|f|m)\b|(?= years? old\b)|(?=\W*$)|,|(?= (?:and|but|so)\b))"
    r"|\bi am in (?:(?:[1-9]|1[01])(?:st|nd|rd|th) grade|middle school|elementary school|primary school|year [1-9]\b)"
    r"|\bi am (?:a child|a kid|a minor)\b"
)
_SAME_WORDS = {"self-harm": "self"}  # a kind that shares the later texts of another
_NOTES = {"self": "self", "self-harm": "self", "danger": "abuse", "abuse": "abuse", "grief": "grief", "sad": "sad"}


@dataclass(frozen=True, slots=True)
class CrisisReply:
    """What is said, and the one question that ends it (empty where none is asked)."""

    text: str
    question: str


def crisis_reply(messages: Sequence[str], earlier_crisis_replies: int, country: str = "") -> CrisisReply:
    """The reply to a crisis: the person's messages, oldest first, and how many such replies the conversation has had.

    ``country`` is a two-letter code or a name; where our table has no line for it, findahelpline.com stands alone. The
    first reply has 60 to 110 words with its question; later ones are short, differ, and name the help in one clause.
    """
    kind = assess(messages).kind or "self"
    slots = _slots(country, child=_is_child(messages), outside=kind == "danger")
    if earlier_crisis_replies == 0:
        words = _WORDS["first"].get(kind, _WORDS["first"]["self"])
    else:
        variants = _WORDS["later"].get(_SAME_WORDS.get(kind, kind), _WORDS["later"]["self"])
        words = variants[(earlier_crisis_replies - 1) % len(variants)]
    return CrisisReply(_filled(words["text"], slots), words["question"])


def distress_note(messages: Sequence[str], earlier_notes: int = 0) -> CrisisReply:
    """One or two soft sentences to put before the ordinary reply at the level distress.

    ``question`` is to be asked instead of the ordinary one; it is empty where the ordinary one may stand.
    ``earlier_notes``, how many notes the conversation has had, chooses the wording.
    """
    assessment = assess(messages)
    name = "after_crisis" if assessment.after_crisis else _NOTES.get(assessment.kind, "unsure")
    note = _WORDS["notes"]["unsure" if assessment.unsure else name]
    questions = note.get("question", [""])
    text = note["text"][earlier_notes % len(note["text"])]
    return CrisisReply(_filled(text, _slots("", child=False, outside=False)), questions[earlier_notes % len(questions)])


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((files(__package__) / name).read_text("utf-8"))
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


def _is_child(messages: Sequence[str]) -> bool:
    """Whether the person, awake, gives an age under eighteen."""
    for message in messages:
        for clause in framed(sentences(message)):
            found = _CHILD.search(clause.clause.text)
            if found and clause.frame(clause.clause.start + found.start(), past=False) is not Frame.DREAM:
                return True
    return False
