"""Which address leads to which page beside the conversation. The door lets these through, and no others."""

from __future__ import annotations

from starlette.routing import Route

from assistant.companion import Companion
from assistant.page.beside import dream, journal, library, recurring, yours


def routes_beside(companion: Companion) -> list[Route]:
    """The routes of all pages."""
    parts = (journal, dream, recurring, library, yours)
    return [route for part in parts for route in part.routes(companion)]
