"""What the running program keeps of texts to be quick, and the one place that drops all of it when words are deleted.

Whatever remembers texts that a person wrote, or what was made of them, is kept by ``remembering`` or told to ``keeps``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import ParamSpec, Protocol, TypeVar
from weakref import WeakSet

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Keeper(Protocol):
    """What remembers texts, and can drop them; named as ``lru_cache`` names it."""

    def cache_clear(self) -> None:
        """Drop all of them."""


_keepers: WeakSet[Keeper] = WeakSet()
_lock = Lock()
_times = 0  # that everything was forgotten


def keeps(keeper: Keeper) -> None:
    """This remembers texts from now on, as long as it lives."""
    with _lock:
        _keepers.add(keeper)


def remembering(most: int) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """Decorates a function whose ``most`` latest results are kept until everything is forgotten."""

    def decorated(function: Callable[Given, Made]) -> Callable[Given, Made]:
        kept = lru_cache(maxsize=most)(function)
        keeps(kept)
        return kept  # type: ignore[return-value]

    return decorated


def forget() -> None:
    """Drop all that is remembered, of everybody: it is made anew where it is needed."""
    global _times
    with _lock:
        _times += 1
        keepers = list(_keepers)
    for keeper in keepers:
        keeper.cache_clear()


@contextmanager
def at_work() -> Iterator[None]:
    """Around work on somebody's words: what is forgotten while it goes on is forgotten once more when it is done."""
    before = _times
    try:
        yield
    finally:
        if _times != before:
            forget()
