"""How another program is told that something did not work: in plain words, in the form that OpenAI's clients read."""

from __future__ import annotations

import math
from typing import Any

from starlette.responses import JSONResponse

from assistant.errors import ConversationError, ModelError, NotNow, ServingError
from assistant.page.wording import words
from assistant.telling import told
from knowledge.errors import DreamError, UsageError


def error_body(message: str, kind: str, *, code: str = "", param: str = "") -> dict[str, Any]:
    """https://developers.openai.com/api/docs/guides/error-codes: message, type, param, code."""
    return {"error": {"message": message, "type": kind, "param": param or None, "code": code or None}}


def refused(status: int, message: str, kind: str, *, code: str = "", wait: float = 0) -> JSONResponse:
    """An error as an answer; ``wait`` says after how many seconds it may be tried again."""
    headers = {"Retry-After": str(math.ceil(wait))} if wait else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(error_body(message, kind, code=code), status, headers)


def refusal_of(error: Exception) -> JSONResponse:
    """What went wrong, as an answer."""
    text, kind = told(error, otherwise=words("connections", "unexpected")), code_of(error)
    if isinstance(error, NotNow):
        return refused(429, text, "rate_limit_error", code=kind, wait=error.wait)
    if isinstance(error, UsageError):
        return refused(400, text, "invalid_request_error", code=kind)
    if isinstance(error, ConversationError):
        return refused(404, text, "invalid_request_error", code=kind)
    status = 502 if isinstance(error, ModelError) else 503 if isinstance(error, ServingError) else 500
    return refused(status, text, "server_error", code=kind)


def code_of(error: Exception) -> str:
    """The kind of one of our own errors; nothing of any other."""
    return error.kind if isinstance(error, DreamError) else ""
