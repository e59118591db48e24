"""Several dreams in one message: tells them apart, asks which comes first, and stays with the one that was chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.texts import choices
from assistant.types import Heard
from assistant.words import content_stems, count_words

FEWEST_WORDS = 5  # of a part that is a dream of its own

_BORDERS = re.compile(
    r"(?:(?<=[.!?:;\n]\s)|(?<=\n)|^)\(?\d{1,2}[.)]\s+|(?:(?<=[.!?\n]\s)|(?<=\n)|^)(?:(?:and|then|also|ok|so),? )*(?:the )?(?:first|second|third|fourth|next|other|last|another)"
    r" (?:dream|one|nightmare)\b(?: was| is|:|,)*\s*|(?<=[.!?\n]\s)(?:and )?then (?:i had )?another (?:dream|one)\b[:,]?\s*",
    re.IGNORECASE,
)


def dreams_in(message: str) -> list[str]:
    """The dreams that a message tells, each in its words; one or none where it does not number or name several."""
    places = [found.end() for found in _BORDERS.finditer(message)]
    if len(places) < 2:
        return []
    starts = [found.start() for found in _BORDERS.finditer(message)]
    parts = [message[place:end].strip() for place, end in zip(places, [*starts[1:], len(message)], strict=True)]
    told = [part for part in parts if count_words(part) >= FEWEST_WORDS]
    return told if len(told) > 1 else []


def which_first(dreams: Sequence[str]) -> str:
    """The question which of them to begin with."""
    wordings = choices("which_first")
    return wordings[min(len(dreams), len(wordings) + 1) - 2]


def chosen(heard: Heard, later: Sequence[str]) -> Heard:
    """Of a message with several dreams what was heard of the one that the ``later`` messages speak of."""
    dreams = dreams_in(heard.message)
    if not dreams or not later:
        return heard
    first = re.split(r"(?<=[.!?])\s|\n", later[0].strip())[0]
    said = content_stems(first), content_stems(" ".join(later))
    best = max(dreams, key=lambda dream: tuple(len(content_stems(dream) & stems) for stems in said))
    return replace(
        heard,
        message=best,
        clauses=tuple(clause for clause in heard.clauses if clause.said in best),
        mentions=tuple(mention for mention in heard.mentions if mention.said in best),
    )
