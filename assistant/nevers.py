"""What no reply may say, whatever the model: certainty, diagnosis, prediction, advice on life, hidden memories, helplines, being human."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.words import content_stems

_NEVERS: dict[str, str] = {
    "certainty": (
        r"\b(?:this|that|it|your dream|the dream|which) (?:clearly |really |surely )?(?:means|proves|shows|signifies|symbolizes|symbolises|"
        r"indicates|reveals|represents)(?: that)? you|\bproves? that\b|\bdefinitely\b|\bcertainly\b|\bundoubtedly\b|\bwithout (?:a )?doubt\b|"
        r"\bmust mean\b|\bthis dream means\b|\bdreams? always mean|\ba clear sign\b|\byour (?:true|real) (?:self|feelings?)\b"
    ),
    "diagnosis": (
        r"\byou (?:have|suffer from|are suffering from|may have|might have|could have|probably have|show signs of) (?:an? )?(?:\w+ )?(?:ptsd|depression|"
        r"anxiety disorder|disorder|rbd|narcolepsy|apnea|apnoea|bipolar|trauma|insomnia|schizophrenia|epilepsy|psychosis|adhd|ocd)\b|"
        r"\byou are (?:clinically )?(?:depressed|traumati[sz]ed|bipolar|psychotic)\b"
    ),
    "prediction": (
        r"\b(?:will|is going to|are going to) (?:soon )?(?:happen|come true|die|return|find you)\b|^(?!.*\b(?:no|not|nothing|never|nobody|cannot|n't)\b).*\bforetells?\b|"
        r"\bis an? (?:omen|warning|premonition) (?:of|that|about)\b|\bprophe(?:cy|tic)\b"
    ),
    "advice on life": (
        r"\byou (?:should|must|need to|ought to|have to) (?:leave|quit|divorce|break up|stop taking|resign|end (?:it|the|your))\b|"
        r"\b(?:leave|divorce|break up with) (?:him|her|them|your (?:husband|wife|partner|boyfriend|girlfriend|job))\b|"
        r"\bstop taking (?:your|the) (?:\w+ )?(?:medicine|medication|pills|tablets)\b"
    ),
    "hidden memory": (
        r"\b(?:repressed|suppressed|forgotten|buried|hidden|recovered) (?:\w+ )?(?:memor|trauma|abuse|event|experience)|"
        r"\bsomething (?:may have |might have |must have )?happened to you (?:as a child|that you)|\byou were (?:probably |perhaps )?abused\b"
    ),
    "helpline": r"\b(?:\d{3}[-\s]\d{3,4}[-\s]?\d{0,4}|1-?800[-\d]+|988|116\s?123|helpline|hotline|crisis line)\b",
    "claim to be human": (
        r"(?<!such )\bas a (?:human|therapist|doctor|psychologist|person|woman|man)\b(?!.*\bnot\b)|\bi(?:'m| am) (?:a )?(?:human|real person|therapist|"
        r"psychologist)\b|\bi (?:too |also )?(?:once )?(?:had|dreamed|dreamt) (?:a|the|that) (?:similar|same) (?:dream)?"
    ),
    "leaked prompt": r"\b(?:system prompt|my instructions|note for this turn|the dreamer's message:)|<message>|</message>|\bHEARD:|\bREADING \[",
}  # fmt: skip
_COMPILED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _NEVERS.items()}


def never_said(text: str, told: Sequence[str] = ()) -> list[str]:
    """The names of the rules that a sentence breaks; empty where it breaks none.

    ``told`` are the dreamer's messages where the sentence gives their words back: what they said themselves ("the doctor told
    me that I will die") is not ours when we repeat it.
    """
    theirs = frozenset().union(*(content_stems(message) for message in told)) if told else frozenset()
    broken = []
    for name, pattern in _COMPILED.items():
        found = [content_stems(match.group()) for match in pattern.finditer(text)]
        if any(not stems or not stems <= theirs for stems in found):
            broken.append(name)
    return broken
