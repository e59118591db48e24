"""The safety level of a conversation: what the person, awake, says of themself; a dream is never a risk by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.safety.clauses import sentences
from assistant.safety.findings import UNNAMED, Finding, Message, findings_of
from assistant.safety.frames import Frame, framed
from assistant.safety.rules import ANSWERS, FRAMES, WEIGHING
from assistant.types import Safety, Screening

QUIET_MESSAGES = 4  # after a plain word of being safe, so many messages without any sign close a crisis
_BAD_ANSWER = {"danger": "no"}  # there the question is "are you safe?"
DENIALS_TO_CLOSE = 2
HINTS_AT_MOST = 2  # so often in a conversation a mere hint leads to a question
HINT = "hint"  # the signal of a finding that was learned, not matched
AFTER_CRISIS = "Nothing new here, but a crisis was voiced earlier in this conversation."
AFTER_DENIAL = "Nothing new here; a crisis was voiced earlier in this conversation, and denied."
_ORDER = (Safety.NONE, Safety.DISTRESS, Safety.CRISIS)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The level after the last message, why, what kind of danger, and whether dream or day was meant is unsure."""

    level: Safety
    why: str
    kind: str = ""
    unsure: bool = False
    after_crisis: bool = False  # nothing new, but a crisis was voiced before
    denied: bool = False  # nothing new, and the person says that they are not in danger
    after_denial: bool = False  # nothing new, and they have said so before
    hinted: bool = False  # only something that was learned speaks for it, no word that can be named


@dataclass(slots=True)
class _Course:
    """What of the conversation so far bears on the next message."""

    crisis_open: bool = False
    of_self: bool = False  # something was said of not wanting to live, and not taken back since
    said_safe: bool = False
    denials: int = 0
    quiet: int = 0
    kind: str = ""  # of the open crisis
    named: bool = False  # the person has said what "it" is: the dream
    death: bool = False
    suicide: bool = False
    dream: bool = False
    weak: set[tuple[int, str]] = field(default_factory=set)
    hints: int = 0  # that were asked about


_NOTHING = Assessment(Safety.NONE, "Nothing said of waking life points to a risk.")


def screen(messages: Sequence[str], hints: Sequence[bool] = ()) -> Screening:
    """The level after the last of a person's messages (oldest first), and one plain sentence why.

    ``hints`` says of each message whether something in it hints at a risk (hints.py); a hint that no rule sees is distress,
    asked about twice a conversation at most. English only. Besides hints, by rules (rules.yaml), without a model or the network. What happens inside a dream counts as nothing.
    What could be meant either way is distress, with "unsure" in the reason: "I want it to stop", after a nightmare.

    A crisis stays: after it every later message is at least distress, "just kidding" or not, until the person has
    plainly said that they are safe or not alone and four more messages have brought no sign, or has denied it clearly
    twice. A "yes" to the question that the crisis reply asked is a crisis again, and so is something taken or done, or
    the means at hand. Of a message longer than 20,000 characters the middle is not read.
    """
    assessment = assess(messages, hints)
    return Screening(assessment.level, assessment.why)


def assess(messages: Sequence[str], hints: Sequence[bool] = ()) -> Assessment:
    """As ``screen``, with what the replies need besides."""
    return course_of(messages, hints)[-1] if messages else _NOTHING


def course_of(messages: Sequence[str], hints: Sequence[bool] = ()) -> list[Assessment]:
    """The assessment after each of the messages."""
    course = _Course()
    assessments: list[Assessment] = []
    for number, text in enumerate(messages):
        before = assessments[-1] if assessments else _NOTHING
        message = findings_of(text, course.death, course.suicide, course.dream)
        if number < len(hints) and hints[number]:
            message = _with_hint(message, before, course)
        assessments.append(_next(message, number, before, course))
    return assessments


def _with_hint(message: Message, before: Assessment, course: _Course) -> Message:
    """The message with a hint among its findings: not beside plainer ones, nor in the answer to our question about one."""
    found = any(one.level is not Safety.NONE for one in message.findings)
    answers = before.unsure and before.kind == "self"
    asked = answers or course.crisis_open or course.hints >= HINTS_AT_MOST
    if found or asked or _denies(message.text, before, course):
        return message
    course.hints += 1
    hint = Finding(HINT, "self", "may hint that they find it hard to go on", Safety.DISTRESS, Frame.UNSURE)
    return replace(message, findings=(*message.findings, hint))


def _next(message: Message, number: int, before: Assessment, course: _Course) -> Assessment:
    """The assessment of a message after those before it; ``course`` is brought up to date."""
    course.death, course.suicide, course.dream = message.own_death, message.own_suicide, message.dream
    denies = _denies(message.text, before, course)
    asked = course.crisis_open or before.level is not Safety.NONE
    course.named = course.named or (asked and denies) or _names_the_dream(message, before)
    if course.named:
        message = replace(message, findings=tuple(one for one in message.findings if one.kind != UNNAMED))
    course.weak |= {(number, one.signal) for one in message.findings if one.weak and one.level is not Safety.NONE}
    own = _of_message(message, course.weak, before, denies=denies)
    at_risk = course.crisis_open or course.of_self or before.kind == UNNAMED
    if at_risk and _tells_an_act(message, before, in_crisis=course.crisis_open, denies=denies):
        own = Assessment(Safety.CRISIS, "After such words: tells of something done, or of means at hand.", "act")
    course.of_self = course.of_self or (own.level is not Safety.NONE and own.kind == "self" and not own.unsure)
    if own.level is Safety.CRISIS:
        course.crisis_open, course.said_safe, course.denials, course.quiet = True, False, 0, 0
        course.kind = own.kind
    elif own.level is Safety.NONE and asked and denies:
        return _after_denial(course)
    elif course.crisis_open:
        return _after_crisis(message, own, course)
    return own


def _denies(text: str, before: Assessment, course: _Course) -> bool:
    """Whether the person says clearly that there is no danger; after an act, that nothing was done."""
    if ANSWERS["denial"].search(text):
        return True
    if course.kind == "act" or before.kind == "act":
        return False
    again = course.denials > 0 and ANSWERS["no_more_help"].search(text)
    return bool(again or ANSWERS["denial_of_a_wish"].search(text))


def _after_denial(course: _Course) -> Assessment:
    """A clear no: after a crisis one stands it down to distress and a second one ends it; else one is enough."""
    course.denials += 1
    course.said_safe = True
    if course.crisis_open and course.denials < DENIALS_TO_CLOSE:
        return Assessment(Safety.DISTRESS, AFTER_DENIAL, course.kind, after_crisis=True, denied=True)
    course.crisis_open, course.of_self, course.quiet = False, False, 0
    course.weak.clear()
    return Assessment(Safety.NONE, "Has said clearly that it is nothing of the kind.")


def _after_crisis(message: Message, own: Assessment, course: _Course) -> Assessment:
    """A message that brings no crisis, after one: distress, until there was a word of safety and some quiet."""
    taken_back = _takes_back(message)
    course.said_safe = course.said_safe or (bool(ANSWERS["safe"].search(message.text)) and not taken_back)
    course.quiet = course.quiet + 1 if course.said_safe and own.level is Safety.NONE and not taken_back else 0
    if course.quiet > QUIET_MESSAGES:
        course.crisis_open = False
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
    if ANSWERS["only_dream"].search(message.text) or _takes_back(message):
        return False
    if _speaks_of("means", message.text) or (in_crisis and _speaks_of("act", message.text)):
        return True
    helped = ANSWERS["help_is_there"].search(message.text) or ANSWERS["safe"].search(message.text)
    return before.level is Safety.CRISIS and before.kind == "act" and not helped and not denies


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
    if unsure:
        why = f"Unsure whether the dream or the waking life is meant: the person {strongest.says}."
    else:
        why = f"Of waking life the person {strongest.says}."
    return Assessment(level, why, strongest.kind, unsure, hinted=strongest.signal == HINT)


def _as_answer(message: Message, before: Assessment) -> Assessment | None:
    """The reading of a message as the answer to what the companion asked after a crisis or an unclear statement."""
    text = message.text
    if before.level is Safety.CRISIS and ANSWERS[_BAD_ANSWER.get(before.kind, "yes")].search(text):
        return Assessment(Safety.CRISIS, "Does not answer that they are safe.", before.kind)
    if _asked_about_suicide(before) and ANSWERS["yes"].search(text):
        return Assessment(Safety.CRISIS, "Says yes to the question about not wanting to live.", before.kind)
    of_the_dream = ANSWERS["only_dream"].search(text) or _names_the_dream(message, before)
    if before.unsure and before.kind in ("self", "act", UNNAMED) and not of_the_dream:
        loosely = before.kind != UNNAMED and ANSWERS["by_day_of_a_wish"].search(text)
        by_day = loosely or ANSWERS["by_day"].search(text)
        # What they say yes to after a hint may be a sadness: it is asked about plainly before it is taken for more.
        if by_day and before.hinted:
            return Assessment(Safety.DISTRESS, "Says that what may have been a hint is there by day too.", before.kind)
        if by_day:
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


def _weight(finding: Finding) -> tuple[int, bool, bool]:
    return _ORDER.index(finding.level), finding.kind != "sad", finding.frame is Frame.WAKING
