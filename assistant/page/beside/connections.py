"""Where the owner lets other programs in, and sees which were let in: /yours/connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.connections.examples import examples
from assistant.connections.grants import Connection, Grant, Grants
from assistant.page.beside.frame import Form, form, led_to, page, shown
from assistant.page.guests import Guest
from assistant.page.running import RunningReplies
from assistant.page.wording import words

HERE = "/yours/connections"


@dataclass(frozen=True, slots=True)
class ShownConnection:
    """A connection as the page shows it. ``told`` counts the conversations that were held through it."""

    id: str
    grant: Grant
    told: int
    since: str
    used: str


def routes(companion: Companion, running: RunningReplies | None = None) -> list[Route]:
    """The list, and for each connection where it is turned on, turned off, and what was told through it forgotten.

    ``running`` are the replies that may be being written through a connection; what is forgotten is not written on.
    """
    grants = Grants(companion.settings.data_dir)

    def listed(request: Request, guest: Guest) -> Response:
        if not guest.owner:
            return _only_owner(request)
        kept = grants.all()
        return shown(
            request,
            "connections",
            words("connections", "heading"),
            connections=[_shown(companion, one, kept.get(one) or Grant("")) for one in Connection],
            who=companion.who_answers(guest.visitor).line,
        )

    def turn_on(connection: Connection, request: Request, guest: Guest, filled: Form) -> Response:
        if grants.of(connection):  # the form was sent twice: the key that was shown stays the key
            return led_to(HERE)
        reads_journal = connection is Connection.MCP and bool(filled.get("reads_journal"))
        key = grants.turn_on(connection, guest.visitor, reads_journal=reads_journal)
        return shown(
            request,
            "connection_key",
            words("connections", "key_heading", name=words("connections", "names", connection)),
            key=key,
            examples=examples(connection, f"{request.url.scheme}://{request.url.netloc}", key),
        )

    def turn_off(connection: Connection, request: Request, guest: Guest, filled: Form) -> Response:
        grants.turn_off(connection)
        return led_to(HERE)

    def forget(connection: Connection, request: Request, guest: Guest, filled: Form) -> Response:
        if grant := grants.all().get(connection):
            if running is not None:
                running.abandon_all_of(grant.visitor)
            companion.journal.delete_visitors(grant.visitor)
        return led_to(HERE)

    actions = {"on": turn_on, "off": turn_off, "forget": forget}
    return [
        page(HERE, listed),
        *(
            form(f"{HERE}/{connection}/{name}", _owners(partial(action, connection)))
            for connection in Connection
            for name, action in actions.items()
        ),
    ]


def _owners(action: Callable[[Request, Guest, Form], Response]) -> Callable[[Request, Guest, Form], Response]:
    """The action, for the owner alone."""

    def checked(request: Request, guest: Guest, filled: Form) -> Response:
        return action(request, guest, filled) if guest.owner else _only_owner(request)

    return checked


def _only_owner(request: Request) -> Response:
    return shown(request, "trouble", words("beside", "trouble"), status=403, text=words("owner", "only_owner"))


def _shown(companion: Companion, connection: Connection, grant: Grant) -> ShownConnection:
    told = companion.journal.dreams.count(grant.visitor) if grant.visitor else 0
    return ShownConnection(connection.value, grant, told, _when(grant.since), _when(grant.last_used))


def _when(time: datetime | None) -> str:
    """A point in time as the owner's clock shows it."""
    return f"{time.astimezone():%d %B %Y, %H:%M}".lstrip("0") if time else ""
