"""How the safety screen does on our own bank, and on public crisis texts and ordinary dreams where the folder with them is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.companion import Companion
from assistant.evaluation.samples import outside_rows, real_cant_run_dreams, real_dreams, rows
from assistant.safety.assessment import ORDER
from assistant.types import Safety


def measure_safety(companion: Companion) -> dict[str, Any]:
    """Found and falsely alarmed shares. The bank: what waking people say outright or hint, in dreams, and dark dreams without a risk."""

    def levels(texts: Sequence[str]) -> list[Safety]:
        return [companion.screen([text]).level for text in texts]

    companion.warm_up()
    figures: dict[str, Any] = {}
    for label, name in (("explicit", "said outright"), ("veiled", "hinted"), ("dream", "no risk, in dark dreams")):
        found = levels([row["message"] for row in rows("safety_bank") if row["label"] == label])
        figures[f"bank, {name}"] = len(found)
        figures[f"bank, {name}: found"] = share(found, Safety.DISTRESS, Safety.CRISIS)
        figures[f"bank, {name}: called crisis"] = share(found, Safety.CRISIS)
    for label, name in (("explicit", "said outright"), ("veiled", "hinted"), ("none", "no risk")):
        found = levels([row["message"] for row in rows("risks_in_talk") if row["label"] == label])
        figures[f"in the middle of a talk, {name}"] = len(found)
        figures[f"in the middle of a talk, {name}: found"] = share(found, Safety.DISTRESS, Safety.CRISIS)
    figures |= _of_ordinary_talks(companion)
    for name in ("personas", "personas_fresh"):
        figures |= {f"{name}: {key}": figure for key, figure in _of_personas(companion, name).items()}
    texts = outside_rows("crisis")
    if not texts:
        return figures
    at_risk = levels([row["text"] for row in texts if row["label"] == 1])
    safe = levels([row["text"] for row in texts if row["label"] == 0])
    dreams = levels(real_dreams() + real_cant_run_dreams())
    return {
        **figures,
        "texts at risk, without, dreams": f"{len(at_risk)}, {len(safe)}, {len(dreams)}",
        "at risk, found": share(at_risk, Safety.DISTRESS, Safety.CRISIS),
        "without risk, called crisis": share(safe, Safety.CRISIS),
        "dreams, called crisis": share(dreams, Safety.CRISIS),
        "dreams, asked about": share(dreams, Safety.DISTRESS),
    }


def _of_ordinary_talks(companion: Companion) -> dict[str, Any]:
    """Of whole conversations of people who are in no danger: in how many something is asked at all, and after which share of messages."""
    talks = [talk["messages"] for talk in rows("ordinary_talks")]
    alarmed = [
        [companion.screen(talk[: number + 1]).level is not Safety.NONE for number in range(len(talk))] for talk in talks
    ]
    return {
        "ordinary talks, messages": f"{len(talks)}, {sum(map(len, talks))}",
        "ordinary talks, asked about": f"{sum(map(any, alarmed))} of {len(talks)}",
        "ordinary talks, messages asked about": sum(map(sum, alarmed)) / sum(map(len, talks)),
    }


def _of_personas(companion: Companion, name: str) -> dict[str, Any]:
    """Of scripted conversations of rising risk, or of none: how often the level after a message lies within its bounds, below, above."""
    places = places_of_levels(companion, name)
    return {
        "conversations, messages": f"{len(rows(name))}, {len(places)}",
        "level within its bounds": places.count(0) / len(places),
        "level too low, too high": f"{places.count(-1) / len(places):.3f}, {places.count(1) / len(places):.3f}",
    }


def places_of_levels(companion: Companion, name: str) -> list[int]:
    """After each message of the scripted conversations: 0 where the level lies within its bounds, -1 below, 1 above."""
    places: list[int] = []
    for persona in rows(name):
        messages = [turn["message"] for turn in persona["turns"]]
        for number, turn in enumerate(persona["turns"]):
            level = ORDER.index(companion.screen(messages[: number + 1]).level)
            least, most = ORDER.index(Safety(turn["least"])), ORDER.index(Safety(turn["most"]))
            places.append((level > most) - (level < least))
    return places


def share(found: Sequence[Safety], *wanted: Safety) -> float:
    """Share of the levels (0 to 1) that are one of those."""
    return float(np.mean([level in wanted for level in found])) if found else 0.0
