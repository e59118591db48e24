"""What every reader hands over, a title and blocks in order, and how they become an article."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import UnreadableArticle
from knowledge.reading.boilerplate import is_end_matter, is_note
from knowledge.types import Article, Section

TITLE_LEVEL = 1
SUBSTANTIAL_LEAD_WORDS = 40  # from here on, text before the first heading is a section of its own
LONGEST_HEADING_WORDS = 30  # a longer "heading" is a paragraph that was styled as one
LONGEST_TITLE = 300  # characters
LONGEST_END_MATTER_WORDS = 80  # below "Related reading" and the like; more than that is text
LONGEST_SLUG_BYTES = 180  # a slug becomes part of a file's name, which may have 255

_APOSTROPHES = re.compile(r"['’‘ʼ＇]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_NOT_IN_SLUG = re.compile(r"[\W_]+")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}  # as PDFs have them
)
_JOINERS = "\u200c\u200d"  # invisible, but Persian, Hindi and many emoji are misspelled without them


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or at a ``level`` above 0 a heading; level 1 is the title."""

    text: str
    level: int = 0


def plain(text: str) -> str:
    """One paragraph normalised: NFC, no control or invisible characters, blanks of any kind and number as one space."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    unwanted = {
        character
        for character in set(text)
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in _JOINERS
    }
    text = text.translate(dict.fromkeys(map(ord, unwanted)) | _LIGATURES)
    return " ".join(unicodedata.normalize("NFC", text).split())


def slug(text: str) -> str:
    """The text as part of an id: lower case, apostrophes dropped, what is neither letter nor digit a single '-'."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    whole = _NOT_IN_SLUG.sub("-", _APOSTROPHES.sub("", lowered))
    return whole.encode("utf-8", "ignore")[:LONGEST_SLUG_BYTES].decode("utf-8", "ignore").strip("-")


def article_id(path: Path) -> str:
    """The id of the article in a file."""
    return slug(path.stem) or "article"


def title_from_name(path: Path) -> str:
    """A title where the file itself has none: its name with blanks for the marks between words."""
    name = plain(re.sub(r"[-_.\s]+", " ", path.stem)) or "Article"
    return name[:1].upper() + name[1:]


class SectionIds:
    """Hands out the ids of one article's sections; a repeated heading gets -2, -3 and so on."""

    def __init__(self, article: str) -> None:
        self._article = article
        self._given: Counter[str] = Counter()

    def new(self, heading: str) -> str:
        """The id for the next section of this heading, ``article/section``."""
        base = slug(heading) or "section"
        name = base
        while name in self._given:
            self._given[base] += 1
            name = f"{base}-{self._given[base]}"
        self._given[name] += 1
        return f"{self._article}/{name}"


def assemble(path: Path, title: str, blocks: Iterable[Block]) -> Article:
    """The article that these blocks make.

    Headings without text and the calls and links around an article (share, related reading) go. A substantial text
    before the first heading is a section under the article's title, a short one is the article's opening.
    Raises UnreadableArticle when no text is left.
    """
    cleaned = _cleaned(blocks)
    title = plain(title)[:LONGEST_TITLE].strip() or _title_among(cleaned) or title_from_name(path)
    lead, parts = _parts(cleaned, title)
    level_one = sum(block.level == TITLE_LEVEL for block in cleaned)
    if lead and (not parts or level_one > 1 or _words(lead) >= SUBSTANTIAL_LEAD_WORDS):
        parts.insert(0, (title, lead))
        lead = []
    if not parts:
        raise UnreadableArticle(path, "There is no text in it, nothing but headings or menus.")
    ids = SectionIds(article_id(path))
    sections = tuple(Section(ids.new(heading), heading, "\n\n".join(texts)) for heading, texts in parts)
    return Article(article_id(path), title, sections, opening="\n\n".join(lead))


def _cleaned(blocks: Iterable[Block]) -> list[Block]:
    """The blocks normalised, without empty ones and notes such as bylines; an overlong heading is text."""
    cleaned = []
    for block in blocks:
        text = plain(block.text)
        if not _LETTER_OR_DIGIT.search(text):
            continue
        is_heading = block.level > 0 and len(text.split()) <= LONGEST_HEADING_WORDS and len(text) <= LONGEST_TITLE
        if not is_note(text) and (is_heading or not is_end_matter(text)):
            cleaned.append(Block(text, block.level if is_heading else 0))
    return cleaned


def _title_among(blocks: list[Block]) -> str:
    return next((block.text for block in blocks if block.level == TITLE_LEVEL), "")


def _parts(blocks: list[Block], title: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The text before the first section, and each section's heading with its paragraphs; none is without text."""
    lead: list[str] = []
    parts: list[tuple[str, list[str]]] = []
    title_slug = slug(title)
    below_title = False
    for heading, texts in _by_heading(blocks):
        if not parts and not below_title and heading.level == TITLE_LEVEL:
            below_title = True
            lead += texts
        elif not heading.level or (not parts and slug(heading.text) == title_slug):
            lead += texts
        elif is_end_matter(heading.text):
            if _words(texts) >= LONGEST_END_MATTER_WORDS:
                (parts[-1][1] if parts else lead).extend(texts)
        elif texts:
            parts.append((heading.text, texts))
    return lead, parts


def _by_heading(blocks: list[Block]) -> list[tuple[Block, list[str]]]:
    """Each heading with the paragraphs below it; what stands before the first has a heading of level 0."""
    groups: list[tuple[Block, list[str]]] = [(Block(""), [])]
    for block in blocks:
        if block.level:
            groups.append((block, []))
        else:
            groups[-1][1].append(block.text)
    return groups


def _words(texts: list[str]) -> int:
    return sum(len(text.split()) for text in texts)
