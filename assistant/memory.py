"""What a conversation holds of the dreamer: small typed facts in their own words, shown when asked for and taken out on a word."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from assistant.corrections import Corrections
from assistant.method.matters import known
from assistant.phrases import says_nothing
from assistant.texts import text
from assistant.types import Fact, FactKind, Heard, Kind, Mention, MentionKind, Turn, Wish
from assistant.words import content_stems, count_words

SURE_ENOUGH = 0.4  # a sentence is remembered as being about its matter from here on
MOST_OF_A_KIND = 6  # named when the memory is shown
NONE = Corrections()
FEWEST, LONGEST = 3, 25  # words of a remembered sentence

_OF_FACETS = {  # the facet of a matter, and what a sentence about it tells of the dreamer
    "waking-link": FactKind.LIFE,
    "association": FactKind.LIFE,
    "own-meaning": FactKind.MEANING,
    "step": FactKind.STEP,
}
_TELL_A_DREAM = (Kind.DREAM, Kind.UNCOVERED, Kind.ANSWER)


def remembered(
    turns: Sequence[Turn],
    turns_heard: Sequence[Heard],
    start: int,
    left_out: Collection[str],
    corrections: Corrections = NONE,
) -> tuple[Fact, ...]:
    """The facts of the turns from ``start`` on, oldest first and each once, without those that hold a stem of ``left_out``.

    ``turns_heard`` are their messages as heard. A name is kept as one says it to the dreamer ("your mother"), a sentence as
    they wrote it, both as the dreamer has corrected them.
    """
    facts: dict[tuple[FactKind, str], Fact] = {}
    for number, (turn, heard) in enumerate(zip(turns[start:], turns_heard[start:], strict=True), start):
        if turn.kind in (*_TELL_A_DREAM, Kind.REJECTION, Kind.WISH) and not says_nothing(turn.message):
            for kind, said in _facts_of(turn.kind, heard):
                facts.setdefault((kind, said.lower()), Fact(kind, said, number))
    corrected = filter(None, map(corrections.of_fact, facts.values()))
    return tuple(fact for fact in corrected if content_stems(fact.said).isdisjoint(left_out))


def denied(turns_heard: Sequence[Heard]) -> frozenset[str]:
    """The stems of what the dreamer said is no part of it, or is to be left out."""
    return frozenset().union(*(heard.directed.denied for heard in turns_heard))


def _facts_of(kind: Kind, heard: Heard) -> Iterator[tuple[FactKind, str]]:
    if kind in _TELL_A_DREAM:
        waking = [clause.said for clause in heard.clauses if clause.waking]
        for mention in heard.mentions:
            if not any(mention.said in said for said in waking):
                yield _sort(mention), mention.turned
        for feeling in heard.feelings:
            yield FactKind.FEELING, feeling
    for matter in heard.directed.matters:
        sort = _OF_FACETS.get(known()[matter.name].facet)
        is_asked = matter.sentence in heard.directed.question
        if sort is not None and matter.likely >= SURE_ENOUGH and not is_asked and _is_worth_keeping(matter.sentence):
            yield sort, matter.sentence.strip(" ,;:–—-")


def _is_worth_keeping(sentence: str) -> bool:
    """Whether a sentence says something by itself: no "Oh", no question, not half a page."""
    return FEWEST <= count_words(sentence) <= LONGEST and bool(content_stems(sentence)) and "?" not in sentence


def _sort(mention: Mention) -> FactKind:
    return FactKind.PERSON if mention.kind is MentionKind.PERSON else FactKind.IMAGE


def told_back(facts: Collection[Fact]) -> str:
    """The memory in a few sentences; empty where there is nothing in it."""
    parts = []
    for kind in FactKind:
        said = [fact.said for fact in facts if fact.kind is kind][-MOST_OF_A_KIND:]
        quoted = kind in (FactKind.LIFE, FactKind.MEANING, FactKind.STEP)
        named = ", ".join(f"“{_bare(one)}”" if quoted else one for one in said)
        if named:
            parts.append(text("remembered", kind.value).format(named))
    return " ".join([text("remembered", "opening"), *parts, text("remembered", "closing")]) if parts else ""


def told_in_short(facts: Sequence[Fact], words: int) -> str:
    """The facts in their order for somebody who did not hear the conversation, the latest that fit into so many words."""
    kept: list[str] = []
    for fact in reversed(facts):
        told = f"{fact.kind.value}: {_bare(fact.said)}"
        words -= count_words(told)
        if words < 0:
            break
        kept.append(told)
    return "; ".join(reversed(kept))


def _bare(said: str) -> str:
    return said.replace("“", "").replace("”", "").replace('"', "").rstrip(".!,;: ")


def since_the_start(turns: Sequence[Turn]) -> int:
    """The number of the turn from which on the conversation counts: after the last wish to start again."""
    return max((number for number, turn in enumerate(turns) if turn.wish is Wish.START_AGAIN), default=-1) + 1
