"""`dream` as a process of its own, which can be killed at any moment, and a browser's tab that talks to its page."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from assistant.page.handlers import NEW

REPOSITORY = Path(__file__).parents[1]
SECONDS_TO_START = 300  # models included, and other programs beside it


class Program:
    """One run of `dream`. Its data, its temporary files and what it prints lie in ``folder``, so that a kill loses none of it.

    ``module`` is another module that runs it.
    """

    def __init__(self, folder: Path, *arguments: object, module: str = "assistant", **settings: str) -> None:
        self.data, self.temporary = folder / "data", folder / "temporary"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self._printed, self._errors = folder / "printed.txt", folder / "errors.txt"
        with self._printed.open("wb") as printed, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments), "--data-dir", str(self.data)],
                cwd=REPOSITORY,
                env={**os.environ, "TMPDIR": str(self.temporary), "PYTHONUNBUFFERED": "1", **settings},
                stdout=printed,
                stderr=errors,
            )

    @property
    def printed(self) -> str:
        """What stands on its standard output so far."""
        return self._printed.read_text(encoding="utf-8")

    @property
    def errors(self) -> str:
        """What stands on its standard error so far."""
        return self._errors.read_text(encoding="utf-8")

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end, so long at most; whether it came."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def first_line(self) -> str:
        """The first line that it prints, once it is there."""
        deadline = time.monotonic() + SECONDS_TO_START
        while "\n" not in self.printed:
            assert self.process.poll() is None and time.monotonic() < deadline, self.errors
            time.sleep(0.05)
        return self.printed.partition("\n")[0]

    def address(self) -> str:
        """Where the page is that it serves."""
        return self.owner_link().partition("/?")[0]

    def owner_link(self) -> str:
        """The link that makes a browser the owner's."""
        found = re.search(r"http://\S+", self.first_line())
        assert found is not None, self.printed
        return found.group()

    def most_memory(self) -> float:
        """The most megabytes that it has held so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found.group(1)) / 1000

    def kill(self) -> bool:
        """Kill it, in whatever it is doing; whether it was still running."""
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait() == -signal.SIGKILL

    def interrupt(self) -> int:
        """End it as Ctrl+C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def running(folder: Path, *arguments: object, module: str = "assistant", **settings: str) -> Iterator[Program]:
    """A program that is killed at the end of the block, where it has not ended before."""
    program = Program(folder, *arguments, module=module, **settings)
    try:
        yield program
    finally:
        program.kill()


class Tab:
    """A browser's tab with the page open, as far as the server can tell: it has the cookie, and asks what the page asks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.conversation = NEW
        self.changed = ""  # in the conversation that is shown, by what came last
        self.browser = httpx.Client()

    def open(self, link: str) -> None:
        """Load the page, as one does after the program was started again; with the owner's link, as its owner."""
        self.browser.close()
        address, _, query = link.partition("/?")
        self.browser = httpx.Client(
            base_url=address,
            cookies=self.browser.cookies,
            timeout=SECONDS_TO_START,
            limits=httpx.Limits(keepalive_expiry=2),  # the server closes a connection that is idle for longer
        )
        if query:
            self.browser.get(f"/?{query}")
        page = self.browser.get("/").raise_for_status()
        found = re.search(r"window\.gradio_config = (\{.*?\});</script>", page.text, re.DOTALL)
        assert found is not None
        self._calls = {call["api_name"]: call for call in json.loads(found.group(1))["dependencies"]}

    def say(self, message: str) -> Iterator[str]:
        """Send a message; the conversation each time it is shown anew, at the end whole. Raises httpx.HTTPError.

        Between the first and the last only changes are sent: for those "" is given, and ``changed`` tells them.
        """
        return self._shown("send", message, self.conversation)

    def act(self, name: str, *given: object) -> str:
        """Do what a button of the conversation does; the conversation as it is shown afterwards."""
        return list(self._shown(name, *given))[-1]

    def _shown(self, name: str, *given: object) -> Iterator[str]:
        for output in self.call(name, *given):
            if output:
                shown, _, _, self.conversation = output
                self.changed = shown
                yield shown
            else:
                yield ""

    def call(self, name: str, *given: object) -> Iterator[list[Any]]:
        """Call a handler of the page; what it gives at first and at last, and an empty list for each change between."""
        asked = self.ask(name, *given)
        begun = False
        with self.browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.name}) as events:
            for event in self._events(events):
                if event.get("event_id") != asked:
                    continue
                if event["msg"] == "process_completed" or (event["msg"] == "process_generating" and not begun):
                    begun = True
                    yield event["output"]["data"]
                elif event["msg"] == "process_generating":
                    self.changed = "".join(str(change[-1]) for change in event["output"]["data"][0])
                    yield []

    def ask(self, name: str, *given: object) -> str:
        """Call a handler without waiting for what it gives, as for a stop; the call's id."""
        call = self._calls[name]
        asked = {
            "data": given,
            "fn_index": call["id"],
            "session_hash": self.name,
            "event_data": None,
            "trigger_id": call["targets"][0][0],
        }
        return str(self.browser.post("/gradio_api/queue/join", json=asked).raise_for_status().json()["event_id"])

    @staticmethod
    def _events(events: httpx.Response) -> Iterator[dict[str, Any]]:
        for line in events.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))
