"""How long things take, with models warm: the search, all of ours before the first unit, and the memory that is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.companion import Companion
from assistant.evaluation.replies import VISITOR
from assistant.evaluation.samples import labelled, real_dreams
from assistant.types import Sentence

LONG_WORDS = 500
WARMING = 3  # texts


def quantiles(action: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile of the action's time in milliseconds, over the texts, the first few not counted.

    No text may have been read before: its vectors would be remembered.
    """
    times = []
    for text in texts:
        start = time.perf_counter()
        action(text)
        times.append((time.perf_counter() - start) * 1000)
    return float(np.quantile(times[WARMING:], 0.5)), float(np.quantile(times[WARMING:], 0.95))


def short_messages() -> list[str]:
    """Messages of a sentence or two."""
    return [row.message for row in labelled("retrieval") if 6 <= len(row.message.split()) <= 35]


def long_dreams() -> list[str]:
    """Dreams of 500 words: real ones put together, or our own messages where there are none."""
    pool = " ".join(real_dreams() or [row.message for row in labelled("retrieval")]).split()
    return [
        " ".join(pool[start : start + LONG_WORDS]) for start in range(0, min(len(pool), 80 * LONG_WORDS), LONG_WORDS)
    ][:-1]


def measure_speed(companion: Companion) -> dict[str, Any]:
    """The speed table; milliseconds."""
    companion.warm_up()

    def first_unit(message: str) -> None:
        conversation = companion.journal.start_conversation(VISITOR)
        events = companion.respond(VISITOR, conversation, message, built_in=True)
        for event in events:
            if isinstance(event, Sentence):
                break
        events.close()  # type: ignore[attr-defined]

    figures: dict[str, Any] = {}
    for name, texts in (("a sentence or two", short_messages()), ("500 words", long_dreams())):
        figures[f"search, ms p50, {name}"], figures[f"search, ms p95, {name}"] = quantiles(
            companion.library.search, texts[::2]
        )
        figures[f"first unit, ms p50, {name}"], figures[f"first unit, ms p95, {name}"] = quantiles(
            first_unit, texts[1::2]
        )
    figures["memory, GB"] = memory_gigabytes()
    return figures


def memory_gigabytes() -> float:
    """What this process holds in memory now."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1e6
