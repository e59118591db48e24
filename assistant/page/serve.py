"""Serves the page: takes the port, builds page and door, warms the models up behind them, and ends cleanly."""

from __future__ import annotations

import errno
import logging
import mimetypes
import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

import typer
import uvicorn
from fastapi import FastAPI
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from assistant.companion import Companion
from assistant.connections.mounted import Connections
from assistant.errors import ServingError
from assistant.page import sharing as tunnel
from assistant.page.addresses import Addresses
from assistant.page.beside.routes import routes_beside
from assistant.page.door import Door
from assistant.page.gradio_quietly import gr
from assistant.page.handlers import Handlers
from assistant.page.kept_values import KeptValues
from assistant.page.keys import Keys
from assistant.page.limits import AT_HOME, SHARED, Limits
from assistant.page.login import Login
from assistant.page.owner import OwnerHandlers
from assistant.page.page import build_page
from assistant.page.passwords import read_passwords
from assistant.page.sharing import Sharing, new_password
from assistant.page.wording import choose_language, words
from assistant.quiet_log import log_without_words
from knowledge.errors import DreamError

log = logging.getLogger(__name__)

SECONDS_TO_CLOSE = 1  # that open connections get at the end
SECONDS_FOR_FIRST_PAGE = 3  # that the models wait for somebody to open the page


class House:
    """Everything that one running page consists of. ``door`` is the ASGI application to serve."""

    def __init__(
        self,
        companion: Companion,
        addresses: Addresses,
        sharing: Sharing,
        login: Login | None = None,
        limits: Limits = AT_HOME,
    ) -> None:
        choose_language(companion.settings.language)
        self.companion = companion
        self.sharing = sharing
        self.owner_token = secrets.token_urlsafe(32)
        self.handlers = Handlers(companion, limits)
        self.connections = Connections(companion, self.handlers.running)
        app = FastAPI(title=words("title"), docs_url=None, redoc_url=None, openapi_url=None, lifespan=self._lifespan)
        self.door = Door(
            app,
            Keys(companion.settings.data_dir),
            self.owner_token,
            is_ours=addresses.is_ours,
            is_shared=addresses.is_shared,
            address=addresses.own,
            login=login,
            gate=self.connections.gate,
        )
        mimetypes.add_type("application/manifest+json", ".webmanifest")
        look = Path(str(files("assistant.page") / "look"))
        app.mount("/look", StaticFiles(directory=look))
        app.add_api_route("/favicon.ico", lambda: FileResponse(look / "favicon.svg"), methods=["GET", "HEAD"])
        if login:
            app.add_route("/login", login.answer, methods=["GET", "POST"])
            app.add_route("/logout", login.leave, methods=["POST"])
        app.router.routes.extend(routes_beside(companion, self.handlers.running))
        self.connections.mount(app)
        page = build_page(self.handlers, OwnerHandlers(companion, self.door.present, sharing))
        gr.mount_gradio_app(
            app,
            page,
            path="/",
            theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=False,
            enable_monitoring=False,
            max_file_size=1,
        )
        self._kept_values = KeptValues(page)

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Between start and end; at the end nothing of ours is left running."""
        async with self.connections.running():
            yield
            self.handlers.running.stop_all()
            self.sharing.stop()


class Server(uvicorn.Server):
    """Uvicorn with two habits more: something to do once it listens, and event streams that end at the first Ctrl+C."""

    def __init__(self, house: House, on_listening: Any) -> None:
        super().__init__(
            uvicorn.Config(
                house.door,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                timeout_graceful_shutdown=SECONDS_TO_CLOSE,
            )
        )
        self._house = house
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn; afterwards the port answers."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Called at Ctrl+C."""
        self._house.handlers.running.stop_all()
        self._house.door.closing.set()
        super().handle_exit(sig, frame)


def serve(
    companion: Companion,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    share: bool = False,
    auth_file: Path | None = None,
    open_browser: bool = False,
) -> None:
    """Serve the page until Ctrl+C, then end the program.

    Raises ServingError where the port is taken or the address is not ours, UsageError for a password file that is not
    of the form we take.
    """
    passwords = read_passwords(auth_file) if auth_file else {}
    made_up = new_password() if share and not passwords else ""
    listening = _listen(host, port)
    sharing = Sharing(companion.settings.data_dir)
    addresses = Addresses(host, listening.getsockname()[1], lambda: sharing.host)
    login = login_for(companion, passwords or {"": made_up}) if passwords or made_up else None
    house = House(companion, addresses, sharing, login, SHARED if share else AT_HOME)
    link = f"{addresses.own}/?owner={house.owner_token}"

    def listens() -> None:
        _say_where(addresses, link, has_password=login is not None)
        _in_background(_warm_up, house)
        if share:
            _in_background(_share, house, addresses, made_up)
        if open_browser:
            _in_background(webbrowser.open, link)

    try:
        Server(house, listens).run(sockets=[listening])
    except KeyboardInterrupt:
        log.debug("ended by Ctrl+C")
    finally:
        sharing.stop()
        companion.close()
        companion.library.close()
    _leave()


def login_for(companion: Companion, passwords: Mapping[str, str]) -> Login:
    """The login of those people; one password under the name "" is everybody's."""

    def told_here(browser: str) -> bool:
        return companion.journal.latest(browser) is not None

    data_dir = companion.settings.data_dir
    return Login(passwords, Keys(data_dir), data_dir, told_here=told_here)


def _leave() -> NoReturn:
    """End the program at once. All of ours is closed; taking torch and Chroma apart would keep Python busy for seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ServingError with what to do instead."""
    try:
        family, _, _, _, where = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen(128)
        return listening
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            other = port + 1 if port < 65535 else 7861
            raise ServingError(words("serving", "port_taken", port=port, host=host, other=other)) from error
        raise ServingError(words("serving", "host_unknown", host=host, reason=error.strerror or error)) from error


def _say_where(addresses: Addresses, link: str, *, has_password: bool) -> None:
    typer.echo(words("serving", "open", link=link))
    typer.echo(words("serving", "open_note"))
    if not addresses.is_local_only:
        where = f"http://{_network_name(addresses)}:{addresses.port}"
        typer.echo(words("serving", "others", address=where))
        if not has_password:
            typer.echo(words("serving", "no_password"))


def _network_name(addresses: Addresses) -> str:
    """A number by which others in the network may reach us; asking the routing table sends nothing."""
    if not addresses.everywhere:
        return addresses.host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _in_background(work: Any, *arguments: Any) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _warm_up(house: House) -> None:
    """Load the models, but let the first page go out before: loading keeps Python busy."""
    house.door.opened.wait(SECONDS_FOR_FIRST_PAGE)
    try:
        house.companion.warm_up()
    except DreamError as error:
        typer.echo(words("serving", "warm_failed", reason=error), err=True)
    except Exception as error:
        log_without_words(log, error)


def _share(house: House, addresses: Addresses, password: str) -> None:
    typer.echo(words("serving", "share_asking", seconds=tunnel.SECONDS))
    try:
        link = house.sharing.start(addresses.local_host, addresses.port)
    except ServingError as error:
        typer.echo(words("serving", "share_failed", reason=error, address=addresses.own), err=True)
        if password and addresses.is_local_only:
            house.door.login = None
        elif password:  # others in the network can still come in
            typer.echo(words("serving", "password_stays", password=password))
        return
    typer.echo(words("serving", "shared", link=link))
    if password:
        typer.echo(words("serving", "share_password", password=password))
