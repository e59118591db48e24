"""Articles in our own format, and every way to break it."""

from importlib.resources import files
from pathlib import Path

import pytest

from knowledge.errors import UnreadableArticle
from knowledge.reading import read_article
from knowledge.types import Article, Evidence, Reading

ARTICLE = """\
---
title: When you cannot row
theme: oars that bend
sources:
  lee-2001: Lee, A. (2001). Oars: a study. Journal of Boats, 3, 1-9.
  roe-2010: Roe, B. (2010). Water #2. Dreaming.
---

What this is about,
in two lines.

## Oars that bend {#bend}

- evidence: study
- sources: [lee-2001, roe-2010]

The oars bend like
grass. Nobody knows *why*.

A second paragraph.

### Reads as

- It may be that your strength meets nothing.
  > The oars bend like grass.
- Nobody can say for certain, and that could be a relief.
  > Nobody knows why.

### Asks

- What was the water like?

### Dreamers say

- i row and row
- Why is there never a shore?

## The shore

- evidence: clinical practice
- sources: []

It stays where it is.
"""
PACKAGED = sorted(Path(str(item)) for item in files("knowledge.articles").iterdir() if item.name.endswith(".md"))


def read(tmp_path: Path, text: str = ARTICLE) -> Article:
    path = tmp_path / "cant-row.md"
    path.write_text(text, encoding="utf-8")
    return read_article(path)


def refusal(tmp_path: Path, old: str, new: str) -> str:
    assert old in ARTICLE
    with pytest.raises(UnreadableArticle) as caught:
        read(tmp_path, ARTICLE.replace(old, new, 1))
    return caught.value.reason


def test_all_of_it_is_read(tmp_path: Path) -> None:
    article = read(tmp_path)
    assert (article.id, article.title, article.theme) == ("cant-row", "When you cannot row", "oars that bend")
    assert article.opening == "What this is about, in two lines."
    bend, shore = article.sections
    assert (bend.id, bend.title, bend.article) == ("cant-row/bend", "Oars that bend", "cant-row")
    assert bend.text == "The oars bend like grass. Nobody knows why.\n\nA second paragraph."
    assert bend.evidence is Evidence.STUDY
    assert bend.sources == (
        "Lee, A. (2001). Oars: a study. Journal of Boats, 3, 1-9.",
        "Roe, B. (2010). Water #2. Dreaming.",
    )
    assert bend.readings == (
        Reading("It may be that your strength meets nothing.", "The oars bend like grass."),
        Reading("Nobody can say for certain, and that could be a relief.", "Nobody knows why."),
    )
    assert bend.asks == ("What was the water like?",)
    assert bend.dreamers_say == ("i row and row", "Why is there never a shore?")
    assert (shore.id, shore.evidence, shore.sources) == ("cant-row/the-shore", Evidence.CLINICAL_PRACTICE, ())


def test_an_unknown_evidence_word_is_named(tmp_path: Path) -> None:
    for word in ("science", "ungraded"):
        reason = refusal(tmp_path, "evidence: study", f"evidence: {word}")
        assert f"cant-row/bend has the evidence '{word}'" in reason
        assert "clinical practice" in reason


def test_an_unknown_source_is_named(tmp_path: Path) -> None:
    assert "cant-row/bend names the source 'poe-1999'" in refusal(tmp_path, "roe-2010]", "poe-1999]")


def test_a_quote_that_does_not_stand_in_the_text_is_named(tmp_path: Path) -> None:
    reason = refusal(tmp_path, "> The oars bend like grass.", "> The oars bend as grass.")
    assert "cant-row/bend quotes 'The oars bend as grass.'" in reason


def test_a_reading_without_a_quote_is_named(tmp_path: Path) -> None:
    reason = refusal(tmp_path, "  > Nobody knows why.\n", "")
    assert "cant-row/bend has a reading without its '>' quote: 'Nobody can say" in reason


def test_an_unknown_part_is_named(tmp_path: Path) -> None:
    assert "cant-row/bend has a part 'ask'" in refusal(tmp_path, "### Asks", "### Ask")


def test_prose_where_a_list_belongs_is_named(tmp_path: Path) -> None:
    assert "cant-row/bend has, under 'asks'" in refusal(tmp_path, "- What was the water", "What was the water")


def test_two_sections_of_one_id_are_named(tmp_path: Path) -> None:
    assert "the id 'bend'" in refusal(tmp_path, "## The shore", "## The shore {#bend}")


def test_a_section_without_text_is_named(tmp_path: Path) -> None:
    assert "cant-row/the-shore has no text" in refusal(tmp_path, "It stays where it is.\n", "")


def test_sources_must_be_citations_by_key(tmp_path: Path) -> None:
    assert "key: citation" in refusal(tmp_path, "lee-2001: Lee, A.", "lee-2001: [1, 2]\n  other: Lee, A.")


def test_evidence_below_a_heading_makes_an_article_ours_even_without_sources(tmp_path: Path) -> None:
    text = "---\ntitle: T\n---\n\n## A\n\n- evidence: nonsense\n\nText.\n"
    with pytest.raises(UnreadableArticle, match="'nonsense'"):
        read(tmp_path, text)


@pytest.mark.parametrize("path", PACKAGED, ids=lambda path: path.stem)
def test_the_articles_that_come_with_the_project(path: Path) -> None:
    article = read_article(path)
    assert article.id == path.stem
    assert article.title and article.theme and article.opening
    for section in article.sections:
        assert section.evidence is not Evidence.UNGRADED, section.id
        assert section.readings and section.asks and section.dreamers_say, section.id
        assert all(reading.rests_on in section.text for reading in section.readings)
