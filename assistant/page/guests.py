"""Who a request comes from: found by the door, read by the page's handlers; and the refusal of those who may not come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCOPE_KEY = "dream_companion.guest"


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor, and one tab of their browser. The ``owner`` has opened the link of the start.

    Whoever logged in under a ``name`` is that person in every browser; anybody else is their browser, by its signed cookie.
    """

    visitor: str
    owner: bool = False
    tab: str = ""
    name: str = ""


class Refused(Exception):
    """The request is not let in; ``str(self)`` is what its sender is told."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def guest_of(request: Any) -> Guest:
    """The guest behind a Gradio request, as the door has found it."""
    guest: Guest = request.request.scope[SCOPE_KEY]
    return Guest(guest.visitor, guest.owner, request.session_hash or "", guest.name)
