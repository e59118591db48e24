"""The line in which replies wait for their turn, first come, first served; whoever stands in it can be told the place."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from assistant.page.wording import words
from assistant.types import Event, Notice

# Seconds until somebody who waits is told the place again, for each person before them; within the two bounds.
SECONDS_A_PERSON, OFTENEST, SELDOMEST = 0.2, 2.0, 20.0


class Line:
    """The first ``at_once`` in it are served; whoever is served or gives up leaves it, and those behind move up."""

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._at_once = at_once
        self._most = at_once + most_waiting
        self._lock = threading.Lock()
        self._places: list[threading.Event] = []  # in their order; set: is served

    @property
    def full(self) -> bool:
        """Whether nobody more can stand in it."""
        return len(self._places) >= self._most

    def join(self) -> threading.Event:
        """A place at the end, which is set when its turn comes."""
        place = threading.Event()
        with self._lock:
            self._places.append(place)
            self._serve_the_first()
        return place

    def before(self, place: threading.Event) -> int:
        """How many have to leave before this place is served."""
        with self._lock:
            return max(0, self._places.index(place) - self._at_once + 1)

    def leave(self, place: threading.Event) -> None:
        """Give up a place, before or after its turn."""
        with self._lock:
            self._places.remove(place)
            self._serve_the_first()

    def in_turn(self, place: threading.Event, stop: threading.Event, events: Iterator[Event]) -> Iterator[Event]:
        """The events once it is this place's turn, and how many are before it until then; none after ``stop``."""
        try:
            waited = not place.is_set()
            while not place.is_set() and not stop.is_set():
                before = self.before(place)
                yield Notice("waiting", _said(before))
                again = time.monotonic() + min(max(OFTENEST, SECONDS_A_PERSON * before), SELDOMEST)
                while time.monotonic() < again and not stop.is_set() and not place.wait(OFTENEST):
                    continue
            if stop.is_set():
                return
            if waited:
                yield Notice("waiting", "")
            yield from events
        finally:
            self.leave(place)

    def _serve_the_first(self) -> None:
        for place in self._places[: self._at_once]:
            place.set()


def _said(before: int) -> str:
    """The place in words; somebody who is served meanwhile has nobody before them."""
    if before == 0:
        return ""
    return words("reply", "one_before_you") if before == 1 else words("reply", "before_you", count=before)
