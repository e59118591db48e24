"""A model endpoint to measure and test with: a real HTTP server on a loopback port that says what it is told to, and its faults.

    with Endpoint(say("Hello ", "there.")) as endpoint:           # says this to every request
        client = ChatClient(endpoint.base_url, "", "some-model")
        ...
        assert endpoint.requests[0].body["messages"][-1]["content"] == "Hi"

``Endpoint(behaviour)`` does the same for every request; ``endpoint.queue(first, second)`` sets what is done for the
next requests, in that order, before it falls back to that. A *behaviour* is any function that takes an ``Exchange``
and writes what it likes; these make the usual ones:

    say("He", "llo", delay=0.1)             a reply in these pieces
    answer(lambda request: "...")           a reply worked out from the request (its ``body``)
    status(429, "slow down", retry_after=1) a refusal
    refuse("temperature", "...")            a refusal only where the request's body has this key, else "Hello there."

tests/endpoint_faults.py has the ways in which an endpoint can go wrong, to parametrise tests with.

GET /v1/models lists ``endpoint.models``; ``endpoint.models_behaviour`` replaces that by a behaviour. The requests are
kept in ``endpoint.requests``; ``request.gone`` is set once the client has gone while a behaviour was still at work.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TEXT = "Hello there."
STEP = 0.01  # seconds between two looks at whether the client is still there


@dataclass
class Request:
    """One request as it came. ``body`` is its JSON, ``gone`` is set if the client left before the behaviour ended."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: dict[str, Any]
    arrived: float = field(default_factory=time.monotonic)
    gone: threading.Event = field(default_factory=threading.Event)


class ClientGone(Exception):
    """The client closed the connection, or the endpoint is closing: the behaviour ends here."""


class Exchange:
    """One request and the means to answer it, from whole events down to single bytes."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Request, closing: threading.Event) -> None:
        self.request = request
        self._socket: socket.socket = handler.connection
        self._handler = handler
        self._closing = closing

    def wait(self, seconds: float) -> None:
        """Do nothing for so long; ends at once when the client goes."""
        end = time.monotonic() + seconds
        while True:
            readable, _, _ = select.select([self._socket], [], [], max(0.0, min(STEP, end - time.monotonic())))
            if readable and not self._socket.recv(1, socket.MSG_PEEK):
                raise ClientGone
            if self._closing.is_set():
                raise ClientGone
            if time.monotonic() >= end:
                return

    def hang(self) -> None:
        """Do nothing until the client goes."""
        self.wait(3600)

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._socket.sendall(data)

    def head(self, code: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        """The status line and headers of an answer in HTTP chunks."""
        lines = [f"HTTP/1.1 {code} Status", "Transfer-Encoding: chunked"]
        if content_type:
            lines.append(f"Content-Type: {content_type}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    def chunk(self, data: bytes) -> None:
        """One HTTP chunk."""
        self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    def event(self, data: Any) -> None:
        """One server-sent event, text as it is or anything else as JSON."""
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        self.chunk(f"data: {text}\n\n".encode())

    def piece(self, content: str | None = None, finish: str | None = None, **delta: Any) -> None:
        """One chunk of a chat reply."""
        if content is not None:
            delta["content"] = content
        self.event(chat_chunk([{"index": 0, "delta": delta, "finish_reason": finish}]))

    def end(self) -> None:
        """The end of an answer in HTTP chunks."""
        self.raw(b"0\r\n\r\n")

    def whole(self, code: int, content_type: str, text: str, **headers: str) -> None:
        """A whole answer in one go."""
        self.head(code, content_type, **headers)
        self.chunk(text.encode())
        self.end()

    def close(self) -> None:
        """Close the connection, whatever has been promised."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Break the connection off with a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()
        raise ClientGone


Behaviour = Callable[[Exchange], None]


def chat_chunk(choices: Any) -> dict[str, Any]:
    """The envelope of a streamed chunk."""
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "some-model", "choices": choices}


def say(*pieces: str, delay: float = 0, finish: str | None = "stop", done: bool = True) -> Behaviour:
    """A reply in these pieces, ``delay`` seconds before each."""

    def behave(exchange: Exchange) -> None:
        exchange.head()
        exchange.piece(role="assistant")
        for piece in pieces:
            exchange.wait(delay)
            exchange.piece(piece)
        if finish:
            exchange.piece(finish=finish)
        if done:
            exchange.event("[DONE]")
        exchange.end()

    return behave


def answer(work_out: Callable[[Request], str]) -> Behaviour:
    """A reply worked out from the request, word by word."""

    def behave(exchange: Exchange) -> None:
        say(*work_out(exchange.request).splitlines(keepends=True))(exchange)

    return behave


def status(
    code: int, message: str = "it is so", *, retry_after: float | None = None, error_code: str = ""
) -> Behaviour:
    """A refusal in OpenAI's form: ``{"error": {"message": ..., "code": ...}}``."""

    def behave(exchange: Exchange) -> None:
        headers = {} if retry_after is None else {"Retry_After": f"{retry_after:g}"}
        body = json.dumps({"error": {"message": message, "code": error_code or code}})
        exchange.whole(code, "application/json", body, **headers)

    return behave


def refuse(key: str, message: str, code: int = 400) -> Behaviour:
    """Refuse a body that has this key (or, for "system", a message of that role); say TEXT otherwise."""

    def behave(exchange: Exchange) -> None:
        body = exchange.request.body
        has_it = any(m["role"] == "system" for m in body["messages"]) if key == "system" else key in body
        (status(code, message) if has_it else say(TEXT))(exchange)

    return behave


def redirect(location: str, code: int = 307) -> Behaviour:
    """Send the client on to another place."""
    return lambda exchange: exchange.whole(code, "text/plain", "", Location=location)


def body(content_type: str, text: str) -> Behaviour:
    """A success with another body than a stream."""
    return lambda exchange: exchange.whole(200, content_type, text)


def events(*data: Any) -> Behaviour:
    """These server-sent events and no others."""

    def behave(exchange: Exchange) -> None:
        exchange.head()
        for one in data:
            exchange.event(one)
        exchange.end()

    return behave


class Endpoint:
    """The server. Use it as a context manager; see the module's text for how."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or say(TEXT)
        self.models = ["some-model"]
        self.models_behaviour: Behaviour | None = None
        self.requests: list[Request] = []
        self._next: deque[Behaviour] = deque()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def queue(self, *behaviours: Behaviour) -> None:
        """What to do for the next requests to chat, in this order."""
        self._next.extend(behaviours)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _list_models(self, exchange: Exchange) -> None:
        listed = [{"id": name, "object": "model"} for name in self.models]
        exchange.whole(200, "application/json", json.dumps({"object": "list", "data": listed}))

    def _answer(self, handler: BaseHTTPRequestHandler, payload: Mapping[str, Any]) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, handler.path, headers, dict(payload))
        self.requests.append(request)
        if request.path == "/v1/models":
            behaviour = self.models_behaviour or self._list_models
        elif request.path == "/v1/chat/completions" and request.method == "POST":
            behaviour = self._next.popleft() if self._next else self.behaviour
        else:
            behaviour = status(404, f"there is nothing at {request.path}")
        try:
            behaviour(Exchange(handler, request, self._closing))
        except (ClientGone, ConnectionError):
            request.gone.set()
            handler.close_connection = True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                endpoint._answer(self, {})

            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                endpoint._answer(self, json.loads(payload or b"{}"))

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the test's output clean."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that a behaviour broke off cannot be finished properly, and need not be."""
