"""The new ending: the dreamer tells the dream anew over several turns, and hears it back whole (image rehearsal)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.phrases import says_nothing
from assistant.types import Kind, Turn, Wish
from assistant.words import count_words

ENDING = "ending"  # the facet of a question that asks how it goes on
REHEARSAL = "rehearsal"  # the facet of the question that follows when it has been told
PARTS = 5  # told in so many messages it is whole enough to be said back
SAID_BACK = 75  # words at most

_OVER = re.compile(
    r"\b(?:that'?s (?:the end|it|all|how it ends)(?: (?:i think|i guess|really))?|the end|end of (?:it|the dream|story)|(?:and )?(?:then )?i wake up|all done|i'?m done|finished|nothing (?:more|else))\b",
    re.IGNORECASE,
)
_BESIDE_IT = re.compile(
    r"^(?:(?:ok(?:ay)?|um+|uh+|hm+|so|well|right|yes|yeah|alright|let me (?:think|see|try)|i'?ll try|here goes)[\s,.…]*)+$"
    r"|\b(?:thank(?:s| you)|(?:made|makes|making) me (?:cry|smile|laugh|feel)|feels? (?:good|better|nice|right|strange|odd|weird)|(?:going to|gonna|i'?ll) (?:try to |try and |go to )?sleep|"
    r"good ?night|does that (?:work|count)|is that (?:ok|okay|right|enough)|i like (?:that|this|it))\b",
    re.IGNORECASE,
)  # said of the telling, and no part of it
_FILLER = re.compile(r"^(?:(?:ok(?:ay)?|um+|uh+|hm+|well|right|so|yes|yeah|alright)\b[\s,.…]*)+(?=\w)", re.IGNORECASE)


def told_anew(turns: Sequence[Turn]) -> list[Turn] | None:
    """The turns in which the dream has been told anew so far; None where nobody is at it now."""
    since = _since_the_wish(turns)
    if not since or any(map(ends_the_telling, since)):
        return None
    return _tellings(since)


def new_version(turns: Sequence[Turn]) -> list[str]:
    """The new version as it was told last, a message each, whether it is finished or not."""
    since = _since_the_wish(turns)
    over = next((number for number, turn in enumerate(since) if ends_the_telling(turn)), len(since))
    return list(filter(None, (_OVER.sub("", turn.message).strip(" \n.,;") for turn in _tellings(since[: over + 1]))))


def ends_the_telling(turn: Turn) -> bool:
    """Whether the telling is over with this turn: it has been told whole, or the dreamer stops."""
    return turn.facet == REHEARSAL or turn.wish is Wish.STOP or turn.kind is Kind.CLOSE


def _since_the_wish(turns: Sequence[Turn]) -> Sequence[Turn]:
    """The turns from the latest wish for another ending on; none where there was no such wish."""
    began = max((number for number, turn in enumerate(turns) if turn.wish is Wish.NEW_ENDING), default=len(turns))
    return turns[began:]


def _tellings(turns: Sequence[Turn]) -> list[Turn]:
    return [turn for turn in turns if turn.kind is Kind.ANSWER and not says_nothing(turn.message)]


def is_whole(parts: Sequence[str]) -> bool:
    """Whether the new version has been told to its end, as far as its last words or its length show."""
    return bool(parts) and (bool(_OVER.search(parts[-1])) or len(parts) >= PARTS)


def said_back(parts: Sequence[str]) -> str:
    """The new version in the dreamer's words; empty where it is too long to be said in a reply."""
    whole = " ".join(
        part if part.endswith((".", "!", "?", "…")) else f"{part}." for part in filter(None, map(_quotable, parts))
    )
    return whole if count_words(whole) <= SAID_BACK else ""


def _quotable(part: str) -> str:
    """What of a message tells the new version, without marks that would break a quotation."""
    plain = re.sub(r"[\"“”<>{}\[\]|\\`*_#^~]", "", _OVER.sub("", part.replace("’", "'")))
    sentences = (_FILLER.sub("", one) for one in re.split(r"(?<=[.!?…])\s+|\n+", plain))
    told = (one for one in sentences if count_words(one) and not _BESIDE_IT.search(one))
    return " ".join(" ".join(told).split()).strip(" ,;:-–—")
