"""The companion as a model behind an OpenAI-like endpoint, so that any chat client can talk to it: /v1.

The messages of a request are the conversation. The person's are what is told; those of the assistant are our own replies,
which the journal knows; those of the system are instructions from outside, and nothing here follows them.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.connections.abilities import Abilities
from assistant.connections.answers import sources_of
from assistant.connections.continuing import place_of
from assistant.connections.grants import Connection
from assistant.connections.openai_request import Asked, asked_in
from assistant.connections.refusals import code_of, error_body, refusal_of, refused
from assistant.errors import ServingError
from assistant.page.wording import words
from assistant.telling import told
from assistant.types import Done, Event, Notice, Question, Sentence, Turn
from assistant.words import count_words

MODEL = "dream-companion"
_WAITING = ": waiting\n\n"  # a comment, which keeps the connection open


class OpenAIEndpoint:
    """Answers a chat client. Nothing is kept between requests but what the journal keeps."""

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities

    def routes(self) -> list[Route]:
        """The addresses, to be mounted behind the door."""
        return [
            Route("/v1/models", _models, methods=["GET"]),
            Route("/v1/models/{model}", _model, methods=["GET"]),
            Route("/v1/chat/completions", self._completions, methods=["POST"]),
        ]

    async def _completions(self, request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_plainly, lambda: self._answer(body))

    def _answer(self, body: bytes) -> Response:
        asked = asked_in(body)
        grant = self._abilities.grant(Connection.OPENAI)
        self._abilities.check(grant, asked.messages[-1])
        place = place_of(self._abilities, grant, asked.messages)
        events = self._abilities.events(grant, place.conversation, asked.messages[-1], instead_of=place.instead_of)
        if asked.stream:
            return StreamingResponse(_streamed(events, asked), media_type="text/event-stream")
        pieces = "".join(piece for piece in _pieces(events) if piece)
        return JSONResponse(
            {
                **_head("chat.completion"),
                "choices": [{"message": {"role": "assistant", "content": pieces, "refusal": None}, **_end("stop")}],
                "usage": _usage(asked, pieces),
            }
        )


def sources_told(turn: Turn) -> str:
    """A short list of what the marks of a reply point to, or "" for a reply without any."""
    lines = [
        words("openai", "source", marker=one.marker, title=one.title, evidence=one.evidence, quote=one.quote)
        for one in sources_of(turn)
    ]
    return "\n\n" + "\n".join([words("openai", "sources"), *lines]) if lines else ""


def _pieces(events: Iterator[Event]) -> Iterator[str]:
    """The reply, unit by unit, and its sources; "" while it is waited for. Raises ServingError where it was stopped."""
    between = ""
    with closing(events):  # type: ignore[type-var]
        for event in events:
            if isinstance(event, Sentence | Question):
                yield between + event.text
                between = " "
            elif isinstance(event, Notice):
                yield ""
            elif isinstance(event, Done):
                if sources := sources_told(event.turn):
                    yield sources
                return
    raise ServingError(words("connections", "stopped"))


def _streamed(events: Iterator[Event], asked: Asked) -> Iterator[str]:
    """The reply as server-sent events, each unit as soon as it is finished."""
    head = _head("chat.completion.chunk")
    said = ""
    try:
        yield _sent({**head, "choices": [{"delta": {"role": "assistant", "content": ""}, **_end(None)}]})
        for piece in _pieces(events):
            said += piece
            chunk = {**head, "choices": [{"delta": {"content": piece}, **_end(None)}]}
            yield _sent(chunk) if piece else _WAITING
        yield _sent({**head, "choices": [{"delta": {}, **_end("stop")}]})
        if asked.with_usage:
            yield _sent({**head, "choices": [], "usage": _usage(asked, said)})
    except Exception as error:
        text = told(error, otherwise=words("connections", "unexpected"))
        yield _sent(error_body(text, "server_error", code=code_of(error)))
    yield "data: [DONE]\n\n"


def _plainly(answer: Callable[[], Response]) -> Response:
    try:
        return answer()
    except Exception as error:
        return refusal_of(error)


async def _models(_request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_described()]})


async def _model(request: Request) -> Response:
    if request.path_params["model"] != MODEL:
        return refused(404, words("openai", "no_model", model=MODEL), "invalid_request_error", code="model_not_found")
    return JSONResponse(_described())


def _described() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}


def _head(kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": MODEL,
    }


def _end(reason: str | None) -> dict[str, Any]:
    return {"index": 0, "finish_reason": reason, "logprobs": None}


def _usage(asked: Asked, reply: str) -> dict[str, int]:
    """Counted in words: of the person's messages that were read, and of the reply with its sources."""
    read, said = sum(map(count_words, asked.messages)), count_words(reply)
    return {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}


def _sent(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
