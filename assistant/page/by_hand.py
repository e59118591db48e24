"""What the dreamer does by hand beside talking: marks whether a reading fits, and corrects what is remembered."""

from __future__ import annotations

from typing import Any

from assistant.corrections import LONGEST as MOST_CHARACTERS_OF_A_FACT
from assistant.journal import KeptConversation
from assistant.page import render
from assistant.page.gradio_quietly import gr
from assistant.page.guests import Guest, guest_of
from assistant.page.handlers import Handlers
from assistant.page.shown import key_of
from assistant.page.wording import words
from assistant.safety import screen
from assistant.types import FactKind, Safety
from knowledge.errors import UsageError


class ByHand:
    """The handlers; each gives what is to be shown in place of what was shown before."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers
        self._companion = handlers.companion

    def fit(self, conversation: str, clicked: gr.EventData, request: gr.Request) -> Any:
        """A reading fits, or does not; the same again takes it back. A reply that is being written shows it when it is finished."""
        guest = guest_of(request)
        kept = self._handlers.conversation_of(guest, conversation)
        turn = next((turn for turn in kept.turns if key_of(turn) == clicked.turn), None) if kept else None
        marker = int(clicked.marker)
        if kept and turn and turn.answer and marker in [row["marker"] for row in turn.answer["citations"]]:
            fits = bool(clicked.fits)
            said = None if turn.fits.get(marker) is fits else fits
            self._companion.journal.dreams.set_fit(guest.visitor, kept.id, turn.id, marker, said)
        if kept and self._handlers.running.of(guest, kept.id):
            return gr.skip()
        return self._handlers.show(guest, self._handlers.conversation_of(guest, conversation)).conversation

    def remembered(self, conversation: str, request: gr.Request) -> str:
        """What the companion remembers of this conversation."""
        return self._shown(guest_of(request), conversation)

    def correct(self, conversation: str, clicked: gr.EventData, request: gr.Request) -> str:
        """Something is remembered differently; with nothing in its place it is not remembered any more."""
        guest = guest_of(request)
        kept = self._handlers.conversation_of(guest, conversation)
        kind, told, instead = FactKind(clicked.kind), str(clicked.told), str(clicked.instead)
        if kept is None:
            return self._shown(guest, conversation)
        if len(instead) > MOST_CHARACTERS_OF_A_FACT:
            raise UsageError(words("kept", "too_long", count=len(instead), most=MOST_CHARACTERS_OF_A_FACT))
        grave = screen([instead]).level is Safety.CRISIS
        if not self._was_told(guest, kept, kind, told):
            return self._shown(guest, conversation, words("kept", "grave" if grave else "not_told"))
        self._companion.correct(guest.visitor, kept.id, kind, told, instead)
        said = "grave" if grave else "changed" if instead.strip() else "left_out"
        return self._shown(guest, conversation, words("kept", said))

    def _was_told(self, guest: Guest, kept: KeptConversation, kind: FactKind, told: str) -> bool:
        """Whether this is a fact of the conversation's, as it was told first. It may be gone since the page showed it."""
        if not told.strip() or len(told) > MOST_CHARACTERS_OF_A_FACT:
            return False
        if any((one.kind, one.said) == (kind, told) for one in kept.corrections):
            return True
        self._companion.warm_up()
        facts = self._companion.remembered(guest.visitor, kept.id)
        return any(fact.kind is kind and told in (fact.told, fact.said) for fact in facts)

    def _shown(self, guest: Guest, conversation: str, told: str = "") -> str:
        """``told`` is said to whoever has changed something."""
        kept = self._handlers.conversation_of(guest, conversation)
        if kept is None or not kept.turns:
            return ""
        if not self._companion.warm:
            return render.render("explanation", text=words("kept", "not_yet"))
        facts = self._companion.remembered(guest.visitor, kept.id)
        kinds = {kind: [fact for fact in facts if fact.kind is kind] for kind in FactKind}
        out = [one for one in kept.corrections if not one.instead and one.kind in set(FactKind)]
        return render.render("kept", kinds=kinds, taken_out=out, told=told, most=MOST_CHARACTERS_OF_A_FACT)
