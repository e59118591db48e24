"""For the browser tests: the page served by a real server in a thread, and a person at a real Chromium."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Error, Page

from assistant.companion import Companion
from assistant.page.addresses import Addresses
from assistant.page.serve import House, Server, _listen, login_for
from assistant.page.sharing import Sharing
from assistant.types import Event

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Unhurried:
    """A companion that takes a breath before each piece of a reply to a message with the word "slowly" in it."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    def __getattr__(self, name: str) -> Any:
        return getattr(self._companion, name)

    def respond(self, visitor: str, conversation: int, message: str, **how: Any) -> Iterator[Event]:
        for event in self._companion.respond(visitor, conversation, message, **how):
            if "slowly" in message:
                time.sleep(0.4)
            yield event


class Site:
    """One served page. ``owner_link`` makes a browser the owner's; ``passwords`` are those of the people who may come in."""

    def __init__(self, companion: Any, port: int = 0, passwords: dict[str, str] | None = None) -> None:
        self._companion = companion
        self._passwords = passwords
        listening = _listen("127.0.0.1", port)
        self.port = listening.getsockname()[1]
        self.data_dir = companion.settings.data_dir
        sharing = Sharing(self.data_dir)
        addresses = Addresses("127.0.0.1", self.port, lambda: sharing.host)
        self.house = House(companion, addresses, sharing, login_for(companion, passwords) if passwords else None)
        self.address = f"http://127.0.0.1:{self.port}/"
        self.owner_link = f"{self.address}?owner={self.house.owner_token}"
        listens = threading.Event()
        self._server = Server(self.house, listens.set)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        assert listens.wait(20)

    def close(self) -> None:
        """End the server as Ctrl+C does."""
        self._server.should_exit = True
        self.house.handlers.running.stop_all()
        self._thread.join(5)

    def restarted(self) -> Site:
        """The same companion served again at the same port."""
        return Site(self._companion, self.port, self._passwords)


class Person:
    """Somebody at a browser window."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(address)
        page.wait_for_selector("body[data-ready]")

    def write(self, text: str) -> None:
        """Put words into the box."""
        self.page.fill("#box textarea", text)

    def say(self, text: str) -> None:
        """Write and press Enter."""
        self.write(text)
        self.page.press("#box textarea", "Enter")

    def tell(self, text: str) -> None:
        """Say something and wait for the whole reply."""
        turns = self.turns()
        self.say(text)
        self.wait(lambda: self.turns() == turns + 1 and self.state() == "done")

    def state(self) -> str:
        """Where the conversation stands."""
        return str(self.page.evaluate("document.body.dataset.state"))

    def turns(self) -> int:
        """How many messages the conversation shows."""
        return self.page.locator("#conversation .turn").count()

    def box(self) -> str:
        """What stands in the box."""
        return self.page.input_value("#box textarea")

    def said(self, number: int) -> str:
        """The person's message of that turn, to the letter."""
        return str(self.page.evaluate(f"document.querySelector('#turn-{number} .said').textContent"))

    def reply(self, number: int) -> str:
        """The companion's reply of that turn."""
        return "\n\n".join(self.page.locator(f"#turn-{number} .reply p").all_inner_texts())

    def hint(self) -> str:
        """The line above the box."""
        return " ".join(text for text in self.page.locator(".hint:visible").all_inner_texts() if text)

    def wait(self, until: Callable[[], bool], seconds: float = 15) -> None:
        """Wait for something to come true."""
        deadline = time.monotonic() + seconds
        while not self._is_so(until):
            assert time.monotonic() < deadline, (
                f"{self.state()}, {self.turns()} turns, box {self.box()!r}, {self.hint()}"
            )
            self.page.wait_for_timeout(20)

    @staticmethod
    def _is_so(until: Callable[[], bool]) -> bool:
        try:
            return until()
        except Error as error:
            if "navigation" in str(error):  # the page reloads itself just now
                return False
            raise
