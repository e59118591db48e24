"""Which connections are on, and with which key. A key is shown once, when it is made; kept is only its SHA-256.

A key is 32 random bytes, so a plain hash of it cannot be guessed backwards, as that of a password could.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock

from assistant.page.keys import new_visitor
from knowledge.errors import StorageError

FILE = "connections.json"
BETWEEN_NOTES = timedelta(minutes=1)  # that are kept of when a connection was used last


class Connection(StrEnum):
    """A way for other programs to reach the companion."""

    MCP = "mcp"
    OPENAI = "openai"
    GRADIO = "gradio"

    @property
    def path(self) -> str:
        """Where all its addresses begin."""
        return _PATHS[self]


_PATHS = {Connection.MCP: "/mcp", Connection.OPENAI: "/v1", Connection.GRADIO: "/api/gradio"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What was granted. ``visitor`` is the connection's own, and stays when it is turned off, so that what was told can be found.

    ``owner`` is the visitor who turned it on, whose dreams may be read where ``reads_journal``. ``key`` is the key's
    SHA-256; without one, the connection is off.
    """

    visitor: str
    owner: str = ""
    key: str = ""
    reads_journal: bool = False
    since: datetime | None = None
    last_used: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether a program with the key is let in."""
        return bool(self.key)


class Grants:
    """The grants of one data folder, read anew each time: what the command line turns off is off for a running page.

    Raises StorageError where they can be neither read nor written.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def all(self) -> dict[Connection, Grant]:
        """What was ever granted, on or off."""
        with self._plain_errors():
            try:
                rows: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            except FileNotFoundError:
                return {}
            return {Connection(name): _from_row(row) for name, row in rows.items()}

    def of(self, connection: Connection) -> Grant | None:
        """The grant of a connection that is on."""
        grant = self.all().get(connection)
        return grant if grant and grant.is_on else None

    def turn_on(self, connection: Connection, owner: str, *, reads_journal: bool = False) -> str:
        """Turn it on with a new key, which is given back and never again; a key before it is worth nothing from now on."""
        key = f"dream-{connection}-{secrets.token_urlsafe(32)}"
        with self._changing() as grants:
            before = grants.get(connection)
            visitor = before.visitor if before else new_visitor()
            grants[connection] = Grant(visitor, owner, _hashed(key), reads_journal, _now())
        return key

    def turn_off(self, connection: Connection) -> bool:
        """Throw its key away; whether it was on."""
        with self._changing() as grants:
            before = grants.get(connection)
            if before:
                grants[connection] = Grant(before.visitor)
        return bool(before and before.is_on)

    def opened_by(self, connection: Connection, key: str) -> bool:
        """Whether that is the key of a connection which is on; if so, that it was used is noted."""
        grant = self.of(connection)
        if grant is None or not hmac.compare_digest(_hashed(key), grant.key):
            return False
        if grant.last_used is None or _now() - grant.last_used > BETWEEN_NOTES:
            with self._changing() as grants:
                grants[connection] = replace(grants.get(connection, grant), last_used=_now())
        return True

    @contextmanager
    def _changing(self) -> Iterator[dict[Connection, Grant]]:
        """All grants, to be changed by one program at a time, and written when that went well."""
        with self._plain_errors():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock"), mode=0o600):
                grants = self.all()
                yield grants
                self._write({name: _to_row(grant) for name, grant in grants.items()})

    def _write(self, rows: dict[Connection, dict[str, Any]]) -> None:
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(rows, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"The file {self._path}, which says what other programs may use, cannot be used: {error.strerror}. "
                "Free some space, or choose another folder with --data-dir."
            ) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise StorageError(
                f"The file {self._path}, which says what other programs may use, is damaged. "
                "Delete it and turn on anew what you want to be on."
            ) from error


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


def _to_row(grant: Grant) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(grant).items()}


def _from_row(row: dict[str, Any]) -> Grant:
    times = {name: datetime.fromisoformat(row[name]) for name in ("since", "last_used") if row[name]}
    return Grant(**{**row, **times})
