"""The keyring of the operating system, for one secret of each data folder: kept, read and deleted on the owner's word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from knowledge.errors import StorageError

SERVICE = "dream-companion"
FIT_TO_USE = 1  # the least priority that the library recommends; below lie backends that keep plain text, or nothing


class SystemKeyring:
    """One entry of the keyring: the key of the endpoint that was entered in the page of this data folder.

    The library is asked first when something is to be kept, read or deleted. Raises StorageError where the keyring refuses.
    """

    def __init__(self, data_dir: Path) -> None:
        self._entry = f"key of the endpoint of {data_dir.absolute()}"

    def usable(self) -> bool:
        """Whether this computer has a keyring that programs may use."""
        with suppress(StorageError), _plain_errors():
            return bool(_backend().priority >= FIT_TO_USE)
        return False

    def keep(self, secret: str) -> None:
        """Keep the secret, in place of the one before."""
        with _plain_errors():
            _backend().set_password(SERVICE, self._entry, secret)

    def read(self) -> str | None:
        """The secret, if there is one."""
        with _plain_errors():
            kept: str | None = _backend().get_password(SERVICE, self._entry)
            return kept

    def delete(self) -> None:
        """Delete the secret, if there is one."""
        with _plain_errors():
            if _backend().get_password(SERVICE, self._entry) is not None:
                _backend().delete_password(SERVICE, self._entry)


def _backend() -> Any:
    import keyring

    return keyring.get_keyring()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Each backend has errors of its own library beside the documented ones; none is told, for it may hold the secret."""
    try:
        yield
    except Exception as error:
        raise StorageError(
            f"The keyring of this computer refuses ({type(error).__name__}). Unlock it and try again, "
            "or leave the key in memory only."
        ) from None
