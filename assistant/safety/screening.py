"""The safety level of a conversation: what the person, awake, says of themself; a dream is never a risk by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.safety.assessment import (
    CLOSE_BY,
    DENIED,
    FAINT_HINT,
    HINT,
    NOT_TO_BE_DENIED,
    ORDER,
    PAST,
    QUIET_MESSAGES,
    Assessment,
    Course,
)
from assistant.safety.clauses import sentences
from assistant.safety.findings import LIGHTLY, UNNAMED, Finding, Message, findings_of
from assistant.safety.frames import Frame, framed
from assistant.safety.rules import ANSWERS, FRAMES, HISTORY, WEIGHING
from assistant.safety.staying import stays, takes_back
from assistant.safety.topics import names_the_dream
from assistant.types import Safety, Screening

_BAD_ANSWER = {"danger": "no"}  # there the question is "are you safe?"
DENIALS_TO_CLOSE = 2
SURELY = 1.0  # so strong a hint is one
PLAINLY = 2.0  # from here on a help line is named beside the question
WARY = 0.75  # and so strong a one after another, or while a risk is stayed with
FEW_WORDS = 5  # so short a no is one
AFTER_CRISIS = "Nothing new here, but a crisis was voiced earlier in this conversation."
AFTER_DENIAL = "Nothing new here; a crisis was voiced earlier in this conversation, and denied."
_NOTHING = Assessment(Safety.NONE, "Nothing said of waking life points to a risk.")


def screen(messages: Sequence[str], hints: Sequence[float] = ()) -> Screening:
    """The level after the last of a person's messages (oldest first), and one plain sentence why.

    ``hints`` says of each message how strongly something in it hints at a risk, 1 where surely, 2 where plainly (hints.py); a hint that no
    rule sees is distress: at a faint first one it is asked how they are, at a strong one whether dream or day is meant, and one that
    follows, or the answer that they are not well, is taken for said of the day. Besides hints, by rules (rules.yaml), without a model or the network; English only. What happens inside a dream
    counts as nothing. What could be meant either way is distress, with "unsure" in the reason: "I want it to stop", after a
    nightmare.

    A crisis stays: while it is what is talked of, every message is one, and later each is at least distress, "just kidding" or not, until the person has
    plainly said that they are safe or not alone and four more messages have brought no sign, or has denied it clearly
    twice. A "yes" to the question that the crisis reply asked is a crisis again, and so is something taken or done, or
    the means at hand. Of a message longer than 20,000 characters the middle is not read.
    """
    assessment = assess(messages, hints)
    return Screening(assessment.level, assessment.why)


def assess(messages: Sequence[str], hints: Sequence[float] = ()) -> Assessment:
    """As ``screen``, with what the replies need besides."""
    return course_of(messages, hints)[-1] if messages else _NOTHING


def has_denied(messages: Sequence[str], hints: Sequence[float] = ()) -> bool:
    """Whether the last of the messages says clearly that it is nothing of the kind that was asked about."""
    return assess(messages, hints).kind == DENIED


def course_of(messages: Sequence[str], hints: Sequence[float] = ()) -> list[Assessment]:
    """The assessment after each of the messages."""
    course = Course()
    assessments: list[Assessment] = []
    for number, text in enumerate(messages):
        before = assessments[-1] if assessments else _NOTHING
        message = findings_of(text, course.death, course.suicide, course.dream)
        if number < len(hints):
            message = _with_hint(message, hints[number], before, course)
        assessments.append(stays(_next(message, number, before, course), message, before, course))
    return assessments


def _with_hint(message: Message, strength: float, before: Assessment, course: Course) -> Message:
    """The message with a hint among its findings: not beside plainer ones, nor after a no; the second one is taken for said of the day."""
    found = any(one.level is not Safety.NONE for one in message.findings)
    wary = bool(course.hints or course.stays)
    if found or course.hints_denied or course.crisis_open or strength < (WARY if wary else SURELY):
        return message
    if _denies(message.text, before, course) or (before.unsure and ANSWERS["only_dream"].search(message.text)):
        return message
    course.hints += 1
    frame = Frame.WAKING if course.hints > 1 else Frame.UNSURE
    signal = FAINT_HINT if strength < PLAINLY and frame is Frame.UNSURE else HINT
    hint = Finding(signal, HINT, "may hint that they find it hard to go on", Safety.DISTRESS, frame)
    return replace(message, findings=(*message.findings, hint))


def _next(message: Message, number: int, before: Assessment, course: Course) -> Assessment:
    """The assessment of a message after those before it; ``course`` is brought up to date."""
    course.death, course.suicide, course.dream = message.own_death, message.own_suicide, message.dream
    denies = _denies(message.text, before, course)
    asked = course.crisis_open or before.level is not Safety.NONE
    if before.faint and ANSWERS["well"].search(message.text):
        course.hints = 0
    course.named = course.named or (asked and denies) or _names_the_dream(message, before)
    if course.named:
        message = replace(message, findings=tuple(one for one in message.findings if one.kind != UNNAMED))
    course.weak |= {(number, one.signal) for one in message.findings if one.weak and one.level is not Safety.NONE}
    own = _of_message(message, course.weak, before, denies=denies)
    at_risk = course.crisis_open or course.of_self or before.kind == UNNAMED
    if at_risk and _tells_an_act(message, before, in_crisis=course.crisis_open, denies=denies):
        own = Assessment(Safety.CRISIS, "After such words: tells of something done, or being done.", "act")
    elif at_risk and own.kind in ("", "self", HINT) and not denies and _has_the_means(message):
        own = Assessment(Safety.CRISIS, "After such words: tells of means at hand.", "means")
    course.of_self = course.of_self or (own.level is not Safety.NONE and own.kind in ("self", HINT) and not own.unsure)
    if own.level is Safety.CRISIS:
        course.crisis_open, course.said_safe, course.denials, course.quiet = True, False, 0, 0
        course.kind = own.kind
    elif course.kind == "other" and course.crisis_open and ANSWERS["of_themself"].search(message.text) and not denies:
        course.kind, course.said_safe, course.of_self = "self", False, True
        return Assessment(Safety.CRISIS, "Says that it is about themself too.", "self")
    elif own.level is Safety.NONE and asked and denies:
        return _after_denial(course)
    elif course.crisis_open:
        return _after_crisis(message, own, course)
    return own


def _denies(text: str, before: Assessment, course: Course) -> bool:
    """Whether the person says clearly that there is no danger; after an act, that nothing was done."""
    if (course.stays or before.kind) in NOT_TO_BE_DENIED:
        return bool(ANSWERS["meant_the_dream"].search(text))
    if ANSWERS["denial"].search(text) or _waves_off(text, before, course):
        return True
    if course.kind == "act" or before.kind == "act":
        return False
    again = course.denials > 0 and ANSWERS["no_more_help"].search(text)
    return bool(again or (before.kind != "self-harm" and ANSWERS["denial_of_a_wish"].search(text)))


def _waves_off(text: str, before: Assessment, course: Course) -> bool:
    """Whether the person says, where there was no crisis, that it was a manner of speaking, is taken aback that it was asked, or says
    no more than a no to it."""
    if course.crisis_open or before.level is not Safety.DISTRESS or before.kind in CLOSE_BY:
        return False
    if before.kind != "act" and ANSWERS["protest"].search(text):
        return True
    said_no = bool(ANSWERS["no"].search(text))
    if before.kind == LIGHTLY:
        return not ANSWERS["meant"].search(text) and (said_no or bool(ANSWERS["manner_of_speaking"].search(text)))
    plainly = said_no and (len(text.split()) <= FEW_WORDS or bool(ANSWERS["safe"].search(text)))
    return bool(ANSWERS["manner_of_speaking"].search(text)) or (plainly and _asked_about_suicide(before))


def _after_denial(course: Course) -> Assessment:
    """A clear no: after a crisis one stands it down to distress and a second one ends it; else one is enough."""
    course.denials += 1
    course.said_safe = True
    if course.crisis_open and course.denials < DENIALS_TO_CLOSE:
        return Assessment(Safety.DISTRESS, AFTER_DENIAL, course.kind, after_crisis=True, denied=True)
    course.crisis_open, course.of_self, course.quiet = False, False, 0
    course.hints_denied = True
    course.weak.clear()
    return Assessment(Safety.NONE, "Has said clearly that it is nothing of the kind.", DENIED)


def _after_crisis(message: Message, own: Assessment, course: Course) -> Assessment:
    """A message that brings no crisis, after one: distress, until there was a word of safety and some quiet."""
    taken_back = takes_back(message)
    course.said_safe = course.said_safe or (bool(ANSWERS["safe"].search(message.text)) and not taken_back)
    course.quiet = course.quiet + 1 if course.said_safe and own.level is Safety.NONE and not taken_back else 0
    if course.quiet > QUIET_MESSAGES:
        course.crisis_open, course.stays = False, ""
    elif own.level is Safety.NONE:
        why = AFTER_DENIAL if course.denials else AFTER_CRISIS
        return Assessment(Safety.DISTRESS, why, course.kind, after_crisis=True, after_denial=bool(course.denials))
    return own


def _names_the_dream(message: Message, before: Assessment) -> bool:
    """Whether the question what "it" is has been answered with the dream, or with a plain no."""
    if before.kind != UNNAMED or WEIGHING["of_life"].search(message.text):
        return False
    return any(ANSWERS[name].search(message.text) for name in ("only_dream", "the_dream", "no"))


def _tells_an_act(message: Message, before: Assessment, *, in_crisis: bool, denies: bool) -> bool:
    """Whether somebody in a crisis says that they did something or have the means, or is not known to have help after it."""
    if ANSWERS["only_dream"].search(message.text) or takes_back(message):
        return False
    if _speaks_of("doing", message.text) or (in_crisis and _speaks_of("act", message.text)):
        return True
    helped = ANSWERS["help_is_there"].search(message.text) or ANSWERS["safe"].search(message.text)
    return before.level is Safety.CRISIS and before.kind == "act" and not helped and not denies


def _has_the_means(message: Message) -> bool:
    return not (ANSWERS["only_dream"].search(message.text) or takes_back(message)) and _speaks_of("means", message.text)


def _speaks_of(name: str, text: str) -> bool:
    """Whether an act or means at hand are spoken of, of the person awake and now: not in a dream, not of years ago."""
    return any(
        clause.frame(clause.clause.start + found.start(), past=False) is not Frame.DREAM
        for clause in framed(sentences(text))
        if not FRAMES["plain_life"].search(clause.clause.text)
        for found in ANSWERS[name].finditer(clause.clause.text)
    )


def _of_message(message: Message, weak: set[tuple[int, str]], before: Assessment, *, denies: bool) -> Assessment:
    strongest = max(message.findings, key=_weight, default=None)
    level = strongest.level if strongest else Safety.NONE
    if level is not Safety.CRISIS and not denies and (answer := _as_answer(message, before)):
        return answer
    if strongest is None or level is Safety.NONE:
        return Assessment(Safety.NONE, _why_none(message))
    if level is Safety.DISTRESS and strongest.weak and len(weak) > 1:
        return Assessment(Safety.CRISIS, f"More than one veiled sign: the person {strongest.says}.", "self")
    unsure = strongest.frame is Frame.UNSURE or (strongest.kind == UNNAMED and level is Safety.DISTRESS)
    if strongest.kind == "grief" and not names_the_dream(message.text):
        unsure = False  # such a loss told by itself is no scene
    if unsure:
        why = f"Unsure whether the dream or the waking life is meant: the person {strongest.says}."
    else:
        why = f"Of waking life the person {strongest.says}."
    past = level is Safety.DISTRESS and strongest.past and not unsure and strongest.kind == "self"
    past = past and not HISTORY["back_again"].search(message.text)
    return Assessment(
        level,
        why,
        PAST if past else strongest.kind,
        unsure,
        hinted=strongest.signal in (HINT, FAINT_HINT),
        faint=strongest.signal == FAINT_HINT,
        weak=strongest.weak,
    )


def _as_answer(message: Message, before: Assessment) -> Assessment | None:
    """The reading of a message as the answer to what the companion asked after a crisis or an unclear statement."""
    text = message.text
    if before.level is Safety.CRISIS and ANSWERS[_BAD_ANSWER.get(before.kind, "yes")].search(text):
        return Assessment(Safety.CRISIS, "Does not answer that they are safe.", before.kind)
    if _asked_about_suicide(before) and any(ANSWERS["yes"].search(part) for part in text.split(" . ")):
        return Assessment(Safety.CRISIS, "Says yes to the question about not wanting to live.", before.kind)
    if before.kind == LIGHTLY and before.level is Safety.DISTRESS and ANSWERS["meant"].search(text):
        return Assessment(Safety.DISTRESS, "Says that what was said lightly was meant.", "self")
    of_the_dream = ANSWERS["only_dream"].search(text) or _names_the_dream(message, before)
    if before.unsure and before.kind in ("self", HINT, "act", UNNAMED) and not of_the_dream:
        loosely = before.kind != UNNAMED and ANSWERS["by_day_of_a_wish"].search(text)
        by_day = loosely or ANSWERS["by_day"].search(text) or (before.faint and ANSWERS["not_well"].search(text))
        # What they say yes to after a hint may be a sadness: it is asked about plainly before it is taken for more.
        if by_day and before.hinted:
            return Assessment(Safety.DISTRESS, "Says that what may have been a hint is there by day too.", before.kind)
        if by_day:
            return Assessment(Safety.CRISIS, "Says that what the dream held is there by day too.", before.kind)
        if ANSWERS["yes"].search(text):
            return Assessment(Safety.DISTRESS, "Unsure whether the yes is to dream or day.", before.kind, unsure=True)
    return None


def _asked_about_suicide(before: Assessment) -> bool:
    """Whether the note at the level distress asked straight about suicide (see notes.distress_note)."""
    plain = before.level is Safety.DISTRESS and not before.unsure and not before.after_crisis
    return plain and before.kind in ("self", "self-harm", HINT)


def _why_none(message: Message) -> str:
    if any(one.frame is Frame.DREAM for one in message.findings):
        return "What sounds like risk is told of the dream, not of waking life."
    return "Nothing said of waking life points to a risk."


def _weight(finding: Finding) -> tuple[int, bool, bool]:
    return ORDER.index(finding.level), finding.kind != "sad", finding.frame is Frame.WAKING
