"""That everything a person reads on the page stands in one file, and that another language is another file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from assistant.page import render, shell, wording
from assistant.page.wording import choose_language, language, words
from knowledge.errors import UsageError

PAGE = Path(wording.__file__).parent
TEMPLATES = sorted(PAGE.rglob("*.jinja"))
SCRIPTS = sorted((PAGE / "look").glob("*.js"))
SEEN = ("alt", "aria-label", "aria-description", "placeholder", "title")  # attributes that somebody reads or hears
# What a script says of its own accord: what it writes into the page is put together from texts.yaml.
_SAYS = re.compile(
    r"""(?:textContent|innerText|innerHTML|placeholder|title|ariaLabel)\s*=\s*["'`]\w|"""
    r"""\b(?:hint|say|alert|confirm|prompt)\(\s*["'`]\w|setAttribute\(\s*"(?:aria-label|title|placeholder|alt)",\s*["'`]"""
)


class Texts(HTMLParser):
    """The texts of a page, and the attributes that are read or heard."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        if any(character.isalpha() for character in data):
            self.found.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{name}={value}" for name, value in attrs if name in SEEN and re.search("[a-z]", value or "")]


def written_out(template: str) -> str:
    """The template with all that Jinja puts into it left out."""
    pieces = []
    inside = False
    for _, token, value in Environment().lex(template):
        if token in ("variable_begin", "block_begin"):
            inside = True
        elif token in ("variable_end", "block_end"):
            inside = False
        elif token == "data" and not inside:
            pieces.append(value)
    return "".join(pieces)


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.name for path in TEMPLATES])
def test_no_template_says_anything_by_itself(path: Path) -> None:
    assert Texts(written_out(path.read_text(encoding="utf-8"))).found == []


def test_a_text_in_a_template_would_be_found() -> None:
    assert Texts(written_out('<p title="Hi">{{ x }} there{% if y %}{{ z }}{% endif %}</p>')).found == [
        "title=Hi",
        "there",
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_no_script_says_anything_by_itself(path: Path) -> None:
    assert _SAYS.findall(path.read_text(encoding="utf-8")) == []


def test_no_style_sheet_says_anything_by_itself() -> None:
    for path in (PAGE / "look").glob("*.css"):
        for content in re.findall(r'content:\s*"([^"]*)"', path.read_text(encoding="utf-8")):
            assert not any(character.isalpha() for character in content), path.name


# ---- another language ----


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for text files in place of the package's."""
    shutil.copy(PAGE / "texts.yaml", tmp_path)
    monkeypatch.setattr(wording, "files", lambda package: tmp_path)
    monkeypatch.setattr(
        wording, "read_yaml", lambda package, name: yaml.safe_load((tmp_path / name).read_text(encoding="utf-8"))
    )
    wording._of.cache_clear()
    yield tmp_path
    choose_language("")
    wording._of.cache_clear()


def write(folder: Path, name: str, changed: dict[str, str], without: str = "") -> None:
    """A file of another language: the English one with some texts changed and one left out."""
    texts = (folder / "texts.yaml").read_text(encoding="utf-8")
    for one, other in changed.items():
        assert one in texts
        texts = texts.replace(one, other)
    lines = [line for line in texts.splitlines() if not without or not line.startswith(without)]
    (folder / f"texts.{name}.yaml").write_text("\n".join(lines), encoding="utf-8")


def test_a_second_language_is_a_second_file(folder: Path) -> None:
    write(folder, "nl", {"heading: What did you dream?": "heading: Wat heb je gedroomd?"})
    choose_language("nl")
    assert language() == "nl" and wording.languages() == ["en", "nl"]
    assert words("welcome", "heading") == "Wat heb je gedroomd?"
    assert "Wat heb je gedroomd?" in render.conversation([], None)
    assert '<html lang="nl">' in render.render(
        "login", asks_name=True, trouble="", version="1", left=False, told_here=False
    )
    assert '<html lang="nl">' in shell.dressed('<html lang="en"><head></head><body></body></html>', "n")
    choose_language("en")
    assert language() == "en" and words("welcome", "heading") == "What did you dream?"


@pytest.mark.parametrize(
    ("changed", "without", "told"),
    [
        ({}, "  taken_back:", "lacks the text hint.taken_back, which in English is: Your last message"),
        ({}, "months:", "lacks the text months"),
        ({"{most} messages": "{meest} messages"}, "", "{meest} in the text hint.too_many"),
    ],
)
def test_what_a_file_lacks_is_named_at_the_start(
    folder: Path, changed: dict[str, str], without: str, told: str
) -> None:
    write(folder, "nl", changed, without)
    with pytest.raises(UsageError, match=re.escape(told)):
        choose_language("nl")
    assert language() == "en"


@pytest.mark.parametrize("name", ["de", "../../x", "NL", "texts"])
def test_a_language_without_a_file_is_refused_with_why_one_should_think_twice(name: str) -> None:
    with pytest.raises(UsageError, match="measured in English only"):
        choose_language(name)
    assert language() == "en"
