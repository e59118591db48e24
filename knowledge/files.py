"""Small safe file operations: written whole or not at all, one writer at a time, plain words when the disk refuses."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.errors import StorageError


@contextmanager
def plain_storage_errors(folder: Path) -> Iterator[None]:
    """Turn an operating system's refusal inside the block into a StorageError that names the folder and the remedy."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The data folder {folder} cannot be used: {error.strerror or error}. "
            "Free some space or choose another folder with --data-dir."
        ) from error


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that a reader, or a crash, never meets half of it."""
    with plain_storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def only_writer(folder: Path, what: str, timeout: float = 600) -> Iterator[None]:
    """Hold the folder's lock; another process waits up to ``timeout`` seconds, then gets a StorageError."""
    with plain_storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=timeout)
        except Timeout as error:
            raise StorageError(
                f"Another program is {what} in {folder} and did not finish in {timeout:.0f} s. Try again later."
            ) from error
    try:
        yield
    finally:
        lock.release()
