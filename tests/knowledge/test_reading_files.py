"""Which files are taken at all, and what is said of those that are not."""

import os
from pathlib import Path

import pytest

from knowledge.errors import UnreadableArticle
from knowledge.reading import LARGEST_FILE_MEGABYTES, read_article, slug
from knowledge.reading.boilerplate import is_end_matter, is_note
from knowledge.reading.draft import plain


def refusal(path: Path, data: bytes | None = None) -> str:
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UnreadableArticle) as caught:
        read_article(path)
    assert str(caught.value) == f"{path}: {caught.value.reason}"
    assert caught.value.reason[0].isupper() and caught.value.reason.endswith(".")
    return caught.value.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can't", "cant"),
        ("What to Do With a Can’t-Run Dream", "what-to-do-with-a-cant-run-dream"),
        ("Why This Happens: The Neurological Layer", "why-this-happens-the-neurological-layer"),
        ("  --Träume_über Füße!--", "träume-über-füße"),
        ("夢の中で走れない", "夢の中で走れない"),
        ("?!", ""),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected
    assert slug(expected) == expected


def test_a_slug_fits_into_a_file_name() -> None:
    assert len(f"{slug('ü' * 250)}.json.tmp".encode()) < 255


def test_id_and_title_come_from_the_file_name_where_the_text_has_no_title(tmp_path: Path) -> None:
    path = tmp_path / "My can't-run Notes.txt"
    path.write_text("I ran and ran, and the street stayed where it was.")
    article = read_article(path)
    assert (article.id, article.title) == ("my-cant-run-notes", "My can't run Notes")
    assert [section.id for section in article.sections] == ["my-cant-run-notes/my-cant-run-notes"]


def test_missing(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "gone.txt")


def test_folder(tmp_path: Path) -> None:
    assert "folder" in refusal(tmp_path)


def test_a_path_that_no_system_can_hold(tmp_path: Path) -> None:
    assert "no such file" in refusal(Path("nul\0.txt"))
    assert "cannot be opened" in refusal(tmp_path / f"{'a' * 300}.txt")


def test_other_kinds_of_file_are_refused_with_the_kinds_that_we_take(tmp_path: Path) -> None:
    reason = refusal(tmp_path / "dream.epub", b"x")
    assert "'.epub'" in reason
    assert all(ending in reason for ending in (".md", ".txt", ".html", ".pdf", ".docx"))
    assert "no file ending" in refusal(tmp_path / "dream", b"x")


@pytest.mark.parametrize("ending", ["md", "txt", "html", "pdf", "docx"])
@pytest.mark.parametrize("data", [b"", b" \n\t "])
def test_empty(tmp_path: Path, ending: str, data: bytes) -> None:
    assert refusal(tmp_path / f"empty.{ending}", data) == "It is empty."


def test_a_byte_order_mark_alone_is_no_text(tmp_path: Path) -> None:
    assert "no text" in refusal(tmp_path / "mark.txt", b"\xef\xbb\xbf")


def test_too_large_names_the_size(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE_MEGABYTES * 1_000_000 + 400_000)
    assert f"{LARGEST_FILE_MEGABYTES}.4 MB" in refusal(path)


def test_another_encoding_is_refused_with_the_remedy(tmp_path: Path) -> None:
    for ending in ("txt", "md"):
        assert "save it as UTF-8" in refusal(tmp_path / f"old.{ending}", "Träume über Füße".encode("latin-1"))


@pytest.mark.parametrize("ending", ["txt", "md", "html"])
def test_binary_data_is_refused(tmp_path: Path, ending: str) -> None:
    assert "binary" in refusal(tmp_path / f"image.{ending}", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe")
    assert "binary" in refusal(tmp_path / f"control.{ending}", bytes(range(1, 9)) * 20 + b"words between them")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_byte_order_marks_are_understood(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "marked.txt"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + "Über das Laufen im Traum wird viel erzählt.".encode(encoding))
    assert read_article(path).sections[0].text == "Über das Laufen im Traum wird viel erzählt."


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom a file can be closed to")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "closed.txt"
    path.write_text("words")
    path.chmod(0)
    assert "Permission denied" in refusal(path)


def test_text_is_normalised() -> None:
    assert plain("a\u00a0b\t c\n d\u200b\x07e \u00adfi\ufb01 cafe\u0301 \U000e0041") == "a b c de fifi caf\u00e9"
    assert plain("می\u200cروم") == "می\u200cروم"


@pytest.mark.parametrize(
    "line",
    [
        "8 min read",
        "Related reading:",
        "Found this helpful?",
        "Save this guide to your Dream Board.",
        "Continue Reading",
        "Share this article on Facebook",
        "By Ann Lee · May 2026 · 8 min read",
        "Leave a comment",
        "© 2024 Dreams Inc.",
        "Updated on March 3, 2021",
    ],
)
def test_lines_around_an_article_are_known(line: str) -> None:
    assert is_note(line) or is_end_matter(line)


@pytest.mark.parametrize(
    "line",
    [
        "By the river the legs gave way",
        "Share this fear with someone you trust, if you can.",
        "Related fears",
        "Published work on falling dreams before 1990",
        "Save it for the morning",
        "Comments that hurt in a dream",
        "Following someone who runs ahead",
    ],
)
def test_headings_that_only_begin_like_them_stay(line: str) -> None:
    assert not is_note(line) and not is_end_matter(line)
