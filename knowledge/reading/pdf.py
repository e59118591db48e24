"""Reads PDF files that hold text: paragraphs and headings from where and how large the lines stand."""

from __future__ import annotations

import io
import logging
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError

from knowledge.errors import UnreadableArticle
from knowledge.reading.draft import Block, assemble, plain
from knowledge.reading.text import is_heading, is_heading_like, is_list_item
from knowledge.types import Article

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every flaw that it mends

MOST_LINES = 300_000  # some 5,000 pages; a small file can unpack to any size
SMALLEST_VISIBLE_SIZE = 2.0  # points; smaller letters are there for machines only
LARGER_THAN_TEXT = 1.08  # a heading's letters against those of the text
WIDER_THAN_SPACING = 1.3  # the gap before a paragraph against that between its lines
LONGEST_STYLED_HEADING_WORDS = 30
SHORTEST_PROSE_WORDS = 8
SHORT_LINE = 0.75  # of a full line: where the next line could have begun on it, a paragraph ends
RUNNING_HEAD_PAGES = 3  # from this number of pages on, a line that stands on most of them is a running head

_BOLD = re.compile(r"bold|black|heavy|demi|cmbx", re.IGNORECASE)  # cmbx: TeX
_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.)?\s*(?:\d+|[ivxlc]+)(?:\s*(?:/|of)\s*\d+)?\W*", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]]*\d*$")
_CLOSING = " \"'”’)]0123456789"  # with a footnote's number
_WORD = re.compile(r"[^\W\d_]{3}|[\u3040-\u9fff\uac00-\ud7af]")  # not the letters of a formula
_EXCLAIMED = re.compile(r"!|[.?]\s+\S")  # prose: a call, or two sentences
_NO_TITLE = re.compile(r"\.\w{2,4}$|^untitled|^microsoft|^about:|://", re.IGNORECASE)


@dataclass(slots=True)
class _Line:
    """A line of a page. ``size``, ``x`` and ``y`` are in points, ``y`` upwards from the foot of the page."""

    page: int
    x: float
    y: float
    text: str = ""
    letters: Counter[tuple[float, bool]] = field(default_factory=Counter)

    @property
    def size(self) -> float:
        """The size of most of its letters."""
        return self.letters.most_common(1)[0][0][0]

    @property
    def bold(self) -> bool:
        """Whether most of its letters are bold."""
        return sum(count for (_, bold), count in self.letters.items() if bold) > 0.8 * self.letters.total()


@dataclass(frozen=True, slots=True)
class _Measures:
    """What is usual in a document: size and weight of its letters, line spacing over size, a full line's characters."""

    size: float
    bold: bool
    spacing: float
    length: int


_Paragraph = list[_Line]


def read(path: Path, data: bytes) -> Article:
    """The article in a PDF. Raises UnreadableArticle for an encrypted one and for one that holds images of text."""
    reader = _opened(path, data)
    lines: list[_Line] = []
    for number, page in enumerate(reader.pages):
        lines += _lines(page, number)
        if len(lines) > MOST_LINES:
            raise UnreadableArticle(path, f"It holds more than {MOST_LINES} lines; split it into smaller files.")
    if not lines:
        raise UnreadableArticle(path, "It holds no text, only images perhaps; run a text recognition (OCR) on it.")
    lines = _without_running_heads(lines)
    measures = _measures(lines)
    paragraphs = _paragraphs(lines, measures)
    around = zip(paragraphs, [None, *paragraphs], [*paragraphs[1:], None], strict=False)
    headings = [_is_heading(paragraph, before, after, measures) for paragraph, before, after in around]
    blocks = [
        Block(_joined(paragraph), level=2 if heading else 0)
        for paragraph, heading in zip(paragraphs, headings, strict=True)
    ]
    return assemble(path, _title(reader, paragraphs, headings, measures), blocks)


def _opened(path: Path, data: bytes) -> PdfReader:
    locked = UnreadableArticle(path, "It is encrypted; save a copy without a password.")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise locked
    except DependencyError as error:  # a cipher that only an optional library could open
        raise locked from error
    return reader


def _title(reader: PdfReader, paragraphs: list[_Paragraph], headings: list[bool], measures: _Measures) -> str:
    """The title in the document's properties, else the heading in the largest letters of the first page."""
    told = str(reader.metadata.title or "").strip() if reader.metadata else ""
    if plain(told) and not _NO_TITLE.search(told):
        return told
    first_page = [
        paragraph
        for paragraph, heading in zip(paragraphs, headings, strict=True)
        if heading and paragraph[0].page == 0 and paragraph[0].size > LARGER_THAN_TEXT * measures.size
    ]
    return _joined(max(first_page, key=lambda paragraph: paragraph[0].size)) if first_page else ""


def _lines(page: PageObject, number: int) -> list[_Line]:
    """The page's lines in the order in which pypdf gives them."""
    lines: list[_Line] = []
    line_ended = True

    def take(text: str, page_matrix: list[float], text_matrix: list[float], font: Any, size: float) -> None:
        nonlocal line_ended
        scale = math.hypot(text_matrix[2], text_matrix[3]) * math.hypot(page_matrix[2], page_matrix[3])
        x, y = (
            text_matrix[4] * page_matrix[axis] + text_matrix[5] * page_matrix[2 + axis] + page_matrix[4 + axis]
            for axis in (0, 1)
        )
        size = abs(size) * scale
        bold = bool(_BOLD.search(str((font or {}).get("/BaseFont", ""))))
        for piece in text.splitlines(keepends=True):
            if piece.strip() and size >= SMALLEST_VISIBLE_SIZE:
                if line_ended or abs(lines[-1].y - y) > 0.6 * max(size, lines[-1].size):
                    lines.append(_Line(number, x, y))
                lines[-1].text += piece
                lines[-1].letters[round(size, 1), bold] += len(piece.strip())
                line_ended = False
            elif not piece.strip() and lines and not line_ended:
                lines[-1].text += " "
            line_ended = line_ended or piece.endswith("\n")

    page.extract_text(visitor_text=take)
    return [line for line in lines if line.text.strip()]


def _without_running_heads(lines: list[_Line]) -> list[_Line]:
    """The lines without those that stand on most pages, whatever their numbers, and without page numbers."""
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    masked = Counter(text for page in pages.values() for text in {_masked(line) for line in page})
    running = {text for text, count in masked.items() if len(pages) >= RUNNING_HEAD_PAGES and count > len(pages) / 2}
    kept: list[_Line] = []
    for page in pages.values():
        edges = {min(line.y for line in page), max(line.y for line in page)}
        kept += [
            line
            for line in page
            if _masked(line) not in running and not (line.y in edges and _PAGE_NUMBER.fullmatch(line.text.strip()))
        ]
    return kept


def _masked(line: _Line) -> str:
    return re.sub(r"\d+", "0", plain(line.text))


def _measures(lines: list[_Line]) -> _Measures:
    sizes: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        sizes[line.size, line.bold] += len(line.text)
    size, bold = sizes.most_common(1)[0][0] if sizes else (1.0, False)
    gaps = sorted(
        (above.y - below.y) / above.size
        for above, below in pairwise(lines)
        if _is_same_style(above, below) and 0.9 * above.size < above.y - below.y < 3 * above.size
    )
    lengths = sorted(len(line.text) for line in lines) or [0]
    spacing = gaps[len(gaps) // 5] if gaps else 1.2  # most gaps may be those between paragraphs
    return _Measures(size, bold, spacing, lengths[int(0.9 * (len(lengths) - 1))])


def _is_same_style(above: _Line, below: _Line) -> bool:
    return above.bold == below.bold and max(above.size, below.size) <= LARGER_THAN_TEXT * min(above.size, below.size)


def _follows_closely(above: _Line, below: _Line, measures: _Measures) -> bool:
    """Whether the second line stands right below the first, with no more than the usual space between them."""
    gap = above.y - below.y
    return above.page == below.page and 0 < gap <= WIDER_THAN_SPACING * measures.spacing * max(above.size, below.size)


def _paragraphs(lines: list[_Line], measures: _Measures) -> list[_Paragraph]:
    paragraphs: list[_Paragraph] = []
    for line in lines:
        if paragraphs and _goes_on(paragraphs[-1][-1], line, measures):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def _goes_on(above: _Line, below: _Line, measures: _Measures) -> bool:
    """Whether a line belongs to the paragraph of the one before it, be it on the next column or page."""
    text, next_text = above.text.strip(), below.text.strip()
    if not _is_same_style(above, below) or is_list_item(next_text):
        return False
    ends = _SENTENCE_END.search(text) is not None
    if not _follows_closely(above, below, measures):
        is_next_column_or_page = above.page != below.page or below.y > above.y
        return is_next_column_or_page and not ends and (text.endswith("-") or next_text[0].islower())
    is_indented = below.x > above.x + 0.5 * below.size
    is_text = below.bold == measures.bold and below.size <= LARGER_THAN_TEXT * measures.size
    is_short = is_text and len(text) < SHORT_LINE * measures.length
    return not ((ends and is_indented) or (is_short and (ends or next_text[0].isupper())))


def _is_heading(
    paragraph: _Paragraph, before: _Paragraph | None, after: _Paragraph | None, measures: _Measures
) -> bool:
    """A short paragraph that is no sentence, in larger or bolder letters than the text, or by itself between prose."""
    text, first, last = _joined(paragraph), paragraph[0], paragraph[-1]
    if not _WORD.search(text):
        return False
    if first.size > LARGER_THAN_TEXT * measures.size or (first.bold and not measures.bold):
        return is_heading_like(text, LONGEST_STYLED_HEADING_WORDS)
    if not is_heading(text) or _EXCLAIMED.search(text) or len(paragraph) > 1 or after is None:
        return False
    if first.size * LARGER_THAN_TEXT < measures.size:
        return False
    stands_below_text = before is None or (
        not before[-1].text.strip(_CLOSING).endswith((",", ":", ";", "-", "="))
        and not _follows_closely(before[-1], first, measures)
    )
    next_text = _joined(after)
    stands_above_prose = (
        after[0].page == last.page
        and not _follows_closely(last, after[0], measures)
        and len(next_text.split()) >= SHORTEST_PROSE_WORDS
        and not next_text[0].islower()
    )
    return stands_below_text and stands_above_prose


def _joined(paragraph: _Paragraph) -> str:
    """The paragraph's lines as one, a word that was hyphenated at a line's end whole again."""
    text = ""
    for line in (line.text.strip() for line in paragraph):
        if text.endswith(("-", "\u00ad")) and line[:1].islower() and text[-2:-1].isalpha():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text
