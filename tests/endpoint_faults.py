"""The ways in which a model endpoint can go wrong, as behaviours of ``tests.endpoint.Endpoint``.

``FAULTS`` are all of them, each with the error it shall lead to; ``ODDITIES`` are strange but whole replies, each with
its text. Both are made for parametrising:

    @pytest.mark.parametrize("fault", FAULTS, ids=str)
    def test_nothing_is_lost(fault: Fault) -> None:
        with Endpoint(fault.behaviour) as endpoint: ...

A fault that may pass is retried by the client, so give it as the endpoint's only behaviour. The faults that hang do so
until the client goes away: use short times.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import Any

from assistant.errors import ModelBusy, ModelCutOff, ModelError, ModelRefused, ModelTalksNonsense, ModelTimeout
from tests.endpoint import TEXT, Behaviour, Exchange, body, chat_chunk, events, redirect, say, status


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
    exchange.raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    exchange.close()


def not_utf8(exchange: Exchange) -> None:
    exchange.head()
    exchange.chunk(b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n')
    exchange.end()


def not_gzip(exchange: Exchange) -> None:
    """It says that it is compressed, and is not."""
    exchange.head(Content_Encoding="gzip")
    exchange.chunk(bytes(range(256)))
    exchange.end()


def cut_gzip(exchange: Exchange) -> None:
    """Compressed, and over in the middle."""
    whole = "".join(f"data: {json.dumps(_said(delta={'content': f'word {number} '}))}\n\n" for number in range(50))
    exchange.head(Content_Encoding="gzip")
    exchange.chunk(gzip.compress(whole.encode())[:60])
    exchange.end()


def another_charset(exchange: Exchange) -> None:
    """UTF-16, as its header says; the protocol knows UTF-8 only."""
    exchange.head(content_type="text/event-stream; charset=utf-16")
    exchange.chunk(f"data: {json.dumps(_said(delta={'content': TEXT}))}\n\n".encode("utf-16"))
    exchange.end()


def not_events(exchange: Exchange) -> None:
    """Lines that are no server-sent events."""
    exchange.head()
    exchange.chunk(b'{"choices": []}\n\ndta: {"choices": []}\n\nid 7\nretry: soon\n\n')
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
    Fault("not gzip", not_gzip, ModelTalksNonsense),
    Fault("gzip that is cut", cut_gzip, ModelCutOff),
    Fault("UTF-16", another_charset, ModelTalksNonsense),
    Fault("no events", not_events, ModelCutOff),
    Fault("status 429, wait a moment", status(429, "slow down", retry_after=0.1), ModelBusy),
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
