"""The small model, fetched and run end to end in our own process: private, stoppable, and gone without a trace."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from assistant.errors import ModelCutOff, ModelFileError, ModelRefused
from assistant.models.client import ChatClient, Message, Times
from assistant.models.local_server import LocalServer
from assistant.models.small_model import SHA256, fetch_small_model
from knowledge.forgetting import forget

REPOSITORY = Path(__file__).parents[2]
PATIENT = Times(first_token=90, stall=60, reply=120)  # the machine that runs the tests may be busy
ROOMS = "I dreamed of walking through a house with many rooms and old doors. "  # 14 tokens


@pytest.fixture(scope="module")
def small_model(request: pytest.FixtureRequest) -> Path:
    folder = request.config.cache.mkdir("small-model") if request.config.cache else None
    assert folder is not None
    try:
        return fetch_small_model(folder)
    except ModelFileError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def server(small_model: Path) -> Iterator[LocalServer]:
    server = LocalServer(small_model, context_tokens=512, parallel=2, times=PATIENT, sha256=SHA256)
    yield server
    server.close()


def ask(client: ChatClient, text: str, max_tokens: int = 40, stop: threading.Event | None = None) -> str:
    return "".join(client.stream([Message("user", text)], max_tokens=max_tokens, temperature=0, stop=stop))


def test_it_answers_and_is_silent_otherwise(server: LocalServer, capfd: pytest.CaptureFixture[str]) -> None:
    assert "Shakespeare" in ask(server.client(), "Who wrote Hamlet?")
    assert capfd.readouterr() == ("", "")


def test_it_is_loaded_once(server: LocalServer) -> None:
    clients: list[ChatClient] = []
    threads = [threading.Thread(target=lambda: clients.append(server.client())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(map(id, clients)) == {id(server.client())}


def test_nobody_else_can_use_it(server: LocalServer) -> None:
    address = server.client().address
    assert address.startswith("http://127.0.0.1:")
    with httpx2.Client(base_url=address.removesuffix("/v1"), trust_env=False) as stranger:
        evil = {"Origin": "https://evil.example"}
        question = {"messages": [{"role": "user", "content": "Hi"}]}
        assert stranger.post("/v1/chat/completions", json=question, headers=evil).status_code == 401
        assert stranger.get("/v1/models").status_code == 401
        assert stranger.get("/slots").status_code == 401
        assert stranger.get("/").status_code == 404
        preflight = stranger.options("/v1/chat/completions", headers={**evil, "Access-Control-Request-Method": "POST"})
        assert not preflight.headers.get("access-control-allow-origin")
    assert server.client().models() == [server.path.stem]


def test_each_conversation_has_the_whole_context(server: LocalServer) -> None:
    assert ask(server.client(), ROOMS * 30, max_tokens=4)  # about 450 of 512 tokens
    with pytest.raises(ModelRefused, match="longer than smollm2-135m-instruct can take in at once"):
        ask(server.client(), ROOMS * 40, max_tokens=4)


def test_a_schema_is_kept(server: LocalServer) -> None:
    schema = {"type": "object", "properties": {"place": {"enum": ["house", "wood"]}}, "required": ["place"]}
    question = [Message("user", ROOMS + "Where was I? Answer in JSON.")]
    reply = "".join(server.client().stream(question, max_tokens=30, temperature=0, json_schema=schema))
    assert json.loads(reply)["place"] in {"house", "wood"}


def test_stopping_frees_the_model(small_model: Path) -> None:
    server = LocalServer(small_model, context_tokens=4096, parallel=1, times=PATIENT)
    try:
        client = server.client()
        began = time.monotonic()
        ask(client, "Hi", max_tokens=1)
        alone = time.monotonic() - began
        stop = threading.Event()
        threading.Timer(0.3, stop.set).start()
        began = time.monotonic()
        assert ask(client, ROOMS * 250, stop=stop) == ""
        assert time.monotonic() - began < 1
        began = time.monotonic()
        assert ask(client, "Hello", max_tokens=1)
        assert time.monotonic() - began < 3 + 5 * alone  # to read the long prompt takes some twenty seconds
    finally:
        server.close()


def test_closing_ends_the_replies_and_it_can_be_started_again(small_model: Path) -> None:
    server = LocalServer(small_model, context_tokens=1024, parallel=1, times=PATIENT)
    stream = server.client().stream([Message("user", "Tell a long story.")], max_tokens=900, temperature=0)
    next(stream)
    server.close()
    with pytest.raises(ModelCutOff, match="was closed"):
        list(stream)
    server.close()
    assert ask(server.client(), "Hi", max_tokens=3)
    server.close()


def test_prompts_are_forgotten_once_no_reply_is_written(small_model: Path) -> None:
    server = LocalServer(small_model, context_tokens=1024, parallel=1, times=PATIENT)
    client = server.client()
    stream = client.stream([Message("user", "Tell a long story.")], max_tokens=900, temperature=0)
    next(stream)
    forget()
    assert next(stream) and server.client() is client
    stream.close()
    deadline = time.monotonic() + 30
    while client.busy:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    afresh = server.client()
    assert afresh is not client and ask(afresh, "Hi", max_tokens=3)
    forget()
    assert server.client() is not afresh
    server.close()


PROGRAM = """
import contextlib, sys, threading
from pathlib import Path
from assistant.errors import ModelCutOff
from assistant.models.client import Message
from assistant.models.local_server import LocalServer

client = LocalServer(Path(sys.argv[1]), context_tokens=4096, parallel=2).client()

def tell(tokens):
    with contextlib.suppress(ModelCutOff):  # at the program's end the client is closed
        for piece in client.stream([Message("user", "Tell a long story.")], max_tokens=tokens, temperature=1):
            print("word", flush=True)

if sys.argv[2] == "idle":
    tell(2)
elif sys.argv[2] == "busy":  # one reply is left unread, another is read by a thread that goes on to the end
    unread = client.stream([Message("user", "Tell a long story.")], max_tokens=4000, temperature=1)
    next(unread)
    reader = threading.Thread(target=tell, args=(4000,), daemon=True)
    reader.start()
    reader.join(0.5)
    print("word", flush=True)
else:
    tell(4000)
"""


@pytest.mark.parametrize(("how", "codes"), [("idle", {0}), ("busy", {0}), ("interrupted", {-signal.SIGINT, 130})])
def test_a_program_ends_without_a_crash_or_a_wait(small_model: Path, how: str, codes: set[int]) -> None:
    command = [sys.executable, "-c", PROGRAM, str(small_model), how]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=pipe, stderr=pipe, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "word\n"
        began = time.monotonic()
        if how == "interrupted":
            program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=60)
    assert program.returncode in codes, errors
    assert time.monotonic() - began < 20
    assert errors == "" or errors.rstrip().endswith("KeyboardInterrupt")


def test_a_damaged_file_is_named(small_model: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.gguf"
    with small_model.open("rb") as whole:
        half.write_bytes(whole.read(5_000_000))
    with pytest.raises(ModelFileError, match=r"half\.gguf cannot be loaded: it is damaged"):
        LocalServer(half).client()
    with pytest.raises(ModelFileError, match=r"half\.gguf is damaged: its SHA-256 is not the one given"):
        LocalServer(half, sha256=SHA256).client()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"There is no model file .*gone\.gguf"):
        LocalServer(tmp_path / "gone.gguf").client()
