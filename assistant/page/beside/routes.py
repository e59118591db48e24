"""Which address leads to which page beside the conversation. The door lets these through, and no others."""

from __future__ import annotations

from starlette.routing import Route

from assistant.companion import Companion
from assistant.page.beside import answering, connections, dream, journal, library, recurring, yours
from assistant.page.beside.frame import not_here, page

ROOMS = ("journal", "dream", "recurring", "library", "yours")


def routes_beside(companion: Companion) -> list[Route]:
    """The routes of all pages."""
    parts = (journal, dream, recurring, library, yours, connections, answering)
    found = [route for part in parts for route in part.routes(companion)]
    return [*found, *(page(f"/{room}/{{rest:path}}", lambda request, _guest: not_here(request)) for room in ROOMS)]
