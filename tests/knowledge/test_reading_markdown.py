"""Markdown of any origin."""

from pathlib import Path

import pytest

from knowledge.errors import UnreadableArticle
from knowledge.reading import read_article
from knowledge.types import Article, Evidence


def read(tmp_path: Path, text: str) -> Article:
    path = tmp_path / "notes.md"
    path.write_text(text, encoding="utf-8")
    return read_article(path)


def sections(article: Article) -> dict[str, str]:
    return {section.id.partition("/")[2]: section.text for section in article.sections}


def test_headings_make_sections_and_the_first_the_title(tmp_path: Path) -> None:
    article = read(tmp_path, "# Running\n\nShort lead.\n\n## In *mud*\n\nDeep\nmud.\n\n### And water {#wet}\n\nCold.\n")
    assert (article.title, article.opening) == ("Running", "Short lead.")
    assert sections(article) == {"in-mud": "Deep mud.", "and-water": "Cold."}
    assert [section.title for section in article.sections] == ["In mud", "And water"]
    assert {section.evidence for section in article.sections} == {Evidence.UNGRADED}


def test_several_headings_of_the_first_level_are_sections_too(tmp_path: Path) -> None:
    article = read(tmp_path, "# Falling\n\nDown.\n\n# Flying\n\nUp.\n")
    assert sections(article) == {"falling": "Down.", "flying": "Up."}


def test_inline_marks_become_plain_text(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        "## A\n\n**Bold** and [a *link*](http://x.example) and ![a picture](p.png), `code`, &amp; <b>tag</b>, "
        "caf&eacute;.  \nNext line <http://y.example>\n",
    )
    assert sections(article)["a"] == "Bold and a link and , code, & tag, café. Next line http://y.example"


def test_raw_html_is_dropped_and_what_it_hides_with_it(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        "## A\n\nSeen <!-- one --><script>two</script>words<span style='display:none'>three</span> end.\n\n"
        "<div>\nfour\n</div>\n\n<!--\nfive\n-->\n",
    )
    assert sections(article) == {"a": "Seen words end."}


def test_lists_quotes_tables_and_code_keep_their_text(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        "## A\n\n- one\n- two\n  - inner\n\n3. three\n4. four\n\n> quoted\n> words\n\n"
        "| x | y |\n|---|---|\n| 1 | 2 |\n\n```python\nrun()\n  fast()\n```\n\n    indented\n\n---\n\n"
        "Underlined\n----------\n\nEnd.\n",
    )
    assert sections(article) == {
        "a": "• one\n\n• two\n\n• inner\n\n3. three\n\n4. four\n\nquoted words\n\nx | y\n\n1 | 2\n\n"
        "run() fast()\n\nindented",
        "underlined": "End.",
    }


def test_foreign_front_matter_gives_the_title_and_is_no_text(tmp_path: Path) -> None:
    article = read(
        tmp_path, "---\ntitle: Dreams: a notebook #3\ntags: [a, b]\ndate: 2020-01-01\n---\n\n## A\n\nText.\n"
    )
    assert (article.title, sections(article)) == ("Dreams: a notebook #3", {"a": "Text."})


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    article = read(tmp_path, "---\n\nWords only.\n\n---\n\nMore words.\n")
    assert article.sections[0].text == "Words only.\n\nMore words."


def test_broken_front_matter_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match=r"front matter .* not valid YAML \(line 3\)"):
        read(tmp_path, "---\ntitle: x\ntags: [a, b\n---\n\n## A\n\nText.\n")


def test_hostile_front_matter_does_no_harm(tmp_path: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"b{n}: &b{n} [{', '.join(['*' + ('a' if n == 0 else f'b{n - 1}')] * 8)}]\n" for n in range(12)
    )
    assert sections(read(tmp_path, f"---\n{bomb}title: *b11\n---\n\n## A\n\nText.\n")) == {"a": "Text."}
    with pytest.raises(UnreadableArticle):
        read(tmp_path, f"---\n{'[' * 50_000}\n---\n\n## A\n\nText.\n")


def test_related_links_at_the_end_go(tmp_path: Path) -> None:
    article = read(tmp_path, "# T\n\n## A\n\nText.\n\n## Related articles\n\n- [One](a)\n- [Two](b)\n")
    assert sections(article) == {"a": "Text."}


def test_headings_alone_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="no text"):
        read(tmp_path, "# One\n\n## Two\n\n<div>only raw HTML</div>\n")


@pytest.mark.parametrize(
    "hidden",
    [
        "Seen <!-- SECRET --> words.",
        "Seen ![SECRET](x.png 'SECRET') words.",
        "[//]: # (SECRET)",
        "Seen <span style='font-size:0'>SECRET</span> words.",
        "Seen <font color='white'>SECRET <b>SECRET</b></font> words.",
        "<div style='display:none'>\n\nSECRET\n\n</div>",
        "<div hidden>\n\n<p>\n\nSECRET\n\n</p>\n\nSECRET\n\n</div>",
    ],
)
def test_what_nobody_sees_is_not_read(tmp_path: Path, hidden: str) -> None:
    article = read(tmp_path, f"## A\n\nThe first words.\n\n{hidden}\n\nThe last words.\n")
    assert "SECRET" not in repr(article)
    assert "The last words." in article.sections[-1].text
