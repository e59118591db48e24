"""The model endpoint that the evaluation measures with, under the name by which the tests know it."""

from assistant.evaluation.endpoint import (
    TEXT,
    Behaviour,
    Endpoint,
    Exchange,
    Request,
    answer,
    body,
    chat_chunk,
    events,
    redirect,
    refuse,
    say,
    status,
)

__all__ = [
    "TEXT",
    "Behaviour",
    "Endpoint",
    "Exchange",
    "Request",
    "answer",
    "body",
    "chat_chunk",
    "events",
    "redirect",
    "refuse",
    "say",
    "status",
]
