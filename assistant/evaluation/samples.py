"""What is measured on: our own labelled messages, and real dreams from a folder outside the project where there is one."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

OUTSIDE_FOLDER = "DREAM_TEST_DATA"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message, the sections that are right to show first for it, and what was said before it."""

    message: str
    sections: frozenset[str]
    before: tuple[str, ...] = ()


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    """The rows of a file of our own."""
    text = (files("assistant.evaluation") / "data" / f"{name}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines() if line.strip())


def labelled(name: str) -> list[Labelled]:
    """Our own labelled messages: "retrieval", "followups" or "source_article"."""
    return [
        Labelled(row["message"], frozenset([row["section"], *row.get("also", [])]), tuple(row.get("before", ())))
        for row in rows(name)
    ]


def outside_messages() -> list[str]:
    """Our own messages on which the library has nothing."""
    return [row["message"] for row in rows("outside")]


def outside_folder() -> Path:
    """Where real dreams lie, if anywhere: ``DREAM_TEST_DATA``, or the folder shared/data beside the project."""
    given = os.environ.get(OUTSIDE_FOLDER)
    return Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "data"


def outside_rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of that folder; empty where it is absent."""
    path = outside_folder() / f"{name}.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def real_dreams() -> list[str]:
    """Real dream reports of every theme; empty where the folder is absent."""
    return [row["text"] for row in outside_rows("dreams")]


def real_cant_run_dreams() -> list[str]:
    """Real dreams in which moving fails; empty where the folder is absent."""
    return [row["text"] for row in outside_rows("cant_run")]


def labelled_real_dreams() -> list[Labelled]:
    """Real dreams with the sections that a reader found right for them, none where the library has nothing; unsure labels are
    left out."""
    labels = {row["id"]: row for row in rows("real_dreams") if not row.get("unsure")}
    return [
        Labelled(row["text"], frozenset(labels[row["id"]]["sections"]))
        for row in outside_rows("dreams")
        if row["id"] in labels
    ]


def real_dreams_outside() -> list[str]:
    """Real dreams on which, by a reader's label, the library has nothing."""
    return [row.message for row in labelled_real_dreams() if not row.sections]


def source_article() -> Path | None:
    """The article that the library began with, as plain text, where it lies beside the data."""
    path = outside_folder().parent / "research" / "cant-run-article.txt"
    return path if path.is_file() else None
