"""Who answers, who is here, and the share link. Everybody may read the first; the rest is the owner's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from assistant.companion import Companion, Offer, WhoAnswers
from assistant.errors import ConversationError
from assistant.journal import KeptConversation
from assistant.page import render
from assistant.page.costs import said_costs
from assistant.page.gradio_quietly import gr
from assistant.page.guests import guest_of
from assistant.page.sharing import LONGEST_LIFE, SHORTEST_LIFE, Sharing
from assistant.page.tabs import Here
from assistant.page.wording import words
from assistant.voices.answering import BUILT_IN
from knowledge.errors import UsageError

Present = Callable[[], Mapping[str, Here]]  # the visitors whose page is open


class OwnerHandlers:
    """The handlers beside the conversation. Each asks the door who is there before it shows or changes anything."""

    def __init__(self, companion: Companion, present: Present, sharing: Sharing) -> None:
        self._companion = companion
        self._present = present
        self._sharing = sharing

    def named(self, request: gr.Request) -> str:
        """The page's name and, where somebody is logged in under a name, who that is and the way out."""
        return render.render("title", person=guest_of(request).name)

    def greet(self, request: gr.Request) -> tuple[str, Any, Any]:
        """Who answers this visitor; the owner also gets the button to change it and the owner's panel."""
        guest = guest_of(request)
        who = _told(self._companion.who_answers(guest.visitor))
        return who, gr.update(visible=guest.owner), gr.update(visible=guest.owner)

    def offers(self, request: gr.Request) -> tuple[Any, Any, str, Any]:
        """Open the choice of who answers; who answers now is chosen already."""
        visitor = _owner_only(request)
        offers = self._companion.offers()
        choices = [(offer.label, offer.id) for offer in offers]
        explanation = words("who", "nothing_else") if len(offers) < 2 else ""
        return (
            gr.update(visible=True),
            gr.update(choices=choices, value=self._present_offer(visitor, offers)),
            render.render("explanation", text=explanation),
            gr.update(visible=False),
        )

    def looked_at(self, offer_id: str, request: gr.Request) -> tuple[str, Any]:
        """Say what an offer means before it is taken."""
        _owner_only(request)
        offer = self._offer(offer_id)
        lines = [words("who", "leaves", host=offer.host) if offer.leaves_computer else words("who", "stays")]
        if offer.leaves_computer and self._companion.warm:
            usage = self._companion.usage_of_a_first_reply()
            lines.append(words("cost", "in_short", sent=f"{usage.sent:,}", received=f"{usage.received:,}"))
        button = words("who", "use_leaving" if offer.leaves_computer else "use")
        return render.render("explanation", text=" ".join(lines)), gr.update(value=button, visible=True)

    def choose(self, offer_id: str, request: gr.Request) -> tuple[str, Any]:
        """The owner's yes."""
        visitor = _owner_only(request)
        who = self._companion.choose(visitor, self._offer(offer_id).id)
        return _told(who), gr.update(visible=False)

    def here(self, conversation: str, request: gr.Request) -> tuple[str, Any]:
        """Who has the page open, the share link, and what the conversation has cost; nothing for anybody but the owner."""
        guest = guest_of(request)
        if not guest.owner:
            return "", gr.update(visible=False)
        here = sorted(self._present().items(), key=lambda entry: entry[1].since)
        people = [{"name": _named(guest.visitor, visitor, one), "since": _moment(one.since)} for visitor, one in here]
        costs = [
            self._companion.who_answers(guest.visitor).line,
            *said_costs(self._companion, guest.visitor, self._conversation(guest.visitor, conversation)),
        ]
        shown = render.render(
            "owner", people=people, link=self._sharing.link, sharing=_said_sharing(self._sharing), costs=costs
        )
        return shown, gr.update(visible=bool(self._sharing.link))

    def stop_sharing(self, request: gr.Request) -> tuple[str, Any]:
        """Cut the share link."""
        _owner_only(request)
        self._sharing.stop()
        stopped = [words("owner", "stopped_sharing")]
        shown = render.render("owner", people=(), link="", sharing=stopped, costs=None)
        return shown, gr.update(visible=False)

    def _conversation(self, visitor: str, number: str) -> KeptConversation | None:
        """The conversation that the page shows, or the visitor's latest."""
        if (number or "").isdecimal():
            with suppress(ConversationError):
                return self._companion.journal.conversation(visitor, int(number))
        return self._companion.journal.latest(visitor)

    def _present_offer(self, visitor: str, offers: Sequence[Offer]) -> str | None:
        """The id of the offer that answers now; none where it is not offered any more."""
        chosen = self._companion.journal.voice_of(visitor)
        if not chosen:  # the built-in voice stands first, and behind it what the settings name
            built_in = self._companion.who_answers(visitor).voice == BUILT_IN
            chosen = offers[0 if built_in else 1].id
        return chosen if chosen in [offer.id for offer in offers] else None

    def _offer(self, offer_id: str) -> Offer:
        """The offer of that id, as it stands now."""
        for offer in self._companion.offers():
            if offer.id == offer_id:
                return offer
        raise UsageError(words("who", "nothing_else"))


def _told(who: WhoAnswers) -> str:
    """The line that says who answers, whole and as short as a small screen needs it."""
    if who.missing:
        line, short = words("who", "without_key", host=who.missing), words("who", "built_in_short")
    elif who.voice == BUILT_IN:
        line, short = words("who", "built_in"), words("who", "built_in_short")
    else:
        line, short = (
            who.line,
            words("who", "leaving_short" if who.leaves_computer else "staying_short", model=who.model),
        )
    return render.render("who", voice=who.voice, line=line, short=short)


def _named(owner: str, visitor: str, here: Here) -> str:
    """How somebody who has the page open is called to the owner."""
    return words("owner", "you") if visitor == owner else here.name or words("owner", "visitor")


def _moment(when: datetime) -> str:
    """A time of today, or a day and a time."""
    today = when.date() == datetime.now().date()
    return f"{when:%H:%M}" if today else f"{when:%a %d %b, %H:%M}"


def _said_sharing(sharing: Sharing) -> list[str]:
    """Whether there is a link, since when, and for how long."""
    if not sharing.link or sharing.since is None:
        return [words("owner", "not_sharing")]
    if sharing.has_ended:
        return [words("owner", "link_gone")]
    early, late = (f"{sharing.since + life:%a %d %b, %H:%M}" for life in (SHORTEST_LIFE, LONGEST_LIFE))
    return [
        words("owner", "sharing", since=_moment(sharing.since)),
        words("owner", "how_long", early=early, late=late),
    ]


def _owner_only(request: gr.Request) -> str:
    """The owner's visitor id. Raises UsageError for anybody else."""
    guest = guest_of(request)
    if not guest.owner:
        raise UsageError(words("owner", "only_owner"))
    return guest.visitor
