"""Who answers, who is here, and the share link. Everybody may read the first; the rest is the owner's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.companion import Companion, Offer, WhoAnswers
from assistant.page import render
from assistant.page.gradio_quietly import gr
from assistant.page.guests import guest_of
from assistant.page.sharing import Sharing
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
        return render.render("title", name=guest_of(request).name)

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
        leaves = self._offer(offer_id).leaves_computer
        text = words("who", "leaves" if leaves else "stays")
        button = words("who", "use_leaving" if leaves else "use")
        return render.render("explanation", text=text), gr.update(value=button, visible=True)

    def choose(self, offer_id: str, request: gr.Request) -> tuple[str, Any]:
        """The owner's yes."""
        visitor = _owner_only(request)
        who = self._companion.choose(visitor, self._offer(offer_id).id)
        return _told(who), gr.update(visible=False)

    def here(self, request: gr.Request) -> tuple[str, Any]:
        """Who has the page open, and the share link; nothing for anybody but the owner."""
        visitor, owner = guest_of(request).visitor, guest_of(request).owner
        if not owner:
            return "", gr.update(visible=False)
        people = [
            words("owner", "you_since" if who == visitor else "one_since", time=f"{since:%H:%M}")
            for who, since in sorted(self._present().items(), key=lambda entry: entry[1])
        ]
        link = self._sharing.link
        shown = render.render(
            "owner",
            here=words("owner", "here", count=len(people), people="; ".join(people)),
            sharing=words("owner", "sharing", link=link) if link else words("owner", "not_sharing"),
        )
        return shown, gr.update(visible=bool(link))

    def stop_sharing(self, request: gr.Request) -> tuple[str, Any]:
        """Cut the share link."""
        _owner_only(request)
        self._sharing.stop()
        shown = render.render("owner", here="", sharing=words("owner", "stopped_sharing"))
        return shown, gr.update(visible=False)

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
    if who.voice == BUILT_IN:
        line, short = words("who", "built_in"), words("who", "built_in_short")
    else:
        line, short = (
            who.line,
            words("who", "leaving_short" if who.leaves_computer else "staying_short", model=who.model),
        )
    return render.render("who", voice=who.voice, line=line, short=short)


def _owner_only(request: gr.Request) -> str:
    """The owner's visitor id. Raises UsageError for anybody else."""
    guest = guest_of(request)
    if not guest.owner:
        raise UsageError(words("owner", "only_owner"))
    return guest.visitor
