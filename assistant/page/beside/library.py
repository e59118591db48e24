"""The library, to read in: all articles, each article with what of it came up in one's own conversations, and a field to ask it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.journal.cited import Use
from assistant.journal.dreams import Entry
from assistant.page.beside import own_articles
from assistant.page.beside.asking import MOST_CHARACTERS, Asking
from assistant.page.beside.frame import Form, NotHere, form, led_to, page, shown, text_in
from assistant.page.beside.sealed import Sealed
from assistant.page.guests import Guest
from assistant.page.limits import MOST_BYTES
from assistant.page.places import anchor_of, article_at, place_of_article
from assistant.page.wording import words
from knowledge.types import Article, Section

MOST_DREAMS_SHOWN = 3  # beside a section; the others have a page
DREAMS_A_PAGE = 50


class Volume(NamedTuple):
    """An article in the list of all. ``used`` counts its sections that came up in the visitor's conversations."""

    article: Article
    is_own: bool
    used: int


class SectionToRead(NamedTuple):
    """A section with the dreams in whose conversations it came up: how many, and the latest of them."""

    section: Section
    anchor: str
    paragraphs: Sequence[str]
    dreams: int
    latest: Sequence[Entry]


def routes(companion: Companion) -> list[Route]:
    """The pages of the library, those of the owner's own articles among them."""
    reading_room = ReadingRoom(companion)
    return [
        page("/library", reading_room.all_articles),
        form("/library/ask", reading_room.ask),  # only to send to; an article of that name is read at the same address
        *own_articles.routes(companion),  # before the articles, one of which may have the name of such a page
        page("/library/{name}", reading_room.article),
        page("/library/{name}/dreams", reading_room.dreams),
    ]


class ReadingRoom:
    """The pages that anybody may read."""

    def __init__(self, companion: Companion) -> None:
        self._library = companion.library
        self._journal = companion.journal
        self._asking = Asking(companion)
        self._sealed = Sealed()

    def all_articles(self, request: Request, guest: Guest) -> Response:
        """Every article, what came up in the reader's conversations first; where something is asked, what the library has on it."""
        asked = request.query_params.get("asked", "")
        if question := self._sealed.opened(guest.visitor, asked):
            return self._answered(request, guest, question, asked)
        articles, own = self._library.articles(), self._library.own_articles()
        used = self._journal.cited.sections(guest.visitor)
        volumes = [
            Volume(article, article.id in own, sum(section.id in used for section in article.sections))
            for article in articles.values()
        ]
        volumes.sort(key=lambda volume: (not volume.used, volume.is_own))
        return shown(request, "library/all", words("library", "heading"), volumes=volumes)

    def ask(self, request: Request, guest: Guest, filled: Form) -> Response:
        """Leads to where the question is answered; one that is too long for that is told so here."""
        question = text_in(filled, "question", most=MOST_BYTES)
        if len(question) > MOST_CHARACTERS:
            return self._answered(request, guest, question)
        return led_to(f"/library?asked={self._sealed.seal(guest.visitor, question)}" if question else "/library")

    def _answered(self, request: Request, guest: Guest, question: str, asked: str = "") -> Response:
        answer = self._asking.answer(guest, question)
        return shown(request, "library/asked", words("ask_library", "heading"), answer=answer, asked=asked)

    def article(self, request: Request, guest: Guest) -> Response:
        """One article to read, its sections those of the visitor's dreams beside them in which they came up."""
        article = self._article(request)
        ids = [section.id for section in article.sections]
        uses = _by_section(self._journal.cited.uses(guest.visitor, ids))
        newest = {use.dream for some in uses.values() for use in some[:MOST_DREAMS_SHOWN]}
        entries = self._journal.dreams.entries_of(guest.visitor, newest)
        return shown(
            request,
            "library/article",
            article.title,
            article=article,
            opening=_paragraphs(article.opening),
            sections=[_to_read(section, uses.get(section.id, ()), entries) for section in article.sections],
            is_own=article.id in self._library.own_articles(),
        )

    def dreams(self, request: Request, guest: Guest) -> Response:
        """All of the visitor's dreams in which one section came up, the latest first."""
        article = self._article(request)
        anchor = request.query_params.get("section", "")
        section = next((one for one in article.sections if anchor_of(one.id) == anchor), None)
        if section is None:
            raise NotHere(words("library", "missing", name=f"{article.id}/{anchor}"))
        uses = self._journal.cited.uses(guest.visitor, [section.id])
        asked = request.query_params.get("from", "")
        begin = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0
        some = [use.dream for use in uses[begin : begin + DREAMS_A_PAGE]]
        entries = self._journal.dreams.entries_of(guest.visitor, some)
        following = begin + DREAMS_A_PAGE if len(uses) > begin + DREAMS_A_PAGE else 0
        return shown(
            request,
            "library/dreams",
            section.title,
            section=section,
            anchor=anchor,
            place=place_of_article(article.id),
            dreams=[entries[one] for one in some if one in entries],
            following=following,
        )

    def _article(self, request: Request) -> Article:
        name = article_at(request.path_params["name"])
        article = self._library.articles().get(name)
        if article is None:
            raise NotHere(words("library", "missing", name=name))
        return article


def _by_section(uses: Sequence[Use]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        found[use.section].append(use)
    return found


def _to_read(section: Section, uses: Sequence[Use], entries: Mapping[int, Entry]) -> SectionToRead:
    latest = [entries[use.dream] for use in uses[:MOST_DREAMS_SHOWN] if use.dream in entries]
    return SectionToRead(section, anchor_of(section.id), _paragraphs(section.text), len(uses), latest)


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
