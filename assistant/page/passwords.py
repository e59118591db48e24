"""Who may come in with a password, and how often one may guess. The running program keeps passwords as scrypt hashes only."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.page.wording import words
from knowledge.errors import UsageError

# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html: N=2^14, r=8, p=5 (16 MiB)
_SCRYPT = {"n": 2**14, "r": 8, "p": 5}
SALT = 16  # bytes
HASHED = "scrypt${n}${r}${p}$".format(**_SCRYPT)  # a hash in the file begins with it
_HASH = re.compile(re.escape(HASHED) + rf"([0-9a-f]{{{2 * SALT}}})\$([0-9a-f]{{128}})")


class Passwords:
    """The accounts that may come in: their names with a salted hash each. Where the only name is "", none is asked."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._hashes = {name: _salt_and_hash(kept) for name, kept in passwords.items()}
        self._nobody = secrets.token_bytes(SALT), secrets.token_bytes(64)
        self.asks_name = set(passwords) != {""}

    def match(self, name: str, password: str) -> bool:
        """Whether that password opens that account; it takes the same time where there is no such account."""
        salt, expected = self._hashes.get(name, self._nobody)
        return hmac.compare_digest(_hashed(password, salt), expected)


def as_written(name: str) -> str:
    """A name as it is compared: as it stands, without space around it, and however its accents were typed."""
    return unicodedata.normalize("NFC", name.strip())


def hashed_line(name: str, password: str) -> str:
    """The line of a password file that lets a person in without holding the password. Raises UsageError for a name that no line can have."""
    name = as_written(name)
    if not name or not name.isprintable() or ":" in name or name.startswith("#"):
        raise UsageError(words("serving", "no_such_name", name=name))
    if not password:
        raise UsageError(words("serving", "no_empty_password"))
    salt = secrets.token_bytes(SALT)
    return f"{name}:{HASHED}{salt.hex()}${_hashed(password, salt).hex()}"


def _salt_and_hash(kept: str) -> tuple[bytes, bytes]:
    """Of what stands behind a name in the file: a hash, or the password itself."""
    if found := _HASH.fullmatch(kept):
        return bytes.fromhex(found[1]), bytes.fromhex(found[2])
    salt = secrets.token_bytes(SALT)
    return salt, _hashed(kept, salt)


def _hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, **_SCRYPT)


def read_passwords(path: Path) -> dict[str, str]:
    """The ``name:password`` lines of a file, some with a hash in place of the password (``dream password`` makes them).

    Empty lines and lines that begin with # are left out.

    Raises UsageError that names the line, never the password.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(words("serving", "auth_file_unreadable", path=path, reason=reason)) from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, password = line.partition(":")
        name = as_written(name)
        if not name or not password:
            raise UsageError(words("serving", "auth_file_line", line=number, path=path))
        if password.startswith("scrypt$"):
            password = password.strip()
            if not _HASH.fullmatch(password):
                raise UsageError(words("serving", "auth_file_hash", line=number, path=path))
        if name in found:
            raise UsageError(words("serving", "auth_file_twice", name=name, path=path))
        found[name] = password
    if not found:
        raise UsageError(words("serving", "auth_file_empty", path=path))
    return found


class Guesses:
    """Counts wrong passwords: an address waits after the fifth, ever longer; all addresses together are limited too."""

    FREE = 5  # wrong passwords of one address before it waits
    FIRST_WAIT = 30.0  # seconds; doubled with each further wrong one
    LONGEST_WAIT = 3600.0
    TOGETHER = 100  # wrong passwords of all addresses within TOGETHER_SECONDS before everybody waits
    TOGETHER_SECONDS = 600.0
    MOST_ADDRESSES = 10_000

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: dict[str, tuple[int, float]] = {}  # how many, and until when the address waits
        self._recent: deque[float] = deque()

    def seconds_to_wait(self, address: str) -> float:
        """How long this address has to wait before its next try; 0 where it need not."""
        with self._lock:
            now = self._clock()
            while self._recent and self._recent[0] <= now - self.TOGETHER_SECONDS:
                self._recent.popleft()
            waits = [self._wrong.get(address, (0, 0.0))[1] - now]
            if len(self._recent) >= self.TOGETHER:
                waits.append(self._recent[0] + self.TOGETHER_SECONDS - now)
            return max(0.0, *waits)

    def was_wrong(self, address: str) -> None:
        """Count a wrong password."""
        with self._lock:
            now = self._clock()
            count = self._wrong.pop(address, (0, 0.0))[0] + 1
            wait = self.FIRST_WAIT * 2.0 ** (count - self.FREE) if count >= self.FREE else 0.0
            self._wrong[address] = count, now + min(wait, self.LONGEST_WAIT)
            self._recent.append(now)
            if len(self._wrong) > self.MOST_ADDRESSES:
                del self._wrong[next(iter(self._wrong))]

    def was_right(self, address: str) -> None:
        """Forget what this address got wrong."""
        with self._lock:
            self._wrong.pop(address, None)


def said_wait(seconds: float) -> str:
    """A wait in words: ``40 seconds``, ``3 minutes``."""
    if seconds <= 90:
        return words("login", "seconds", count=max(1, round(seconds)))
    return words("login", "minutes", count=round(seconds / 60))
