"""Small safe file operations: written whole or not at all, one writer at a time, plain words when the disk refuses."""

from __future__ import annotations

import os
import shutil
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


def folder_of_this_program(within: Path, prefix: str) -> Path:
    """A new folder for this process alone, in its name; what programs that were killed have left of that prefix is removed."""
    remove_folders_of_the_dead(within, prefix)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=within))


def remove_folders_of_the_dead(within: Path, prefix: str) -> None:
    """Remove the folders of that prefix whose programs no longer run."""
    if os.name != "posix":
        return
    for folder in within.glob(f"{prefix}*-*"):
        process = folder.name.removeprefix(prefix).partition("-")[0]
        if process.isdigit() and not _runs(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
