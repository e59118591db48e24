"""Cuts a message into parts of a few sentences: a long dream is searched by what it holds and not by its average."""

from __future__ import annotations

import re

WORDS_IN_PART = 45  # about 60 word-pieces: one scene of a dream report
SINGLE_PART_WORDS = 70  # a message up to this long is searched as it is
MOST_PARTS = 90  # a message of 20,000 characters; longer parts beyond that

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+")


def parts_of(message: str) -> list[str]:
    """The parts of a message in order, none empty; together they hold every word. A short message is one part."""
    words = message.split()
    if not words:
        return []
    if len(words) <= SINGLE_PART_WORDS:
        return [" ".join(words)]
    size = max(WORDS_IN_PART, -(-len(words) // MOST_PARTS))
    parts: list[list[str]] = [[]]
    for sentence in _SENTENCE_END.split(message):
        for piece in _pieces(sentence.split(), size):
            if parts[-1] and len(parts[-1]) + len(piece) > size:
                parts.append([])
            parts[-1].extend(piece)
    return [" ".join(part) for part in parts if part]


def sentences_of(text: str) -> list[str]:
    """The sentences of a well-written text, the very short ones left out."""
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if len(sentence.split()) > 4]


def _pieces(words: list[str], size: int) -> list[list[str]]:
    """A sentence without end in even pieces of at most ``size`` words; an ordinary one whole."""
    if len(words) <= size:
        return [words] if words else []
    count = -(-len(words) // size)
    even = -(-len(words) // count)
    return [words[start : start + even] for start in range(0, len(words), even)]
