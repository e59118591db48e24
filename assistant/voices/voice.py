"""What the companion needs of a voice, and how a citation's mark is set into a sentence."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Protocol

from assistant.types import Plan, Question, Sentence
from assistant.voices.usage import Usage


class Voice(Protocol):
    """Turns a plan into sentences and, last, a question. What it gives may still fail a check; the companion checks."""

    @property
    def name(self) -> str:
        """ "built-in" or "free"."""

    @property
    def model(self) -> str:
        """The model's name; "" where there is none."""

    @property
    def used(self) -> Usage:
        """What the reply that was spoken has taken of a model."""

    def speak(self, plan: Plan, stop: threading.Event) -> Iterator[Sentence | Question]:
        """The units of the reply, each as soon as it is whole. Raises ModelError where a model fails."""


def with_mark(sentence: str, marker: int) -> str:
    """The sentence with its mark before the last full stop: ``It may pass [1].``"""
    body = sentence.rstrip()
    ending = re.search(r"[.!…]+[\"”’)]*$", body)
    return f"{body[: ending.start()]} [{marker}]{ending.group()}" if ending else f"{body} [{marker}]."
