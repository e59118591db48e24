"""Which kept conversation a request goes on with, that brings all its messages along and no number of a conversation.

A conversation is known again by what the person said in it. So the journal alone suffices, also after the program was
started anew. What is not known again was talked over elsewhere: then the latest messages are told once more, answered by
the built-in voice, which takes a tenth of a second each, costs nothing and sends nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.connections.abilities import Abilities
from assistant.connections.grants import Grant
from assistant.journal import KeptConversation
from assistant.page.limits import CONNECTED
from assistant.types import Turn

MOST_REPLAYED = 24  # messages of a conversation that was begun elsewhere
MOST_MESSAGES = 500  # of a request that are looked at, the latest


@dataclass(frozen=True, slots=True)
class Place:
    """Where the last message is to be answered; ``instead_of`` is the reply that it had, where another one is wanted."""

    conversation: int
    instead_of: Turn | None = None


def place_of(abilities: Abilities, grant: Grant, messages: Sequence[str]) -> Place:
    """The place of the last of these messages, made ready for it.

    - A kept conversation holds the messages before it and no more: it goes on.
    - It holds the last one as well: another reply is wanted, as by "Another reply" on the page.
    - It went on otherwise: a new one begins with the turns that both have in common.
    - There is none: the messages before are told once more.
    """
    journal = abilities.companion.journal
    *earlier, last = [message for message in messages if len(message) <= CONNECTED.characters][-MOST_MESSAGES:]
    first = {*earlier[: max(1, len(earlier) - MOST_REPLAYED + 1)], *([] if earlier else [last])}
    kept = journal.told_first(grant.visitor, first)
    for conversation in kept:
        if _holds(conversation, earlier):
            return Place(conversation.id)
    for conversation in kept:
        if _holds(conversation, [*earlier, last]):
            taken = abilities.companion.take_back(grant.visitor, conversation.id, conversation.turns[-1].id)
            return Place(conversation.id, taken.reply)
    for conversation in kept:
        if earlier and _said(conversation)[: len(earlier)] == earlier:
            return Place(journal.start_from(grant.visitor, conversation.turns[: len(earlier)]))
    return Place(abilities.replay(grant, earlier[-MOST_REPLAYED:]))


def _holds(conversation: KeptConversation, messages: Sequence[str]) -> bool:
    """Whether exactly these messages were told in it, or so many of the latest as are ever told once more."""
    said = _said(conversation)
    return said == messages[-len(said) :] and len(said) >= min(len(messages), MOST_REPLAYED)


def _said(conversation: KeptConversation) -> list[str]:
    return [turn.message for turn in conversation.turns]
