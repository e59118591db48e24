"""The safety level of a conversation: what the person, awake, says of themself; a dream is never a risk by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.safety.clauses import sentences
from assistant.safety.findings import Finding, Message, findings_of
from assistant.safety.frames import Frame, framed
from assistant.safety.rules import ANSWERS
from assistant.types import Safety, Screening

QUIET_MESSAGES = 4  # after a plain word of being safe, so many messages without any sign close a crisis
_BAD_ANSWER = {"danger": "no"}  # there the question is "are you safe?"
AFTER_CRISIS = "Nothing new here, but a crisis was voiced earlier in this conversation."
_ORDER = (Safety.NONE, Safety.DISTRESS, Safety.CRISIS)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The level after the last message, why, what kind of danger, and whether dream or day was meant is unsure."""

    level: Safety
    why: str
    kind: str = ""
    unsure: bool = False
    after_crisis: bool = False  # nothing new, but a crisis was voiced before


def screen(messages: Sequence[str]) -> Screening:
    """The level after the last of a person's messages (oldest first), and one plain sentence why.

    English only; by rules (rules.yaml), without a model or the network. What happens inside a dream counts as nothing.
    What could be meant either way is distress, with "unsure" in the reason.

    A crisis stays: after it every later message is at least distress, "just kidding" or not, until the person has
    plainly said that they are safe or not alone and four more messages have brought no sign. A "yes" to the question
    that the crisis reply asked is a crisis again, and so is something taken or done, or the means at hand. Of a message
    longer than 20,000 characters the middle is not read.
    """
    assessment = assess(messages)
    return Screening(assessment.level, assessment.why)


def assess(messages: Sequence[str]) -> Assessment:
    """As ``screen``, with what the replies need besides."""
    current = Assessment(Safety.NONE, "Nothing said of waking life points to a risk.")
    crisis_open, of_self, said_safe, quiet = False, False, False, 0
    kind, death, suicide = "", False, False
    weak: set[tuple[int, str]] = set()
    for number, text in enumerate(messages):
        message = findings_of(text, death, suicide)
        death, suicide = message.own_death, message.own_suicide
        weak |= {(number, one.signal) for one in message.findings if one.weak and one.level is not Safety.NONE}
        own = _of_message(message, weak, current)
        if (crisis_open or of_self) and _tells_an_act(message, current):
            own = Assessment(Safety.CRISIS, "After such words: tells of something done, or of means at hand.", "act")
        of_self = of_self or (own.level is not Safety.NONE and own.kind == "self" and not own.unsure)
        if own.level is Safety.CRISIS:
            crisis_open, said_safe, quiet, kind = True, False, 0, own.kind
        elif crisis_open:
            said_safe = said_safe or (bool(ANSWERS["safe"].search(message.text)) and not _takes_back(message))
            quiet = quiet + 1 if said_safe and own.level is Safety.NONE and not _takes_back(message) else 0
            if quiet > QUIET_MESSAGES:
                crisis_open = False
            elif own.level is Safety.NONE:
                own = Assessment(Safety.DISTRESS, AFTER_CRISIS, kind, after_crisis=True)
        current = own
    return current


def _tells_an_act(message: Message, before: Assessment) -> bool:
    """Whether somebody in a crisis says that they did something or have the means, or is not known to have help after it."""
    if ANSWERS["only_dream"].search(message.text) or _takes_back(message):
        return False
    if _speaks_of_an_act(message.text):
        return True
    helped = ANSWERS["help_is_there"].search(message.text) or ANSWERS["safe"].search(message.text)
    return before.level is Safety.CRISIS and before.kind == "act" and not helped


def _speaks_of_an_act(text: str) -> bool:
    """Whether an act or means at hand are spoken of, and not as part of a dream."""
    return any(
        clause.frame(clause.clause.start + found.start(), past=False) is not Frame.DREAM
        for clause in framed(sentences(text))
        for found in ANSWERS["act"].finditer(clause.clause.text)
    )


def _of_message(message: Message, weak: set[tuple[int, str]], before: Assessment) -> Assessment:
    strongest = max(message.findings, key=_weight, default=None)
    level = strongest.level if strongest else Safety.NONE
    if level is not Safety.CRISIS and (answer := _as_answer(message, before)):
        return answer
    if strongest is None or level is Safety.NONE:
        return Assessment(Safety.NONE, _why_none(message))
    if level is Safety.DISTRESS and strongest.weak and len(weak) > 1:
        return Assessment(Safety.CRISIS, f"More than one veiled sign: the person {strongest.says}.", "self")
    unsure = strongest.frame is Frame.UNSURE
    if unsure:
        why = f"Unsure whether the dream or the waking life is meant: the person {strongest.says}."
    else:
        why = f"Of waking life the person {strongest.says}."
    return Assessment(level, why, strongest.kind, unsure)


def _as_answer(message: Message, before: Assessment) -> Assessment | None:
    """The reading of a message as the answer to what the companion asked after a crisis or an unclear statement."""
    text = message.text
    if before.level is Safety.CRISIS and ANSWERS[_BAD_ANSWER.get(before.kind, "yes")].search(text):
        return Assessment(Safety.CRISIS, "Does not answer that they are safe.", before.kind)
    if _asked_about_suicide(before) and ANSWERS["yes"].search(text):
        return Assessment(Safety.CRISIS, "Says yes to the question about not wanting to live.", before.kind)
    if before.unsure and before.kind in ("self", "act") and not ANSWERS["only_dream"].search(text):
        if ANSWERS["by_day"].search(text):
            return Assessment(Safety.CRISIS, "Says that what the dream held is there by day too.", before.kind)
        if ANSWERS["yes"].search(text):
            return Assessment(Safety.DISTRESS, "Unsure whether the yes is to dream or day.", before.kind, unsure=True)
    return None


def _asked_about_suicide(before: Assessment) -> bool:
    """Whether the note at the level distress asked straight about suicide (see care.distress_note)."""
    plain = before.level is Safety.DISTRESS and not before.unsure and not before.after_crisis
    return plain and before.kind in ("self", "self-harm")


def _takes_back(message: Message) -> bool:
    return bool(ANSWERS["taken_back"].search(message.text))


def _why_none(message: Message) -> str:
    if any(one.frame is Frame.DREAM for one in message.findings):
        return "What sounds like risk is told of the dream, not of waking life."
    return "Nothing said of waking life points to a risk."


def _weight(finding: Finding) -> tuple[int, bool]:
    return _ORDER.index(finding.level), finding.frame is Frame.WAKING
