"""Plain text: headings without marks, lists, wrapped lines."""

import os
import time
from pathlib import Path

import pytest

from knowledge.errors import UnreadableArticle
from knowledge.reading import read_article, read_pasted
from knowledge.reading.text import is_heading
from knowledge.types import Article

DATA = Path(os.environ.get("DREAM_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
SOURCE_ARTICLE = DATA.parent / "research" / "cant-run-article.txt"


def read(tmp_path: Path, text: str, name: str = "notes.txt") -> Article:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_article(path)


def sections(article: Article) -> dict[str, str]:
    return {section.id.partition("/")[2]: section.text for section in article.sections}


def test_a_short_line_of_its_own_is_a_heading(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        "Feet that stick\n\nThe foot will not come up,\nhowever hard one pulls.\n\nA second paragraph.\n\n"
        "Running - for nothing?\n\nThe lamp post stays beside you.\n",
    )
    assert article.title == "Notes"
    assert sections(article) == {
        "feet-that-stick": "The foot will not come up, however hard one pulls.\n\nA second paragraph.",
        "running-for-nothing": "The lamp post stays beside you.",
    }
    assert [section.title for section in article.sections] == ["Feet that stick", "Running - for nothing?"]


@pytest.mark.parametrize(
    "line",
    [
        "It was dark.",
        "He said “stop.”",
        "This is what helps:",
        "first one,",
        "and then;",
        "- a bullet",
        "• a bullet",
        "3. a number",
        "b) a letter",
        "a line that goes on for thirteen words and so is taken for prose",
        "***",
    ],
)
def test_what_is_no_heading(line: str) -> None:
    assert not is_heading(line)


def test_a_heading_without_text_goes_and_one_that_comes_again_is_numbered(tmp_path: Path) -> None:
    article = read(tmp_path, "Empty one\n\nAgain\n\nFirst text.\n\nAgain\n\nSecond text.\n\nAgain\n\nThird text.\n")
    assert article.title == "Empty one"
    assert sections(article) == {"again": "First text.", "again-2": "Second text.", "again-3": "Third text."}


def test_list_items_belong_to_their_section_each_by_itself(tmp_path: Path) -> None:
    article = read(tmp_path, "What helps\n\nSome try this:\n- breathe\n  slowly\n- wait\n\n1. stop\n2. look\n\nDone.\n")
    assert sections(article) == {
        "what-helps": "Some try this:\n\n- breathe slowly\n\n- wait\n\n1. stop\n\n2. look\n\nDone."
    }


def test_a_substantial_lead_is_a_section_a_short_one_is_the_opening(tmp_path: Path) -> None:
    short = read(tmp_path, "A few words first.\n\nHeading\n\nIts text.\n")
    assert (short.opening, list(sections(short))) == ("A few words first.", ["heading"])
    long = read(tmp_path, f"{'word ' * 45}end.\n\nHeading\n\nIts text.\n")
    assert (long.opening, list(sections(long))) == ("", ["notes", "heading"])


def test_the_head_and_the_tail_of_a_page_saved_as_text_go(tmp_path: Path) -> None:
    lead = "You row and row, and the shore stays where it is. " * 5
    article = read(
        tmp_path,
        f"Someone in a boat, seen from above\n    Dreams\n\nRowing Nowhere | Oars\n\nA Writer\n\n8 min read\n\n"
        f"• Try our app\n\nRowing Nowhere\n\nBy A Writer · May 2020 · 8 min read\n\n{lead}\n\n"
        "The oars\n\nThey bend like grass.\n\nRelated reading:\n\nFound this helpful?\n\nSave this guide.\n\n"
        "Continue Reading\n",
    )
    assert article.title == "Rowing Nowhere"
    assert sections(article) == {"rowing-nowhere": lead.strip(), "the-oars": "They bend like grass."}


def test_a_note_between_paragraphs_takes_no_text_with_it(tmp_path: Path) -> None:
    article = read(tmp_path, "Oars\n\nThey bend.\n\nRead more\n\n3 min read\n\nThey break.\n")
    assert sections(article) == {"oars": "They bend.\n\nThey break."}


def test_a_file_of_headings_alone_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="nothing but headings or menus"):
        read(tmp_path, "Home\n\nAbout us\n\nContact\n")


def test_windows_line_ends_and_form_feeds(tmp_path: Path) -> None:
    article = read(tmp_path, "Falling\r\n\r\nNo ground\r\nin sight.\r\n\x0c\r\nLanding\r\n\r\nA bed.\r\n")
    assert sections(article) == {"falling": "No ground in sight.", "landing": "A bed."}


@pytest.mark.skipif(not SOURCE_ARTICLE.is_file(), reason="the source article is not here")
def test_the_article_this_project_began_with() -> None:
    article = read_article(SOURCE_ARTICLE)
    assert article.id == "cant-run-article"
    lead, *rest = sections(article)
    assert lead == "cant-run-in-a-dream-what-it-means-when-your-legs-wont-work"
    assert rest == [
        "why-this-happens-the-neurological-layer",
        "helplessness-and-inefficacy",
        "inability-to-escape-or-avoid",
        "effort-without-progress",
        "fear-of-inadequacy",
        "running-in-slow-motion-moving-through-thick-air-or-syrup",
        "legs-that-simply-collapse",
        "running-hard-but-going-nowhere",
        "feet-stuck-to-the-ground",
        "running-well-at-first-then-slowing",
        "the-chasing-variant-being-unable-to-escape",
        "what-to-do-with-a-cant-run-dream",
    ]
    last = article.sections[-1].text
    assert last.endswith("More of the same isn't the answer.")
    assert not any("Hypnos" in section.text or "min read" in section.text for section in article.sections)


def test_a_megabyte_is_read_in_seconds(tmp_path: Path) -> None:
    part = "A heading here\n\n" + "The legs would not move,\nand the air was thick. " * 40 + "\n\n"
    path = tmp_path / "large.txt"
    path.write_text(part * (1_000_000 // len(part)))
    began = time.perf_counter()
    article = read_article(path)
    assert time.perf_counter() - began < 3
    assert len(article.sections) > 400


# ---- a text that was pasted ----


def test_a_pasted_text_has_its_title_and_its_headings() -> None:
    article = read_pasted(
        "What whales do?", "The garden\n\nA whale swims through it.\n\nThe house\n\nIt stays outside."
    )
    assert (article.id, article.title) == ("what-whales-do", "What whales do?")
    assert [section.id for section in article.sections] == ["what-whales-do/the-garden", "what-whales-do/the-house"]


def test_pasted_markdown_is_read_as_such() -> None:
    article = read_pasted("Whales", "# Another title\n\n## The garden\n\nA *whale* swims through it.")
    assert (article.title, article.sections[0].title) == ("Whales", "The garden")
    assert article.sections[0].text == "A whale swims through it."


@pytest.mark.parametrize("text", ["", " \n ", "***"])
def test_a_pasted_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(UnreadableArticle):
        read_pasted("Whales", text)
