"""The door in front of the page: who may come in, under which name, and to which of Gradio's addresses.

Gradio serves far more than this page needs. The door lets through what is listed here and refuses the rest; it gives
each browser a signed cookie, and ties each browser tab's event stream to the browser that opened it.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.connections.gate import Gate, connection_at
from assistant.connections.grants import Connection
from assistant.connections.refusals import refused
from assistant.page.bodies import check_length, may_be_large, whole_body
from assistant.page.guests import SCOPE_KEY, Guest, Refused
from assistant.page.keys import Keys, new_visitor
from assistant.page.limits import (
    LARGE,
    LARGE_AT_ONCE,
    MOST_BYTES_BESIDE,
    MOST_BYTES_OF_A_PROGRAM,
    MOST_BYTES_PASTED,
    MOST_CHARACTERS_OF_A_HOST,
    MOST_CHARACTERS_OF_A_PATH,
    MOST_UPLOADED,
    SECONDS_TO_SEND,
)
from assistant.page.login import Login
from assistant.page.places import ADDING
from assistant.page.security_headers import with_security_headers
from assistant.page.shell import dressed, policy
from assistant.page.streams import until_closing
from assistant.page.tabs import Present, Tabs
from assistant.page.wording import words

YEAR = 365 * 24 * 3600

_STATIC = re.compile(r"/(assets/|static/js/|look/|theme\.css$|favicon\.ico$)")
_QUEUE = re.compile(r"/gradio_api/(queue/join|queue/data|cancel|reset)$|/gradio_api/heartbeat/([A-Za-z0-9]+)$")
_BESIDE = re.compile(r"/(journal|dream|recurring|library|yours)(/[\w.~-]+)*")


class Door:
    """The ASGI application that stands in front of everything else.

    ``is_ours`` says whether a Host header names this companion; ``address`` is told to those who came by another name.
    ``login`` asks for a password where one is needed, ``gate`` other programs for the key of their connection.
    """

    def __init__(
        self,
        app: ASGIApp,
        keys: Keys,
        owner_token: str,
        *,
        is_ours: Callable[[str], bool],
        address: str,
        login: Login | None = None,
        is_shared: Callable[[str], bool] = lambda host: False,
        gate: Gate | None = None,
    ) -> None:
        self._app = app
        self._keys = keys
        self._owner_token = owner_token
        self._is_ours = is_ours
        self._is_shared = is_shared
        self._address = address
        self._gate = gate
        self.login = login  # taken away where a share link could not be had: then nobody needs the password
        self._tabs = Tabs()
        self._visitor_cookie = keys.cookie("visitor")
        self._owner_cookie = keys.cookie("owner")
        self._large_bodies = asyncio.Semaphore(LARGE_AT_ONCE)
        self.present = Present()
        self.closing = asyncio.Event()
        self.opened = threading.Event()  # set once somebody has been given the page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            await self._let_in(dict(scope), receive, send)
        except Refused as refusal:
            answer = PlainTextResponse(str(refusal), refusal.status)
            await answer(scope, receive, with_security_headers(send, scope["path"]))

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Anybody can write these, and Gradio believes them.
        scope["headers"] = _without(scope["headers"], b"x-forwarded-")
        headers = Headers(scope=scope)
        self._check_names(scope, headers)
        path, method = scope["path"], scope["method"]
        _check_path(path)
        scope["scheme"] = "https" if self._is_shared(headers.get("host", "")) else scope["scheme"]
        send = with_security_headers(send, path)
        if _STATIC.match(path):
            _expect(method, "GET", "HEAD")
            await self._app(scope, receive, send)
            return
        connection = connection_at(path)
        if connection and self._gate:
            await self._program(connection, scope, receive, send)
            return
        cookies = cookie_parser(headers.get("cookie", ""))
        browser = self._keys.checked("visitor", cookies.get(self._visitor_cookie, ""))
        is_beside = _BESIDE.fullmatch(path) is not None
        if (path in ("/", "/login") or is_beside) and method in ("GET", "HEAD"):
            if browser is None:
                browser = new_visitor()
                send = self._giving(send, self._visitor_cookie, self._keys.sign("visitor", browser), scope)
            scope[SCOPE_KEY], may_enter = self._guest(browser, cookies)
            await self._page(scope, receive, send, may_enter=may_enter)
            return
        if browser is None:
            raise Refused(401, words("refused", "no_pass"))
        scope[SCOPE_KEY], may_enter = self._guest(browser, cookies)
        if path in ("/login", "/logout") and self.login:
            _expect(method, "POST")
            if path == "/logout":
                _expect_origin(headers)
            receive, _ = await whole_body(headers, receive)
            await self._app(scope, receive, send)
            return
        if not may_enter:
            raise Refused(401, words("refused", "no_pass"))
        if is_beside:
            _expect(method, "POST")
            _expect_origin(headers)
            await self._form_beside(scope, receive, send, headers)
            return
        await self._queue(scope, receive, send, scope[SCOPE_KEY])

    async def _form_beside(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """A form of a page beside the conversation. Large ones are held in memory, so few are taken at the same time."""
        most = _most_beside(scope["path"], scope[SCOPE_KEY])
        told = words("refused", "too_large_file", most=most // 1_000_000) if most > LARGE else ""
        check_length(headers, most, told)  # before it waits for its turn
        async with self._large_bodies if most > LARGE and may_be_large(headers) else nullcontext():
            try:
                async with asyncio.timeout(SECONDS_TO_SEND):
                    receive, _ = await whole_body(headers, receive, most, told)
            except TimeoutError:
                raise Refused(408, words("refused", "too_slow")) from None
            await self._app(scope, receive, send)

    async def _program(self, connection: Connection, scope: Scope, receive: Receive, send: Send) -> None:
        """Another program, which needs no cookie but a key. Neither goes further than here."""
        assert self._gate
        refusal = await run_in_threadpool(self._gate.refusal, connection, scope)
        if refusal:
            await refusal(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["headers"] = _without(scope["headers"], b"authorization", b"cookie")
        if scope["method"] == "GET":
            await until_closing(self._app, self.closing, scope, receive, send)
            return
        try:
            receive, _ = await whole_body(headers, receive, MOST_BYTES_OF_A_PROGRAM)
        except Refused as too_large:
            await refused(too_large.status, str(too_large), "invalid_request_error")(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_names(self, scope: Scope, headers: Headers) -> None:
        """Neither a foreign name for us (DNS rebinding) nor a foreign page that calls us is let in."""
        host = headers.get("host", "")
        if len(host) > MOST_CHARACTERS_OF_A_HOST or not self._is_ours(host):
            raise Refused(403, words("refused", "host", host=host[:100] or "?", address=self._address))
        origin = headers.get("origin")
        if origin is not None and _host_in(origin) != host:
            raise Refused(403, words("refused", "origin"))

    def _is_owner(self, cookie: str) -> bool:
        return self._keys.checked("owner", cookie) == self._keys.fingerprint("owner-token", self._owner_token)

    def _guest(self, browser: str, cookies: dict[str, str]) -> tuple[Guest, bool]:
        """Who is at this browser, and whether they may come in.

        The owner is nobody by name: theirs is what was told at their browser. Whoever logged in under a name is that person.
        """
        if self._is_owner(cookies.get(self._owner_cookie, "")):
            return Guest(browser, owner=True), True
        if self.login is None:
            return Guest(browser), True
        name = self.login.name_in(browser, cookies.get(self.login.cookie, ""))
        if not name:
            return Guest(browser), name is not None
        return Guest(self._keys.person(name), name=name), True

    async def _page(self, scope: Scope, receive: Receive, send: Send, *, may_enter: bool) -> None:
        """The page, the login before it, or the owner's link."""
        token = parse_qs(scope["query_string"].decode("latin-1")).get("owner", [""])[0]
        if scope["path"] == "/" and token:
            if hmac.compare_digest(token.encode(), self._owner_token.encode()):
                signed = self._keys.sign("owner", self._keys.fingerprint("owner-token", self._owner_token))
                send = self._giving(send, self._owner_cookie, signed, scope)
                if self.login:
                    send = self._giving(send, self.login.cookie, "", scope, seconds=0)
            await RedirectResponse("/", 303)(scope, receive, send)
        elif self.login and scope["path"] == "/login":
            await self._app(scope, receive, send)
        elif scope["path"] == "/login":
            await RedirectResponse("/", 303)(scope, receive, send)
        elif not may_enter:
            await RedirectResponse("/login", 303)(scope, receive, send)
        elif scope["path"] != "/":
            await self._app(scope, receive, send)
        else:
            await (await self._dressed_page(scope, receive))(scope, receive, send)
            self.opened.set()

    async def _dressed_page(self, scope: Scope, receive: Receive) -> Response:
        """Gradio's document in our dress."""
        plain = _without(scope["headers"], b"accept-encoding", b"range")
        asked = {**scope, "method": "GET", "query_string": b"", "headers": plain}
        pieces: list[bytes] = []
        status = 500

        async def gather(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            pieces.append(message.get("body", b""))

        await self._app(asked, receive, gather)
        nonce = secrets.token_urlsafe(16)
        whose = self._keys.fingerprint("page", scope[SCOPE_KEY].visitor)[:16]
        document = dressed(b"".join(pieces).decode("utf-8"), nonce, whose)
        return HTMLResponse(document, status, {"Content-Security-Policy": policy(nonce)})

    async def _queue(self, scope: Scope, receive: Receive, send: Send, guest: Guest) -> None:
        """Gradio's queue: the four calls and the heartbeat that the page makes, each for a tab of this visitor's."""
        path, method = scope["path"], scope["method"]
        if path == "/gradio_api/app_id":  # asked while the connection is lost, to see whether we are back
            _expect(method, "GET")
            await self._app(scope, receive, send)
            return
        found = _QUEUE.fullmatch(path)
        if not found:
            raise Refused(403, words("refused", "nothing_here"))
        call, heartbeat_of = found.groups()
        if call in ("queue/join", "cancel", "reset"):
            _expect(method, "POST")
            receive, body = await whole_body(Headers(scope=scope), receive)
            self._tabs.claim(_tab_in(body), guest.visitor)
            await self._app(scope, receive, send)
            return
        _expect(method, "GET")
        query = parse_qs(scope["query_string"].decode("latin-1"))
        self._tabs.claim(heartbeat_of or query.get("session_hash", [""])[0], guest.visitor)
        left = self.present.came(guest.visitor, guest.name) if heartbeat_of else None
        try:
            await until_closing(self._app, self.closing, scope, receive, send)
        finally:
            if left:
                left()

    def _giving(self, send: Send, name: str, value: str, scope: Scope, *, seconds: int = YEAR) -> Send:
        """Sends a cookie along; for 0 seconds, to take it away."""
        secure = "; Secure" if scope["scheme"] == "https" else ""
        cookie = f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

        async def give(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        return give


def _check_path(path: str) -> None:
    """Nothing of ours has a long address, or one with characters that cannot be seen."""
    if len(path) > MOST_CHARACTERS_OF_A_PATH or not path.isprintable():
        raise Refused(404, words("refused", "nothing_here"))


def _host_in(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as "http://["
        return None


def _most_beside(path: str, guest: Guest) -> int:
    """How many bytes of a form are taken there. Only where files are brought in are they many, and articles are the owner's."""
    if path == "/yours/bring-in" or (guest.owner and path == f"{ADDING}/files"):
        return MOST_UPLOADED
    return MOST_BYTES_PASTED if guest.owner and path == f"{ADDING}/text" else MOST_BYTES_BESIDE


def _expect(method: str, *expected: str) -> None:
    if method not in expected:
        raise Refused(405, words("refused", "nothing_here"))


def _expect_origin(headers: Headers) -> None:
    """Every browser names where a form comes from, and that it is ours is checked; what does not may be anything."""
    if headers.get("origin") is None:
        raise Refused(403, words("refused", "origin"))


def _without(headers: list[tuple[bytes, bytes]], *names: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if not name.startswith(names)]


def _tab_in(body: bytes) -> Any:
    try:
        return json.loads(body).get("session_hash")
    except (ValueError, AttributeError, RecursionError):
        raise Refused(400, words("refused", "nothing_here")) from None
