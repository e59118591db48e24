"""Reads articles in our own format, strictly: Markdown with evidence, readings, questions and dreamers' words."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from markdown_it.tree import SyntaxTreeNode

from knowledge.errors import UnreadableArticle
from knowledge.reading.draft import SectionIds, article_id, plain, slug, title_from_name
from knowledge.reading.markup import Document, heading, level, paragraphs
from knowledge.types import Article, Evidence, Reading, Section

GRADES = tuple(grade for grade in Evidence if grade is not Evidence.UNGRADED)
KEYS = ("title", "theme")
SECTION_LEVEL = 2
PART_LEVEL = 3
READINGS, ASKS, UTTERANCES = "reads as", "asks", "dreamers say"


@dataclass(slots=True)
class _Part:
    """A section under construction: its heading, what stands right below it and below its ``###`` headings."""

    title: str
    id: str
    body: list[SyntaxTreeNode] = field(default_factory=list)
    lists: dict[str, list[SyntaxTreeNode]] = field(default_factory=dict)


def is_graded(document: Document) -> bool:
    """Whether a file is meant to be in our format: its front matter has a theme or sources, or a section evidence."""
    front = document.front_matter
    if "theme" in front or isinstance(front.get("sources"), dict):
        return True
    return bool(front) and any(level(above) and _marks(below) is not None for above, below in pairwise(document.nodes))


def article(path: Path, document: Document) -> Article:
    """The article, with its sources resolved. Raises UnreadableArticle naming the section and the value at fault."""
    ids = SectionIds(article_id(path))
    opening, parts = _split(path, document.nodes, ids)
    sources = document.front_matter.get("sources") or {}
    if not isinstance(sources, dict) or not all(isinstance(citation, str) for citation in sources.values()):
        raise UnreadableArticle(path, "The front matter's 'sources' must be lines of the form 'key: citation'.")
    citations = {str(key): plain(citation) for key, citation in sources.items()}
    sections = tuple(_section(path, part, citations) for part in parts)
    if not sections:
        raise UnreadableArticle(path, "It has no section; a section begins with a '## ' heading.")
    title, theme = (plain(value) if isinstance(value := document.front_matter.get(key), str) else "" for key in KEYS)
    title = title or title_from_name(path)
    return Article(article_id(path), title, sections, theme=theme, opening="\n\n".join(_texts(opening)))


def _split(path: Path, nodes: list[SyntaxTreeNode], ids: SectionIds) -> tuple[list[SyntaxTreeNode], list[_Part]]:
    """The nodes before the first section, and those of each section by the heading they stand below."""
    opening: list[SyntaxTreeNode] = []
    parts: list[_Part] = []
    below = opening
    for node in nodes:
        if level(node) == SECTION_LEVEL:
            title, given = heading(node)
            parts.append(_Part(title, ids.new(given or title)))
            if given and parts[-1].id.partition("/")[2] != slug(given):
                raise UnreadableArticle(path, f"Two sections have the id {given!r}; ids must differ.")
            below = parts[-1].body
        elif level(node) == PART_LEVEL and parts:
            name = heading(node)[0].lower()
            if name not in (READINGS, ASKS, UTTERANCES):
                raise UnreadableArticle(
                    path,
                    f"Section {parts[-1].id} has a part {name!r}; we know 'Reads as', 'Asks' and 'Dreamers say'.",
                )
            below = parts[-1].lists.setdefault(name, [])
        elif not level(node):
            below.append(node)
        elif parts:
            raise UnreadableArticle(
                path, f"Section {parts[-1].id} has a heading {heading(node)[0]!r} of the wrong level."
            )
    return opening, parts


def _section(path: Path, part: _Part, citations: dict[str, str]) -> Section:
    marks = _marks(part.body[0]) if part.body else None
    text = "\n\n".join(_texts(part.body if marks is None else part.body[1:]))
    if not text:
        raise UnreadableArticle(path, f"Section {part.id} has no text.")
    evidence, sources = _grade(path, part.id, marks or {}, citations)
    readings = tuple(_reading(path, part.id, item, text) for item in _items(path, part, READINGS))
    asks, dreamers_say = (
        tuple(" ".join(_texts([item])) for item in _items(path, part, name)) for name in (ASKS, UTTERANCES)
    )
    return Section(part.id, part.title, text, evidence, sources, readings, asks, dreamers_say)


def _grade(
    path: Path, section: str, marks: dict[str, str], citations: dict[str, str]
) -> tuple[Evidence, tuple[str, ...]]:
    """The section's evidence word and its sources in full."""
    word = marks.get("evidence")
    if word is not None and word not in GRADES:
        raise UnreadableArticle(path, f"Section {section} has the evidence {word!r}; we know {', '.join(GRADES)}.")
    keys = [key for part in marks.get("sources", "").strip("[]").split(",") if (key := part.strip())]
    for key in keys:
        if key not in citations:
            raise UnreadableArticle(
                path, f"Section {section} names the source {key!r}, which the front matter does not hold."
            )
    return Evidence(word) if word else Evidence.UNGRADED, tuple(citations[key] for key in keys)


def _marks(node: SyntaxTreeNode) -> dict[str, str] | None:
    """The ``- evidence:`` and ``- sources:`` list as a dictionary; None where the node is not that list."""
    if node.type != "bullet_list":
        return None
    pairs = [" ".join(_texts([item])).partition(":") for item in node.children]
    marks = {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
    return marks if len(marks) == len(pairs) and marks.keys() <= {"evidence", "sources"} else None


def _items(path: Path, part: _Part, name: str) -> list[SyntaxTreeNode]:
    """The list items below a ``###`` heading. Raises UnreadableArticle where anything else stands there."""
    nodes = part.lists.get(name, [])
    for node in nodes:
        if node.type != "bullet_list":
            told = " ".join(_texts([node]))[:60]
            raise UnreadableArticle(
                path, f"Section {part.id} has, under {name!r}, something that is no list item: {told!r}."
            )
    return [item for node in nodes for item in node.children]


def _reading(path: Path, section: str, item: SyntaxTreeNode, text: str) -> Reading:
    """One reading with its quote, which must stand in the section's text to the letter."""
    said = " ".join(_texts([node for node in item.children if node.type != "blockquote"]))
    quote = " ".join(_texts([node for node in item.children if node.type == "blockquote"]))
    if not said or not quote:
        raise UnreadableArticle(path, f"Section {section} has a reading without its '>' quote: {said or quote!r}.")
    if quote not in text:
        raise UnreadableArticle(
            path, f"Section {section} quotes {quote!r}, which does not stand in its text to the letter."
        )
    return Reading(said, quote)


def _texts(nodes: list[SyntaxTreeNode]) -> list[str]:
    return [text for node in nodes for text in paragraphs(node) if text]
