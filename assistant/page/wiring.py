"""How events of the page are bound to handlers: quietly, privately, and with every error told above the box."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assistant.page import render
from assistant.page.gradio_quietly import gr
from assistant.page.guests import guest_of
from assistant.page.wording import words
from assistant.telling import told

QUIET = {"show_progress": "hidden", "api_visibility": "private"}
UNLIMITED: dict[str, Any] = {"concurrency_limit": None}
FAILED = "() => { window.companion.failed(); }"


class Wiring:
    """Binds events. ``shown`` are the outputs of the conversation's handlers; ``hint``, one of them, tells errors."""

    def __init__(self, conversation_id: Any, shown: Sequence[Any], hint: Any) -> None:
        self.conversation_id = conversation_id
        self._shown = list(shown)
        self._hint = hint

    def reply(self, triggers: Sequence[Any], handler: Callable[..., Any], inputs: Any = None, **how: Any) -> None:
        """A handler that writes a reply; it lets people wait in a line of its own, which Gradio's could not tell them of."""
        inputs = inputs or [self.conversation_id]
        self._bind(functools.partial(gr.on, list(triggers)), handler, inputs, self._shown, **UNLIMITED, **how)

    def at_once(self, trigger: Any, handler: Callable[..., Any], inputs: Any = None, **how: Any) -> None:
        """A handler that changes the conversation without a reply."""
        inputs = [self.conversation_id] if inputs is None else inputs
        self._bind(trigger, handler, inputs, self._shown, **UNLIMITED, **how)

    def small(
        self,
        trigger: Any,
        handler: Callable[..., Any],
        inputs: Any,
        outputs: Sequence[Any],
        then: str | None = None,
        **how: Any,
    ) -> None:
        """Any other handler. It leaves the hint alone unless something goes wrong. ``then`` is JavaScript to run after."""

        @functools.wraps(handler)
        def with_hint(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
            given = handler(*args, **kwargs)
            return (*(given if isinstance(given, tuple) else (given,)), gr.skip())

        self._bind(trigger, with_hint, inputs, [*outputs, self._hint], then, **UNLIMITED, **how)

    def _bind(
        self,
        trigger: Any,
        handler: Callable[..., Any],
        inputs: Any,
        outputs: Sequence[Any],
        then: str | None = None,
        **how: Any,
    ) -> None:
        def failed(error: Exception, owner: bool) -> tuple[Any, ...]:
            text = render.told(told(error, owner=owner, otherwise=words("reply", "unexpected")))
            return tuple(text if output is self._hint else gr.skip() for output in outputs)

        bound = trigger(_plainly(handler, failed), inputs, outputs, **QUIET, **how)
        bound.failure(None, None, None, js=FAILED, api_visibility="private")
        if then:
            bound.success(None, None, None, js=then, api_visibility="private")


def _plainly(handler: Callable[..., Any], failed: Callable[[Exception, bool], tuple[Any, ...]]) -> Callable[..., Any]:
    """The handler with its errors told on the page; nothing else there changes then."""

    @functools.wraps(handler)
    def growing(*args: Any, **kwargs: Any) -> Iterator[Any]:
        try:
            yield from handler(*args, **kwargs)
        except Exception as error:
            yield failed(error, _of_owner(args))

    @functools.wraps(handler)
    def whole(*args: Any, **kwargs: Any) -> Any:
        try:
            return handler(*args, **kwargs)
        except Exception as error:
            return failed(error, _of_owner(args))

    return growing if inspect.isgeneratorfunction(handler) else whole


def _of_owner(args: Sequence[Any]) -> bool:
    """Whether a call comes from the owner; Gradio puts the request among what the handler is given."""
    return any(guest_of(one).owner for one in args if isinstance(one, gr.Request))
