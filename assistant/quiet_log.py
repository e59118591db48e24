"""Logs a failure without its message, which may hold what somebody wrote."""

from __future__ import annotations

import logging
import traceback


def log_without_words(log: logging.Logger, error: BaseException) -> None:
    """The kind of error and where it came from."""
    log.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
