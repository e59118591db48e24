"""The replies that are being written: who looks on, so that they can be stopped, left, or followed from another request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from assistant.page.guests import Guest
from assistant.types import Event

SECONDS_TO_COME_BACK = 10  # that a reply is still written for after its last page was closed: a reload comes back
SECONDS_TO_LEAVE = 1  # that a page gets to show its last update of a reply that is abandoned


class Onlooker:
    """One page that shows a reply as it is written. ``abandoned``: the page shows something else now."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.abandoned = False
        self.left = threading.Event()


class RunningReply:
    """One reply that is being written. ``stop`` ends it; ``written`` is set once it is recorded."""

    def __init__(self, visitor: str, conversation: int) -> None:
        self.visitor = visitor
        self.conversation = conversation
        self.stop = threading.Event()
        self.written = threading.Event()
        self.onlookers: list[Onlooker] = []


class RunningReplies:
    """All replies that are being written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._replies: list[RunningReply] = []

    @property
    def any(self) -> bool:
        """Whether any reply is being written."""
        return bool(self._replies)

    def count_of(self, visitor: str) -> int:
        """How many replies are being written for a visitor, or wait to be, in all tabs."""
        with self._lock:
            return sum(reply.visitor == visitor and not reply.stop.is_set() for reply in self._replies)

    def begin(self, guest: Guest, conversation: int) -> RunningReply:
        """A new reply to this visitor."""
        reply = RunningReply(guest.visitor, conversation)
        with self._lock:
            self._replies.append(reply)
        return reply

    def until_written(self, reply: RunningReply, events: Iterator[Event]) -> Iterator[Event]:
        """The reply's events; when they end, however they do, it is no longer running."""
        try:
            yield from events
        finally:
            with self._lock:
                self._replies.remove(reply)
            reply.written.set()

    def of(self, guest: Guest, conversation: int) -> RunningReply | None:
        """The reply that is being written in this conversation of the visitor's."""
        with self._lock:
            for reply in reversed(self._replies):
                if (reply.visitor, reply.conversation) == (guest.visitor, conversation):
                    return reply
        return None

    def look_on(self, reply: RunningReply, guest: Guest) -> Onlooker:
        """This page shows the reply from now on."""
        onlooker = Onlooker(guest)
        with self._lock:
            reply.onlookers.append(onlooker)
        return onlooker

    def look_away(self, reply: RunningReply, onlooker: Onlooker) -> None:
        """This page no longer shows the reply."""
        with self._lock:
            reply.onlookers.remove(onlooker)
        onlooker.left.set()

    def stop(self, guest: Guest) -> None:
        """End what is being written for this browser tab; what was said so far stays there."""
        for reply, _ in self._watched(guest):
            reply.stop.set()

    def abandon(self, guest: Guest) -> None:
        """End what is being written for this browser tab, which shows something else from now on."""
        self._abandon(self._watched(guest))

    def abandon_all_of(self, visitor: str, conversation: int | None = None) -> None:
        """End everything that is being written for a visitor, in every tab; or only what belongs to one conversation."""
        with self._lock:
            replies = [
                reply
                for reply in self._replies
                if reply.visitor == visitor and conversation in (None, reply.conversation)
            ]
            for reply in replies:
                reply.stop.set()
            watched = [(reply, onlooker) for reply in replies for onlooker in reply.onlookers]
        self._abandon(watched)

    def leave(self, guest: Guest) -> None:
        """The tab was closed. Its reply is finished if somebody comes back for it soon, and ended if not."""
        watched = self._watched(guest)
        for _, onlooker in watched:
            onlooker.abandoned = True
        if self.any:
            later = threading.Timer(SECONDS_TO_COME_BACK, self._end_what_nobody_sees)
            later.daemon = True
            later.start()

    def stop_all(self) -> None:
        """Stop everything: the server is going down."""
        self._stop_where(lambda reply: True)

    def _end_what_nobody_sees(self) -> None:
        self._stop_where(lambda reply: all(onlooker.abandoned for onlooker in reply.onlookers))

    def _stop_where(self, wanted: Callable[[RunningReply], bool]) -> None:
        with self._lock:
            for reply in self._replies:
                if wanted(reply):
                    reply.stop.set()

    def _watched(self, guest: Guest) -> list[tuple[RunningReply, Onlooker]]:
        with self._lock:
            return [
                (reply, onlooker)
                for reply in self._replies
                for onlooker in reply.onlookers
                if (onlooker.guest.visitor, onlooker.guest.tab) == (guest.visitor, guest.tab)
            ]

    @staticmethod
    def _abandon(watched: list[tuple[RunningReply, Onlooker]]) -> None:
        """Afterwards no update of these replies can reach the page any more and overwrite what it shows then."""
        for reply, onlooker in watched:
            onlooker.abandoned = True
            reply.stop.set()
        for _, onlooker in watched:
            onlooker.left.wait(SECONDS_TO_LEAVE)
