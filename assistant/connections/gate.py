"""The gate beside the door, for other programs: lets in who has the key of a connection that is on, and nobody else.

They bring no cookie and name no origin. A page of another origin that names itself was refused at the door already; one
that does not can set no Authorization header.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Scope

from assistant.connections.grants import Connection, Grants
from assistant.connections.refusals import refusal_of, refused
from assistant.page.passwords import Guesses, said_wait
from assistant.page.wording import words
from knowledge.errors import DreamError

MOST_REMEMBERED = 10_000  # wrong keys

_GRADIO_CALL = "call/(?:tell|search|library)"
_CALLS = {
    "POST": re.compile(rf"/mcp|/v1/chat/completions|/api/gradio/gradio_api/(?:queue/join|cancel|reset|{_GRADIO_CALL})"),
    "GET": re.compile(
        r"/v1/models(?:/[\w.-]+)?"
        rf"|/api/gradio/(?:config|gradio_api/(?:info|queue/data|heartbeat/[\w-]+|{_GRADIO_CALL}/\w+))"
    ),
}


def connection_at(path: str) -> Connection | None:
    """Which connection an address belongs to."""
    at = (one for one in Connection if path == one.path or path.startswith(f"{one.path}/"))
    return next(at, None)


class Gate:
    """Checks the key of every request. Wrong keys are limited as wrong passwords are; the same one twice is one guess."""

    def __init__(self, grants: Grants, guesses: Guesses | None = None) -> None:
        self._grants = grants
        self._guesses = guesses or Guesses()
        self._wrong: OrderedDict[bytes, None] = OrderedDict()

    def refusal(self, connection: Connection, scope: Scope) -> JSONResponse | None:
        """Why this request is not let in; None where it is."""
        try:
            if self._grants.of(connection) is None:
                return refused(404, words("connections", "off"), "invalid_request_error", code="off")
            return self._of_key(connection, scope) or _of_address(scope)
        except DreamError as error:
            return refusal_of(error)

    def _of_key(self, connection: Connection, scope: Scope) -> JSONResponse | None:
        address = scope["client"][0] if scope.get("client") else ""
        scheme, _, key = Headers(scope=scope).get("authorization", "").partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            return refused(401, words("connections", "no_key"), "authentication_error", code="no_key")
        wait = self._guesses.seconds_to_wait(address)
        if wait > 0:
            text = words("connections", "locked", wait=said_wait(wait))
            return refused(429, text, "authentication_error", code="locked", wait=wait)
        if self._grants.opened_by(connection, key):
            self._guesses.was_right(address)
            return None
        self._note_wrong(address, key)
        return refused(401, words("connections", "wrong_key"), "authentication_error", code="invalid_api_key")

    def _note_wrong(self, address: str, key: str) -> None:
        """Count it, unless it is known: a program that was left with an old key must not lock the others out."""
        mark = hashlib.sha256(f"{address} {key}".encode("utf-8", "replace")).digest()
        if mark not in self._wrong:
            self._guesses.was_wrong(address)
            self._wrong[mark] = None
            if len(self._wrong) > MOST_REMEMBERED:
                self._wrong.popitem(last=False)


def _of_address(scope: Scope) -> JSONResponse | None:
    known = _CALLS.get(scope["method"])
    if known and known.fullmatch(scope["path"]):
        return None
    elsewhere = any(calls.fullmatch(scope["path"]) for calls in _CALLS.values())
    return refused(405 if elsewhere else 404, words("refused", "nothing_here"), "invalid_request_error")
