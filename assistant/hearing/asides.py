"""Tells what is of the dream from what is of waking life, and both from what is only said around it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.hearing.lexicon import STATIVE_VERBS
from assistant.hearing.phrases import at_start, phrase
from assistant.hearing.segments import Segment

_AROUND_AT_START = at_start("around_at_start", after=r"(?:(?:and|but|so|anyway|also|just|i) )*")
_AROUND = phrase("around")
_TO_A_MACHINE = phrase("to_a_machine")
_OF_THE_DREAM = phrase("of_the_dream")
_IN_THE_DREAM = phrase("in_the_dream")
_DREAMING = phrase("dreaming")
_AWAKE = phrase("awake")
_STILL_SO = phrase("still_so")


def is_around(text: str) -> bool:
    """Whether the words are a greeting, an excuse, a request or a remark on the telling itself."""
    return bool(_AROUND_AT_START.match(text) or _AROUND.search(text) or _TO_A_MACHINE.search(text))


def are_orders_to_a_machine(sentences: Collection[str]) -> bool:
    """Whether the sentences, as a whole, give orders to a program."""
    orders = sum(bool(_TO_A_MACHINE.search(sentence)) for sentence in sentences)
    return orders > 1 or (orders > 0 and orders == len(sentences))


def is_of_waking(text: str) -> bool:
    """Whether the words speak of waking life, of sleep or of the dream as a dream."""
    return bool(_AWAKE.search(text) or _OF_THE_DREAM.search(_IN_THE_DREAM.sub("", text)))


def speaks_of_dreaming(text: str) -> bool:
    """Whether the words name a dream at all."""
    return bool(_DREAMING.search(text))


def is_awakening(segment: Segment) -> bool:
    """Whether here the dreamer wakes up, so that what follows is of waking life."""
    lowers = segment.lowers
    return bool({"i", "me"} & set(lowers)) and bool(
        {"woke", "awoke", "awakened", "wake", "wakes", "awaken"} & set(lowers)
    )


def told_in_past(segments: Sequence[Segment]) -> bool:
    """Whether the message is told in the past tense on the whole."""
    past = sum(_tense(segment) == "past" for segment in segments)
    present = sum(_tense(segment) == "present" for segment in segments)
    return past > 2 * present


def is_general(segment: Segment, text: str, in_past: bool) -> bool:
    """Whether a present tense in a past telling says how things are: "my father is a doctor", "I always lose keys"."""
    if not in_past or _tense(segment) != "present":
        return False
    return segment.head.lemma in STATIVE_VERBS or bool(_STILL_SO.search(text))


def _tense(segment: Segment) -> str:
    head = segment.head
    carriers = [child for child in head.children if child.role in {"aux", "auxpass"}] + [head]
    tags = [word.tag for word in carriers]
    if "VBD" in tags:
        return "past"
    if any(word.lower in {"could", "would"} for word in carriers):
        return ""
    return "present" if {"VBZ", "VBP"} & set(tags) else ""
