"""Which address leads to which page beside the conversation. The door lets these through, and no others."""

from __future__ import annotations

from starlette.routing import Route

from assistant.companion import Companion
from assistant.page.beside import answering, connections, dream, journal, library, recurring, yours
from assistant.page.beside.frame import not_here, page
from assistant.page.running import RunningReplies

ROOMS = ("journal", "dream", "recurring", "library", "yours")


def routes_beside(companion: Companion, running: RunningReplies) -> list[Route]:
    """The routes of all pages; ``running`` are the replies that are being written, which a deletion ends."""
    found = [
        *journal.routes(companion),
        *dream.routes(companion, running),
        *recurring.routes(companion),
        *library.routes(companion),
        *yours.routes(companion, running),
        *connections.routes(companion, running),
        *answering.routes(companion),
    ]
    return [*found, *(page(f"/{room}/{{rest:path}}", lambda request, _guest: not_here(request)) for room in ROOMS)]
