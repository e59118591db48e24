"""How well the search finds: right section first and among three, follow-ups, what is covered, an article without utterances."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.evaluation.samples import (
    Labelled,
    labelled,
    labelled_real_dreams,
    outside_messages,
    real_dreams_outside,
    source_article,
)
from assistant.method.themes import may_read, speaks_of
from knowledge.library import Library

Figures = dict[str, float | int | str]


def ranks(library: Library, messages: Sequence[Labelled], *, before: bool = True, article: str = "") -> list[int]:
    """The rank of the first right section for each message; 0 where it is not among the first ten."""
    found = []
    for row in messages:
        hits = library.search(row.message, before=row.before if before else (), count=10, article=article).hits
        right = [hit.rank for hit in hits if hit.section.id in row.sections]
        found.append(right[0] if right else 0)
    return found


def hit_at(found: Sequence[int], count: int) -> float:
    """Share of messages whose right section stands among the first ``count``."""
    return float(np.mean([0 < rank <= count for rank in found]))


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Chance that a message inside scores above one outside."""
    first, second = np.asarray(inside)[:, None], np.asarray(outside)[None, :]
    return float(np.mean((first > second) + 0.5 * (first == second)))


def measure_retrieval(library: Library, data_dir: Path) -> Figures:
    """All figures of the search."""
    messages, followups = labelled("retrieval"), labelled("followups")
    found = ranks(library, messages)
    with_before, alone = ranks(library, followups), ranks(library, followups, before=False)
    inside = [library.search(row.message).coverage for row in messages]
    own = [library.search(message).coverage for message in outside_messages()]
    real = [library.search(dream).coverage for dream in real_dreams_outside()]
    figures: Figures = {
        "messages": len(messages),
        "right section first": hit_at(found, 1),
        "right section in first 3": hit_at(found, 3),
        "mean reciprocal rank": float(np.mean([1 / rank if rank else 0 for rank in found])),
        "follow-ups": len(followups),
        "follow-ups in first 3, with the conversation": hit_at(with_before, 3),
        "follow-ups in first 3, message alone": hit_at(alone, 3),
        "messages outside (own, real dreams)": f"{len(own)}, {len(real)}",
        "inside against outside, AUROC": auroc(inside, own + real),
    }
    figures |= _of_real_dreams(library)
    article = source_article()
    if article is not None:
        figures |= _of_source_article(article, data_dir, library)
    return figures


def _of_real_dreams(library: Library) -> Figures:
    """What a real dream would be given: nothing where the library has nothing, else the section that its reading comes from."""
    given = {row: _given(library, row.message) for row in labelled_real_dreams()}
    inside = [row for row in given if row.sections]
    if not inside:
        return {}
    articles = [{section.partition("/")[0] for section in row.sections} for row in inside]
    return {
        "real dreams inside, outside": f"{len(inside)}, {len(given) - len(inside)}",
        "real dreams outside, given a reading": float(np.mean([bool(given[row]) for row in given if not row.sections])),
        "real dreams inside, given a reading": float(np.mean([bool(given[row]) for row in inside])),
        "real dreams inside, given a right section": float(np.mean([given[row] in row.sections for row in inside])),
        "real dreams inside, given a right article": float(
            np.mean([given[row].partition("/")[0] in right for row, right in zip(inside, articles, strict=True)])
        ),
    }


def _given(library: Library, message: str) -> str:
    """The section that a first reading would come from, "" where none covers the message."""
    found = library.search(message)
    hits = [
        hit
        for hit in found.hits
        if hit.covers and speaks_of(message, hit.section.article, found.coverage) and may_read(message, hit.section.id)
    ]
    return hits[0].section.id if hits else ""


def _of_source_article(article: Path, data_dir: Path, library: Library) -> Figures:
    """The source article taken in with no utterances, in a copy of the data folder."""
    rows = [
        Labelled(row.message, frozenset(f"{article.stem}/{section}" for section in row.sections))
        for row in labelled("source_article")
    ]
    with tempfile.TemporaryDirectory() as folder:
        if (data_dir / "index").is_dir():
            shutil.copytree(data_dir / "index", Path(folder) / "index")
        own = library.in_folder(Path(folder))
        own.ingest([article])
        found = ranks(own, rows, article=article.stem)
    return {
        "source article, messages": len(rows),
        "source article, first": hit_at(found, 1),
        "source article, in first 3": hit_at(found, 3),
    }
