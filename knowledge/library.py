"""The library as the rest of the program uses it: add articles, list them, search them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.embedding import Embedder
from knowledge.errors import UnreadableArticle
from knowledge.index import Generation, IndexFolder, Progress
from knowledge.reading import read_article
from knowledge.search import Searcher
from knowledge.shelf import Shelf
from knowledge.types import Article, SearchResult


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of adding files: articles taken in, their passages, files that were there already, files that failed."""

    articles: tuple[str, ...]
    passages: int
    unchanged: int
    failed: tuple[UnreadableArticle, ...]


class Library:
    """One data folder's articles and their index. Safe to use from several threads; many processes may read, one writes."""

    def __init__(self, data_dir: Path, embedder: Embedder, chroma_url: str = "") -> None:
        self._chroma_url = chroma_url
        self._shelf = Shelf(data_dir)
        self._index = IndexFolder(data_dir, embedder, self._shelf.background, chroma_url)
        self._embedder = embedder
        self._lock = threading.Lock()
        self._open: tuple[Generation, Searcher] | None = None
        self._newest_seen = ""

    def in_folder(self, data_dir: Path) -> Library:
        """Another library, in another folder, with the same embedding model."""
        return Library(data_dir, self._embedder, self._chroma_url)

    def articles(self) -> dict[str, Article]:
        """Every article, by id, without opening the index."""
        return self._shelf.all()

    def own_articles(self) -> frozenset[str]:
        """The ids of the articles that the reader added."""
        return frozenset(self._shelf.own())

    def ingest(
        self,
        paths: Iterable[Path],
        *,
        on_file: Callable[[Path], None] | None = None,
        on_embedded: Progress | None = None,
    ) -> Ingested:
        """Add the readable ones of these files and index them. What cannot be read is named, the others go in.

        Raises StorageError when the data folder refuses, EmbeddingError when the model is at fault.
        """
        added: list[str] = []
        unchanged = 0
        failed: list[UnreadableArticle] = []
        for path in paths:
            if on_file is not None:
                on_file(path)
            try:
                article = read_article(path)
            except UnreadableArticle as error:
                failed.append(error)
                continue
            if self._shelf.add(article):
                added.append(article.id)
            else:
                unchanged += 1
        generation = self.warm_up(on_embedded)
        passages = sum(passage.section.article in added for passage in generation.passages)
        return Ingested(tuple(added), passages, unchanged, tuple(failed))

    def remove(self, article_id: str) -> bool:
        """Take one of the reader's own articles out; false where there is none of that id."""
        removed = self._shelf.remove(article_id)
        if removed:
            self.warm_up()
        return removed

    def warm_up(self, on_embedded: Progress | None = None) -> Generation:
        """Open the index for reading, building it first where there is none that fits."""
        with self._lock:
            return self._current(on_embedded)[0]

    def search(self, message: str, *, before: Sequence[str] = (), count: int = 5, article: str = "") -> SearchResult:
        """The sections that matter for a message, best first.

        ``before`` are the person's earlier messages in order: they help a follow-up that says little by itself.
        ``article`` keeps to one article. A blank message finds nothing.
        """
        with self._lock:
            generation, searcher = self._current(None)
        return searcher.search(message, before=before, count=count, article=article)

    def _current(self, on_embedded: Progress | None) -> tuple[Generation, Searcher]:
        """The open generation, or a newer one where a writer has finished it meanwhile."""
        if self._open is not None and self._index.newest_id() == self._newest_seen:
            return self._open
        articles = self._shelf.all()
        generation = self._index.open_current(articles) or self._index.build(articles, on_embedded)
        self._newest_seen = self._index.newest_id()
        self._open = generation, Searcher(generation, self._embedder)
        return self._open
