"""Word documents."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Pt, RGBColor

from knowledge.errors import UnreadableArticle
from knowledge.reading import read_article
from knowledge.types import Article

DATA = Path(os.environ.get("DREAM_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
SAMPLE = DATA / "articles" / "docx" / "paperqa_dummy.docx"


def read(tmp_path: Path, document: Any) -> Article:
    document.save(str(tmp_path / "notes.docx"))
    return read_article(tmp_path / "notes.docx")


def sections(article: Article) -> dict[str, str]:
    return {section.id.partition("/")[2]: section.text for section in article.sections}


def test_headings_lists_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Running", 0)
    document.add_paragraph("Lead words.")
    document.add_heading("Feet", 1)
    paragraph = document.add_paragraph("They st")
    paragraph.add_run("ick.").bold = True
    document.add_paragraph("to mud", "List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Night", "Steps", "first", "none"), strict=True):
        cell.text = text
    document.add_heading("Legs", 2)
    document.add_table(1, 1).cell(0, 0).text = "They fold."
    article = read(tmp_path, document)
    assert (article.title, article.opening) == ("Running", "Lead words.")
    assert sections(article) == {
        "feet": "They stick.\n\n• to mud\n\nNight | Steps\n\nfirst | none",
        "legs": "They fold.",
    }


def test_one_main_heading_above_the_others_is_the_title(tmp_path: Path) -> None:
    document = docx.Document()
    for text, level in (("Dreams of legs", 1), ("Feet", 2), ("Legs", 2)):
        document.add_heading(text, level)
        document.add_paragraph(f"Text on {text.lower()}.")
    article = read(tmp_path, document)
    assert (article.title, list(sections(article))) == ("Dreams of legs", ["feet", "legs"])


def test_a_paragraph_that_is_styled_as_a_heading_stays_text(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Feet", 1)
    document.add_heading("word " * 40, 1)
    assert sections(read(tmp_path, document)) == {"feet": ("word " * 40).strip()}


def test_hidden_words_are_not_read(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Seen ")
    paragraph.add_run("SECRET ").font.hidden = True
    paragraph.add_run("SECRET ").font.color.rgb = RGBColor(255, 255, 255)
    paragraph.add_run("SECRET ").font.size = Pt(1)
    paragraph.add_run("words.")
    assert read(tmp_path, document).sections[0].text == "Seen words."


def test_no_text(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Only this", 1)
    document.add_heading("And this", 1)
    with pytest.raises(UnreadableArticle, match="no text"):
        read(tmp_path, document)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "bomb.docx"))
    with zipfile.ZipFile(tmp_path / "bomb.docx", "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(7):
            archive.writestr(f"word/media/{number}.xml", b" " * 10_000_000)
    assert (tmp_path / "bomb.docx").stat().st_size < 1_000_000
    with pytest.raises(UnreadableArticle, match="unpacks to 71 MB and we take at most 60 MB"):
        read_article(tmp_path / "bomb.docx")


def test_damage_and_passwords(tmp_path: Path) -> None:
    whole = io.BytesIO()
    docx.Document().save(whole)
    path = tmp_path / "damaged.docx"
    for data, reason in (
        (whole.getvalue()[:2000], "not a whole Word document"),
        (b"plain words", "not a whole Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
    ):
        path.write_bytes(data)
        with pytest.raises(UnreadableArticle, match=reason):
            read_article(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "a zip file of another kind")
    with pytest.raises(UnreadableArticle, match=r"damaged \(reading it ended in KeyError\)"):
        read_article(path)


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the test file is not here")
def test_a_real_file() -> None:
    article = read_article(SAMPLE)
    assert article.title == "Integration of AI Agents and RAG"
    assert [section.title for section in article.sections][1:] == [
        "LangChain and LangGraph",
        "The Importance of Hybrid Search",
    ]
