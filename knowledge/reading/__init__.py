"""Reads a file of any kind we take into an article with titled sections."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from knowledge.errors import UnreadableArticle
from knowledge.reading import html, markdown, pdf, text, word
from knowledge.reading.draft import LONGEST_TITLE, plain, slug
from knowledge.types import Article

__all__ = ["ENDINGS", "FORMATS", "LARGEST_FILE_MEGABYTES", "read_article", "read_pasted", "slug"]

LARGEST_FILE_MEGABYTES = 20
MEGABYTE = 1_000_000

_MARKDOWN = re.compile(r"\A---\s*$|^#{1,6} \S", re.M)

_READERS: dict[str, Callable[[Path, bytes], Article]] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": text.read,
    ".text": text.read,
    ".html": html.read,
    ".htm": html.read,
    ".pdf": pdf.read,
    ".docx": word.read,
}
ENDINGS = tuple(_READERS)
FORMATS = "Markdown (.md), text (.txt), web pages (.html), PDF (.pdf) and Word (.docx)"


def read_article(path: Path) -> Article:
    """The article in a file; its id is the slug of the file's name.

    Raises UnreadableArticle, with the reason in one sentence, for everything that cannot be taken in.
    """
    return _read(path, _content(path))


def read_pasted(title: str, written: str) -> Article:
    """The article that a text makes which has no file, only a title; it is Markdown where it has Markdown's headings.

    Raises UnreadableArticle where there is no text in it.
    """
    path = Path(f"{slug(title) or 'article'}.{'md' if _MARKDOWN.search(written) else 'txt'}")
    if not written.strip():
        raise UnreadableArticle(path, "It is empty.")
    article = _read(path, written.encode("utf-8", "replace"))
    return replace(article, title=plain(title)[:LONGEST_TITLE].strip() or article.title)


def _read(path: Path, data: bytes) -> Article:
    try:
        return _READERS[path.suffix.lower()](path, data)
    except UnreadableArticle:
        raise
    except Exception as error:  # what a parser raises on a damaged file cannot be listed
        raise UnreadableArticle(
            path, f"It seems to be damaged (reading it ended in {type(error).__name__}); save or export it anew."
        ) from error


def _content(path: Path) -> bytes:
    """The file's bytes, once it is clear that it is a file of a kind and size that we take."""
    try:
        if not path.exists():
            raise UnreadableArticle(path, "There is no such file; check the path.")
        if path.is_dir():
            raise UnreadableArticle(path, "This is a folder; name the files in it.")
        if path.suffix.lower() not in _READERS:
            kind = f"The ending {path.suffix!r} is not one that we can read" if path.suffix else "It has no file ending"
            raise UnreadableArticle(path, f"{kind}; we take {FORMATS}.")
        if not path.is_file():
            raise UnreadableArticle(path, "This is not an ordinary file.")
        size = path.stat().st_size
        if size > LARGEST_FILE_MEGABYTES * MEGABYTE:
            raise UnreadableArticle(
                path,
                f"It is {size / MEGABYTE:.1f} MB large and we take at most {LARGEST_FILE_MEGABYTES} MB; "
                "split it into smaller files.",
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path that no system can hold
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableArticle(path, f"It cannot be opened ({told}).") from error
    if not data.strip():
        raise UnreadableArticle(path, "It is empty.")
    return data
