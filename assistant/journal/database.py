"""The database behind the journal: opened, brought up to date, its failures told in plain words, its traces wiped.

Deleting overwrites: SQLite is told to wipe freed pages, the file is written anew, and its write-ahead log is emptied. What
the running program remembers of texts is dropped as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from assistant.errors import ConversationError
from assistant.journal.migrations import is_newest, migrate
from assistant.journal.tables import Base, Conversation
from knowledge.errors import StorageError, UsageError
from knowledge.forgetting import forget

JOURNAL = "journal.sqlite3"
LARGEST_ID = 2**31  # that every database takes
TRIES, SECONDS_BETWEEN_TRIES = 30, 0.05


class Database:
    """One journal's database: SQLite in the data folder, or what ``database_url`` names.

    Raises StorageError where the disk refuses, and UsageError where there is no such database as the URL names.
    """

    def __init__(self, data_dir: Path, database_url: str = "") -> None:
        try:
            url = make_url(database_url or f"sqlite:///{data_dir / JOURNAL}")
            self._engine = create_engine(url)
            self._wiping = threading.Lock()
        except (ArgumentError, ImportError) as error:
            raise UsageError(f"DREAM_DATABASE_URL names no database that can be opened: {error}.") from error
        self._where = url.render_as_string(hide_password=True) if database_url else str(url.database)
        with self.plain_errors():
            if not database_url:
                data_dir.mkdir(parents=True, exist_ok=True)
                (data_dir / JOURNAL).touch(mode=0o600)  # for its owner alone; what SQLite puts beside it is like it
            if self._is_sqlite:
                event.listen(self._engine, "connect", _set_up_sqlite)
            with self._engine.begin() as connection:
                is_ready = is_newest(connection)
            if not is_ready:
                with self._engine.begin() as connection:
                    self._lock(connection)
                    migrate(connection)

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _lock(self, connection: Connection) -> None:
        """One program at a time changes the tables, and all or nothing: Python's driver begins no transaction for that itself."""
        if self._is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Tells what goes wrong in words that a person can do something with."""
        try:
            yield
        except (DBAPIError, NoConnection, OSError) as error:
            cause = getattr(error, "orig", None) or error
            # Other databases quote the words that they refuse.
            told = str(cause) if self._is_sqlite else type(cause).__name__
            raise StorageError(
                f"The journal {self._where} cannot be used: {told}. "
                "Free some space, or choose another folder with --data-dir."
            ) from error

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: all of it or nothing."""
        with self.plain_errors(), Session(self._engine) as session, session.begin():
            yield session

    def add_if_new(self, row: Base, key: str) -> None:
        """Add the row unless there is one of that key; another thread or process may be quicker, and that is as well."""
        with self.plain_errors(), suppress(IntegrityError), Session(self._engine) as session, session.begin():
            if session.get(type(row), key) is None:
                session.add(row)

    def leave_no_trace(self) -> None:
        """Nothing of what was deleted stays, neither in the memory of this program nor in the files.

        Wiping freed pages does not suffice: where SQLite moves rows from page to page, copies may stay between them.
        """
        forget()
        if not self._is_sqlite:
            return
        try:
            with self.plain_errors(), self._engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))
        finally:
            self.empty_log()

    def empty_log(self, *, must: bool = True) -> None:
        """Leave no deleted word in the write-ahead log.

        Other threads and programs may be reading: it waits for them for a second or two. Raises StorageError where one of
        them stays and it ``must`` be done now; otherwise the next time does it.
        """
        if not self._is_sqlite:
            return
        for _ in range(TRIES):
            with self._wiping, self.plain_errors(), self._engine.connect() as connection:
                busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
            if not busy:
                return
            if not must:
                return
            time.sleep(SECONDS_BETWEEN_TRIES)
        raise StorageError(
            f"It is deleted, but another program is reading the journal {self._where}: until that is closed, the "
            "words may stay in the file beside it."
        )


def owned(session: Session, visitor: str, conversation_id: int) -> Conversation:
    """The visitor's conversation. Raises ConversationError where it is somebody else's, or gone."""
    row = session.get(Conversation, conversation_id) if 0 < conversation_id < LARGEST_ID else None
    if row is None or row.visitor_id != visitor:
        raise ConversationError("This conversation is not here. It may have been deleted. Start a new one.")
    return row


def storable(text: str) -> str:
    """The text without lone surrogates and zeros, which JSON may bring and not every database takes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=10000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",  # what it sets aside while it works is on no disk
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
