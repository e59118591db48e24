"""The library as the rest of the program uses it: add articles, list them, search them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.embedding import Embedder
from knowledge.errors import DreamError, UnreadableArticle
from knowledge.generation import Generation
from knowledge.index import IndexFolder, Progress
from knowledge.reading import read_article
from knowledge.search import Searcher
from knowledge.shelf import Shelf
from knowledge.types import Article, SearchResult, Section

log = logging.getLogger(__name__)

SECONDS_TO_LET_GO = 2.0  # that an index may take to be opened; one that is built takes longer


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of adding files: articles taken in, their passages, files there already, files that failed."""

    articles: tuple[str, ...]
    passages: int
    unchanged: int
    failed: tuple[UnreadableArticle, ...]


@dataclass(frozen=True, slots=True)
class _Open:
    """What is searched at present, and what was there when it was opened."""

    generation: Generation
    searcher: Searcher
    articles: dict[str, Article]  # on the shelf
    newest: str  # generation in the folder


class Library:
    """One data folder's articles and their index. Safe in several threads; many processes may read, one writes.

    A search never waits for an index that is being built, here or in another process, unless there is none yet.
    """

    def __init__(self, data_dir: Path, embedder: Embedder, chroma_url: str = "") -> None:
        self._shelf = Shelf(data_dir)
        self._index = IndexFolder(data_dir, embedder, self._shelf.background, chroma_url)
        self.embedder = embedder
        self._opening = threading.Lock()  # held by the one thread that opens or builds
        self._open: _Open | None = None

    def in_folder(self, data_dir: Path) -> Library:
        """A library in another data folder that shares this one's embedding model."""
        return Library(data_dir, self.embedder)

    def articles(self) -> dict[str, Article]:
        """Every article, by id, without opening the index."""
        return self._shelf.all()

    def sections(self) -> dict[str, Section]:
        """Every article's sections, by their ids."""
        return self._shelf.sections()

    def own_articles(self) -> frozenset[str]:
        """The ids of the articles that the reader added."""
        return frozenset(self._shelf.own())

    def packaged_articles(self) -> frozenset[str]:
        """The ids of the articles that come with the project; an own one of the same id takes its place."""
        return self._shelf.packaged_ids

    def ingest(
        self,
        sources: Iterable[Path | Article],
        *,
        on_file: Callable[[Path], None] | None = None,
        on_embedded: Progress | None = None,
    ) -> Ingested:
        """Add the readable ones of these files, and articles that were read already, and index them.

        What cannot be read is named, the others go in.

        Raises StorageError when the data folder refuses, EmbeddingError when the model is at fault: nothing is added
        then.
        """
        added: list[str] = []
        unchanged = 0
        failed: list[UnreadableArticle] = []
        with self._all_or_nothing(added):
            for source in sources:
                if on_file is not None and isinstance(source, Path):
                    on_file(source)
                try:
                    article = read_article(source) if isinstance(source, Path) else source
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
        """Take out one of the reader's own articles; false where there is none of that id. Raises like ``ingest``."""
        with self._all_or_nothing([article_id]):
            removed = self._shelf.remove(article_id)
            if removed:
                self.warm_up()
        return removed

    def warm_up(self, on_embedded: Progress | None = None) -> Generation:
        """Open the index of what is on the shelf, building it first where there is none that fits."""
        with self._opening:
            articles = self._shelf.all()
            while self._open is None or self._open.articles != articles:
                newest = self._index.newest_id()
                generation = self._index.open_current(articles) or self._index.build(articles, on_embedded)
                searcher = Searcher(generation, self.embedder)
                self._open = _Open(generation, searcher, articles, max(newest, generation.id))
                articles = self._shelf.all()  # somebody may have added one meanwhile
            return self._open.generation

    def close(self) -> None:
        """Let go of the index, for a program that ends without taking itself apart; the next use opens it again.

        An index that is being built meanwhile is not waited for: like one that a crash broke off, it is begun anew the next time.
        """
        if not self._opening.acquire(timeout=SECONDS_TO_LET_GO):
            return
        try:
            if self._open is not None:
                self._open.generation.let_go()
                self._open = None
        finally:
            self._opening.release()

    def search(self, message: str, *, before: Sequence[str] = (), count: int = 5, article: str = "") -> SearchResult:
        """The sections that matter for a message, best first.

        ``before`` are the person's earlier messages in order: they help a follow-up that says little by itself.
        ``article`` keeps to one article. A blank message finds nothing.
        """
        return self._searcher().search(message, before=before, count=count, article=article)

    def _searcher(self) -> Searcher:
        while self._open is None:
            self.warm_up()
        if self._index.newest_id() != self._open.newest and self._opening.acquire(blocking=False):
            try:
                self._open = self._newer(self._open)
            finally:
                self._opening.release()
        return self._open.searcher

    def _newer(self, current: _Open) -> _Open:
        """The generation that a writer has finished meanwhile; the current one where it cannot be had."""
        newest = self._index.newest_id()
        try:
            articles = self._shelf.all()
            generation = self._index.open_current(articles)
        except DreamError as error:
            log.warning("The newest index cannot be opened; the one before it goes on. %s", error)
            generation = None
        if generation is None or generation.id == current.generation.id:
            return replace(current, newest=newest)
        return _Open(generation, Searcher(generation, self.embedder), articles, newest)

    @contextmanager
    def _all_or_nothing(self, article_ids: Sequence[str]) -> Iterator[None]:
        """Put these articles back as they were on the shelf where the block fails or is interrupted."""
        before = self._shelf.own()
        try:
            yield
        except BaseException:
            for article_id in article_ids:
                if article_id in before:
                    self._shelf.add(before[article_id])
                else:
                    self._shelf.remove(article_id)
            raise
