"""Every error a person can meet, in one tree; the messages say what happened, with what value, and what to do.

DreamError
├── UsageError            the call or a setting is wrong: change it
├── StorageError          the data folder or its disk refuses: free or choose another
├── LibraryError          an article or the index is at fault
│   ├── UnreadableArticle   this file cannot be read: leave it out or convert it
│   └── EmbeddingError      the embedding model is missing or damaged: reinstall it
└── (assistant.errors)    what goes wrong between us and a model
"""


class DreamError(Exception):
    """Root of all errors that are told to a person. ``str(error)`` is the whole message."""

    kind = "error"

    @property
    def for_guests(self) -> str:
        """The message for whoever does not own the computer: it names none of its folders."""
        return str(self)


class UsageError(DreamError):
    """A setting, an argument or an input line is not of the form we take; the message names it."""

    kind = "usage"


class StorageError(DreamError):
    """The data folder cannot be written or read (permissions, full disk, damage)."""

    kind = "storage"

    @property
    def for_guests(self) -> str:
        """The message without the folder."""
        return (
            "What this companion keeps on its computer cannot be read or written just now. "
            "Whoever runs it finds the reason in its log. Try again later."
        )


class LibraryError(DreamError):
    """The library cannot be built or read."""

    kind = "library"


class UnreadableArticle(LibraryError):
    """One file cannot be taken in; ``reason`` is one plain sentence without the file's name."""

    kind = "unreadable"

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)
        self.reason = reason


class EmbeddingError(LibraryError):
    """The embedding model is missing, damaged or not the one its name promises."""

    kind = "embedding"
