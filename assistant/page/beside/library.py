"""The library, to read in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.page.beside.frame import page, shown
from assistant.page.guests import Guest
from assistant.page.wording import words


def routes(companion: Companion) -> list[Route]:
    """The pages of the library."""

    def all_articles(request: Request, _guest: Guest) -> Response:
        articles = companion.library.articles().values()
        return shown(request, "library", words("library", "heading"), articles=articles)

    return [page("/library", all_articles)]
