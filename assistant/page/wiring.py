"""How events of the page are bound to handlers: quietly, privately, and with every error told as a line above the box."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assistant.page import render
from assistant.page.gradio_quietly import gr
from assistant.page.quiet_log import log_without_words
from assistant.page.wording import words
from knowledge.errors import DreamError

log = logging.getLogger(__name__)

QUIET = {"show_progress": "hidden", "api_visibility": "private"}
NOT_REACHED = "() => { window.companion.notReached(); }"


class Wiring:
    """Binds events. ``shown`` are the outputs of every handler of the conversation, the hint third among them."""

    def __init__(self, conversation_id: Any, shown: Sequence[Any], hint: Any) -> None:
        self._conversation_id = conversation_id
        self._shown = list(shown)
        self._hint = hint

    def reply(
        self, triggers: Sequence[Any], handler: Callable[..., Any], inputs: Any = None, js: str | None = None
    ) -> None:
        """A handler that writes a reply; all of these share one limit."""
        made = gr.on(
            list(triggers),
            self._plainly(handler, len(self._shown), self._shown.index(self._hint)),
            inputs or [self._conversation_id],
            self._shown,
            js=js,
            concurrency_id="replies",
            **QUIET,
        )
        self._tell_failure(made)

    def at_once(self, trigger: Any, handler: Callable[..., Any], inputs: Any = None, js: str | None = None) -> None:
        """A handler that changes the conversation without a reply."""
        made = trigger(
            self._plainly(handler, len(self._shown), self._shown.index(self._hint)),
            [self._conversation_id] if inputs is None else inputs,
            self._shown,
            js=js,
            concurrency_limit=None,
            **QUIET,
        )
        self._tell_failure(made)

    def small(self, trigger: Any, handler: Callable[..., Any], inputs: Any, outputs: Any) -> None:
        """Any other handler; an error of ours is told in the hint."""
        listed = outputs if isinstance(outputs, list) else [outputs]
        made = trigger(
            self._plainly(handler, len(listed) + 1, len(listed), adds_hint=True),
            inputs,
            [*listed, self._hint],
            concurrency_limit=None,
            **QUIET,
        )
        self._tell_failure(made)

    def _tell_failure(self, made: Any) -> None:
        made.failure(None, None, None, js=NOT_REACHED, api_visibility="private")

    def _plainly(
        self, handler: Callable[..., Any], count: int, hint: int, adds_hint: bool = False
    ) -> Callable[..., Any]:
        """The handler with its errors turned into a hint; then nothing else on the page changes."""

        def told(error: Exception) -> tuple[Any, ...]:
            if not isinstance(error, DreamError):
                log_without_words(log, error)
            text = render.told(str(error) if isinstance(error, DreamError) else words("reply", "unexpected"))
            return tuple(text if place == hint else gr.skip() for place in range(count))

        @functools.wraps(handler)
        def generating(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from handler(*args, **kwargs)
            except Exception as error:
                yield told(error)

        @functools.wraps(handler)
        def giving(*args: Any, **kwargs: Any) -> Any:
            try:
                given = handler(*args, **kwargs)
            except Exception as error:
                return told(error)
            if not adds_hint:
                return given
            return (*given, gr.skip()) if isinstance(given, tuple) else (given, gr.skip())

        return generating if inspect.isgeneratorfunction(handler) else giving
