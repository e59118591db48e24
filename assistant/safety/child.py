"""Tells whether the person, awake, says that they are a child."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.safety.clauses import sentences
from assistant.safety.frames import Frame, framed
from knowledge.forgetting import remembering

_CHILD = re.compile(
    r"\bi am (?:only |a )?(?:[6-9]|1[0-7])(?: ?(?:yo|y/o|f|m)\b|(?= years? old\b)|(?=\W*$)|,|(?= (?:and|but|so)\b))"
    r"|\bi am in (?:(?:[1-9]|1[01])(?:st|nd|rd|th) grade|middle school|elementary school|primary school|year [1-9]\b)"
    r"|\bi am (?:a child|a kid|a minor)\b"
)


def is_child(messages: Sequence[str]) -> bool:
    """Whether the person, awake, gives an age under eighteen or says that they are a child."""
    return any(map(_says_child, messages))


@remembering(512)
def _says_child(message: str) -> bool:
    for clause in framed(sentences(message)):
        found = _CHILD.search(clause.clause.text)
        if found and clause.frame(clause.clause.start + found.start(), past=False) is not Frame.DREAM:
            return True
    return False
