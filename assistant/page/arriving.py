"""The events of a reply that is written in a thread of its own: the page can act while it waits for the next."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from assistant.types import Event


def arriving(events: Iterator[Event], stop: threading.Event, seconds: float = 0.2) -> Iterator[Event | None]:
    """The events as they come, and None whenever none came for ``seconds``. What ``events`` raises is raised here.

    The writing begins at once. Ends at once when ``stop`` is set; the writing thread then ends the reply by itself, and records what was shown.
    """
    arrived: queue.SimpleQueue[Event | Exception | None] = queue.SimpleQueue()

    def write() -> None:
        try:
            for event in events:
                arrived.put(event)
        except Exception as error:
            arrived.put(error)
        else:
            arrived.put(None)

    threading.Thread(target=write, daemon=True).start()
    return _as_they_come(arrived, stop, seconds)


def _as_they_come(
    arrived: queue.SimpleQueue[Event | Exception | None], stop: threading.Event, seconds: float
) -> Iterator[Event | None]:
    while not stop.is_set():
        try:
            event = arrived.get(timeout=seconds)
        except queue.Empty:
            yield None
            continue
        if event is None:
            return
        if isinstance(event, Exception):
            raise event
        yield event
