"""The login page: plain HTML without a script, for those who come through a shared link or from the network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.page import render
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.keys import Keys
from assistant.page.passwords import Guesses, Passwords, said_wait
from assistant.page.shell import look_version
from assistant.page.wording import words


class Login:
    """Shows the form, checks the answer, and gives the pass: a cookie bound to the visitor and to these passwords."""

    def __init__(self, passwords: Mapping[str, str], keys: Keys, guesses: Guesses | None = None) -> None:
        self._passwords = Passwords(passwords)
        self._keys = keys
        self._these_passwords = keys.fingerprint("passwords", repr(sorted(passwords.items())))
        self._guesses = guesses or Guesses()
        self._one_at_a_time = asyncio.Lock()
        self.cookie = f"dream_pass_{keys.mark}"

    def has_pass(self, visitor: str, cookie: str) -> bool:
        """Whether this visitor's browser has given one of these passwords."""
        return self._keys.checked("pass", cookie) == self._pass_of(visitor)

    def _pass_of(self, visitor: str) -> str:
        return f"{visitor}:{self._these_passwords}"

    async def answer(self, request: Request) -> Response:
        """GET shows the form, POST takes the password."""
        if request.method != "POST":
            return self._form()
        guest: Guest = request.scope[SCOPE_KEY]
        address = request.client.host if request.client else ""
        given = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        async with self._one_at_a_time:
            wait = self._guesses.seconds_to_wait(address)
            if wait > 0:
                return self._form(words("login", "locked", wait=said_wait(wait)), 429)
            name, password = given.get("name", "").strip(), given.get("password", "")
            if not await asyncio.to_thread(self._passwords.match, name, password):
                self._guesses.was_wrong(address)
                return self._form(words("login", "wrong"), 401)
            self._guesses.was_right(address)
        entered = RedirectResponse("/", 303)
        entered.set_cookie(
            self.cookie,
            self._keys.sign("pass", self._pass_of(guest.visitor)),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
            max_age=30 * 24 * 3600,
        )
        return entered

    def _form(self, trouble: str = "", status: int = 200) -> Response:
        return HTMLResponse(
            render.render("login", asks_name=self._passwords.asks_name, trouble=trouble, version=look_version()),
            status_code=status,
        )
