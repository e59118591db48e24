"""Serving: the port, the first page, the end and the share link, with a real server and a tunnel program of our own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from assistant.errors import ServingError
from assistant.page import gradio_quietly
from assistant.page.addresses import Addresses
from assistant.page.serve import _listen
from assistant.page.sharing import Sharing

ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from pathlib import Path
from assistant.companion import Companion
from assistant.page.serve import serve
from assistant.settings import Settings
serve(Companion.open(Settings(data_dir=Path(sys.argv[1]))), port=0)
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A companion served by a program of its own, and its owner's link."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path / "data")],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    link = re.search(r"http\S+", process.stdout.readline())
    assert link is not None, process.communicate()
    yield process, link.group()
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_the_page_is_there_while_the_models_warm_up_and_ctrl_c_ends_it_quietly(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    process, link = served
    own = link.partition("/?")[0]
    with httpx.Client(base_url=own, follow_redirects=True) as browser:
        page = browser.get(link)
        assert page.status_code == 200 and str(page.url) == f"{own}/"
        assert "<title>Dream companion</title>" in page.text
        assert browser.get("/theme.css").status_code == 200
        with browser.stream("GET", "/gradio_api/heartbeat/tab12345") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "data: ALIVE"
            process.send_signal(signal.SIGINT)
            began = time.monotonic()
            assert set(lines) <= {"", "data: ALIVE"}  # until the server ends the stream
            assert time.monotonic() - began < 2
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors and "Error" not in errors
    assert "owner=" not in out + errors  # the link is told once, in the first line, and logged nowhere


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServingError) as raised:
            _listen("127.0.0.1", port)
    assert str(raised.value) == (
        f"Port {port} at 127.0.0.1 is taken by another program. Choose another with --port {port + 1}."
    )


def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(ServingError, match=r"This computer has no address 192\.0\.2\.1 to listen at"):
        _listen("192.0.2.1", 0)


def test_gradio_is_told_to_call_nobody() -> None:
    assert gradio_quietly.gr.__name__ == "gradio"
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False" and os.environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize(
    ("host", "local_only", "own"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:80"),
        ("localhost", True, "http://127.0.0.1:80"),
        ("::1", True, "http://[::1]:80"),
        ("0.0.0.0", False, "http://127.0.0.1:80"),
        ("192.168.1.4", False, "http://192.168.1.4:80"),
    ],
)
def test_where_we_listen_is_known(host: str, local_only: bool, own: str) -> None:
    addresses = Addresses(host, 80, lambda: "")
    assert (addresses.is_local_only, addresses.own) == (local_only, own)
    assert addresses.is_ours(own.removeprefix("http://")) and addresses.is_ours(own.removeprefix("http://")[:-3])
    assert not addresses.is_shared("") and not addresses.is_ours("")


# ---- sharing ----


@pytest.fixture
def share_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A share server on this computer, in place of Gradio's."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps([{"host": "127.0.0.1", "port": 9, "root_ca": "a certificate"}]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr("gradio.networking.GRADIO_API_SERVER", f"http://127.0.0.1:{server.server_port}/")
        yield
        server.shutdown()


def tunnel_program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str, checksum: str = "") -> Path:
    program = folder / "frpc"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    found = hashlib.sha256(program.read_bytes()).hexdigest()
    monkeypatch.setattr("gradio.tunneling.BINARY_PATH", str(program))
    monkeypatch.setattr("gradio.tunneling.BINARY_URL", "the program")
    monkeypatch.setattr("gradio.tunneling.CHECKSUMS", {"the program": checksum or found})
    return program


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_link_is_had_and_cut_again(tmp_path: Path, share_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told"
    script = f'echo "$$ $@" > {told}; echo "start proxy success: https://abc.gradio.live"; exec sleep 60'
    tunnel_program(tmp_path, monkeypatch, script)
    sharing = Sharing(tmp_path)
    assert sharing.start("127.0.0.1", 7860) == "https://abc.gradio.live"
    assert (sharing.link, sharing.host) == ("https://abc.gradio.live", "abc.gradio.live")
    process_id, arguments = told.read_text().split(maxsplit=1)
    assert sharing.since is not None and not sharing.has_ended
    assert "-l 7860" in arguments and "share-certificate.pem" in arguments
    sharing.stop()
    assert sharing.link == sharing.host == "" and sharing.since is None and not is_running(int(process_id))


def test_a_tunnel_that_ended_by_itself_is_known(
    tmp_path: Path, share_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel_program(tmp_path, monkeypatch, 'echo "start proxy success: https://abc.gradio.live"')
    sharing = Sharing(tmp_path)
    sharing.start("127.0.0.1", 7860)
    deadline = time.monotonic() + 10
    while not sharing.has_ended:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    sharing.stop()
    assert not sharing.has_ended


def test_a_tunnel_that_never_comes_is_given_up_in_time(
    tmp_path: Path, share_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    tunnel_program(tmp_path, monkeypatch, f"echo $$ > {told}; exec sleep 60")
    began = time.monotonic()
    with pytest.raises(ServingError, match=r"no answer within 1 seconds"):
        Sharing(tmp_path).start("127.0.0.1", 7860, seconds=1)
    assert time.monotonic() - began < 4
    assert not is_running(int(told.read_text()))


def test_a_damaged_tunnel_program_is_never_started(
    tmp_path: Path, share_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tunnel_program(tmp_path, monkeypatch, f"touch {tmp_path / 'started'}", checksum="another")
    with pytest.raises(ServingError, match="was damaged and has been removed"):
        Sharing(tmp_path).start("127.0.0.1", 7860)
    assert not program.exists() and not (tmp_path / "started").exists()


def test_without_a_network_the_reason_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradio.networking.GRADIO_API_SERVER", "http://127.0.0.1:9/")
    with pytest.raises(ServingError, match="the share server cannot be reached"):
        Sharing(tmp_path).start("127.0.0.1", 7860)
