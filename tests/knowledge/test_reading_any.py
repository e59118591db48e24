"""Whatever a file holds, it is read or refused in one sentence."""

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import UnreadableArticle
from knowledge.reading import read_article
from knowledge.reading.draft import plain

ENDINGS = ("md", "txt", "html", "pdf", "docx")
CASES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = st.sampled_from(
    [
        "# ", "## ", "\n", "\n\n", "- ", "> ", "| a | b |\n|---|---|\n", "```\n", "---\n", "title: x\n", "theme: y\n",
        "{#id}", "- evidence: guess\n", "### Reads as\n", "<p>", "</p>", "<div>", "<h2>", "<table><tr><td>", "&#0;",
        "&amp;", "<!--", "]]>", "<script>", "<style>.a{display:none}</style>", "<li>", "words to read here", "Heading",
        "%PDF-1.4\n", "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n", "trailer<</Root 1 0 R>>", "PK\x03\x04", "\u0301",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=25).map("".join))


def read_or_refused(ending: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"any.{ending}"
        path.write_bytes(data)
        try:
            article = read_article(path)
        except UnreadableArticle as error:
            assert error.reason and "\n" not in error.reason
            return
    assert article.id == "any" and article.title and article.sections
    ids = [section.id for section in article.sections]
    assert len(set(ids)) == len(ids) and all(name.startswith("any/") and name != "any/" for name in ids)
    for section in article.sections:
        assert section.title and section.text
        for paragraph in section.text.split("\n\n"):
            assert plain(paragraph) == paragraph != ""
            assert unicodedata.is_normalized("NFC", paragraph)


@pytest.mark.parametrize("ending", ENDINGS)
@CASES
@given(text=TEXTS)
def test_any_text(ending: str, text: str) -> None:
    read_or_refused(ending, text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("ending", ENDINGS)
@CASES
@given(data=st.binary(max_size=400), start=st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"\xff\xfe"]))
def test_any_bytes(ending: str, data: bytes, start: bytes) -> None:
    read_or_refused(ending, start + data)
