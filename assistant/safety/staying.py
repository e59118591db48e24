"""Stays with a risk that was told: each later message is answered by it alone until the person goes back to the dream or denies it."""

from __future__ import annotations

from dataclasses import replace

from assistant.safety.assessment import CLOSE_BY, DENIED, LIGHT, ORDER, QUIET_MESSAGES, Assessment, Course
from assistant.safety.findings import LIGHTLY, Message
from assistant.safety.rules import ANSWERS, FRAMES, HARMFUL, WEIGHING
from assistant.safety.topics import (
    asks_back,
    gone_in,
    helper_in,
    names_the_dream,
    relations_in,
    taken_up,
    tells_a_scene,
)
from assistant.types import Safety

STAYED_WITH_SADNESS = 2  # messages after it that bring nothing new and do not go back to the dream
STAYS = "Nothing new here, but what was told before is not left yet."
# Topics that are of the risk even where the dream is named beside them.
_OVER_THE_DREAM = (
    *("takes_back", "goodbye", "read_along", "asks_privacy", "line_refused", "help_refused", "will_tell", "has_told"),
    *("offered", "near_now", "throat", "not_reached", "voices", "the_baby"),
)
# Topics by which the answer to "dream or day?" speaks of the day.
_OF_THE_DAY = (
    *("helper", "nobody", "burden", "ashamed", "tired"),
    *("line_refused", "asks_privacy", "takes_back", "will_tell", "has_told"),
)


def stays(own: Assessment, message: Message, before: Assessment, course: Course) -> Assessment:
    """The assessment, with whether the reply is to stay with a risk: until the person goes back to the dream or denies it."""
    course.not_helpers |= gone_in(message.text)
    if HARMFUL.search(message.text):
        course.not_helpers |= relations_in(message.text)
    if (
        own.level is Safety.DISTRESS
        and not course.stays
        and (own.kind == LIGHTLY or _may_be_of_the_dream(own, message, course))
    ):
        return own  # a soft word before the ordinary reply
    tells = _goes_back(message, before, course)
    new = own.level is Safety.CRISIS or (own.level is Safety.DISTRESS and not own.unsure and not own.after_crisis)
    if new:
        course.stays, course.stayed, course.quiet_of_distress = own.kind, 0, 0
        course.of_the_dream = own.level is Safety.DISTRESS and own.kind in LIGHT and tells
        if own.kind in CLOSE_BY:
            course.not_helpers |= relations_in(message.text)
    elif (
        own.level is Safety.NONE and before.unsure and not tells and own.kind != DENIED and _may_be_of_the_day(message)
    ):
        course.stays, course.stayed, course.of_the_dream = "sad", 0, False
    elif not course.stays or tells or (course.of_the_dream and not _is_of_now(message, course)):
        return _at_the_dream(own, course, tells=tells)
    elif own.kind == DENIED:
        course.stays = ""
    elif course.stays in LIGHT and course.stayed >= STAYED_WITH_SADNESS:
        course.stays = ""
        return own
    else:
        course.stayed += 1
    if new and course.of_the_dream:
        return own
    course.of_the_dream = False
    kind = own.kind if new or own.kind == DENIED else course.stays
    topic = taken_up(message.text, kind, course.not_helpers)
    level = own.level if own.kind == DENIED else max(own.level, Safety.DISTRESS, key=ORDER.index)
    if course.crisis_open and not course.said_safe and not _eases(message):
        level = Safety.CRISIS
    why = STAYS if own.level is Safety.NONE and own.kind != DENIED else own.why
    return replace(
        own,
        level=level,
        why=why,
        kind=kind,
        cares=True,
        new=new,
        topic=topic,
        helper=helper_in(message.text, course.not_helpers),
    )


def _goes_back(message: Message, before: Assessment, course: Course) -> bool:
    """Whether the message speaks of the dream, or of something else than the risk that is stayed with."""
    if asks_back(message.text):
        return True
    kind = before.kind or course.stays
    if before.cares and taken_up(message.text, kind, course.not_helpers) in _OVER_THE_DREAM:
        return False
    scenes_count = not before.cares or kind in (*LIGHT, "self")  # what else is told is told of the day
    return names_the_dream(message.text) or (scenes_count and tells_a_scene(message.text))


def _may_be_of_the_dream(own: Assessment, message: Message, course: Course) -> bool:
    """Whether a single veiled sign ("hopeless") was given in a talk about a dream, with no word of waking life."""
    return own.weak and course.dream and not FRAMES["waking"].search(message.text)


def _at_the_dream(own: Assessment, course: Course, *, tells: bool) -> Assessment:
    """The assessment of a message that is not answered by the risk: of the dream, or where none is stayed with."""
    course.of_the_dream = course.of_the_dream or tells
    if not course.stays or course.stays in LIGHT or own.level is not Safety.NONE or own.kind == DENIED:
        return own
    course.quiet_of_distress += 1
    if course.quiet_of_distress > QUIET_MESSAGES:
        course.stays = ""
        return own
    return Assessment(Safety.DISTRESS, STAYS, course.stays, after_crisis=True)


def _is_of_now(message: Message, course: Course) -> bool:
    """Whether a message after the dream was gone back to speaks of waking life again."""
    of_the_risk = taken_up(message.text, course.stays, course.not_helpers) in _OVER_THE_DREAM
    return course.stays not in LIGHT and (of_the_risk or speaks_of_now(message))


def speaks_of_now(message: Message) -> bool:
    """Whether no less of it is said of now than told of a past."""
    now, narrated = (len(WEIGHING[name].findall(message.text)) for name in ("now", "narrated"))
    return 0 < now >= narrated


def _eases(message: Message) -> bool:
    """Whether a message in a crisis says no, that help is there, or that it was not meant."""
    return takes_back(message) or any(ANSWERS[name].search(message.text) for name in ("no", "help_is_there"))


def _may_be_of_the_day(message: Message) -> bool:
    """Whether the answer to our question, dream or day, speaks of the day without saying so."""
    if any(ANSWERS[name].search(message.text) for name in ("only_dream", "the_dream", "no")):
        return False
    return bool(FRAMES["waking"].search(message.text)) or taken_up(message.text, "sad", frozenset()) in _OF_THE_DAY


def takes_back(message: Message) -> bool:
    """Whether it takes back what was said: a joke, never mind."""
    return bool(ANSWERS["taken_back"].search(message.text))
