"""The share link: Gradio's tunnel to our own port, with a checked binary and a bounded wait.

Asks api.gradio.app for a server and, the first time, fetches the tunnel program (frpc) from cdn-media.huggingface.co.
"""

from __future__ import annotations

import hashlib
import secrets
import subprocess
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.errors import ServingError

SECONDS = 20  # that asking for a link may take
# How long a link may live: Gradio's documentation says 72 hours in places; its launch() "up to 1 week (best effort)".
SHORTEST_LIFE, LONGEST_LIFE = timedelta(hours=72), timedelta(weeks=1)
_CONSONANTS, _VOWELS = "bdfgklmnprstvwxz", "aeiou"


class Sharing:
    """One tunnel at most, from ``start`` to ``stop``. ``link`` is "" where there is none; ``since`` is when it was had."""

    def __init__(self, data_dir: Path) -> None:
        self.link = ""
        self.since: datetime | None = None
        self._certificate = data_dir / "share-certificate.pem"
        self._tunnel: Any = None
        self._stopped = False
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """The host name of the link."""
        return urlsplit(self.link).netloc

    @property
    def has_ended(self) -> bool:
        """Whether the tunnel has ended although nobody stopped it."""
        process = getattr(self._tunnel, "proc", None)
        return bool(self.link) and (process is None or process.poll() is not None)

    def start(self, host: str, port: int, seconds: float = SECONDS) -> str:
        """Open the tunnel to where we listen; the link. Raises ServingError with the reason, in time."""
        reasons: list[str] = []
        opening = threading.Thread(target=self._open, args=(host, port, reasons), daemon=True)
        opening.start()
        opening.join(seconds)
        with self._lock:
            if self.link:
                return self.link
            self._stopped = True
        self._end_tunnel()
        raise ServingError(reasons[0] if reasons else f"no answer within {seconds:g} seconds")

    def stop(self) -> None:
        """Cut the tunnel."""
        with self._lock:
            self.link, self.since, self._stopped = "", None, True
        self._end_tunnel()

    def _open(self, host: str, port: int, reasons: list[str]) -> None:
        try:
            self._tunnel = self._asked_for(host, port)
            link = self._tunnel.start_tunnel()
        except httpx.HTTPError as error:
            reasons.append(f"the share server cannot be reached: {error}")
        except (OSError, ValueError, LookupError, AssertionError, ServingError) as error:
            reasons.append(str(error).splitlines()[0] if str(error) else type(error).__name__)
        else:
            with self._lock:
                self.link, self.since = ("", None) if self._stopped else (link, datetime.now())
        if not self.link:
            self._end_tunnel()

    def _asked_for(self, host: str, port: int) -> Any:
        from gradio.networking import GRADIO_API_SERVER
        from gradio.tunneling import Tunnel

        answer = httpx.get(GRADIO_API_SERVER, timeout=10)
        answer.raise_for_status()
        server = answer.json()[0]
        self._certificate.write_text(server["root_ca"], encoding="utf-8")
        _fetch_program()
        return Tunnel(
            server["host"], int(server["port"]), host, port, secrets.token_urlsafe(32), str(self._certificate)
        )

    def _end_tunnel(self) -> None:
        tunnel, process = self._tunnel, getattr(self._tunnel, "proc", None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
        tunnel.proc = None  # or Gradio ends it once more at exit, with a line of its own


def _fetch_program() -> None:
    """Have the tunnel program and check it: Gradio itself never looks again at a file that is already there."""
    from gradio import tunneling

    tunneling.Tunnel.download_binary()
    program = Path(tunneling.BINARY_PATH)
    expected = tunneling.CHECKSUMS.get(tunneling.BINARY_URL)
    if expected and hashlib.sha256(program.read_bytes()).hexdigest() != expected:
        program.unlink()
        raise ServingError(f"the tunnel program {program} was damaged and has been removed")


def new_password() -> str:
    """A password that can be read aloud: ten syllables of 80 kinds, 63 bits."""
    syllables = [secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(10)]
    return "-".join("".join(syllables[place : place + 2]) for place in range(0, 10, 2))
