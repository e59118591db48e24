"""What the page does when the person does something: each handler checks who asks and gives what is to be shown.

No handler believes an argument about who is there: the visitor comes from the door, the conversation is checked against
the journal.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from assistant.companion import Companion
from assistant.errors import ConversationError
from assistant.journal import KeptConversation
from assistant.page import render
from assistant.page.arriving import arriving
from assistant.page.gradio_quietly import gr
from assistant.page.guests import Guest, guest_of
from assistant.page.limits import MOST_CHARACTERS
from assistant.page.quiet_log import log_without_words
from assistant.page.shown import LiveTurn, ShownTurn, State, from_journal
from assistant.page.wording import words
from knowledge.errors import DreamError

log = logging.getLogger(__name__)

MOST_EARLIER = 12  # conversations that the menu lists
NEW = "new"  # what the browser remembers in place of a conversation's number until something is said


class Shown(NamedTuple):
    """What a handler gives back: the HTML of conversation, passages and hint, and the conversation's number."""

    conversation: str
    behind: str
    hint: str
    conversation_id: str


class RunningReplies:
    """The replies that are being written, so that they can be stopped from another request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: dict[tuple[str, str], list[threading.Event]] = defaultdict(list)

    @property
    def any(self) -> bool:
        """Whether any reply is being written."""
        return bool(self._stops)

    def begin(self, guest: Guest) -> threading.Event:
        """A new reply of this browser tab; the event that stops it."""
        stop = threading.Event()
        with self._lock:
            self._stops[guest.visitor, guest.tab].append(stop)
        return stop

    def end(self, guest: Guest, stop: threading.Event) -> None:
        """The reply is over."""
        key = (guest.visitor, guest.tab)
        with self._lock:
            self._stops[key].remove(stop)
            if not self._stops[key]:
                del self._stops[key]

    def stop(self, guest: Guest) -> None:
        """Stop whatever is being written for this browser tab."""
        with self._lock:
            for stop in self._stops.get((guest.visitor, guest.tab), ()):
                stop.set()

    def stop_all(self) -> None:
        """Stop everything: the server is going down."""
        with self._lock:
            for stops in self._stops.values():
                for stop in stops:
                    stop.set()


class Handlers:
    """The conversation's handlers. They keep nothing between calls but the replies that are running."""

    def __init__(self, companion: Companion) -> None:
        self.companion = companion
        self.journal = companion.journal
        self.running = RunningReplies()

    def load(self, remembered: str, request: gr.Request) -> Shown:
        """The page was opened: this tab's conversation, else the visitor's last one, else the welcome."""
        guest = guest_of(request)
        if remembered == NEW:
            return self._show(guest, None)
        kept = self._conversation(guest, remembered)
        if kept is None:
            earlier = self.journal.conversations(guest.visitor)
            kept = earlier[-1] if earlier else None
        return self._show(guest, kept)

    def send(self, message: str, conversation: str, request: gr.Request) -> Iterator[Shown]:
        """The person says something."""
        guest = guest_of(request)
        kept = self._conversation(guest, conversation)
        message = message.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be stored
        if not message.strip():
            yield self._show(guest, kept, render.hint("blank"))
        elif len(message) > MOST_CHARACTERS:
            yield self._show(guest, kept, _too_long(len(message)))
        else:
            yield from self._reply(guest, kept, message)

    def again(self, conversation: str, request: gr.Request) -> Iterator[Shown]:
        """Another reply to the last message; also after a failure."""
        yield from self._again(conversation, guest_of(request), built_in=False)

    def let_built_in_answer(self, conversation: str, request: gr.Request) -> Iterator[Shown]:
        """A reply of the built-in voice to the last message."""
        yield from self._again(conversation, guest_of(request), built_in=True)

    def edit(self, conversation: str, request: gr.Request) -> Shown:
        """Take the last message back into the box."""
        return self._take_back(conversation, guest_of(request), into_the_box=True)

    def undo(self, conversation: str, request: gr.Request) -> Shown:
        """Take back the last message and its reply."""
        return self._take_back(conversation, guest_of(request), into_the_box=False)

    def stop(self, request: gr.Request) -> tuple[()]:
        """Stop the reply that is being written in this tab."""
        self.running.stop(guest_of(request))
        return ()

    def leave(self, request: gr.Request) -> None:
        """The tab was closed."""
        self.running.stop(guest_of(request))

    def new(self, request: gr.Request) -> Shown:
        """A fresh page; the conversation before stays in the journal."""
        guest = guest_of(request)
        self.running.stop(guest)
        return self._show(guest, None)

    def earlier(self, request: gr.Request) -> str:
        """The visitor's earlier conversations, newest first."""
        kept = self.journal.conversations(guest_of(request).visitor)
        return render.render("earlier", earlier=kept[: -MOST_EARLIER - 1 : -1])

    def open_earlier(self, clicked: gr.EventData, request: gr.Request) -> Shown:
        """Go on with an earlier conversation."""
        guest = guest_of(request)
        return self._show(guest, self._conversation(guest, str(clicked.number)))

    def forget_conversation(self, conversation: str, request: gr.Request) -> Shown:
        """Delete this conversation."""
        guest = guest_of(request)
        self.running.stop(guest)
        kept = self._conversation(guest, conversation)
        if kept is None:
            return self._show(guest, None, render.told(words("forget", "nothing")))
        self.journal.delete_conversation(guest.visitor, kept.id)
        return self._show(guest, None, render.told(words("forget", "done_one")))

    def forget_everything(self, request: gr.Request) -> Shown:
        """Delete all that this visitor ever said."""
        guest = guest_of(request)
        self.running.stop(guest)
        self.journal.delete_visitor(guest.visitor)
        return self._show(guest, None, render.told(words("forget", "done_all")))

    def _conversation(self, guest: Guest, number: str) -> KeptConversation | None:
        """The visitor's conversation of that number; none where there is none or it is somebody else's."""
        if not (number or "").isdecimal():
            return None
        try:
            return self.journal.conversation(guest.visitor, int(number))
        except ConversationError:
            return None

    def _turns(self, kept: KeptConversation | None) -> list[ShownTurn]:
        if kept is None or not kept.turns:
            return []
        articles = self.companion.library.articles()
        return [from_journal(number, turn, articles) for number, turn in enumerate(kept.turns, start=1)]

    def _show(self, guest: Guest, kept: KeptConversation | None, hint: str = "") -> Shown:
        return _shown(self._turns(kept), kept.id if kept else None, hint)

    def _again(self, conversation: str, guest: Guest, *, built_in: bool) -> Iterator[Shown]:
        kept = self._conversation(guest, conversation)
        if kept is None or not kept.turns:
            yield self._show(guest, kept, render.hint("nothing_to_take_back"))
            return
        message = self.companion.again(guest.visitor, kept.id, kept.turns[-1].id)
        yield from self._reply(guest, KeptConversation(kept.id, kept.created, kept.turns[:-1]), message, built_in)

    def _take_back(self, conversation: str, guest: Guest, *, into_the_box: bool) -> Shown:
        kept = self._conversation(guest, conversation)
        if kept is None or not kept.turns:
            return self._show(guest, kept, render.hint("nothing_to_take_back"))
        message = self.companion.again(guest.visitor, kept.id, kept.turns[-1].id)
        rest = KeptConversation(kept.id, kept.created, kept.turns[:-1])
        if into_the_box:
            return self._show(guest, rest, render.told(words("hint", "editing"), restore=message))
        return self._show(guest, rest, render.hint("taken_back"))

    def _reply(
        self, guest: Guest, kept: KeptConversation | None, message: str, built_in: bool = False
    ) -> Iterator[Shown]:
        """The reply as it grows. However it ends, the message is not lost: it is in the journal or in the box again."""
        conversation = kept.id if kept else self.journal.start_conversation(guest.visitor)
        earlier = self._turns(kept)
        live = LiveTurn(len(earlier) + 1, message)
        yield _shown([*earlier, live.shown()], conversation)
        stop = self.running.begin(guest)
        events = self.companion.respond(guest.visitor, conversation, message, stop=stop, built_in=built_in)
        try:
            for event in arriving(events, stop):
                if event is not None:
                    live.take(event)
                elif not self._notes_progress(live):
                    continue
                yield _shown([*earlier, live.shown()], conversation)
        except DreamError as error:
            live.fail(str(error))
        except Exception as error:
            log_without_words(log, error)
            live.fail(words("reply", "unexpected"))
        finally:
            stop.set()
            self.running.end(guest, stop)
        if live.state is State.FAILED and not self._is_kept(guest, conversation, after=len(earlier)):
            yield _shown(earlier, conversation, render.told(live.notice, restore=message))
            return
        if live.state is State.REPLYING:
            live.state = State.STOPPED
        yield _shown([*earlier, live.shown()], conversation)

    def _notes_progress(self, live: LiveTurn) -> bool:
        """Say how far the library is while it is read for the first time; whether there was anything new to say."""
        done, of = self.companion.progress
        before = live.notice
        if of:
            live.notice = words("reply", "preparing", done=done, of=of)
        return live.notice != before

    def _is_kept(self, guest: Guest, conversation: int, *, after: int) -> bool:
        """Whether the journal holds a message more than ``after``."""
        try:
            return len(self.journal.conversation(guest.visitor, conversation).turns) > after
        except DreamError:
            return False


def _shown(turns: list[ShownTurn], conversation: int | None, hint: str = "") -> Shown:
    return Shown(
        render.conversation(turns, conversation),
        render.behind(turns),
        hint or render.hint(),
        str(conversation) if conversation else NEW,
    )


def _too_long(count: int) -> str:
    return render.hint("too_long", count=f"{count:,}", most=f"{MOST_CHARACTERS:,}")
