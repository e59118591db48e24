"""Reads Word documents: headings by their styles, paragraphs, lists and tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn

from knowledge.errors import UnreadableArticle
from knowledge.reading.draft import Block, assemble
from knowledge.types import Article

LARGEST_UNPACKED_MEGABYTES = 60
MEGABYTE = 1_000_000
SMALLEST_VISIBLE = 4  # half points; smaller letters are there for machines only

_OLE_CONTAINER = b"\xd0\xcf\x11\xe0"  # what an old .doc and a .docx with a password begin with
_HEADING_STYLE = re.compile(r"heading (\d)", re.IGNORECASE)
_UNSEEN = (
    qn("w:del"),
    qn("w:moveFrom"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",  # a text box a second time
)
_MARKS = {qn("w:tab"): " ", qn("w:br"): " ", qn("w:cr"): " ", qn("w:noBreakHyphen"): "-"}
_CONTAINERS = (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml"), qn("w:smartTag"))


@dataclass(frozen=True, slots=True)
class _Styles:
    """What the document's paragraph styles mean, by their ids: the level of headings (1 the title), and list items."""

    levels: dict[str, int]
    lists: frozenset[str]


def read(path: Path, data: bytes) -> Article:
    """The article in a Word document.

    Raises UnreadableArticle for one with a password, a damaged one, and one that unpacks to more than it should.
    """
    _refuse_unsafe(path, data)
    document = docx.Document(io.BytesIO(data))
    styles = _styles(document)
    blocks = list(_blocks(document.element.body, styles))
    levels = [block.level for block in blocks if block.level]
    if levels.count(1) == 0 and levels.count(2) == 1 and levels[0] == 2:  # one main heading, above all others
        blocks = [Block(block.text, 1) if block.level == 2 else block for block in blocks]
    return assemble(path, "" if 1 in levels else document.core_properties.title or "", blocks)


def _refuse_unsafe(path: Path, data: bytes) -> None:
    if data.startswith(_OLE_CONTAINER):
        raise UnreadableArticle(path, "It has a password or is an old .doc; save it as .docx without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableArticle(path, "It is not a whole Word document; save it anew as .docx.") from error
    if unpacked > LARGEST_UNPACKED_MEGABYTES * MEGABYTE:
        raise UnreadableArticle(
            path,
            f"It unpacks to {unpacked / MEGABYTE:.0f} MB and we take at most {LARGEST_UNPACKED_MEGABYTES} MB; "
            "save it without images or split it.",
        )


def _styles(document: Any) -> _Styles:
    """A style counts as what it is based on: 'Title' is level 1, 'Heading 1' level 2 and so on."""
    levels: dict[str, int] = {}
    lists: set[str] = set()
    for style in document.styles:
        base = style if style.type == WD_STYLE_TYPE.PARAGRAPH else None
        while base is not None and style.style_id not in levels:
            name = base.name or ""
            heading = _HEADING_STYLE.fullmatch(name)
            if name == "Title" or heading:
                levels[style.style_id] = int(heading[1]) + 1 if heading else 1
            elif name.startswith("List"):
                lists.add(style.style_id)
            base = base.base_style
    return _Styles(levels, frozenset(lists))


def _blocks(container: Any, styles: _Styles) -> Iterator[Block]:
    """The blocks of an XML element's paragraphs and tables, those in content controls included."""
    for element in container:
        if element.tag == qn("w:p"):
            text = _text(element)
            level = styles.levels.get(element.style, 0)
            is_item = element.style in styles.lists or element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
            yield Block(f"• {text}" if is_item and not level and text.strip() else text, level)
        elif element.tag == qn("w:tbl"):
            yield from _table(element, styles)
        elif element.tag in _CONTAINERS:
            yield from _blocks(element, styles)


def _table(table: Any, styles: _Styles) -> Iterator[Block]:
    """One block a row; a table of one column is there for the layout, so that what it holds counts by itself."""
    rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
    if all(len(cells) == 1 for cells in rows):
        for cells in rows:
            yield from _blocks(cells[0], styles)
        return
    for cells in rows:
        texts = (" ".join(_text(part) for part in cell.iter(qn("w:p"))) for cell in cells)
        yield Block(" | ".join(text for text in texts if text.strip()))


def _text(paragraph: Any) -> str:
    """The paragraph's visible words: no hidden runs, none in white or too small to see, none that were deleted."""
    words: list[str] = []
    for run in paragraph.iter(qn("w:r")):
        if _is_hidden(run) or any(parent.tag in _UNSEEN for parent in run.iterancestors()):
            continue
        for part in run:
            words.append(part.text or "" if part.tag == qn("w:t") else _MARKS.get(part.tag, ""))
    return "".join(words)


def _is_hidden(run: Any) -> bool:
    """Whether a run's own format keeps it from being seen: hidden, white on no ground, or in the smallest letters."""
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    if hidden is not None and hidden.get(qn("w:val")) not in ("0", "false", "off"):
        return True
    size = run.find(f"{qn('w:rPr')}/{qn('w:sz')}")
    if size is not None and (size.get(qn("w:val")) or "").isdigit() and int(size.get(qn("w:val"))) < SMALLEST_VISIBLE:
        return True
    colour, ground = (run.find(f"{qn('w:rPr')}/{qn(name)}") for name in ("w:color", "w:shd"))
    in_cell = any(parent.tag == qn("w:tc") for parent in run.iterancestors())  # which may have a ground
    white = colour is not None and (colour.get(qn("w:val")) or "").upper() in ("FFFFFF", "FEFEFE")
    return white and ground is None and not in_cell
