"""A model endpoint for tests: a real HTTP server on a loopback port that says what a test tells it to, and its faults.

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

``FAULTS`` are all the ways to go wrong, each with the error it shall lead to; ``ODDITIES`` are strange but whole
replies, each with its text. Both are made for ``@pytest.mark.parametrize("fault", FAULTS, ids=str)``. A fault that
passes may be retried by the client, so give it as the endpoint's only behaviour.

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

from assistant.errors import (
    ModelBusy,
    ModelCutOff,
    ModelError,
    ModelRefused,
    ModelTalksNonsense,
    ModelTimeout,
)

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


def hang_before_headers(exchange: Exchange) -> None:
    exchange.hang()


def hang_before_first_token(exchange: Exchange) -> None:
    exchange.head()
    exchange.piece(role="assistant")
    exchange.hang()


def stall(exchange: Exchange) -> None:
    exchange.head()
    exchange.piece("Hello ")
    exchange.hang()


def drip_comments(exchange: Exchange) -> None:
    """Heartbeats for ever, and never a word."""
    exchange.head()
    while True:
        exchange.chunk(b": still here\n\n")
        exchange.wait(0.02)


def drip_empty_pieces(exchange: Exchange) -> None:
    """Empty deltas for ever, after a first word."""
    exchange.head()
    exchange.piece("Hello ")
    while True:
        exchange.piece("")
        exchange.wait(0.02)


def drip_bytes(exchange: Exchange) -> None:
    """A byte at a time, and never a whole event."""
    exchange.head()
    while True:
        exchange.chunk(b"d")
        exchange.wait(0.02)


def drip_words(exchange: Exchange) -> None:
    """A word now and then, without end."""
    exchange.head()
    while True:
        exchange.piece("and ")
        exchange.wait(0.05)


def cut_in_a_chunk(exchange: Exchange) -> None:
    exchange.head()
    exchange.piece("Hello ")
    exchange.raw(b"ff\r\ndata: {")
    exchange.close()


def reset_at_once(exchange: Exchange) -> None:
    exchange.reset()


def reset_in_the_middle(exchange: Exchange) -> None:
    exchange.head()
    exchange.piece("Hello ")
    exchange.wait(0.05)
    exchange.reset()


def another_protocol(exchange: Exchange) -> None:
    exchange.raw(b"SSH-2.0-OpenSSH_9.6\r\n")
    exchange.close()


def not_utf8(exchange: Exchange) -> None:
    exchange.head()
    exchange.chunk(b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n')
    exchange.end()


def without_end(exchange: Exchange) -> None:
    """Words as fast as they go, for ever."""
    exchange.head()
    while True:
        exchange.piece("and so on " * 100)
        exchange.wait(0)


def line_without_end(exchange: Exchange) -> None:
    """One event that never ends, as fast as it goes."""
    exchange.head()
    while True:
        exchange.chunk(b"x" * 1_000_000)
        exchange.wait(0)


@dataclass(frozen=True)
class Fault:
    """A way to go wrong, and the error that a client shall raise for it; ``after_words``: something was said first."""

    name: str
    behaviour: Behaviour
    error: type[ModelError]
    after_words: bool = False

    def __str__(self) -> str:
        return self.name


def _said(**choice: Any) -> dict[str, Any]:
    return chat_chunk([{"index": 0, "delta": {}, "finish_reason": None, **choice}])


CONTEXT = "This model's maximum context length is 4096 tokens, you requested 5000 with max_tokens."
STOP = _said(finish_reason="stop")

FAULTS = [
    Fault("status 400", status(400, "bad request"), ModelRefused),
    Fault("status 400, context", status(400, CONTEXT, error_code="context_length_exceeded"), ModelRefused),
    Fault("status 401", status(401, "wrong key"), ModelRefused),
    Fault("status 403", status(403, "not for you"), ModelRefused),
    Fault("status 404", status(404, "no such model"), ModelRefused),
    Fault("status 429", status(429, "slow down"), ModelBusy),
    Fault("status 429, wait long", status(429, "slow down", retry_after=3600), ModelBusy),
    Fault("status 429, no credit", status(429, "no more", error_code="insufficient_quota"), ModelRefused),
    Fault("status 500", status(500), ModelBusy),
    Fault("status 502", lambda exchange: exchange.whole(502, "text/html", "<h1>Bad gateway</h1>"), ModelBusy),
    Fault("status 503", status(503, "loading model"), ModelBusy),
    Fault("redirect elsewhere", redirect("http://elsewhere.invalid/v1/chat/completions"), ModelRefused),
    Fault("another protocol", another_protocol, ModelTalksNonsense),
    Fault("hang before headers", hang_before_headers, ModelTimeout),
    Fault("hang before first token", hang_before_first_token, ModelTimeout),
    Fault("stall", stall, ModelTimeout, after_words=True),
    Fault("drip of comments", drip_comments, ModelTimeout),
    Fault("drip of empty pieces", drip_empty_pieces, ModelTimeout, after_words=True),
    Fault("drip of bytes", drip_bytes, ModelTimeout),
    Fault("drip of words", drip_words, ModelTimeout, after_words=True),
    Fault("cut in a chunk", cut_in_a_chunk, ModelCutOff, after_words=True),
    Fault("reset at once", reset_at_once, ModelCutOff),
    Fault("reset in the middle", reset_in_the_middle, ModelCutOff, after_words=True),
    Fault("no finish reason", say("Hello ", finish=None), ModelCutOff, after_words=True),
    Fault("no finish reason, no [DONE]", say("Hello ", finish=None, done=False), ModelCutOff, after_words=True),
    Fault("empty stream", events(), ModelCutOff),
    Fault("only [DONE]", events("[DONE]"), ModelCutOff),
    Fault("only empty choices", events(chat_chunk([]), "[DONE]"), ModelCutOff),
    Fault("error in the stream", events(_said(delta={"content": "He"}), {"error": {"message": "out of memory"}}),
          ModelCutOff, after_words=True),
    Fault("context error in the stream", events({"error": {"code": 400, "type": "exceed_context_size_error"}}),
          ModelRefused),
    Fault("content filter", say("He", finish="content_filter"), ModelRefused, after_words=True),
    Fault("empty reply", say(), ModelTalksNonsense),
    Fault("only white space", say(" ", "\n\n"), ModelTalksNonsense),
    Fault("only reasoning_content", events(_said(delta={"reasoning_content": "Hmm."}), STOP), ModelTalksNonsense),
    Fault("only a think block", say("<thi", "nk>Hmm", ".</think>", "\n"), ModelTalksNonsense),
    Fault("think block without end", say("<think>", "Hmm.", finish="length"), ModelTalksNonsense),
    Fault("control token", say("Hello", "<|im_", "end|>", "<|im_start|>user"), ModelTalksNonsense, after_words=True),
    Fault("invalid JSON", events('{"choices": [{"delta": {"content": "He'), ModelTalksNonsense),
    Fault("a number", events(42), ModelTalksNonsense),
    Fault("a list", events([1, 2]), ModelTalksNonsense),
    Fault("null", events(None), ModelTalksNonsense),
    Fault("no choices", events({"id": "x"}), ModelTalksNonsense),
    Fault("choices of another type", events(chat_chunk("Hello"), STOP), ModelTalksNonsense),
    Fault("content of another type", events(_said(delta={"content": ["Hello"]}), STOP), ModelTalksNonsense),
    Fault("choice of another type", events(chat_chunk([7]), STOP), ModelTalksNonsense),
    Fault("not UTF-8", not_utf8, ModelTalksNonsense),
    Fault("HTML page", body("text/html; charset=utf-8", "<html>Please log in</html>"), ModelTalksNonsense),
    Fault("JSON, not a stream", body("application/json", json.dumps(STOP)), ModelTalksNonsense),
    Fault("wrong content type", body("text/plain", f"data: {json.dumps(STOP)}\n\n"), ModelTalksNonsense),
    Fault("no content type", body("", f"data: {json.dumps(STOP)}\n\n"), ModelTalksNonsense),
    Fault("words without end", without_end, ModelTalksNonsense, after_words=True),
    Fault("line without end", line_without_end, ModelTalksNonsense),
]  # fmt: skip


@dataclass(frozen=True)
class Oddity:
    """A strange but whole reply; its words are ``text``."""

    name: str
    behaviour: Behaviour
    text: str = TEXT

    def __str__(self) -> str:
        return self.name


def _split_unicode(exchange: Exchange) -> None:
    """A word of several bytes a letter, torn between two HTTP chunks."""
    exchange.head()
    data = f"data: {json.dumps(_said(delta={'content': 'Träume 🌙'}), ensure_ascii=False)}\n\n".encode()
    middle = data.index("🌙".encode()) + 2
    exchange.chunk(data[:middle])
    exchange.wait(0.05)
    exchange.chunk(data[middle:])
    exchange.event(STOP)
    exchange.end()


def _windows_lines(exchange: Exchange) -> None:
    exchange.head()
    for data in (_said(delta={"content": TEXT}), STOP):
        exchange.chunk(f"event: message\r\ndata: {json.dumps(data)}\r\n\r\n".encode())
    exchange.end()


def _finish_then_reset(exchange: Exchange) -> None:
    exchange.head()
    exchange.piece(TEXT)
    exchange.piece(finish="stop")
    exchange.wait(0.05)
    exchange.reset()


def _comments_then_words(exchange: Exchange) -> None:
    exchange.head()
    exchange.chunk(b": processing\n\n: processing\n\n")
    exchange.piece(TEXT, finish="stop")
    exchange.end()


HELLO = _said(delta={"content": TEXT})

ODDITIES = [
    Oddity("no [DONE]", say(TEXT, done=False)),
    Oddity("words and finish in one", events(_said(delta={"content": TEXT}, finish_reason="stop"))),
    Oddity("finished twice", events(HELLO, STOP, STOP, _said(delta={"content": "more"}), "[DONE]")),
    Oddity("length", say(TEXT, finish="length")),
    Oddity("empty finish reasons", events(_said(delta={"content": TEXT}, finish_reason=""), STOP)),
    Oddity("empty choices between", events(chat_chunk([]), HELLO, chat_chunk([]), STOP, chat_chunk([]))),
    Oddity("no delta at the end", events(HELLO, chat_chunk([{"finish_reason": "stop"}]))),
    Oddity("thoughts first", events(_said(delta={"reasoning_content": "Hmm."}), HELLO, STOP)),
    Oddity("think block first", say("<", "think", ">\nHmm <b", ".</th", "ink>\n\n", "Hello ", "there.")),
    Oddity("white space first", say("\n", " ", TEXT)),
    Oddity("less-than sign first", say("<", "3 dreams"), "<3 dreams"),
    Oddity("only a less-than sign", events(_said(delta={"content": "<"}, finish_reason="stop")), "<"),
    Oddity("unicode over chunks", _split_unicode, "Träume 🌙"),
    Oddity("Windows line ends", _windows_lines),
    Oddity("reset after the finish", _finish_then_reset),
    Oddity("comments first", _comments_then_words),
]


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
