"""The secret in the data folder, and what is signed with it: cookies that only this companion can have made."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from knowledge.errors import StorageError


class Keys:
    """Signs and checks values. The secret is made at the first start and lies in the data folder, for its owner's eyes.

    Raises StorageError where it can be neither read nor written.
    """

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / "door.key"
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._secret = _read_or_make(path)
        except OSError as error:
            raise StorageError(
                f"The key file {path} cannot be used: {error.strerror}. Choose another folder with --data-dir."
            ) from error
        # Browsers send cookies to every port of a host, so each data folder's cookies have names of their own.
        self.mark = hashlib.sha256(b"mark" + self._secret).hexdigest()[:8]

    def sign(self, purpose: str, value: str) -> str:
        """The value with its signature; ``purpose`` keeps one kind of cookie from passing for another."""
        return f"{value}.{self._signature(purpose, value)}"

    def checked(self, purpose: str, signed: str) -> str | None:
        """The value, if we signed it for that purpose."""
        value, _, signature = signed.rpartition(".")
        expected = self._signature(purpose, value)
        return value if value and hmac.compare_digest(signature.encode(), expected.encode()) else None

    def fingerprint(self, purpose: str, value: str) -> str:
        """Tells whether a value is still the same, without holding it."""
        return self._signature(purpose, value)

    def cookie(self, purpose: str) -> str:
        """The name of one kind of cookie."""
        return f"dream_{purpose}_{self.mark}"

    def person(self, name: str) -> str:
        """The visitor id of whoever logs in under a name: always the same, and not to be guessed without the secret."""
        return self._signature("person", name)

    def _signature(self, purpose: str, value: str) -> str:
        return hmac.new(self._secret, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def new_visitor() -> str:
    """A random visitor id of 32 bytes."""
    return secrets.token_urlsafe(32)


def _read_or_make(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        secret = path.read_bytes()
        if len(secret) >= 32:
            return secret
        path.unlink()  # cut short by a full disk: nothing was signed with it yet
        return _read_or_make(path)
    with os.fdopen(descriptor, "wb") as file:
        secret = secrets.token_bytes(32)
        file.write(secret)
    return secret
