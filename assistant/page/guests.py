"""Who a request comes from: found by the door, read by the page's handlers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCOPE_KEY = "dream_companion.guest"


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor's browser, by its signed cookie, and one tab of it. The ``owner`` has opened the link of the start."""

    visitor: str
    owner: bool = False
    tab: str = ""


def guest_of(request: Any) -> Guest:
    """The guest behind a Gradio request, as the door has found it."""
    guest: Guest = request.request.scope[SCOPE_KEY]
    return Guest(guest.visitor, guest.owner, request.session_hash or "")
