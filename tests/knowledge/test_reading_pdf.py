"""PDF files, written here line by line, and some real ones."""

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from knowledge.errors import UnreadableArticle
from knowledge.reading import read_article
from knowledge.types import Article

PDFS = Path(os.environ.get("DREAM_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "articles" / "pdf"

Line = tuple[str, str, float, float, float]  # text, font (plain or bold), size, x, y


def pdf(pages: Sequence[Sequence[Line]], title: str = "") -> PdfWriter:
    writer = PdfWriter()
    fonts = DictionaryObject()
    for name, base in (("plain", "Helvetica"), ("bold", "Helvetica-Bold")):
        font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": f"/{base}", "/Encoding": "/WinAnsiEncoding"}
        fonts[NameObject(f"/{name}")] = DictionaryObject(
            {NameObject(key): NameObject(value) for key, value in font.items()}
        )
    for lines in pages:
        page = writer.add_blank_page(612, 792)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data(
            "\n".join(
                f"BT /{font} {size} Tf {x} {y} Td ({text.replace('(', chr(92) + '(')}) Tj ET"
                for text, font, size, x, y in lines
            ).encode("cp1252")
        )
        page[NameObject("/Contents")] = writer._add_object(content)
    if title:
        writer.add_metadata({"/Title": title})
    return writer


def column(texts: Sequence[str], top: float = 700, x: float = 72) -> list[Line]:
    """Lines of text one below the other; an empty one leaves a gap, '#' makes a heading."""
    return [
        (text.removeprefix("#"), "bold" if text.startswith("#") else "plain", 14 if text.startswith("#") else 10, x, y)
        for text, y in zip(texts, range(int(top), 0, -14), strict=False)
        if text
    ]


def read(tmp_path: Path, writer: PdfWriter, name: str = "paper.pdf") -> Article:
    writer.write(tmp_path / name)
    return read_article(tmp_path / name)


def sections(article: Article) -> dict[str, str]:
    return {section.id.partition("/")[2]: section.text for section in article.sections}


FEET = ["#Feet that stick", "", "The foot will not come up, however hard one pulls, and the", "mud holds it fast."]
LEGS = [
    "#Legs that fold",
    "",
    "They turn to string and the whole weight of the body goes",
    "down, slowly and with-",
    "out a sound.",
]


def test_headings_are_found_by_their_letters_and_broken_words_are_mended(tmp_path: Path) -> None:
    article = read(tmp_path, pdf([column([*FEET, "", *LEGS])], title="A paper on legs"))
    assert article.title == "A paper on legs"
    assert sections(article) == {
        "feet-that-stick": "The foot will not come up, however hard one pulls, and the mud holds it fast.",
        "legs-that-fold": "They turn to string and the whole weight of the body goes down, slowly and without a sound.",
    }


def test_headings_in_the_letters_of_the_text_are_found_by_the_space_around_them(tmp_path: Path) -> None:
    lines = [line.removeprefix("#") for line in [*FEET, "", *LEGS]]
    assert list(sections(read(tmp_path, pdf([column(lines)])))) == ["feet-that-stick", "legs-that-fold"]


def test_without_headings_it_is_one_section_under_the_title(tmp_path: Path) -> None:
    article = read(tmp_path, pdf([column([*FEET[2:], "", *LEGS[2:]])]), "on-legs.pdf")
    assert [(section.id, section.title) for section in article.sections] == [("on-legs/on-legs", "On legs")]
    assert article.sections[0].text.count("\n\n") == 1


@pytest.mark.parametrize("told", ["about:blank", "Microsoft Word - legs.doc", "https://x.example/legs", "Untitled"])
def test_a_title_that_a_program_made_up_gives_way_to_the_largest_heading(tmp_path: Path, told: str) -> None:
    lines = [("On legs", "bold", 24.0, 72.0, 740.0), *column([*FEET, "", *LEGS])]
    assert read(tmp_path, pdf([lines], title=told)).title == "On legs"


def test_running_heads_and_page_numbers_go_and_a_sentence_runs_on_over_the_page(tmp_path: Path) -> None:
    pages = [
        [(f"Journal of Legs {number}", "plain", 8, 72, 760), *column(texts), (str(number), "plain", 8, 300, 30)]
        for number, texts in enumerate(
            [
                ["It begins on the first page and, as such", "things do, goes"],
                ["on over the second, which has more to say", "about it, and ends"],
                ["on the third, where nothing is left to tell", "of it at all."],
            ],
            1,
        )
    ]
    assert read(tmp_path, pdf(pages)).sections[0].text == (
        "It begins on the first page and, as such things do, goes on over the second, which has more to say "
        "about it, and ends on the third, where nothing is left to tell of it at all."
    )


def test_letters_too_small_to_see_are_not_read(tmp_path: Path) -> None:
    lines = [*column(FEET), ("SECRET words for machines", "plain", 1, 72, 100)]
    assert "SECRET" not in repr(read(tmp_path, pdf([lines])))


def test_a_password(tmp_path: Path) -> None:
    writer = pdf([column(FEET)])
    writer.encrypt("secret", algorithm="RC4-128")
    with pytest.raises(UnreadableArticle, match="encrypted"):
        read(tmp_path, writer)


def test_one_that_anybody_may_open_is_read(tmp_path: Path) -> None:
    writer = pdf([column(FEET)])
    writer.encrypt("", "owner", algorithm="RC4-128")
    assert list(sections(read(tmp_path, writer))) == ["feet-that-stick"]


def test_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="no text, only images"):
        read(tmp_path, pdf([[]]))


@pytest.mark.parametrize("cut_at", [9, 100, 400])
def test_damage(tmp_path: Path, cut_at: int) -> None:
    whole = BytesIO()
    pdf([column(FEET)]).write(whole)
    path = tmp_path / "cut.pdf"
    path.write_bytes(whole.getvalue()[:cut_at])
    with pytest.raises(UnreadableArticle):
        read_article(path)
    path.write_bytes(b"no PDF at all")
    with pytest.raises(UnreadableArticle, match=r"damaged \(reading it ended in Pdf\w+Error\)"):
        read_article(path)


@pytest.mark.skipif(not PDFS.is_dir(), reason="the test files are not here")
def test_real_files() -> None:
    columns = read_article(PDFS / "privategpt_multicolumn.pdf")
    assert columns.title == "Two-Column Document with Lorem Ipsum"
    assert "consectetuer adipiscing elit. Ut purus elit, vestibulum ut" in columns.sections[0].text
    paper = read_article(PDFS / "raglite_specrel.pdf")
    assert paper.title == "ON THE ELECTRODYNAMICS OF MOVING BODIES"
    assert "raglite-specrel/5-the-composition-of-velocities" in [section.id for section in paper.sections]
    assert read_article(PDFS / "privategpt_annotations.pdf").title == "TCPDF Example 041"
    speech = read_article(PDFS / "chroma_state_of_the_union_2024.pdf")
    assert "nytimes.com" not in speech.sections[0].text
    assert sum(len(page.extract_text()) for page in PdfReader(PDFS / "privategpt_scanned.pdf").pages) == 0
    with pytest.raises(UnreadableArticle, match="no text, only images"):
        read_article(PDFS / "privategpt_scanned.pdf")
