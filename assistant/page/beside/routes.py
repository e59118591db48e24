"""Which address leads to which page beside the conversation. The door lets these through, and no others."""

from __future__ import annotations

from starlette.routing import Route

from assistant.companion import Companion
from assistant.page.beside import answering, library


def routes_beside(companion: Companion) -> list[Route]:
    """The routes of all pages."""
    return [*library.routes(companion), *answering.routes(companion)]
