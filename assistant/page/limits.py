"""How much the page takes, of words and of people, and how often."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MOST_CHARACTERS = 20_000  # of one message; look.js holds the same figure
MOST_BYTES = 200_000  # of a request's body
MOST_BYTES_BESIDE = (
    400_000  # of a form beside the conversation: a message in any script takes up to 12 bytes a character
)
MOST_BYTES_PASTED = 4_000_000  # of an article's text that the owner pastes
MOST_UPLOADED = 64_000_000  # bytes of an article or a journal that is brought in
LARGE = 1_000_000  # bytes; of bodies above that only so many are held at once:
LARGE_AT_ONCE = 2
SECONDS_TO_SEND = 300.0  # a large one, so that nobody keeps the others waiting for ever
MOST_BYTES_OF_A_PROGRAM = 1_000_000  # of another program's request, which holds the whole conversation
MOST_FILES = 20  # that are brought in at once
REPLIES_AT_ONCE = 8  # that are written
MOST_WAITING = 256  # that wait for their turn
MOST_THREADS = (
    REPLIES_AT_ONCE + MOST_WAITING + 64
)  # of Gradio's: one for each reply, waiting or not, and some for the rest
MOST_TABS = 20_000  # of browsers that are remembered
MOST_CHARACTERS_OF_A_HOST = 300
MOST_CHARACTERS_OF_A_PATH = 500
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one visitor may ask for."""

    characters: int  # of one message
    messages_a_minute: int
    replies_at_once: int


AT_HOME = Limits(MOST_CHARACTERS, messages_a_minute=60, replies_at_once=4)
SHARED = Limits(4_000, messages_a_minute=10, replies_at_once=1)  # for those who come through a share link

CONNECTED = Limits(MOST_CHARACTERS, messages_a_minute=60, replies_at_once=4)  # for each connection of other programs


class Pace:
    """Counts each visitor's messages of the last minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: dict[str, deque[float]] = {}

    def seconds_to_wait(self, visitor: str, most: int) -> float:
        """0, and the message is counted; or how long until this visitor may send one again."""
        with self._lock:
            now = self._clock()
            sent = self._sent.pop(visitor, deque())
            while sent and sent[0] <= now - MINUTE:
                sent.popleft()
            self._sent[visitor] = sent
            if len(sent) >= most:
                return sent[0] + MINUTE - now
            sent.append(now)
            if len(self._sent) > MOST_TABS:
                del self._sent[next(iter(self._sent))]
            return 0.0
