"""Logging in and out: a page of plain HTML without a script, for whoever was given a password, or a name with one."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.page import render
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.keys import Keys, new_visitor
from assistant.page.passwords import Guesses, Passwords, as_written, said_wait
from assistant.page.shell import look_version
from assistant.page.wording import words
from knowledge.errors import StorageError
from knowledge.files import write_whole

log = logging.getLogger(__name__)

DAYS_OF_A_PASS, DAYS_OF_A_VISITOR = 30, 365
DAY = 24 * 3600.0  # seconds


class LoggedOut:
    """The browsers that were logged out while a pass of theirs may still be about, kept in the data folder as hashes.

    Raises StorageError where what was kept cannot be read.
    """

    def __init__(self, data_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = data_dir / "logged_out.txt"
        self._clock = clock
        self._lock = threading.Lock()
        self._when = _kept(self._path)  # seconds since 1970, by hash

    def __contains__(self, browser: str) -> bool:
        return _hash(browser) in self._when

    def add(self, browser: str) -> None:
        """Note a browser. On a full disk it is noted until the end of the program."""
        with self._lock:
            now = self._clock()
            recent = {one: when for one, when in self._when.items() if when > now - DAYS_OF_A_PASS * DAY}
            self._when = {**recent, _hash(browser): int(now)}
            try:
                write_whole(self._path, "".join(f"{one} {when}\n" for one, when in self._when.items()))
            except StorageError as error:
                log.warning("A pass that was logged out could not be noted for the next start: %s", error)


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _kept(path: Path) -> dict[str, int]:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError(
            f"The file {path} cannot be read: {error.strerror}. Make it readable, or choose another folder with --data-dir."
        ) from error
    parted = (line.partition(" ") for line in lines)
    return {one: int(when) for one, _, when in parted if when.isdecimal()}


class Login:
    """Shows the form, checks the answer, and gives the pass: a cookie bound to the browser, the name and its password.

    A pass holds for 30 days, or until its browser is logged out, which is kept in ``data_dir``. ``told_here`` says whether anything was told at a browser before somebody logs in there under a name.
    """

    def __init__(
        self,
        passwords: Mapping[str, str],
        keys: Keys,
        data_dir: Path,
        guesses: Guesses | None = None,
        told_here: Callable[[str], bool] = lambda browser: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._passwords = Passwords(passwords)
        self._keys = keys
        self._names = {keys.fingerprint("passwords", f"{name}:{kept}"): name for name, kept in passwords.items()}
        self._marks = {name: mark for mark, name in self._names.items()}
        self._guesses = guesses or Guesses()
        self._told_here = told_here
        self._one_at_a_time = asyncio.Lock()
        self._clock = clock
        self._left = LoggedOut(data_dir, clock)
        self.cookie = keys.cookie("pass")

    def name_in(self, browser: str, cookie: str) -> str | None:
        """The name under which this browser was let in, "" where none is asked; None where its pass is none, too old, or of another password."""
        its_browser, _, rest = (self._keys.checked("pass", cookie) or "").partition(":")
        issued, _, mark = rest.partition(":")
        if its_browser != browser or not issued.isdecimal() or browser in self._left:
            return None
        return self._names.get(mark) if self._clock() - int(issued) <= DAYS_OF_A_PASS * DAY else None

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
        issued = int(self._clock())
        given = {self.cookie: (self._keys.sign("pass", f"{browser}:{issued}:{self._marks[name]}"), DAYS_OF_A_PASS)}
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
        if browser and self.name_in(browser, request.cookies.get(self.cookie, "")) is not None:
            await asyncio.to_thread(self._left.add, browser)
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
