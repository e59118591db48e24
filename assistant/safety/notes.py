"""Soft words before an ordinary reply: where it is unclear whether dream or day is meant, and where a language is not read."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.safety.assessment import DENIED, Assessment
from assistant.safety.child import is_child
from assistant.safety.clauses import plain
from assistant.safety.rules import ANSWERS
from assistant.safety.screening import assess
from assistant.safety.wording import WORDS, WrittenReply, filled, slots, unsaid

NAMED_AT_MOST = 2  # so often the help line is named in a conversation, unless there is new risk or the person asks
ASKED_AT_MOST = 2  # so often it is asked what the unnamed "it" is that should stop, or how they are by day

_NOTES = {**{name: name for name in WORDS["notes"]}, **WORDS["shares"]["notes"]}
# Notes on something said of the waking self in this very message.
_NEW_RISK = ("self", "past", "abuse", "grief", "medicine", "voices", "worry", "harm", "act", "hint")


def distress_note(
    messages: Sequence[str], said: Sequence[str] = (), country: str = "", hints: Sequence[float] = ()
) -> WrittenReply:
    """One or two soft sentences to put before the ordinary reply at the level distress, or where it was just denied.

    ``said`` are the replies of the conversation so far. ``question`` is to be asked instead of the ordinary one; it is empty
    where the ordinary one may stand, as the text is where nothing needs to be said. Somebody who says that they are a child
    is told of a grown-up they trust as well.
    """
    assessment = assess(messages, hints)
    name = _name_of_note(assessment)
    note, places = WORDS["notes"][name], slots(country)
    asked = sum(question in reply for question in note.get("question", ()) for reply in said)
    if assessment.after_denial or (name in ("it", "how_are_you") and asked >= ASKED_AT_MOST):
        return WrittenReply("", "")
    named = sum(places["international"] in reply for reply in said)
    asks = bool(ANSWERS["asks_for_help"].search(plain(messages[-1])))
    wanted = named < NAMED_AT_MOST or name in _NEW_RISK or asks
    text = unsaid(note["text"] if wanted else note["without_line"], places, said)
    if text and is_child(messages):
        text = f"{text} {unsaid(WORDS['to_a_child'], places, said)}"
    return WrittenReply(text, unsaid(note.get("question", [""]), places, said))


def other_language_note() -> str:
    """Where people listen, for somebody who writes in a language that the screen was not measured on."""
    return filled(WORDS["other_language"], slots())


def _name_of_note(assessment: Assessment) -> str:
    if assessment.denied:
        return "denied"
    if assessment.kind == DENIED:
        return "not_meant"
    if assessment.after_crisis:
        return "after_crisis"
    if assessment.faint:
        return "how_are_you"
    name = _NOTES.get(assessment.kind, "unsure")
    return "unsure" if assessment.unsure and name != "it" else name
