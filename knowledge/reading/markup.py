"""Takes Markdown apart: its front matter, its headings, and the plain text of each block."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from knowledge.errors import UnreadableArticle
from knowledge.reading.draft import plain
from knowledge.reading.visible import hides

LONGEST_FRONT_MATTER = 100_000  # characters; what is longer between two '---' is text
_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(.*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_PLAIN_VALUE = re.compile(r"^([^\S\n]*[\w.-]+):[^\S\n]+([^\s\"'\[\]{}|>&*!%@#`].*)$", re.MULTILINE)
_HEADING_ID = re.compile(r"\s*\{#([^\s{}]+)\}\s*$")
_TAG = re.compile(r"<(/?)([a-z][\w-]*)\b[^>]*>", re.IGNORECASE)
_NEVER_SHOWN = ("script", "style", "template")
_ALONE = ("br", "hr", "img", "input", "meta", "link", "wbr")  # tags that hold nothing


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: what its front matter says and the nodes of its body."""

    nodes: list[SyntaxTreeNode]
    front_matter: dict[str, Any] = field(default_factory=dict)


def parse(path: Path, text: str) -> Document:
    """The front matter and the body. Raises UnreadableArticle when the front matter is not YAML."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match = _FRONT_MATTER.match(text)
    front_matter: dict[str, Any] = {}
    if match is not None and len(match[1]) <= LONGEST_FRONT_MATTER:
        loaded = _yaml(path, match[1])
        if isinstance(loaded, dict):
            front_matter = loaded
            text = text[match.end() :]
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return Document(list(_seen(SyntaxTreeNode(parser.parse(text)).children)), front_matter)


def _seen(nodes: list[SyntaxTreeNode]) -> Iterator[SyntaxTreeNode]:
    """The blocks that do not stand between raw HTML tags that hide them."""
    hidden: list[str] = []
    for node in nodes:
        if node.type == "html_block":
            hidden = _hidden_after(node.content, hidden)
        elif not hidden:
            yield node


def _hidden_after(html: str, hidden: list[str]) -> list[str]:
    """The open tags that hide what follows, after some more HTML; ``hidden`` are those before it, outermost first."""
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if tag[1]:
            if name in hidden:
                hidden = hidden[: len(hidden) - 1 - hidden[::-1].index(name)]
        elif name not in _ALONE and (hidden or name in _NEVER_SHOWN or hides(tag[0])):
            hidden = [*hidden, name]
    return hidden


def heading(node: SyntaxTreeNode) -> tuple[str, str]:
    """A heading's words, and the id that a ``{#id}`` at its end gives, or nothing."""
    words = plain(_inline_of(node))
    given = _HEADING_ID.search(words)
    return (words[: given.start()], given[1]) if given else (words, "")


def level(node: SyntaxTreeNode) -> int:
    """1 to 6 for a heading, 0 for anything else."""
    return int(node.tag[1]) if node.type == "heading" else 0


def paragraphs(node: SyntaxTreeNode) -> Iterator[str]:
    """The plain text of a block, one string a paragraph, list item, table row or code block; raw HTML is left out."""
    if node.type in ("paragraph", "heading"):
        yield plain(_inline_of(node))
    elif node.type in ("fence", "code_block"):
        yield plain(node.content)
    elif node.type == "tr":
        yield " | ".join(filter(None, (plain(_inline_of(cell)) for cell in node.children)))
    elif node.type in ("bullet_list", "ordered_list"):
        yield from _list_items(node)
    elif node.type != "html_block":
        for child in node.children:
            yield from paragraphs(child)


def _list_items(node: SyntaxTreeNode) -> Iterator[str]:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    for number, item in enumerate(node.children, first):
        mark = "• " if node.type == "bullet_list" else f"{number}. "
        for text in filter(None, (text for child in item.children for text in paragraphs(child))):
            yield mark + text
            mark = ""


def _inline_of(node: SyntaxTreeNode) -> str:
    """The words of a block's one line of text, without marks of emphasis, link targets and raw HTML."""
    words: list[str] = []
    hidden: list[str] = []
    images = [part for inline in node.children for part in inline.walk() if part.type == "image"]
    unseen = {id(part) for image in images for part in image.walk()}  # what describes an image is no text
    for part in (part for inline in node.children for part in inline.walk(include_self=False)):
        if part.type == "html_inline":
            hidden = _hidden_after(part.content, hidden)
        elif not hidden and id(part) not in unseen:
            words.append(part.content if part.type in ("text", "code_inline") else "")
            words.append(" " if part.type in ("softbreak", "hardbreak") else "")
    return "".join(words)


def _yaml(path: Path, text: str) -> Any:
    """The front matter as data. Plain values are quoted first: a citation may hold ': ' or ' #', which end a value."""
    quoted = _PLAIN_VALUE.sub(lambda match: f"{match[1]}: {json.dumps(match[2].strip(), ensure_ascii=False)}", text)
    try:
        return yaml.safe_load(quoted)
    except yaml.YAMLError:
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
            where = f" (line {mark.line + 2})" if mark else ""
            raise UnreadableArticle(
                path, f"The front matter between its two '---' lines is not valid YAML{where}; put values in quotes."
            ) from error
