"""The closing note: the dream, what it brought up, the passages that went with it and the step, in the dreamer's words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from assistant.method.new_ending import new_version
from assistant.texts import text
from assistant.types import Fact, FactKind, Kind, Turn
from assistant.understanding import fitting_citations, rejected_citations
from assistant.words import content_stems, count_words

DREAM_WORDS = 150
MOST_ANSWERS = 5
MOST_PASSAGES = 3
MOST_OWN = 3
MOST_STEPS = 2
NEW_VERSION_WORDS = 120

_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")


def closing_note(
    turns: Sequence[Turn], titles: Mapping[str, str], memory: Sequence[Fact] = (), left_out: Collection[str] = ()
) -> str:
    """The note of these turns; empty where no dream was told. At most about 350 words.

    ``titles`` names the sections that may have been cited, by their id; ``memory`` is what the conversation holds of the
    dreamer; sentences that hold a stem of ``left_out`` are not in the note. Of the passages it names those that the dreamer marked
    as fitting; where they marked none, those that they did not say no to.
    """
    tellings = [turn for turn in turns if turn.kind in (Kind.DREAM, Kind.UNCOVERED)]
    if not tellings:
        return ""
    said_no_to = {citation.section for citation in rejected_citations(turns)}
    cited = fitting_citations(turns) or [citation for turn in turns for citation in turn.citations]
    fitted = {
        titles[citation.section]: None
        for citation in cited
        if citation.section in titles and citation.section not in said_no_to
    }
    dreams = [_beginning(_without(turn.message, left_out), DREAM_WORDS // len(tellings)) for turn in tellings]
    anew = _without(" ".join(new_version(turns)), left_out)
    feelings = ", ".join(fact.said for fact in memory if fact.kind is FactKind.FEELING)
    parts = {
        "dream": " and ".join(_quoted(one for one in dreams if one)),
        "felt": feelings,
        "came_up": _last_of(memory, FactKind.LIFE, MOST_ANSWERS),
        "passages": ", ".join(_quoted(list(fitted)[:MOST_PASSAGES])),
        "own": _last_of(memory, FactKind.MEANING, MOST_OWN),
        "step": _last_of(memory, FactKind.STEP, MOST_STEPS),
        "new_version": " ".join(_quoted([_beginning(anew, NEW_VERSION_WORDS)])) if anew else "",
    }
    filled = [text("note", name).format(_ended(part)) for name, part in parts.items() if part]
    return " ".join([text("note", "opening"), *filled])


def _last_of(memory: Sequence[Fact], kind: FactKind, most: int) -> str:
    return ", ".join(_quoted([fact.said for fact in memory if fact.kind is kind][-most:]))


def _without(message: str, left_out: Collection[str]) -> str:
    """The message without the sentences that the dreamer wants left out."""
    return " ".join(one for one in _SENTENCES.split(message.strip()) if content_stems(one).isdisjoint(left_out))


def _beginning(message: str, most: int) -> str:
    """The message's first sentences, as many as fit; of a longer first sentence its first words."""
    kept: list[str] = []
    for sentence in _SENTENCES.split(re.sub(r"[“”\"]", "'", message.strip())):
        if kept and sum(map(count_words, kept)) + count_words(sentence) > most:
            return " ".join(kept) + " …"
        kept.append(sentence)
    whole = " ".join(kept)
    words = whole.split()
    return whole if len(words) <= 1.3 * most else " ".join(words[:most]) + " …"


def _quoted(texts: Iterable[str]) -> list[str]:
    plain = (re.sub(r"[“”\"]", "'", one).strip().rstrip(".") for one in texts)
    return [f"“{one}”" for one in plain]


def _ended(part: str) -> str:
    return f"{part}."
