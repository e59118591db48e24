"""Where articles lie: those that come with the project, and copies of the reader's own, to build an index from."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from knowledge.errors import LibraryError
from knowledge.files import plain_storage_errors, write_whole
from knowledge.reading import read_article
from knowledge.types import Article, Evidence, Reading, Section

log = logging.getLogger(__name__)


def article_to_json(article: Article) -> str:
    """The article as JSON, stable in its order, so that equal articles give equal text."""
    return json.dumps(asdict(article), ensure_ascii=False, indent=1)


def article_from_json(text: str) -> Article:
    """The article that ``article_to_json`` wrote. Raises LibraryError when it is not one."""
    try:
        raw = json.loads(text)
        sections = tuple(
            Section(
                id=section["id"],
                title=section["title"],
                text=section["text"],
                evidence=Evidence(section["evidence"]),
                sources=tuple(section["sources"]),
                readings=tuple(Reading(**reading) for reading in section["readings"]),
                asks=tuple(section["asks"]),
                dreamers_say=tuple(section["dreamers_say"]),
            )
            for section in raw["sections"]
        )
        return Article(id=raw["id"], title=raw["title"], sections=sections, theme=raw["theme"], opening=raw["opening"])
    except (ValueError, KeyError, TypeError) as error:
        raise LibraryError(f"This is not a stored article ({type(error).__name__}: {error}).") from error


def digest(article: Article) -> str:
    """Changes when, and only when, the article's content changes."""
    return hashlib.sha256(article_to_json(article).encode()).hexdigest()


class Shelf:
    """All articles of one data folder: the project's, and the reader's own, which replace those of the same id."""

    def __init__(self, data_dir: Path) -> None:
        self._own_dir = data_dir / "articles"

    @cached_property
    def _packaged(self) -> dict[str, Article]:
        folder = files("knowledge.articles")
        paths = sorted(Path(str(item)) for item in folder.iterdir() if item.name.endswith(".md"))
        return {article.id: article for article in map(read_article, paths)}

    @property
    def packaged_ids(self) -> frozenset[str]:
        """The ids of the project's articles."""
        return frozenset(self._packaged)

    @cached_property
    def background(self) -> tuple[str, ...]:
        """Messages on which the library has nothing, for the search to tell what is not covered."""
        text = (files("knowledge") / "background.md").read_text(encoding="utf-8")
        return tuple(line.removeprefix("- ").strip() for line in text.splitlines() if line.startswith("- "))

    def own(self) -> dict[str, Article]:
        """The reader's own articles, by id; a damaged one is named in the log and left out."""
        articles: dict[str, Article] = {}
        for path in sorted(self._own_dir.glob("*.json")):
            with plain_storage_errors(self._own_dir):
                try:
                    article = article_from_json(path.read_bytes().decode())
                except FileNotFoundError:  # removed meanwhile
                    continue
                except (LibraryError, UnicodeDecodeError) as error:
                    log.warning(
                        "The article kept in %s is damaged: add its file again, or delete this one. %s", path, error
                    )
                    continue
            articles[article.id] = article
        return articles

    def all(self) -> dict[str, Article]:
        """Every article that belongs into the index, by id."""
        return {**self._packaged, **self.own()}

    def sections(self) -> dict[str, Section]:
        """Every article's sections, by their ids."""
        return {section.id: section for article in self.all().values() for section in article.sections}

    def add(self, article: Article) -> bool:
        """Keep an article of the reader's own; false where the very same one is on the shelf already."""
        known = self.all().get(article.id)
        if known is not None and digest(known) == digest(article):
            return False
        write_whole(self._own_dir / f"{article.id}.json", article_to_json(article))
        return True

    def remove(self, article_id: str) -> bool:
        """Take an own article off the shelf; false where there is none of that id."""
        with plain_storage_errors(self._own_dir):
            for path in self._own_dir.glob("*.json"):
                if path.stem == article_id:
                    path.unlink()
                    return True
        return False
