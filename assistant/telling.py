"""What somebody is told when a thing goes wrong, and what the log is told instead."""

from __future__ import annotations

import logging

from assistant.quiet_log import log_without_words
from knowledge.errors import DreamError

log = logging.getLogger(__name__)


def told(error: Exception, *, otherwise: str, owner: bool = False) -> str:
    """One of our own errors in its own words, to guests without what only the owner should read; of any other, ``otherwise``.

    What is not told is logged, without a word that somebody wrote.
    """
    if not isinstance(error, DreamError):
        log_without_words(log, error)
        return otherwise
    text = str(error) if owner else error.for_guests
    if text != str(error):
        log.error("%s", error)
    return text
