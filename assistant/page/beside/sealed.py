"""What a person asks, sealed, where it stands in an address."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken


class Sealed:
    """A browser writes addresses, and what a form sent to get a page, to its disk.

    What is asked stands there sealed with a key that nobody has after the program's end.
    """

    def __init__(self) -> None:
        self._box = Fernet(Fernet.generate_key())

    def seal(self, visitor: str, text: str) -> str:
        """The text as it may stand in an address, for this visitor alone."""
        return self._box.encrypt(f"{visitor}\n{text}".encode("utf-8", "replace")).decode("ascii")

    def opened(self, visitor: str, token: str) -> str:
        """The text; empty where the token is another visitor's, of an earlier run, or none at all."""
        try:
            whose, _, text = self._box.decrypt(token).decode("utf-8").partition("\n")
        except (InvalidToken, ValueError):
            return ""
        return text if whose == visitor else ""
