"""A model file in our own process: llama.cpp's server on a loopback port that nobody else can use."""

from __future__ import annotations

import atexit
import secrets
import threading
from pathlib import Path
from typing import Any

from assistant.errors import ModelFileError
from assistant.models.client import ChatClient, Times
from assistant.models.model_file import check_model_file, check_processor, physical_cores, sha256_of
from knowledge.forgetting import keeps

BATCH_TOKENS = 128  # a prompt is read in steps of so many tokens, and stopping waits for the end of a step
CACHE_MIB = 256  # of prompts already read; llama.cpp's own default is 8 GB
# A server that writes to an open stream every second learns within a second that the reader is gone.
PING_SECONDS = 1


class LocalServer:
    """Any GGUF file, loaded when ``client`` is first asked for. Safe to use from several threads.

    ``context_tokens`` is what each of ``parallel`` conversations at a time may hold; ``sha256`` is checked before
    loading where it is given. ``adapter`` is a GGUF LoRA laid over the weights. Loading holds up the whole process (0.4 seconds for 135 million parameters).

    ``threads`` is one fewer than there are cores unless it is given. They wait for each other after every step, so
    that one core that is busy otherwise slows all: measured on two cores, the second thread makes an idle machine write
    1.2 times as fast (and read 1.7 times), and a busy one 5 to 15 times as slow.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int = 4096,
        parallel: int = 2,
        threads: int | None = None,
        times: Times | None = None,
        sha256: str = "",
        adapter: Path | None = None,
    ) -> None:
        self.path = path
        self._context_tokens = context_tokens
        self._parallel = parallel
        self._threads = threads or max(1, physical_cores() - 1)
        self._times = times
        self._sha256 = sha256
        self._adapter = adapter
        self._lock = threading.Lock()
        self._server: Any = None
        self._client: ChatClient | None = None
        self._holds_forgotten = False
        keeps(self)

    def client(self) -> ChatClient:
        """The client that talks to this model; the first call loads it.

        Raises ModelFileError where the file is missing, damaged, or not for this processor.
        """
        with self._lock:
            if self._holds_forgotten and self._client is not None and not self._client.busy:
                self._end()
            if self._client is None:
                self._client = self._start()
            return self._client

    def cache_clear(self) -> None:
        """Forget the prompts that llama.cpp has read: free them with the model, once it writes no reply."""
        with self._lock:
            self._holds_forgotten = self._client is not None and self._client.busy
            if not self._holds_forgotten:
                self._end()

    def close(self) -> None:
        """End the replies under way and free the memory. The next ``client`` loads the model again."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        self._holds_forgotten = False
        if self._client is None:
            return
        # The order matters: destroying the server holds up the whole process until its last connection is closed.
        self._client.close()
        self._client = self._server = None
        _started.discard(self)

    def _start(self) -> ChatClient:
        check_model_file(self.path)
        check_processor()
        if self._sha256 and sha256_of(self.path) != self._sha256:
            raise ModelFileError(
                f"The model file {self.path} is damaged: its SHA-256 is not the one given. Fetch it again."
            )
        import xllamacpp  # only now: on a processor that it is not made for, already the import may crash

        key = secrets.token_urlsafe(32)
        parameters = xllamacpp.CommonParams()
        self._set(parameters, key)
        if self._adapter is not None:
            parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(self._adapter), 1.0)]
        try:
            self._server = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise ModelFileError(
                f"The model file {self.path} cannot be loaded: it is damaged, of a kind not known here, or too "
                "large for this computer's memory. Fetch it again, or choose another."
            ) from error
        _started.add(self)
        return ChatClient(f"{self._server.listening_address}/v1", key, self.path.stem, self._times)

    def _set(self, parameters: Any, key: str) -> None:
        parameters.model.path = str(self.path)
        parameters.model_alias = {self.path.stem}
        parameters.n_parallel = self._parallel
        parameters.n_ctx = self._context_tokens * self._parallel
        parameters.fit_params = False  # or it changes the context to what it thinks fits
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = self._threads
        parameters.cache_ram_mib = CACHE_MIB
        parameters.enable_reasoning = 0
        parameters.verbosity = 0
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [key]
        parameters.cors_origins = ""
        parameters.cors_credentials = False
        parameters.ui = parameters.endpoint_slots = parameters.endpoint_props = parameters.endpoint_metrics = False
        parameters.sse_ping_interval = PING_SECONDS


_started: set[LocalServer] = set()


@atexit.register
def close_all() -> None:
    """Close every server that runs: a native thread still at work when the interpreter ends would crash it."""
    for server in list(_started):
        server.close()
