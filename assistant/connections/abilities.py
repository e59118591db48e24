"""What another program may ask of the companion, in whichever protocol: to answer a message, to search, to read.

What a program sends is words and nothing else: it is answered as a message on the page is, and can change nothing here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from assistant.companion import Companion
from assistant.connections.answers import (
    Contents,
    Dream,
    Dreams,
    Found,
    Reading,
    Told,
    contents,
    dream_of,
    entry_of,
    found,
    reading,
    told,
)
from assistant.connections.grants import Connection, Grant, Grants
from assistant.errors import ModelError, NotNow, ServingError
from assistant.page.arriving import arriving
from assistant.page.guests import Guest
from assistant.page.limits import CONNECTED, Pace
from assistant.page.line import Line
from assistant.page.passwords import said_wait
from assistant.page.running import RunningReplies
from assistant.page.wording import words
from assistant.safety import screen
from assistant.types import Done, Event, Notice, Safety, Turn
from knowledge.errors import UsageError
from knowledge.forgetting import at_work

AT_ONCE, MOST_WAITING = 2, 16  # replies for other programs: the people on the page come first
MOST_DREAMS = 50  # that a list of the journal holds
MOST_HITS = 20


class Abilities:
    """Everything is asked in the name of a connection, and done for the visitor that the connection has of its own."""

    def __init__(self, companion: Companion, grants: Grants, running: RunningReplies) -> None:
        self.companion = companion
        self._grants = grants
        self._running = running
        self._line = Line(AT_ONCE, MOST_WAITING)
        self._pace = Pace()

    def grant(self, connection: Connection) -> Grant:
        """What was granted. Raises UsageError where the connection was turned off meanwhile."""
        grant = self._grants.of(connection)
        if grant is None:
            raise UsageError(words("connections", "off"))
        return grant

    def tell(self, connection: Connection, message: str, conversation: int | None = None) -> Told:
        """The reply to a message, when it is finished; without a number of a conversation, a new one is begun.

        Raises UsageError for a blank or over-long message, ConversationError, NotNow, ModelError, StorageError,
        and ServingError where the companion is closed meanwhile.
        """
        grant = self.grant(connection)
        message = plain(message)
        self.check(grant, message)
        if conversation is None:
            conversation = self.companion.journal.start_conversation(grant.visitor)
        for event in self.events(grant, conversation, message):
            if isinstance(event, Done):
                return told(event.turn, conversation)
        raise ServingError(words("connections", "stopped"))

    def events(
        self, grant: Grant, conversation: int, message: str, *, instead_of: Turn | None = None
    ) -> Iterator[Event]:
        """The reply as it comes. Closing this ends the reply, and what was said of it is recorded.

        Raises what ``tell`` raises; ``check`` comes before it.
        """
        self._follow_the_owner(grant)
        guest = Guest(grant.visitor)
        reply = self._running.begin(guest, conversation)
        onlooker = self._running.look_on(reply, guest)
        came = self._begun(grant, conversation, message, reply.stop, instead_of)
        try:
            for event in arriving(self._running.until_written(reply, came), reply.stop):
                if isinstance(event, Notice) and event.kind != "waiting":
                    error = ModelError(event.text)
                    error.kind = event.kind
                    raise error
                if event is not None:
                    yield event
        finally:
            reply.stop.set()
            self._running.look_away(reply, onlooker)

    def _begun(
        self, grant: Grant, conversation: int, message: str, stop: threading.Event, instead_of: Turn | None
    ) -> Iterator[Event]:
        """The companion's own events, in the turn of this reply; words that call for help wait for nobody."""
        urgent = calls_for_help(message)
        events = self.companion.respond(grant.visitor, conversation, message, stop=stop, instead_of=instead_of)
        yield from events if urgent else self._line.in_turn(self._line.join(), stop, events)

    def replay(self, grant: Grant, messages: Sequence[str]) -> int:
        """A new conversation in which these messages were told before, answered by the built-in voice; its number."""
        conversation = self.companion.journal.start_conversation(grant.visitor)
        self._follow_the_owner(grant)
        for message in messages:
            for _ in self.companion.respond(grant.visitor, conversation, message, built_in=True):
                continue
        return conversation

    def check(self, grant: Grant, message: str) -> None:
        """Whether a reply may begin now. Raises UsageError or NotNow; words that call for help are never held up."""
        if not message.strip():
            raise UsageError(words("connections", "blank"))
        if len(message) > CONNECTED.characters:
            count, most = f"{len(message):,}", f"{CONNECTED.characters:,}"
            raise UsageError(words("connections", "too_long", count=count, most=most))
        if calls_for_help(message):
            return
        if self._line.full or self._running.count_of(grant.visitor) >= CONNECTED.replies_at_once:
            raise NotNow(words("connections", "full"), wait=5)
        self._count(grant)

    def search(self, connection: Connection, query: str, count: int = 5) -> Found:
        """The sections of the library that matter for a message."""
        self._count(self.grant(connection))
        if not query.strip():
            raise UsageError(words("connections", "blank_query"))
        if len(query) > CONNECTED.characters:
            most = f"{CONNECTED.characters:,}"
            raise UsageError(words("connections", "too_long", count=f"{len(query):,}", most=most))
        with at_work():
            return found(self.companion.library.search(plain(query), count=max(1, min(count, MOST_HITS))))

    def contents(self, connection: Connection) -> Contents:
        """Which articles there are, and their sections."""
        self._count(self.grant(connection))
        return contents(self.companion.library.articles().values())

    def read(self, connection: Connection, name: str) -> Reading:
        """An article, or one section of it. Raises UsageError where there is none of that name."""
        self._count(self.grant(connection))
        article = self.companion.library.articles().get(name.partition("/")[0])
        read = reading(article, name) if article else None
        if read is None:
            raise UsageError(words("connections", "no_article", name=name[:100]))
        return read

    def journal(self, connection: Connection, search: str = "") -> Dreams:
        """The owner's latest dreams, or those that hold all of these words. Raises UsageError without the permission."""
        grant = self._reader(connection)
        dreams = self.companion.journal.dreams
        if not search.split():
            listed = dreams.entries(grant.owner, count=MOST_DREAMS)
            return Dreams(count=dreams.count(grant.owner), dreams=[entry_of(entry) for entry in listed])
        ids = dreams.with_words(grant.owner, search.split())
        entries = dreams.entries_of(grant.owner, ids[:MOST_DREAMS])
        return Dreams(count=len(ids), dreams=[entry_of(entries[id]) for id in ids[:MOST_DREAMS] if id in entries])

    def dream(self, connection: Connection, number: int) -> Dream:
        """One of the owner's dreams, with what was said about it. Raises UsageError without the permission, ConversationError."""
        grant = self._reader(connection)
        return dream_of(self.companion.journal.conversation(grant.owner, number))

    def _reader(self, connection: Connection) -> Grant:
        grant = self.grant(connection)
        if not grant.reads_journal:
            raise UsageError(words("connections", "no_journal"))
        self._count(grant)
        return grant

    def _count(self, grant: Grant) -> None:
        wait = self._pace.seconds_to_wait(grant.visitor, CONNECTED.messages_a_minute)
        if wait:
            raise NotNow(words("connections", "too_many", most=CONNECTED.messages_a_minute, wait=said_wait(wait)), wait)

    def _follow_the_owner(self, grant: Grant) -> None:
        """Whoever answers the owner answers here, with the help lines of the owner's country."""
        journal = self.companion.journal
        voice, country = journal.voice_of(grant.owner), journal.country_of(grant.owner)
        if voice != journal.voice_of(grant.visitor):
            journal.choose_voice(grant.visitor, voice)
        if country is not None and country != journal.country_of(grant.visitor):
            journal.choose_country(grant.visitor, country)


def plain(message: str) -> str:
    """The message as it can be stored: JSON may bring lone surrogates."""
    return message.encode("utf-8", "replace").decode("utf-8").strip()


def calls_for_help(message: str) -> bool:
    """Whether the safety rules find a crisis in it."""
    return screen([message]).level is Safety.CRISIS
