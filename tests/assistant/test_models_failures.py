"""What goes wrong between the chat client and a server: each fault becomes its error, in time, in plain words."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from assistant.errors import ModelError, ModelUnreachable
from assistant.models.client import ChatClient, Message, Times
from knowledge.errors import UsageError
from tests.endpoint import Behaviour, Endpoint, body, redirect, say, status
from tests.endpoint_faults import CONTEXT, FAULTS, Fault, another_protocol, hang_before_headers, stall

SHORT = Times(connect=0.5, first_token=0.6, stall=0.25, reply=0.9)
KEY = "sk-the-key-that-nobody-may-see"
DREAM = "I could not run from the grey dog"


def ask(address: str, times: Times = SHORT) -> Iterator[str]:
    """The pieces of one reply from this address."""
    with closing(ChatClient(address, KEY, "some-model", times)) as client:
        yield from client.stream([Message("user", DREAM)], max_tokens=100, temperature=0.7)


@contextmanager
def free_port() -> Iterator[int]:
    """A port on which nobody listens, and nobody else will."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_fault_becomes_its_error_in_time(fault: Fault) -> None:
    with Endpoint(fault.behaviour) as endpoint:
        pieces, began = [], time.monotonic()
        with pytest.raises(ModelError) as caught:
            for piece in ask(endpoint.base_url):
                pieces.append(piece)
        took = time.monotonic() - began
    assert type(caught.value) is fault.error
    assert bool(pieces) is fault.after_words
    assert took < SHORT.reply + 0.6
    assert len(endpoint.requests) <= 2
    message = str(caught.value)
    assert message.endswith(".") and ("some-model" in message or endpoint.base_url in message), message
    assert KEY not in message and DREAM not in message


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (hang_before_headers, "The model some-model said nothing within 0.6 seconds. Please try again"),
        (stall, "The model some-model fell silent for 0.25 seconds within its reply. Please try again."),
        (status(401), "/v1 does not accept the key (401). Correct OPENAI_API_KEY."),
        (status(404), "/v1 there is no model 'some-model' (404). Correct the model's name (DREAM_MODEL)"),
        (status(400, CONTEXT), "The conversation has become longer than some-model can take in at once. Begin a new"),
        (status(400, f"no {KEY} for\nyou"), '/v1 refuses the request to some-model (400): "no … for you". Choose'),
        (status(429, retry_after=90), "takes no more requests just now (429). Please try again in 90 seconds."),
        (
            redirect("https://evil.example/v1?token=1"),
            "sends us on to https://evil.example/v1 (307); we do not follow.",
        ),
        (body("text/html", "<html>"), "answers with text/html, not with a stream of words. Correct the address"),
        (another_protocol, "is not a model server. Correct the address."),
        (say("a <|im_end|>"), "wrote the control token <|im_end|>: its chat template does not fit."),
    ],
)
def test_the_sentence_names_the_value_and_the_remedy(behaviour: Behaviour, says: str) -> None:
    with Endpoint(behaviour) as endpoint, pytest.raises(ModelError) as caught:
        list(ask(endpoint.base_url))
    assert says in str(caught.value)


def test_nobody_at_the_address() -> None:
    expected = r"Nothing answers at http://127.0.0.1:.*ollama serve.*DREAM_BASE_URL"
    with free_port() as port, pytest.raises(ModelUnreachable, match=expected):
        list(ask(f"http://127.0.0.1:{port}/v1"))


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(ModelUnreachable, match=r"nowhere\.invalid/v1"):
        list(ask("http://nowhere.invalid/v1", Times(2, 4, 1, 4)))


def test_a_full_backlog_is_a_connect_timeout() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(ModelUnreachable, match=r"No connection to .* within 0.2 seconds"):
            list(ask(f"http://127.0.0.1:{port}/v1", Times(0.2, 2, 1, 3)))
        for one in waiting:
            one.close()


def test_https_to_a_server_without_it() -> None:
    with Endpoint() as endpoint, pytest.raises(ModelError):
        list(ask(endpoint.base_url.replace("http:", "https:")))


@pytest.mark.parametrize(
    "address", ["127.0.0.1:11434", "localhost:1234/v1", "", "ftp://x/v1", "http://", "http://[x/v1"]
)
def test_what_is_no_address_is_named_at_once(address: str) -> None:
    with pytest.raises(UsageError, match="is not a web address"):
        ChatClient(address, "", "some-model")


def test_a_key_with_a_line_break_or_curly_quotes_is_refused_unseen() -> None:
    for key in ("sk-a\nb", "“sk-ab”"):
        with pytest.raises(UsageError) as caught:
            ChatClient("http://127.0.0.1:1/v1", key, "some-model")
        assert "sk-" not in str(caught.value)
    ChatClient("http://127.0.0.1:1/v1", " sk-ab\n", "some-model")


def test_user_name_and_password_are_not_shown() -> None:
    client = ChatClient("http://me:secret@127.0.0.1:1/v1/?key=secret", "", "some-model")
    assert client.address == "http://127.0.0.1:1/v1"
    assert client.local
