"""One client for every model that speaks OpenAI's chat protocol: streamed, within fixed times, stoppable."""

from __future__ import annotations

import asyncio
import functools
import logging
import queue
import re
import ssl
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import httpx2
import openai

from assistant.errors import ModelBusy, ModelCutOff, ModelError, ModelUnreachable
from assistant.models import failures
from assistant.models.reply import Reply
from knowledge.errors import UsageError

Result = TypeVar("Result")

NO_KEY = "not-needed"  # what local servers are sent: the library insists on a key
POLL = 0.1  # seconds between two looks at the stop event
LAST_LOOK = 0.1  # seconds for what comes after the end of a reply
RETRY_PAUSE = 0.25  # seconds before the one retry, where the server asks for no other
# A reply may have this many characters a token asked for (no tokenizer puts as many into one on average), and always
# the fewest; one that has more will not end.
CHARACTERS_PER_TOKEN, FEWEST_CHARACTERS = 12, 4000
MOST_BYTES = 8_000_000  # of one answer on the wire; a reply of 2000 tokens has less than one million
PASSING = (ModelUnreachable, ModelBusy, ModelCutOff)  # what may be gone at a second attempt
UNREADABLE = (ValueError, TypeError, AttributeError)  # the library met no JSON, no UTF-8, or not the object it knows
HEADERS = frozenset({"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"})

# What of a request a server may refuse to take, and how it says so; it is then left out, or said otherwise.
REFUSALS = {
    "max_tokens": re.compile(r"max_tokens", re.IGNORECASE),
    "temperature": re.compile(r"temperature", re.IGNORECASE),
    "system": re.compile(r"system (?:role|message|prompt)|role.{0,20}system|roles must alternate", re.IGNORECASE),
    "response_format": re.compile(r"response_format|json_schema|structured output", re.IGNORECASE),
}

# The library's log would hold the messages where a program logs everything (or OPENAI_LOG is set).
logging.getLogger("openai").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Times:
    """How long each part of a reply may take, in seconds.

    ``first_token`` counts from the call, a retry included; ``stall`` from one word (or thought) to the next;
    ``reply`` is for the whole.
    """

    connect: float = 5
    first_token: float = 30
    stall: float = 20
    reply: float = 120


@dataclass(frozen=True, slots=True)
class _Request:
    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float
    json_schema: Mapping[str, Any] | None


class ChatClient:
    """A model behind an address. Safe to use from several threads; ``close`` ends what is under way.

    Nothing is read from the environment but the proxy settings, and those not for this computer's own addresses.
    ``entered``: it was entered in the page. Raises UsageError for an address or a key that cannot be one.
    """

    def __init__(
        self, base_url: str, api_key: str, model: str, times: Times | None = None, *, entered: bool = False
    ) -> None:
        key = api_key.strip()
        if not (key.isascii() and key.isprintable()):
            raise UsageError("The API key holds characters that no key has. Copy it again (OPENAI_API_KEY).")
        self._to = failures.addressee(base_url, model, key, entered=entered)
        self._key = key or NO_KEY
        self._times = times or Times()
        self._refused: set[str] = set()
        self._running: set[asyncio.Task[Any]] = set()
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(None, connect=self._times.connect),
            follow_redirects=False,
            trust_env=not self._to.local,
            verify=_certificates(),
            event_hooks={"request": [self._bare], "response": [self._bound]},
        )
        self._openai = openai.AsyncOpenAI(api_key=self._key, base_url=base_url, http_client=self._http, max_retries=0)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._to.model

    @property
    def address(self) -> str:
        """The endpoint's address as it may be shown: without user name, password and query."""
        return self._to.address

    @property
    def local(self) -> bool:
        """Whether the endpoint is on this computer."""
        return self._to.local

    @property
    def busy(self) -> bool:
        """Whether a reply is being written."""
        return bool(self._running)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float,
        stop: threading.Event | None = None,
        json_schema: Mapping[str, Any] | None = None,
    ) -> Iterator[str]:
        """Ask for one reply and yield its pieces as they come; white space and thoughts at its beginning are left out.

        The request is sent with the first ``next``. Once ``stop`` is set the pieces end quietly within 0.3 seconds,
        also while waiting. Closing the iterator closes the connection. A passing fault is retried once, before the
        first word. A reply that has used up its ``max_tokens`` ends normally. A server that does not know
        ``json_schema`` is asked without it, so check what comes.

        Raises a ModelError, each with a sentence for the person.
        """
        if stop is not None and stop.is_set():
            return
        request = _Request(tuple(messages), max_tokens, temperature, json_schema)
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        future = _in_background(self._read(request, pieces.put))
        future.add_done_callback(lambda _: pieces.put(None))
        try:
            while stop is None or not stop.is_set():
                try:
                    piece = pieces.get(timeout=POLL)
                except queue.Empty:
                    continue
                if piece is None:
                    future.result()
                    return
                yield piece
        except CancelledError:
            raise ModelCutOff(f"The model {self.model} was closed while it wrote. Please try again.") from None
        finally:
            future.cancel()

    def models(self, timeout: float = 3) -> list[str]:
        """The names of the models that the endpoint offers, within ``timeout`` seconds. Raises a ModelError."""
        return _in_background(self._list_models(timeout)).result()

    def close(self) -> None:
        """End the replies under way and close all connections; the client cannot be used again."""
        _in_background(self._close()).result()

    async def _close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._openai.close()

    async def _read(self, request: _Request, give: Callable[[str], None]) -> None:
        """Read one reply and give each piece of it at once, all within the times."""
        loop, times = asyncio.get_running_loop(), self._times
        end = loop.time() + times.reply
        reply = Reply(self.model, max(FEWEST_CHARACTERS, CHARACTERS_PER_TOKEN * request.max_tokens))
        task = asyncio.current_task()
        if task is None or self._http.is_closed:
            raise asyncio.CancelledError
        self._running.add(task)
        try:
            async with asyncio.timeout_at(min(loop.time() + times.first_token, end)) as limit:
                async with await self._open(request, limit) as stream, aclosing(self._chunks(stream)) as chunks:
                    async for chunk in chunks:
                        tokens = reply.tokens
                        if words := reply.take(chunk):
                            give(words)
                        if reply.finish_reason:
                            limit.reschedule(None)
                            break
                        if reply.tokens > tokens:
                            limit.reschedule(min(loop.time() + times.stall, end))
            reply.check_whole()
        except TimeoutError:
            if loop.time() >= end:
                raise failures.too_slow(self._to, times.reply) from None
            if reply.tokens:
                raise failures.stalled(self._to, times.stall) from None
            raise failures.no_first_word(self._to, times.first_token) from None
        finally:
            self._running.discard(task)

    async def _open(self, request: _Request, limit: asyncio.Timeout) -> openai.AsyncStream[Any]:
        """Send the request until a stream opens: again for each thing the server refuses, and once for a passing fault.

        The library's errors are not chained to ours: they may hold the key or the dreamer's words.
        """
        retried = False
        while True:
            failure: ModelError
            pause: float | None = RETRY_PAUSE
            try:
                arguments = self._arguments(request)
                stream = await self._openai.chat.completions.create(**arguments)
            except openai.APIConnectionError as error:
                failure = failures.no_connection(error, self._to, self._times.connect)
            except openai.APIStatusError as error:
                failure = failures.refused(error, self._to)
                if self._adapt(error, arguments):
                    continue
                pause = self._pause(error, limit)
            else:
                content_type = stream.response.headers.get("content-type", "")
                if content_type.startswith("text/event-stream"):
                    return stream
                await stream.close()
                raise failures.not_a_stream(content_type, self._to)
            if retried or pause is None or not isinstance(failure, PASSING):
                raise failure
            retried = True
            await asyncio.sleep(pause)

    def _arguments(self, request: _Request) -> dict[str, Any]:
        """The request in the library's terms, without what this server has refused."""
        messages = list(request.messages)
        if "system" in self._refused:
            messages = _system_in_user(messages)
        arguments: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": _encodable(message.content)} for message in messages],
            "stream": True,
            "max_completion_tokens" if "max_tokens" in self._refused else "max_tokens": request.max_tokens,
        }
        if "temperature" not in self._refused:
            arguments["temperature"] = request.temperature
        if request.json_schema is not None and "response_format" not in self._refused:
            schema = {"name": "reply", "strict": True, "schema": request.json_schema}
            arguments["response_format"] = {"type": "json_schema", "json_schema": schema}
        return arguments

    def _adapt(self, error: openai.APIStatusError, arguments: Mapping[str, Any]) -> bool:
        """Remember what the server refuses to take of these arguments; whether there was something.

        Templates that know no system role make llama.cpp answer 500.
        """
        if error.status_code not in {400, 422, 500} or failures.says(error, failures.TOO_LONG):
            return False
        sent = set(arguments) | {message["role"] for message in arguments["messages"]}
        refused = next((name for name, what in REFUSALS.items() if name in sent and failures.says(error, what)), None)
        if refused is not None:
            self._refused.add(refused)
        return refused is not None

    def _pause(self, error: openai.APIStatusError, limit: asyncio.Timeout) -> float | None:
        """The seconds to wait before the retry; none where the time for the first word does not allow it."""
        asked = failures.retry_after(error)
        pause = RETRY_PAUSE if asked is None else asked
        end = limit.when()
        assert end is not None
        return pause if asyncio.get_running_loop().time() + pause < end else None

    async def _chunks(self, stream: openai.AsyncStream[Any]) -> AsyncGenerator[object, None]:
        """The chunks of an open stream, with the library's errors turned into ours.

        In the end it reads on for a moment: most often the stream is over then, and its connection can be used again;
        if not, the time-out ends the library's generators here and not somewhere in the garbage collector.
        """
        try:
            while True:
                yield await anext(stream)
        except StopAsyncIteration:
            return
        except openai.APIError as error:
            raise failures.broke_off(error, self._to) from None
        except UNREADABLE:
            raise failures.unreadable(self._to) from None
        finally:
            with suppress(TimeoutError, openai.APIError, ModelError, *UNREADABLE):
                async with asyncio.timeout(LAST_LOOK):
                    async for _ in stream:
                        pass

    async def _list_models(self, timeout: float) -> list[str]:
        try:
            async with asyncio.timeout(timeout):
                page = await self._openai.models.list()
                return [str(model.id) for model in page.data]
        except TimeoutError:
            raise failures.no_first_word(self._to, timeout) from None
        except openai.APIConnectionError as error:
            raise failures.no_connection(error, self._to, self._times.connect) from None
        except openai.APIStatusError as error:
            raise failures.refused(error, self._to) from None
        except (openai.APIError, *UNREADABLE):
            raise failures.unreadable(self._to) from None

    async def _bare(self, request: httpx2.Request) -> None:
        """Send only what a reply needs: no OPENAI_ORG_ID, no OPENAI_CUSTOM_HEADERS, nothing about this computer."""
        for name in set(request.headers) - HEADERS:
            del request.headers[name]
        request.headers["Authorization"] = f"Bearer {self._key}"

    async def _bound(self, response: httpx2.Response) -> None:
        """Keep a server that never ends a line from filling the memory."""
        response.stream = _Bounded(response.stream, self._to)


class _Bounded(httpx2.AsyncByteStream):
    """A response's bytes, with an end."""

    def __init__(self, stream: Any, to: failures.Addressee) -> None:
        self._stream = stream
        self._to = to

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for part in self._stream:
            received += len(part)
            if received > MOST_BYTES:
                raise failures.too_much(self._to, MOST_BYTES)
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def _system_in_user(messages: Sequence[Message]) -> list[Message]:
    """The system messages' words put before those of the first message of the user."""
    system = [message.content for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    if others and others[0].role == "user":
        system.append(others.pop(0).content)
    return [Message("user", "\n\n".join(system)), *others]


def _encodable(text: str) -> str:
    """The text without lone surrogates, which a browser may send and no encoding takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


@functools.cache
def _start_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


_starting = threading.Lock()


def _in_background(work: Coroutine[Any, Any, Result]) -> Future[Result]:
    """Run on the one event loop that reads all replies, in a thread of its own: there, every wait can be cancelled."""
    with _starting:
        loop = _start_loop()
    return asyncio.run_coroutine_threadsafe(work, loop)
