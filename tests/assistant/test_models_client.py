"""The chat client against a real HTTP server: what is sent, retried, adapted, stopped, and kept to ourselves."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.errors import ModelBusy, ModelCutOff, ModelError, ModelRefused, ModelTimeout
from assistant.models.client import ChatClient, Message, Times
from tests.endpoint import TEXT, Behaviour, Endpoint, Exchange, answer, body, refuse, say, status
from tests.endpoint_faults import ODDITIES, Oddity, drip_bytes, hang_before_headers, reset_at_once, stall

SHORT = Times(connect=0.5, first_token=0.9, stall=0.3, reply=1.2)
KEY = "sk-the-key-that-nobody-may-see"
Connect = Callable[..., ChatClient]
DREAM = "I could not run from the grey dog"
MESSAGES = [Message("system", "Be kind."), Message("user", DREAM)]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        yield server


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients, and closes them after the test."""
    clients: list[ChatClient] = []

    def connect(address: str, times: Times = SHORT, key: str = KEY) -> ChatClient:
        clients.append(ChatClient(address, key, "some-model", times))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def ask(client: ChatClient, stop: threading.Event | None = None, **changes: object) -> str:
    arguments = {"max_tokens": 100, "temperature": 0.7, **changes}
    return "".join(client.stream(MESSAGES, stop=stop, **arguments))  # type: ignore[arg-type]


# What is sent and what comes


def test_pieces_come_as_they_are_sent(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.queue(say("Hello ", "there", ".", delay=0.1))
    arrived = []
    for piece in connect(endpoint.base_url).stream(MESSAGES, max_tokens=50, temperature=0.5):
        arrived.append((piece, time.monotonic() - endpoint.requests[0].arrived))
    assert [piece for piece, _ in arrived] == ["Hello ", "there", "."]
    assert arrived[0][1] < 0.2 < arrived[2][1]


def test_the_request_holds_what_was_asked_and_no_more(
    endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-somebody")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "admin-of-somebody")
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-somebody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://somewhere.invalid/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer of-somebody\nX-Of: somebody")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    schema = {"type": "object", "properties": {"reply": {"type": "string"}}}
    ask(connect(endpoint.base_url), json_schema=schema, max_tokens=77, temperature=0.25)
    request = endpoint.requests[0]
    assert "somebody" not in str(request.headers)
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert not [name for name in request.headers if name.startswith(("x-", "openai"))]
    assert request.body == {
        "model": "some-model",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": DREAM}],
        "stream": True,
        "max_tokens": 77,
        "temperature": 0.25,
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}},
    }


def test_without_a_key_none_of_the_environment_is_sent(
    endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-somebody")
    ask(connect(endpoint.base_url, key=""))
    assert endpoint.requests[0].headers["authorization"] == "Bearer not-needed"


@pytest.mark.parametrize("oddity", ODDITIES, ids=str)
def test_strange_but_whole_replies_are_taken(endpoint: Endpoint, connect: Connect, oddity: Oddity) -> None:
    endpoint.queue(oddity.behaviour)
    assert ask(connect(endpoint.base_url)) == oddity.text
    assert len(endpoint.requests) == 1


def test_half_a_surrogate_pair_can_be_sent(endpoint: Endpoint, connect: Connect) -> None:
    list(connect(endpoint.base_url).stream([Message("user", "moon \ud83c")], max_tokens=5, temperature=0))
    assert endpoint.requests[0].body["messages"][0]["content"] == "moon ?"


def test_many_replies_at_once(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.behaviour = answer(lambda request: request.body["messages"][0]["content"] * 50)
    client = connect(endpoint.base_url, Times())
    replies: dict[int, str] = {}

    def one(number: int) -> None:
        replies[number] = "".join(client.stream([Message("user", f"{number}\n")], max_tokens=500, temperature=0))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == {number: f"{number}\n" * 50 for number in range(16)}


# Retries


@pytest.mark.parametrize("behaviour", [status(500), status(502), status(503), status(429), reset_at_once])
def test_a_passing_fault_is_retried_once(endpoint: Endpoint, connect: Connect, behaviour: Behaviour) -> None:
    endpoint.queue(behaviour)
    assert ask(connect(endpoint.base_url, Times())) == TEXT
    assert len(endpoint.requests) == 2


def test_a_second_fault_is_told(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.queue(status(503), status(500), say("too late"))
    with pytest.raises(ModelBusy, match="500"):
        ask(connect(endpoint.base_url, Times()))
    assert len(endpoint.requests) == 2


def test_a_short_retry_after_is_honoured(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.queue(status(429, retry_after=0.7))
    assert ask(connect(endpoint.base_url)) == TEXT
    assert 0.7 <= endpoint.requests[1].arrived - endpoint.requests[0].arrived < 1


def test_a_long_retry_after_is_told_at_once(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.queue(status(429, retry_after=5))
    began = time.monotonic()
    with pytest.raises(ModelBusy, match="in 5 seconds"):
        ask(connect(endpoint.base_url))
    assert time.monotonic() - began < 0.5
    assert len(endpoint.requests) == 1


def test_nothing_is_retried_after_the_first_word(endpoint: Endpoint, connect: Connect) -> None:
    def word_then_reset(exchange: Exchange) -> None:
        exchange.head()
        exchange.piece("Hello ")
        exchange.wait(0.05)
        exchange.reset()

    endpoint.queue(word_then_reset)
    with pytest.raises(ModelCutOff):
        ask(connect(endpoint.base_url, Times()))
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_refusal_is_not_retried(endpoint: Endpoint, connect: Connect, code: int) -> None:
    endpoint.behaviour = status(code)
    with pytest.raises(ModelRefused):
        ask(connect(endpoint.base_url))
    assert len(endpoint.requests) == 1


# Adapting to what a server refuses


@pytest.mark.parametrize(
    ("key", "message", "code"),
    [
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", 400),
        ("temperature", "Unsupported value: 'temperature' does not support 0.7 with this model.", 400),
        ("system", "System role not supported", 500),
        ("system", "Conversation roles must alternate user/assistant/user/assistant/...", 400),
        ("response_format", "This response_format type is unavailable now", 422),
    ],
)
def test_what_is_refused_is_said_otherwise_and_remembered(
    endpoint: Endpoint, connect: Connect, key: str, message: str, code: int
) -> None:
    endpoint.behaviour = refuse(key, message, code)
    client = connect(endpoint.base_url)
    assert ask(client, json_schema={"type": "object"}) == TEXT
    assert ask(client, json_schema={"type": "object"}) == TEXT
    assert len(endpoint.requests) == 3
    body = endpoint.requests[-1].body
    assert body.get("max_tokens", body.get("max_completion_tokens")) == 100
    words = "\n\n".join(message["content"] for message in body["messages"])
    assert words == f"Be kind.\n\n{DREAM}"


def test_several_refusals_in_a_row(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.queue(status(400, "max_tokens is not known"), status(400, "temperature is not known"), status(503))
    assert ask(connect(endpoint.base_url)) == TEXT
    assert len(endpoint.requests) == 4


def test_a_refusal_that_adapting_does_not_help_is_told(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.behaviour = status(400, "temperature must be warm")
    with pytest.raises(ModelRefused, match="temperature must be warm"):
        ask(connect(endpoint.base_url))
    assert len(endpoint.requests) == 2


# Stopping


@pytest.mark.parametrize("behaviour", [hang_before_headers, stall, drip_bytes])
def test_the_stop_event_ends_any_wait(endpoint: Endpoint, connect: Connect, behaviour: Behaviour) -> None:
    endpoint.behaviour = behaviour
    stop, times = threading.Event(), Times()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    ask(connect(endpoint.base_url, times), stop=stop)
    assert 0.25 < time.monotonic() - began < 0.6
    assert endpoint.requests[0].gone.wait(0.5)


def test_the_stop_event_ends_a_flow_of_words(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.behaviour = say(*["word "] * 1000, delay=0.005)
    stop = threading.Event()
    pieces = []
    for piece in connect(endpoint.base_url, Times()).stream(MESSAGES, max_tokens=1000, temperature=0, stop=stop):
        pieces.append(piece)
        if len(pieces) == 3:
            stop.set()
    assert len(pieces) == 3
    assert endpoint.requests[0].gone.wait(0.5)


def test_stopped_before_it_began(endpoint: Endpoint, connect: Connect) -> None:
    stop = threading.Event()
    stop.set()
    assert ask(connect(endpoint.base_url), stop=stop) == ""
    assert endpoint.requests == []


def test_closing_the_iterator_closes_the_connection(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.behaviour = stall
    stream = connect(endpoint.base_url, Times()).stream(MESSAGES, max_tokens=10, temperature=0)
    assert next(stream) == "Hello "
    stream.close()  # type: ignore[attr-defined]
    assert endpoint.requests[0].gone.wait(0.5)


def test_an_iterator_that_is_never_read_sends_nothing(endpoint: Endpoint, connect: Connect) -> None:
    connect(endpoint.base_url).stream(MESSAGES, max_tokens=10, temperature=0)
    time.sleep(0.1)
    assert endpoint.requests == []


def test_closing_the_client_ends_its_replies(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.behaviour = stall
    client = connect(endpoint.base_url, Times())
    stream = client.stream(MESSAGES, max_tokens=10, temperature=0)
    next(stream)
    client.close()
    with pytest.raises(ModelCutOff, match="was closed"):
        next(stream)
    assert endpoint.requests[0].gone.wait(0.5)


def test_a_reader_who_takes_long_is_no_stall(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.behaviour = say("one ", "two ", "three", delay=0.1)
    pieces = []
    for piece in connect(endpoint.base_url).stream(MESSAGES, max_tokens=10, temperature=0):
        time.sleep(0.5)
        pieces.append(piece)
    assert pieces == ["one ", "two ", "three"]


def test_thoughts_keep_a_reply_alive(endpoint: Endpoint, connect: Connect) -> None:
    def think_long(exchange: Exchange) -> None:
        exchange.head()
        for _ in range(6):
            exchange.wait(0.2)
            exchange.piece(reasoning_content="Hmm. ")
        exchange.piece(TEXT, finish="stop")
        exchange.end()

    endpoint.behaviour = think_long
    assert ask(connect(endpoint.base_url, Times(first_token=0.5, stall=0.5, reply=5))) == TEXT


# What is kept to ourselves


def test_neither_the_key_nor_the_words_are_logged(
    endpoint: Endpoint, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.queue(say("A secret ", "reply."), status(400, f"you said {DREAM} with {KEY}"))
    client = connect(endpoint.base_url)
    ask(client)
    with pytest.raises(ModelRefused) as caught:
        ask(client)
    logging.getLogger("test").error("It failed", exc_info=caught.value)
    logged = caplog.text.replace(str(caught.value), "")
    assert KEY not in logged and DREAM not in logged and "A secret" not in logged
    assert KEY not in repr(client._to)


# The list of models


def test_models_are_listed(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.models = ["gemma3:4b", "qwen3"]
    assert connect(endpoint.base_url).models() == ["gemma3:4b", "qwen3"]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (hang_before_headers, ModelTimeout),
        (drip_bytes, ModelTimeout),
        (status(401), ModelRefused),
        (reset_at_once, ModelCutOff),
        (body("text/html", "<html>"), ModelError),
        (body("application/json", "{"), ModelError),
        (body("application/json", "[1, 2]"), ModelError),
        (body("application/json", '{"data": null}'), ModelError),
        (body("application/json", '{"data": [1]}'), ModelError),
    ],
)
def test_a_list_that_cannot_be_had_is_an_error(
    endpoint: Endpoint, connect: Connect, behaviour: Behaviour, error: type[ModelError]
) -> None:
    endpoint.models_behaviour = behaviour
    began = time.monotonic()
    with pytest.raises(error):
        connect(endpoint.base_url).models(timeout=0.3)
    assert time.monotonic() - began < 0.7
