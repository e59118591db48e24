"""Reads Markdown of any origin; what is in our own format goes on to ``graded``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markdown_it.tree import SyntaxTreeNode

from knowledge.reading import graded
from knowledge.reading.decoding import decode_text
from knowledge.reading.draft import Block, assemble
from knowledge.reading.markup import heading, level, paragraphs, parse
from knowledge.types import Article


def read(path: Path, data: bytes) -> Article:
    """The article in a Markdown file.

    Raises UnreadableArticle when it holds no text, or when it is in our own format and breaks it.
    """
    document = parse(path, decode_text(path, data))
    if graded.is_graded(document):
        return graded.article(path, document)
    title = document.front_matter.get("title")
    return assemble(path, title if isinstance(title, str) else "", _blocks(document.nodes))


def _blocks(nodes: list[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        if level(node):
            yield Block(heading(node)[0], level(node))
        else:
            yield from map(Block, paragraphs(node))
