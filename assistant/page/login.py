"""Logging in and out: a page of plain HTML without a script, for whoever was given a password, or a name with one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.page import render
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.keys import Keys, new_visitor
from assistant.page.limits import MOST_TABS
from assistant.page.passwords import Guesses, Passwords, as_written, said_wait
from assistant.page.shell import look_version
from assistant.page.wording import words

DAYS_OF_A_PASS, DAYS_OF_A_VISITOR = 30, 365


class Login:
    """Shows the form, checks the answer, and gives the pass: a cookie bound to the browser, the name and its password.

    ``told_here`` says whether anything was told at a browser before somebody logs in there under a name.
    """

    def __init__(
        self,
        passwords: Mapping[str, str],
        keys: Keys,
        guesses: Guesses | None = None,
        told_here: Callable[[str], bool] = lambda browser: False,
    ) -> None:
        self._passwords = Passwords(passwords)
        self._keys = keys
        self._names = {keys.fingerprint("passwords", f"{name}:{kept}"): name for name, kept in passwords.items()}
        self._marks = {name: mark for mark, name in self._names.items()}
        self._guesses = guesses or Guesses()
        self._told_here = told_here
        self._one_at_a_time = asyncio.Lock()
        self._left: OrderedDict[str, None] = OrderedDict()  # browsers that were logged out
        self.cookie = keys.cookie("pass")

    def name_in(self, browser: str, cookie: str) -> str | None:
        """The name under which this browser was let in, "" where none is asked; None where its pass is none, or of another password."""
        its_browser, _, mark = (self._keys.checked("pass", cookie) or "").partition(":")
        return self._names.get(mark) if its_browser == browser and browser not in self._left else None

    async def answer(self, request: Request) -> Response:
        """GET shows the form, POST takes the password."""
        if request.method != "POST":
            return await asyncio.to_thread(self._form, request)
        address = request.client.host if request.client else ""
        given = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        async with self._one_at_a_time:
            wait = self._guesses.seconds_to_wait(address)
            if wait > 0:
                return self._form(request, words("login", "locked", wait=said_wait(wait)), 429)
            name, password = as_written(given.get("name", "")), given.get("password", "")
            if not self._passwords.asks_name:
                name = ""
            if not await asyncio.to_thread(self._passwords.match, name, password):
                self._guesses.was_wrong(address)
                return self._form(request, words("login", "wrong"), 401)
            self._guesses.was_right(address)
        return self._let_in(request, name)

    def _let_in(self, request: Request, name: str) -> Response:
        """Under a name the browser begins anew: what others told at it, or its owner may do, is out of this person's reach."""
        entered = RedirectResponse("/", 303)
        browser = new_visitor() if name else request.scope[SCOPE_KEY].visitor
        given = {self.cookie: (self._keys.sign("pass", f"{browser}:{self._marks[name]}"), DAYS_OF_A_PASS)}
        if name:
            given[self._keys.cookie("visitor")] = self._keys.sign("visitor", browser), DAYS_OF_A_VISITOR
            entered.delete_cookie(self._keys.cookie("owner"))
        for cookie, (value, days) in given.items():
            secure = request.url.scheme == "https"
            entered.set_cookie(cookie, value, days * 24 * 3600, httponly=True, samesite="lax", secure=secure)
        return entered

    async def leave(self, request: Request) -> Response:
        """The browser is nobody's from now on, and its pass is worth nothing even to somebody who copied it."""
        browser = self._keys.checked("visitor", request.cookies.get(self._keys.cookie("visitor"), ""))
        if browser:
            self._left[browser] = None
            if len(self._left) > MOST_TABS:
                self._left.popitem(last=False)
        gone = RedirectResponse("/login?left", 303)
        for purpose in ("pass", "visitor", "owner"):
            gone.delete_cookie(self._keys.cookie(purpose))
        return gone

    def _form(self, request: Request, trouble: str = "", status: int = 200) -> Response:
        guest: Guest = request.scope[SCOPE_KEY]
        asks_name = self._passwords.asks_name
        html = render.render(
            "login",
            asks_name=asks_name,
            trouble=trouble,
            left="left" in request.query_params,
            told_here=asks_name and not guest.name and self._told_here(guest.visitor),
            version=look_version(),
        )
        return HTMLResponse(html, status_code=status)
