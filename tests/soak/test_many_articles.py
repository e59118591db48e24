"""A library of a thousand articles and a book: how long it takes, what it costs, and whether the search stays right."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from assistant.evaluation.retrieval import hit_at, ranks
from assistant.evaluation.samples import labelled
from assistant.evaluation.speed import memory_gigabytes, quantiles, short_messages
from knowledge.embedding import SentenceTransformerEmbedder
from knowledge.library import Library
from tests.knowledge.small_library import Counting
from tests.soak.figures import Tell
from tests.soak.generated import write_article

pytestmark = pytest.mark.soak

ARTICLES = 1000
BOOK_BYTES = 2_000_000
# Two to four times what two cores took, with other programs running.
MOST_SECONDS, MOST_SECONDS_AGAIN, MOST_GIGABYTES, MOST_MILLISECONDS = 900, 120, 1.2, 100


@pytest.fixture
def articles(tmp_path: Path) -> list[Path]:
    """The files: small articles, and a book of two hundred chapters."""
    chance = random.Random(11)
    folder = tmp_path / "articles"
    found = []
    for number in range(ARTICLES):
        write_article(folder / f"small-{number:04}.md", chance)
        found.append(folder / f"small-{number:04}.md")
    book = folder / "book.md"
    write_article(book, chance, sections=200, sentences=140)
    assert BOOK_BYTES <= book.stat().st_size <= 1.1 * BOOK_BYTES
    return [*found, book]


def test_a_thousand_articles_and_a_book(
    tmp_path: Path, library_dir: Path, embedder: SentenceTransformerEmbedder, articles: list[Path], tell: Tell
) -> None:
    data = tmp_path / "data"
    shutil.copytree(library_dir, data)
    counting = Counting(embedder)
    library = Library(data, counting)
    library.warm_up()
    rows = labelled("retrieval")
    before = ranks(library, rows)
    memory = memory_gigabytes()
    counting.seen.clear()

    began = time.perf_counter()
    ingested = library.ingest(articles)
    seconds = time.perf_counter() - began
    assert len(ingested.articles) == ARTICLES + 1 and ingested.failed == ()
    tell("texts embedded", len(counting.seen))
    tell("ingest, s", seconds)
    more = memory_gigabytes() - memory
    tell("memory, GB more", more)
    tell("on disk, MB", sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / 1e6)

    p50, p95 = quantiles(library.search, short_messages())
    tell("search, ms p50", p50)
    tell("search, ms p95", p95)
    after = ranks(library, rows)
    for name, found in (("before", before), ("after", after)):
        tell(f"right section first and among three, {name}", f"{hit_at(found, 1):.3f} {hit_at(found, 3):.3f}")
    assert seconds < MOST_SECONDS and more < MOST_GIGABYTES and p95 < MOST_MILLISECONDS
    assert all(hit_at(after, count) > hit_at(before, count) - 0.03 for count in (1, 3))
    assert library.search("a heavy barrel", article="book").hits

    counting.seen.clear()
    began = time.perf_counter()
    again = library.ingest(articles)
    seconds = time.perf_counter() - began
    tell("ingest again, s", seconds)
    assert again.unchanged == ARTICLES + 1 and counting.seen == []
    assert seconds < MOST_SECONDS_AGAIN

    began = time.perf_counter()
    Library(data, counting).warm_up()
    tell("open, s", time.perf_counter() - began)
    assert counting.seen == []
