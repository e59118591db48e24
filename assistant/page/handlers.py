"""What the page does when the person does something: each handler checks who asks and gives what is to be shown.

No handler believes an argument about who is there: the visitor comes from the door, the conversation is checked against
the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from assistant.companion import Companion
from assistant.errors import ConversationError
from assistant.journal import KeptConversation
from assistant.page import render
from assistant.page.arriving import arriving
from assistant.page.gradio_quietly import gr
from assistant.page.guests import Guest, guest_of
from assistant.page.limits import AT_HOME, MOST_WAITING, REPLIES_AT_ONCE, Limits, Pace
from assistant.page.line import Line
from assistant.page.links import Link, link_in
from assistant.page.passwords import said_wait
from assistant.page.places import place_of_dream
from assistant.page.running import RunningReplies
from assistant.page.shown import LiveTurn, ShownBefore, ShownTurn, State, from_journal, key_of
from assistant.page.way import SAID_BY_BUTTONS
from assistant.page.wording import words
from assistant.recurring import Before
from assistant.safety import countries, country_code, help_in, screen
from assistant.telling import told
from assistant.types import Event, Kind, Safety, Turn
from knowledge.errors import DreamError
from knowledge.types import Article

MOST_EARLIER = 12  # conversations that the menu lists
MOST_SECONDS_FOLLOWED = 120  # that a page which was reloaded waits for the reply that is still being written
MOST_SHARED = 3  # things named that two dreams have in common
_TELLS_A_DREAM = (Kind.DREAM, Kind.UNCOVERED)
NEW = "new"  # what the browser remembers in place of a conversation's number until something is said


class Shown(NamedTuple):
    """What a handler gives back: the HTML of conversation, passages and hint, and the conversation's number."""

    conversation: str
    behind: str
    hint: str
    conversation_id: str


class Handlers:
    """The conversation's handlers. They keep nothing between calls but who waits for a reply or is being given one.

    ``limits`` are those of visitors; the owner has those of somebody at home.
    """

    def __init__(self, companion: Companion, limits: Limits = AT_HOME) -> None:
        self.companion = companion
        self.journal = companion.journal
        self.running = RunningReplies()
        self._line = Line(REPLIES_AT_ONCE, MOST_WAITING)
        self._limits = limits
        self._pace = Pace()

    def load(self, asked: str, request: gr.Request) -> Iterator[Shown]:
        """The page was opened: what its address links to, else this tab's conversation, the visitor's last one, or the welcome."""
        guest = guest_of(request)
        link = link_in(asked)
        if link is not None:
            yield from self._follow(guest, link)
            return
        kept = self.conversation_of(guest, asked)
        if kept is None and asked != NEW:
            kept = self.journal.latest(guest.visitor)
        yield from self._open(guest, kept)

    def send(self, message: str, conversation: str, request: gr.Request) -> Iterator[Shown]:
        """The person says something."""
        guest = guest_of(request)
        kept = self.conversation_of(guest, conversation)
        message = message.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be stored
        if not message.strip():
            yield self.show(guest, kept, render.hint("blank"))
        elif refusal := self._refusal(guest, message):
            yield self.show(guest, kept, refusal)
        else:
            yield from self._reply(guest, kept, message)

    def say(self, conversation: str, clicked: gr.EventData, request: gr.Request) -> Iterator[Shown]:
        """A button says something for the person, in words that they see."""
        if clicked.what in SAID_BY_BUTTONS:
            yield from self.send(words("way", "says", str(clicked.what)), conversation, request)

    # Each of these acts on the last turn, and says which turn this tab shows as the last.

    def again(self, conversation: str, last_turn: str, request: gr.Request) -> Iterator[Shown]:
        """Another reply to the last message; also after a failure."""
        yield from self._again(conversation, last_turn, guest_of(request), built_in=False)

    def let_built_in_answer(self, conversation: str, last_turn: str, request: gr.Request) -> Iterator[Shown]:
        """A reply of the built-in voice to the last message."""
        yield from self._again(conversation, last_turn, guest_of(request), built_in=True)

    def edit(self, conversation: str, last_turn: str, request: gr.Request) -> Shown:
        """Take the last message back into the box."""
        return self._take_back(conversation, last_turn, guest_of(request), into_the_box=True)

    def undo(self, conversation: str, last_turn: str, request: gr.Request) -> Shown:
        """Take back the last message and its reply."""
        return self._take_back(conversation, last_turn, guest_of(request), into_the_box=False)

    def stop(self, request: gr.Request) -> tuple[()]:
        """Stop the reply that is being written in this tab."""
        self.running.stop(guest_of(request))
        return ()

    def leave(self, request: gr.Request) -> None:
        """The tab was closed, or is being reloaded."""
        self.running.leave(guest_of(request))

    def new(self, request: gr.Request) -> Shown:
        """A fresh page; the conversation before stays in the journal."""
        guest = guest_of(request)
        self.running.abandon(guest)
        return self.show(guest, None)

    def earlier(self, conversation: str, request: gr.Request) -> str:
        """The visitor's conversations, newest first; the one that is shown is marked."""
        visitor = guest_of(request).visitor
        entries = self.journal.dreams.entries(visitor, count=MOST_EARLIER + 1)
        return render.render(
            "earlier", entries=entries[:MOST_EARLIER], more=len(entries) > MOST_EARLIER, current=conversation
        )

    def open_earlier(self, clicked: gr.EventData, request: gr.Request) -> Iterator[Shown]:
        """Go on with an earlier conversation."""
        guest = guest_of(request)
        self.running.abandon(guest)
        yield from self._open(guest, self.conversation_of(guest, str(clicked.number)))

    def forget_conversation(self, conversation: str, request: gr.Request) -> Shown:
        """Delete this conversation."""
        guest = guest_of(request)
        self.running.abandon(guest)
        kept = self.conversation_of(guest, conversation)
        if kept is None:
            return self.show(guest, None, render.told(words("forget", "nothing")))
        self.journal.delete_conversation(guest.visitor, kept.id)
        return self.show(guest, None, render.told(words("forget", "done_one")))

    def forget_everything(self, request: gr.Request) -> Shown:
        """Delete all that this visitor ever said."""
        guest = guest_of(request)
        self.running.abandon_all_of(guest.visitor)
        self.journal.delete_visitors(guest.visitor)
        return self.show(guest, None, render.told(words("forget", "done_all"), forgotten=True))

    def country(self, request: gr.Request) -> tuple[str, str, str]:
        """The choice of the country whose help line is named, and what the table has for the one that is chosen, and the
        sign that one need not be asked for."""
        visitor = guest_of(request).visitor
        named = self.companion.country_of(visitor)
        default = country_code(self.companion.settings.country)
        known = bool(named) or self.journal.country_of(visitor) is not None
        return (
            render.render("country", countries=countries(), named=named, default=default),
            render.render("country_help", text=help_in(named)),
            render.render("country_known", known=known, default=default),
        )

    def choose_country(self, chosen: gr.EventData, request: gr.Request) -> str:
        """Keep the visitor's choice, and say what the table has for it."""
        visitor = guest_of(request).visitor
        self.companion.choose_country(visitor, str(chosen.country))
        return render.render("country_help", text=help_in(self.companion.country_of(visitor)))

    def conversation_of(self, guest: Guest, number: str) -> KeptConversation | None:
        """The visitor's conversation of that number; None where there is none or it is somebody else's."""
        if not (number or "").isdecimal():
            return None
        try:
            return self.journal.conversation(guest.visitor, int(number))
        except ConversationError:
            return None

    def turns_of(self, kept: KeptConversation | None) -> list[ShownTurn]:
        """The turns of a conversation, to be shown."""
        if kept is None or not kept.turns:
            return []
        articles = self.companion.library.articles()
        return [from_journal(number, turn, articles) for number, turn in enumerate(kept.turns, start=1)]

    def show(self, guest: Guest, kept: KeptConversation | None, hint: str = "") -> Shown:
        """A conversation as it lies in the journal, or the welcome."""
        turns = self.turns_of(kept)
        if kept and turns:
            turns[0] = self._beside_earlier(guest, kept.id, turns[0])
        return _shown(turns, kept.id if kept else None, hint, kept.night if kept else None)

    def _beside_earlier(self, guest: Guest, conversation: int, first: ShownTurn) -> ShownTurn:
        """The first turn with the earlier dream that has something in common with it, if it tells a dream and is answered."""
        if first.state is not State.DONE or first.kind not in _TELLS_A_DREAM or not self.companion.warm:
            return first
        try:
            found = self.companion.dreamt_before(guest.visitor, conversation)
        except DreamError:  # a line that may be missing breaks no conversation
            return first
        return replace(first, before=_before(found, self.companion.library.articles())) if found else first

    def _follow(self, guest: Guest, link: Link) -> Iterator[Shown]:
        """What a link leads to; where that is not there, an empty page that says so."""
        if link.dream:
            kept = self.conversation_of(guest, link.dream)
            if kept is None:
                yield self.show(guest, None, render.hint("no_such_dream"))
            else:
                yield from self._open(guest, kept)
        elif link.about:
            article = self.companion.library.articles().get(link.about.partition("/")[0])
            section = next((one for one in article.sections if one.id == link.about), None) if article else None
            begun = words("hint", "first_sentence", title=section.title) if section else ""
            hint = render.told(words("hint", "begun"), restore=begun) if section else render.hint("no_such_section")
            yield self.show(guest, None, hint)
        else:
            yield self.show(guest, None)

    def _open(self, guest: Guest, kept: KeptConversation | None) -> Iterator[Shown]:
        """A kept conversation; where a reply is still being written in it, that follows when it is finished."""
        reply = self.running.of(guest, kept.id) if kept else None
        if kept is None or reply is None:
            yield self.show(guest, kept)
            return
        onlooker = self.running.look_on(reply, guest)
        try:
            turns = self.turns_of(kept)
            if turns and turns[-1].state is State.UNFINISHED:
                turns[-1] = replace(turns[-1], state=State.REPLYING)
            yield _shown(turns, kept.id, night=kept.night)
            reply.written.wait(MOST_SECONDS_FOLLOWED)
            if not onlooker.abandoned:
                yield self.show(guest, self.conversation_of(guest, str(kept.id)))
        finally:
            self.running.look_away(reply, onlooker)

    def _again(self, conversation: str, last_turn: str, guest: Guest, *, built_in: bool) -> Iterator[Shown]:
        kept = self.conversation_of(guest, conversation)
        if kept is None or not kept.turns or key_of(kept.turns[-1]) != last_turn:
            yield self._not_the_last(guest, kept)
            return
        if refusal := self._refusal(guest, kept.turns[-1].message):
            yield self.show(guest, kept, refusal)
            return
        taken = self.companion.take_back(guest.visitor, kept.id, kept.turns[-1].id)
        rest = replace(kept, turns=kept.turns[:-1])
        yield from self._reply(guest, rest, taken.message, built_in, instead_of=taken.reply)

    def _refusal(self, guest: Guest, message: str) -> str:
        """The hint why no reply to this message can begin now, or ""; words that call for help are never held up."""
        limits = AT_HOME if guest.owner else self._limits
        if len(message) > limits.characters:
            return render.hint("too_long", count=f"{len(message):,}", most=f"{limits.characters:,}")
        if _calls_for_help(message):
            return ""
        if self.running.count_of(guest.visitor) >= limits.replies_at_once:
            return render.hint("one_at_a_time")
        if self._line.full:
            return render.hint("line_full")
        wait = self._pace.seconds_to_wait(guest.visitor, limits.messages_a_minute)
        return render.hint("too_many", most=limits.messages_a_minute, wait=said_wait(wait)) if wait else ""

    def _not_the_last(self, guest: Guest, kept: KeptConversation | None) -> Shown:
        """What was to be taken back is not the last turn, or there is none: the conversation as it is now."""
        return self.show(guest, kept, render.hint("went_on" if kept and kept.turns else "nothing_to_take_back"))

    def _take_back(self, conversation: str, last_turn: str, guest: Guest, *, into_the_box: bool) -> Shown:
        kept = self.conversation_of(guest, conversation)
        if kept is None or not kept.turns or key_of(kept.turns[-1]) != last_turn:
            return self._not_the_last(guest, kept)
        message = self.companion.take_back(guest.visitor, kept.id, kept.turns[-1].id).message
        rest = replace(kept, turns=kept.turns[:-1])
        if into_the_box:
            return self.show(guest, rest, render.told(words("hint", "editing"), restore=message))
        return self.show(guest, rest, render.hint("taken_back"))

    def _reply(
        self,
        guest: Guest,
        kept: KeptConversation | None,
        message: str,
        built_in: bool = False,
        instead_of: Turn | None = None,
    ) -> Iterator[Shown]:
        """The reply as it grows. However it ends, the message is not lost: it is in the journal or in the box again."""
        conversation = kept.id if kept else self.journal.start_conversation(guest.visitor)
        earlier = self.turns_of(kept)
        live = LiveTurn(len(earlier) + 1, message)
        reply = self.running.begin(guest, conversation)
        onlooker = self.running.look_on(reply, guest)
        try:
            events = self.companion.respond(
                guest.visitor, conversation, message, stop=reply.stop, built_in=built_in, instead_of=instead_of
            )
        except DreamError as error:
            events = _failing(error)
        if not _calls_for_help(message):
            events = self._line.in_turn(self._line.join(), reply.stop, events)
        came = arriving(self.running.until_written(reply, events), reply.stop)
        try:
            night = kept.night if kept else date.today()
            for shown in self._growing(guest, conversation, earlier, live, came, night):
                if onlooker.abandoned:
                    return
                yield shown
        finally:
            self.running.look_away(reply, onlooker)

    def _growing(
        self,
        guest: Guest,
        conversation: int,
        earlier: list[ShownTurn],
        live: LiveTurn,
        came: Iterator[Event | None],
        night: date | None,
    ) -> Iterator[Shown]:
        yield _shown([*earlier, live.shown()], conversation, night=night)
        try:
            for event in came:
                if event is not None:
                    live.take(event)
                elif not self._notes_progress(live):
                    continue
                if live.state is State.REPLYING:
                    yield _shown([*earlier, live.shown()], conversation, night=night)
        except Exception as error:
            live.fail(told(error, owner=guest.owner, otherwise=words("reply", "unexpected")))
        kept = self._as_kept(guest, conversation)
        live.key = key_of(kept.turns[live.number - 1]) if kept and len(kept.turns) >= live.number else ""
        earlier = self.turns_of(kept)[: live.number - 1] if live.key else earlier  # a mark may have been set meanwhile
        if live.state is State.FAILED and not live.key:
            yield _shown(earlier, conversation, render.told(live.notice, restore=live.message), night)
            return
        if live.state is State.REPLYING:
            live.state = State.STOPPED
        last = live.shown()
        yield _shown([*earlier, last], conversation, night=night)
        if not earlier and (last := self._beside_earlier(guest, conversation, last)).before:
            yield _shown([last], conversation, night=night)

    def _notes_progress(self, live: LiveTurn) -> bool:
        """Say how far the library is while it is read for the first time; whether there was anything new to say."""
        done, of = self.companion.progress
        before = live.notice
        if of:
            live.notice = words("reply", "preparing", done=done, of=of) if done < of else words("reply", "almost_ready")
        return live.notice != before

    def _as_kept(self, guest: Guest, conversation: int) -> KeptConversation | None:
        """The conversation as it lies in the journal now; None where the journal cannot say."""
        try:
            return self.journal.conversation(guest.visitor, conversation)
        except DreamError:
            return None


def _failing(error: DreamError) -> Iterator[Event]:
    """The events of a reply that could not even begin."""
    yield from ()
    raise error


def _before(found: Before, articles: Mapping[str, Article]) -> ShownBefore:
    names = [articles[mark.name].title if mark.name in articles else mark.name for mark in found.shared]
    return ShownBefore(place_of_dream(found.entry.id), found.entry.night, tuple(names[:MOST_SHARED]))


def _shown(turns: list[ShownTurn], conversation: int | None, hint: str = "", night: date | None = None) -> Shown:
    return Shown(
        render.conversation(turns, conversation, night),
        render.behind(turns),
        hint or render.hint(),
        str(conversation) if conversation else NEW,
    )


def _calls_for_help(message: str) -> bool:
    """Whether the safety rules find a crisis in it: such a message waits for nobody."""
    return screen([message]).level is Safety.CRISIS
