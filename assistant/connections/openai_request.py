"""Reads what a chat client sends to /v1/chat/completions. Fields that are not named here are passed over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from assistant.connections.abilities import plain
from assistant.page.wording import words
from knowledge.errors import UsageError


@dataclass(frozen=True, slots=True)
class Asked:
    """The person's own messages, oldest first, and in which form the reply is wanted."""

    messages: tuple[str, ...]
    stream: bool = False
    with_usage: bool = False  # of a stream


def asked_in(body: bytes) -> Asked:
    """What a request's body asks. Raises UsageError that says what is not of the form we take."""
    try:
        given = json.loads(body)
        listed = given["messages"]
        said = [message.get("content") for message in listed if message["role"] == "user"]
        options = given.get("stream_options") or {}
        stream, with_usage = given.get("stream") is True, options.get("include_usage") is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(words("openai", "not_a_request")) from error
    messages = tuple(filter(None, (plain(_text(content)) for content in said)))
    if not messages:
        raise UsageError(words("openai", "no_message"))
    if listed[-1]["role"] != "user":
        raise UsageError(words("openai", "not_the_last"))
    return Asked(messages, stream, with_usage)


def _text(content: Any) -> str:
    """The words of a message, which may come in parts. Raises UsageError for a picture, a sound or a file."""
    if content is None or isinstance(content, str):
        return content or ""
    pieces = []
    for part in content if isinstance(content, list) else [content]:
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        if not isinstance(text, str):
            raise UsageError(words("openai", "words_only"))
        pieces.append(text)
    return "\n".join(pieces)
