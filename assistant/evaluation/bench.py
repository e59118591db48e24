"""`make bench`: the speed table, with the time from the command to the first page and the memory of a warm server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from assistant.companion import Companion
from assistant.evaluation.replies import in_own_folder
from assistant.evaluation.speed import measure_speed
from assistant.evaluation.table import print_table
from assistant.settings import load_settings

WARM_WITHIN = 180  # seconds


def page_times() -> dict[str, Any]:
    """Seconds from the command to the first page at a second start, and the memory of the server once it is warm."""
    _serve_once()
    seconds, gigabytes = _serve_once()
    return {"page served after the command, s (second start)": seconds, "server with everything loaded, GB": gigabytes}


def _serve_once() -> tuple[float, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(f"http://127.0.0.1:{port}/"):
            time.sleep(0.05)
        seconds = time.perf_counter() - started
        return seconds, _settled_memory(server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _settled_memory(pid: int) -> float:
    """Memory in GB once it has not grown for six seconds: the models are loaded."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return 0.0
    largest, quiet, began = 0, 0, time.monotonic()
    while quiet < 6 and time.monotonic() - began < WARM_WITHIN:
        line = next(row for row in status.read_text(encoding="utf-8").splitlines() if row.startswith("VmRSS"))
        size = int(line.split()[1])
        quiet = quiet + 1 if size <= largest * 1.01 else 0
        largest = max(largest, size)
        time.sleep(1)
    return largest / 1e6


def main() -> None:
    """Print the table."""
    companion = Companion.open(load_settings())
    companion.warm_up()
    figures = {"speed": measure_speed(in_own_folder(companion))}
    companion.close()
    figures["page"] = page_times()
    print_table(figures)
    sys.stdout.write(f"{os.cpu_count()} cores\n")


if __name__ == "__main__":
    main()
