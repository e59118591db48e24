"""Who answers: the built-in voice, or a model that the settings name or the person has said yes to."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from assistant.errors import ModelError, ModelUnreachable
from assistant.models.client import ChatClient, Message, Times
from assistant.models.discovery import find_servers
from assistant.models.failures import is_loopback
from assistant.models.local_server import LocalServer
from assistant.models.own_endpoint import OWN, OwnEndpoint, OwnEndpoints
from assistant.settings import Settings
from assistant.voices.built_in import BuiltInVoice
from assistant.voices.costs import Prices
from assistant.voices.free import REPLY_TOKENS, TEMPERATURE, FreeVoice
from assistant.voices.voice import Voice
from knowledge.errors import UsageError

BUILT_IN = "built-in"
FIRST_TOKEN_OF_A_FILE, REPLY_OF_A_FILE = 300.0, 900.0  # seconds
SECONDS_OF_A_TRY = 45.0  # that a short reply may take when an endpoint is tried
TRIED_WITH = "Please answer with one word: hello."
NOTHING_LEAVES = "Nothing leaves the computer it runs on."


@dataclass(frozen=True, slots=True)
class WhoAnswers:
    """Who answers a visitor, and whether their words leave this computer; ``line`` says it in a sentence for the page.

    ``missing`` is the host of the endpoint that they chose, where its key is not here any more.
    """

    voice: str
    model: str
    leaves_computer: bool
    line: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A voice that the person may choose; ``id`` is given back to choose it. ``host`` is where words would go."""

    id: str
    label: str
    leaves_computer: bool
    host: str = ""


class Answering:
    """Finds, opens and keeps the voices. A visitor's choice is an offer's id, "" where they chose nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._built_in = BuiltInVoice()
        self.own = OwnEndpoints(settings.data_dir)
        self.prices = Prices(settings.data_dir)
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], ChatClient] = {}
        self._local: LocalServer | None = None

    @property
    def times(self) -> Times:
        """How long an endpoint may take, from the settings."""
        settings = self._settings
        return Times(
            settings.connect_timeout, settings.first_token_timeout, settings.stall_timeout, settings.reply_timeout
        )

    @property
    def _times_of_a_file(self) -> Times:
        """How long a model file may take here: on few cores minutes pass before the first word, unless the settings limit it."""
        given, times = self._settings.model_fields_set, self.times
        return replace(
            times,
            first_token=times.first_token if "first_token_timeout" in given else FIRST_TOKEN_OF_A_FILE,
            reply=times.reply if "reply_timeout" in given else REPLY_OF_A_FILE,
        )

    def default(self) -> str:
        """What answers where nothing was chosen: naming a model in the settings is the person's yes."""
        if self._settings.gguf is not None:
            return f"gguf {self._settings.gguf}"
        if self._settings.model:
            return f"endpoint {self._settings.resolved_base_url} {self._settings.model}"
        return BUILT_IN

    def offers(self) -> list[Offer]:
        """The built-in voice, what the settings name, the endpoint that was entered, servers on this computer, and a key that lies in the environment."""
        ids = [BUILT_IN, self.default()]
        if own := self.own.at_hand():
            ids.append(own.choice)
        ids += [f"endpoint {server.base_url} {model}" for server in find_servers() for model in server.models[:8]]
        if self._settings.api_key.get_secret_value() and not self._settings.model:
            ids.append(f"endpoint {self._settings.resolved_base_url} ")
        return [Offer(one, self._label(one), self._leaves(one), self._host(one)) for one in dict.fromkeys(ids)]

    def accept(self, choice: str) -> str:
        """The choice as it is kept: an endpoint without a model's name is asked which models it has.

        Raises UsageError for a choice that cannot be one, ModelError where the endpoint does not answer.
        """
        if choice == BUILT_IN or choice == self.default():
            return choice
        kind, address, model = self._parts(choice)
        if self._is_missing(choice):
            raise UsageError("This endpoint is not here any more. Enter it again, with its key.")
        if kind == "endpoint" and not model:
            names = sorted(self._client(address, "").models())
            talkers = [
                name for name in names if "mini" in name and "audio" not in name and "realtime" not in name
            ] or names
            if not talkers:
                raise ModelUnreachable(f"The endpoint {address} names no model. Set DREAM_MODEL to the one you want.")
            return f"endpoint {address} {talkers[-1]}"
        return choice

    def voice(self, choice: str) -> Voice:
        """The voice of a choice; a model file is loaded when it is first needed. Raises ModelError or ModelFileError.

        Where an endpoint was entered whose key is not here any more, the built-in voice answers.
        """
        choice = choice or self.default()
        if choice == BUILT_IN:
            return self._built_in
        kind, address, model = self._parts(choice)
        if kind == "gguf":
            with self._lock:
                if self._local is None:
                    self._local = LocalServer(
                        self._settings.gguf or self._settings.models_dir / address,
                        context_tokens=self._settings.context_tokens,
                        times=self._times_of_a_file,
                    )
                return FreeVoice(self._local.client(), self._settings.context_tokens)
        if kind == OWN:
            own = self.own.at_hand()
            if own is None or own.choice != choice:
                return self._built_in
            return FreeVoice(self._own_client(own), self._settings.context_tokens)
        return FreeVoice(self._client(address, model), self._settings.context_tokens)

    def describe(self, choice: str) -> WhoAnswers:
        """Who answers with that choice, without contacting anybody."""
        choice = choice or self.default()
        if choice == BUILT_IN:
            line = f"No model: composed from your words and the library. {NOTHING_LEAVES}"
            return WhoAnswers("built-in", "", False, line)
        if self._is_missing(choice):
            host = urlsplit(self._parts(choice)[1]).hostname or ""
            line = f"The key for {host} is not here any more, so the built-in voice answers. {NOTHING_LEAVES}"
            return WhoAnswers("built-in", "", False, line, host)
        _, address, model = self._parts(choice)
        label = self._label(choice)
        leaves = self._leaves(choice)
        where = f"Your words go to {urlsplit(address).hostname}." if leaves else NOTHING_LEAVES
        return WhoAnswers("free", model or address, leaves, f"{label} writes the replies, and each is checked. {where}")

    def try_endpoint(self, endpoint: OwnEndpoint) -> float:
        """Ask an endpoint for one short reply, with nothing of anybody's in it; the seconds that it took.

        Raises ModelError, which says what is to be corrected.
        """
        times = replace(self.times, reply=min(self.times.reply, SECONDS_OF_A_TRY))
        client = ChatClient(endpoint.address, endpoint.key, endpoint.model, times, entered=True)
        began = time.perf_counter()
        try:
            for _ in client.stream([Message("user", TRIED_WITH)], max_tokens=REPLY_TOKENS, temperature=TEMPERATURE):
                continue
        finally:
            client.close()
        return time.perf_counter() - began

    def models_at(self, endpoint: OwnEndpoint) -> list[str]:
        """The models that an endpoint says it has; none where it does not say."""
        client = ChatClient(endpoint.address, endpoint.key, endpoint.model, self.times, entered=True)
        try:
            return sorted(client.models())
        except ModelError:
            return []
        finally:
            client.close()

    def keep_endpoint(self, endpoint: OwnEndpoint, *, in_keyring: bool) -> None:
        """Keep the endpoint that was entered, in place of the one before. Raises StorageError."""
        before = self.own.at_hand()
        self.own.keep(endpoint, in_keyring=in_keyring)
        self._let_go(before)

    def forget_endpoint(self) -> None:
        """Forget the endpoint that was entered, with its key and its price; a reply that it is writing ends. Raises StorageError."""
        entered, before = self.own.entered(), self.own.at_hand()
        self._let_go(before)
        self.own.forget()
        if entered:
            self.prices.set(entered.choice, None)

    def _let_go(self, endpoint: OwnEndpoint | None) -> None:
        """Close the connection to an endpoint that was entered, which holds its key."""
        with self._lock:
            client = self._clients.pop((OWN, endpoint.choice), None) if endpoint else None
        if client:
            client.close()

    def close(self) -> None:
        """End what is under way."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
            if self._local is not None:
                self._local.close()
                self._local = None

    def _own_client(self, endpoint: OwnEndpoint) -> ChatClient:
        with self._lock:
            if (OWN, endpoint.choice) not in self._clients:
                client = ChatClient(endpoint.address, endpoint.key, endpoint.model, self.times, entered=True)
                self._clients[OWN, endpoint.choice] = client
            return self._clients[OWN, endpoint.choice]

    def _is_missing(self, choice: str) -> bool:
        """Whether this is an endpoint that was entered, but is not the one at hand now."""
        if not choice.startswith(f"{OWN} "):
            return False
        own = self.own.at_hand()
        return own is None or own.choice != choice

    def _host(self, choice: str) -> str:
        """The host that words go to with that choice, if they leave this computer."""
        return urlsplit(self._parts(choice)[1]).hostname or "" if self._leaves(choice) else ""

    def _client(self, address: str, model: str) -> ChatClient:
        with self._lock:
            if (address, model) not in self._clients:
                ours = address == self._settings.resolved_base_url
                key = self._settings.api_key.get_secret_value() if ours else ""
                self._clients[address, model] = ChatClient(address, key, model, self.times)
            return self._clients[address, model]

    def _parts(self, choice: str) -> tuple[str, str, str]:
        kind, _, rest = choice.partition(" ")
        if kind == "gguf" and rest:
            path = self._settings.gguf
            return kind, rest, path.stem if path else rest
        address, _, model = rest.partition(" ")
        if kind not in ("endpoint", OWN) or not address:
            raise UsageError(f"There is no voice {choice!r} to choose. Pick one of those that are offered.")
        return kind, address, model

    def _leaves(self, choice: str) -> bool:
        if choice == BUILT_IN or choice.startswith("gguf "):
            return False
        return not is_loopback(urlsplit(self._parts(choice)[1]).hostname or "")

    def _label(self, choice: str) -> str:
        if choice == BUILT_IN:
            return "The built-in voice, without a model"
        kind, address, model = self._parts(choice)
        if kind == "gguf":
            return f"The model file {model}, on this computer"
        where = (
            f"at {urlsplit(address).hostname}"
            if self._leaves(choice)
            else f"at {urlsplit(address).netloc.rpartition('@')[2]}, on this computer"
        )
        if kind == OWN:
            where = f"{where} (your endpoint)"
        return f"{model} {where}" if model else f"A model {where}, with the key from your environment"


def model_failure(error: ModelError) -> str:
    """What the page says of a failed model: its own words, and that nothing is lost."""
    return f"{error} What you wrote is kept."
