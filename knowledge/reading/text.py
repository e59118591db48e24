"""Reads plain text: a short line of its own is a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from knowledge.reading.decoding import decode_text
from knowledge.reading.draft import Block, assemble, plain, slug
from knowledge.types import Article

LONGEST_HEADING_WORDS = 12
LONGEST_TITLE_WORDS = 25
PAGE_HEAD_WORDS = 120  # a page saved as text shows its title in the tab, then menus, then the title above the article

_CLOSING = " \t\"'”’»)]"
_LIST_ITEM = re.compile(r"\s*(?:[-*+•·‣◦▪–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+\S")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


def read(path: Path, data: bytes) -> Article:
    """The article in a text file. Raises UnreadableArticle when it is not UTF-8 text or holds none."""
    stretches = [lines for stretch in _stretches(decode_text(path, data)) if (lines := stretch.splitlines())]
    title, begin = _title(stretches)
    return assemble(path, title, _blocks(stretches[begin:], _are_headings(stretches)[begin:]))


def is_list_item(line: str) -> bool:
    """Whether a line begins with a bullet or a number."""
    return _LIST_ITEM.match(line) is not None


def is_heading(line: str) -> bool:
    """Whether a line that stands by itself reads as a heading: short, no sentence, no list item."""
    return is_heading_like(line) and not is_list_item(line)


def is_heading_like(line: str, longest: int = LONGEST_HEADING_WORDS) -> bool:
    """Whether a line has at most so many words and no mark of a sentence at its end; '1. Falling' is like that."""
    return (
        0 < len(line.split()) <= longest
        and not line.rstrip(_CLOSING).endswith((".", ":", ",", ";", "…", "。"))
        and any(character.isalpha() for character in line)
    )


def _stretches(text: str) -> list[str]:
    return _BLANK_LINES.split(re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text).strip())


def _title(stretches: list[list[str]]) -> tuple[str, int]:
    """The title and the number of the stretch after it; no title where the text does not show one.

    It is the first line of its own if it stands there again above the text, as in a page saved as text ('Title | Site',
    menus, 'Title'), or if a heading follows it at once.
    """
    of_their_own = [number for number, lines in enumerate(stretches) if len(lines) == 1]
    if not of_their_own:
        return "", 0
    first, *others = of_their_own
    title = plain(stretches[first][0]).split(" | ")[0]
    if not slug(title) or len(title.split()) > LONGEST_TITLE_WORDS or is_list_item(title):
        return "", 0
    for number in others:
        if sum(len(line.split()) for lines in stretches[:number] for line in lines) > PAGE_HEAD_WORDS:
            break
        if slug(stretches[number][0]) == slug(title):
            return title, number + 1
    stands_above_heading = others[:1] == [1] and first == 0 and is_heading(title) and is_heading(stretches[1][0])
    return (title, 1) if stands_above_heading and len(stretches) > 2 else ("", 0)


def _are_headings(stretches: list[list[str]]) -> list[bool]:
    """Which stretches are headings.

    The last line stands above nothing, so it is text, except where the file is nothing but such lines (a menu).
    """
    headings = [len(lines) == 1 and is_heading(lines[0]) for lines in stretches]
    if headings and (not all(headings) or len(headings) < 3):
        headings[-1] = False
    return headings


def _blocks(stretches: list[list[str]], headings: list[bool]) -> Iterator[Block]:
    """Paragraphs, list items and headings in order; the wrapped lines of a paragraph or an item are joined."""
    for lines, heading in zip(stretches, headings, strict=True):
        if heading:
            yield Block(lines[0], level=2)
        else:
            yield from map(Block, _joined(lines))


def _joined(lines: list[str]) -> list[str]:
    """One text a paragraph or list item of these lines."""
    joined: list[list[str]] = [[]]
    for line in lines:
        if joined[-1] and is_list_item(line):
            joined.append([])
        joined[-1].append(line)
    return [" ".join(text) for text in joined]
