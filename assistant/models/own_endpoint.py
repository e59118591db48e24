"""The endpoint that the owner enters in the page, with its key: in memory, or in the system's keyring where they say so."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.models.failures import is_loopback
from assistant.models.system_keyring import SystemKeyring
from knowledge.errors import StorageError
from knowledge.files import plain_storage_errors, write_whole

FILE = "endpoint.json"
OWN = "own"  # with it begins the choice of an endpoint that was entered


@dataclass(frozen=True, slots=True)
class OwnEndpoint:
    """An address that speaks OpenAI's protocol, a model there, and the key for it ("" where none is needed)."""

    address: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def choice(self) -> str:
        """The choice of this endpoint, as it is kept for a visitor; the key is no part of it."""
        return f"{OWN} {self.address} {self.model}"

    @property
    def host(self) -> str:
        """The host that words would go to."""
        return urlsplit(self.address).hostname or ""

    @property
    def leaves_computer(self) -> bool:
        """Whether words would leave this computer."""
        return not is_loopback(self.host)

    @property
    def in_the_open(self) -> bool:
        """Whether words and key would go over a network without encryption."""
        return self.leaves_computer and self.address.startswith("http:")


class OwnEndpoints:
    """The one endpoint of this data folder that was entered and said yes to.

    Its address and model lie in a file, so that after a restart only the key has to be entered again; its key lies in memory
    and, where the owner wants it, in the system's keyring. Raises StorageError where the disk or the keyring refuses.
    """

    def __init__(self, data_dir: Path) -> None:
        self.keyring = SystemKeyring(data_dir)
        self._path = data_dir / FILE
        self._lock = threading.Lock()
        self._at_hand: OwnEndpoint | None = None

    def at_hand(self) -> OwnEndpoint | None:
        """The endpoint with its key; none where there is none, or its key was in memory only and the program has ended since."""
        with self._lock:
            if self._at_hand is None:
                kept = self._read()
                key = "" if kept.get("key_in") == "none" else self._key_in_keyring(kept)
                if kept and key is not None:
                    self._at_hand = OwnEndpoint(kept["address"], kept["model"], key)
            return self._at_hand

    def entered(self) -> OwnEndpoint | None:
        """The endpoint without its key, as it was entered."""
        kept = self._read()
        return OwnEndpoint(kept["address"], kept["model"]) if kept else None

    @property
    def is_in_keyring(self) -> bool:
        """Whether the key lies in the system's keyring."""
        return self._read().get("key_in") == "keyring"

    def keep(self, endpoint: OwnEndpoint, *, in_keyring: bool) -> None:
        """Keep this endpoint in place of the one before."""
        key_in = "none" if not endpoint.key else "keyring" if in_keyring else "memory"
        with self._lock:
            if key_in == "keyring":
                self.keyring.keep(endpoint.key)
            elif self.is_in_keyring:
                self.keyring.delete()
            kept = {"address": endpoint.address, "model": endpoint.model, "key_in": key_in}
            try:
                write_whole(self._path, json.dumps(kept, ensure_ascii=False))
            except StorageError:
                if key_in == "keyring":
                    self.keyring.delete()
                raise
            self._at_hand = endpoint

    def forget(self) -> None:
        """Delete it from memory, the disk and the keyring. It is gone from memory even where the keyring refuses."""
        with self._lock:
            self._at_hand = None
            if self.is_in_keyring:
                self.keyring.delete()
            with plain_storage_errors(self._path.parent):
                self._path.unlink(missing_ok=True)

    def _key_in_keyring(self, kept: dict[str, Any]) -> str | None:
        if kept.get("key_in") != "keyring":
            return None
        try:
            return self.keyring.read()
        except StorageError:  # locked, say: then it is as if the key were not here, and the page says so
            return None

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        whole = isinstance(kept, dict) and all(isinstance(kept.get(name), str) for name in ("address", "model"))
        return kept if whole else {}
