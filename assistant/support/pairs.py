"""The labelled pairs of sentence and passage, and which passages are held out from learning."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from knowledge.shelf import Shelf
from knowledge.types import Section

LEARNED_FROM = 0.55  # share of the passages


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, a passage, and whether the passage supports the sentence; ``kind`` says how it was written."""

    passage_id: str
    passage: str
    sentence: str
    supported: bool
    kind: str


def is_held_out(passage_id: str) -> bool:
    """Whether nothing may be learned from a passage: fixed by its id, for ever."""
    return _share_of(passage_id) >= LEARNED_FROM


def fold_of(passage_id: str, folds: int) -> int:
    """The fold of a passage in cross-validation."""
    return int(_share_of(f"fold {passage_id}") * folds)


@cache
def sections() -> dict[str, Section]:
    """The sections of the project's own articles, by id."""
    return Shelf(Path("/nonexistent")).sections()


@cache
def pairs() -> tuple[Pair, ...]:
    """All labelled pairs."""
    text = (files("assistant.evaluation") / "data" / "support.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    return tuple(
        Pair(
            row.get("section") or row["passage_id"],
            row.get("passage") or sections()[row["section"]].text,
            row["sentence"],
            row["supported"],
            row["kind"],
        )
        for row in rows
    )


@cache
def readings() -> tuple[Pair, ...]:
    """The readings of the project's own articles, each with the section that it is a reading of."""
    return tuple(
        Pair(section.id, section.text, reading.text, True, "reading")
        for section in sections().values()
        for reading in section.readings
    )


def _share_of(name: str) -> float:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32
