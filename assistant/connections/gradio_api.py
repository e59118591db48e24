"""The companion as a Gradio API of its own, apart from the page's: /tell, /search and /library, under /api/gradio."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from assistant.connections.abilities import MOST_WAITING, Abilities
from assistant.connections.grants import Connection
from assistant.page.gradio_quietly import gr
from assistant.page.limits import CONNECTED
from assistant.page.wording import words
from assistant.telling import told

NAMES = ("tell", "search", "library")
P = ParamSpec("P")


def build_api(abilities: Abilities) -> Any:
    """Blocks without a component: only the three names, to be mounted behind the door."""

    def tell(message: str, conversation: int = 0) -> dict[str, Any]:
        return abilities.tell(Connection.GRADIO, message, conversation or None).model_dump()

    def search(query: str, count: int = 5) -> dict[str, Any]:
        return abilities.search(Connection.GRADIO, query, count).model_dump()

    def library(name: str = "") -> dict[str, Any]:
        if not name:
            return abilities.contents(Connection.GRADIO).model_dump()
        return abilities.read(Connection.GRADIO, name).model_dump()

    functions: tuple[Callable[..., dict[str, Any]], ...] = (tell, search, library)
    with gr.Blocks(title=words("title"), analytics_enabled=False) as api:
        for name, function in zip(NAMES, functions, strict=True):
            gr.api(_plainly(function), api_name=name, api_description=words("gradio", name))
    api.queue(max_size=MOST_WAITING, default_concurrency_limit=CONNECTED.replies_at_once)
    return api


def _plainly(function: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
    """What goes wrong is told in our own words, and logged without those of the dreamer."""

    @functools.wraps(function)
    def plainly(*values: P.args, **named: P.kwargs) -> dict[str, Any]:
        try:
            return function(*values, **named)
        except Exception as error:
            text = told(error, otherwise=words("connections", "unexpected"))
            raise gr.Error(text, print_exception=False) from None

    return plainly
