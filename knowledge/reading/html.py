"""Reads web pages that were saved: the article in them, without menus, share buttons and what is hidden."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from configparser import ConfigParser
from copy import deepcopy
from pathlib import Path
from typing import Any

import trafilatura
import trafilatura.settings
from lxml.etree import ParserError  # type: ignore[import-untyped, unused-ignore]
from lxml.html import (  # type: ignore[import-untyped, unused-ignore]
    HtmlElement,
    HTMLParser,
    document_fromstring,
)

from knowledge.errors import UnreadableArticle
from knowledge.reading.decoding import decode_html
from knowledge.reading.draft import Block, assemble
from knowledge.reading.visible import remove_hidden
from knowledge.types import Article

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports pages without text; so do we

_PARAGRAPHS = ("p", "code", "quote", "item")
_TEXT_TAGS = ("p", "li", "dd", "td", "blockquote", "pre")
_TEXT_CONTAINERS = (*_TEXT_TAGS, "ul", "ol", "dl", "table", "tbody", "tr")
_MARKED_MAIN = "//main | //*[@role='main']"
_TEXT_OUTSIDE_MENUS = (
    "//body//text()[normalize-space() and not(ancestor::a or ancestor::nav or ancestor::footer or ancestor::button)]"
)
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EDIT_LINKS = "//*[contains(@class, 'mw-editsection')]"
TEASER_SHARE = 0.3  # of a page's paragraphs: an ``article`` that holds less is not the article
ARTICLE_SHARE = 0.8  # of a page's paragraphs: the innermost element that holds as much is taken for the article


def read(path: Path, data: bytes) -> Article:
    """The article in a saved web page. Nothing that the page points to is fetched.

    Raises UnreadableArticle when the page holds no article text.
    """
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    nothing = UnreadableArticle(path, "No article text was found in this web page, nothing but menus or scripts.")
    try:
        page = document_fromstring(decode_html(path, data).encode("utf-8", "replace"), parser=parser)
    except ParserError as error:  # not one element in it
        raise nothing from error
    remove_hidden(page)
    _replace_control_characters(page)
    if not page.xpath(_TEXT_OUTSIDE_MENUS):
        raise nothing
    _mark_article(page)
    document = _extract(page, _settings_for_short_pages()) or _extract(page, trafilatura.settings.DEFAULT_CONFIG)
    if document is None:
        raise nothing
    return assemble(path, document.title or "", _blocks(document.body))


def _extract(page: HtmlElement, settings: ConfigParser) -> Any:
    """Trafilatura's document, or None where it finds no text."""
    document = trafilatura.bare_extraction(
        page,
        fast=True,
        favor_recall=True,
        include_comments=False,
        with_metadata=True,
        prune_xpath=_EDIT_LINKS,
        config=settings,
    )
    return document if document is not None and document.body is not None and document.text else None


def _settings_for_short_pages() -> ConfigParser:
    """Settings under which a short article is not taken for a failure, after which the headings would be lost."""
    settings = deepcopy(trafilatura.settings.DEFAULT_CONFIG)
    settings["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "0"
    return settings


def _replace_control_characters(page: HtmlElement) -> None:
    """Put blanks for the characters that XML does not allow ('&#12;' gives one): trafilatura fails on them."""
    for element in page.iter():
        for part in ("text", "tail"):
            text = getattr(element, part)
            if text and _NOT_IN_XML.search(text):
                setattr(element, part, _NOT_IN_XML.sub(" ", text))


def _mark_article(page: HtmlElement) -> None:
    """Make the element with the text an ``article`` where a page names none: without one trafilatura drops headings.

    Articles that hold little of the page's text are teasers of others, of which trafilatura would take the first.
    """
    body = page.find(".//body")
    if body is None or page.xpath(_MARKED_MAIN):
        return
    whole = _length_of_text(body)
    articles = list(page.iter("article"))
    if any(_length_of_text(article) >= whole * TEASER_SHARE for article in articles):
        return
    for article in articles:
        article.tag = "div"
    element = body
    while inner := [
        child
        for child in element
        if child.tag not in _TEXT_CONTAINERS and 0 < whole * ARTICLE_SHARE <= _length_of_text(child)
    ]:
        element = inner[0]
    if element is not body:
        element.tag = "article"
        return
    article = body.makeelement("article")
    article.text, body.text = body.text, None
    article.extend(list(body))
    body.append(article)


def _length_of_text(element: HtmlElement) -> int:
    return sum(len("".join(part.itertext())) for part in element.iter(*_TEXT_TAGS))


def _blocks(element: HtmlElement) -> Iterator[Block]:
    """The blocks of trafilatura's tree: head, p, list, item, table, row, cell, quote, code."""
    if element.tag == "head":
        yield Block(_text(element), level=int((element.get("rend") or "h2")[1:2] or 2))
    elif element.tag == "list":
        yield from _list(element)
    elif element.tag == "row":
        yield Block(" | ".join(filter(None, (_text(cell).strip() for cell in element))))
    elif element.tag in _PARAGRAPHS and not any(child.tag in ("p", "list", "table", "head") for child in element):
        yield from map(Block, _text(element).split("\n\n"))
    else:
        yield Block(element.text or "")
        for child in element:
            yield from _blocks(child)
            yield Block(child.tail or "")


def _list(element: HtmlElement) -> Iterator[Block]:
    for number, item in enumerate(element.iterchildren("item"), 1):
        mark = f"{number}. " if element.get("rend") == "ol" else "• "
        nested = [child for child in item if child.tag == "list"]
        for child in nested:
            item.remove(child)
        yield Block(mark + _text(item))
        for child in nested:
            yield from _list(child)


def _text(element: HtmlElement) -> str:
    """All text in an element; two line breaks in a row become an empty line."""
    parts = [element.text or ""]
    for child in element:
        before = "\n" if child.tag == "lb" else " " if child.tag in ("p", "item", "cell") else ""
        parts += [before, _text(child), child.tail or ""]
    return "".join(parts)
