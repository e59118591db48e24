"""What a message speaks of while a risk is open: what the reply takes up, a person who could be told, the dream."""

from __future__ import annotations

import re

from assistant.safety.rules import FRAMES, HELPERS, TAKES_UP, WEIGHING

_THE_DREAM = re.compile(r"\b(?:dream(?!y)\w*|dreamt|nightmares?)\b")
_OF_US = re.compile(r"\b(?:i|me|my|myself|mine|we|us|our|you|your)\b")
_ASKS_BACK = re.compile(
    r"\b(?:can|could|may|might|shall|let us|rather|want to|like to)(?: (?:we|i|you))? (?:just |please )?(?:do|go back|return|get back|go on|talk about|hear about|talk of|look at)\b|\bwhat (?:does|did|do|would|is) [^?]{0,40}\b(?:mean|stand for|about)\b|\breturn to the\b"
)
_PARTS = re.compile(r" \. | (?=but\b)|[;,] ")


def names_the_dream(text: str) -> bool:
    """Whether a message names a dream."""
    return bool(_THE_DREAM.search(text.lower()))


def is_of_a_night(message: str) -> bool:
    """Whether a message names a dream or a waking out of one."""
    return bool(FRAMES["night"].search(message.lower()))


def asks_back(text: str) -> bool:
    """Whether it asks to go back to the dream, or on to something else."""
    return bool(_ASKS_BACK.search(text))


def tells_a_scene(text: str) -> bool:
    """Whether it tells something without the teller, and nothing of waking life: "the dog was black"."""
    narrates = WEIGHING["narrated"].search(text) and not FRAMES["waking"].search(text)
    return bool(narrates and not _OF_US.search(text))


def taken_up(text: str, kind: str, not_helpers: frozenset[str]) -> str:
    """The name of what the reply takes up of a message in plain form, after a risk of that kind; "" for nothing."""
    for topic in TAKES_UP:
        if topic.kinds and kind not in topic.kinds:
            continue
        if topic.pattern.search(text) if topic.pattern else helper_in(text, not_helpers):
            return topic.name
    return ""


def helper_in(text: str, not_helpers: frozenset[str] = frozenset()) -> str:
    """A person who could be told ("my sister"), as the message names them; "" where it names none.

    Not somebody of whom the same part of the message tells that they hurt, are dead or far, nor those of ``not_helpers``.
    """
    for part in _PARTS.split(text):
        if HELPERS["not_of"].search(part):
            continue
        for found in HELPERS["of_theirs"].finditer(part):
            if found[0].split()[-1] not in not_helpers:
                return found[0]
        for name, article in (("of_school", "the"), ("of_profession", "my")):
            if other := HELPERS[name].search(part):
                return f"{article} {other[0].split(' ', 1)[1]}"
    return ""


def gone_in(text: str) -> frozenset[str]:
    """The people of theirs of whom a message in plain form tells that they hurt, are dead or far, as in relations_in."""
    return frozenset().union(*(relations_in(part) for part in _PARTS.split(text) if HELPERS["not_of"].search(part)))


def relations_in(text: str) -> frozenset[str]:
    """The people of theirs whom a message in plain form names, by the last word ("ex", "mother")."""
    return frozenset(found[0].split()[-1] for found in HELPERS["of_theirs"].finditer(text))
