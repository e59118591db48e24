"""The figures of the last run that was kept, so that a change is seen beside what it changed."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

Figures = dict[str, dict[str, Any]]

SHIFT = 0.005  # two shares this near are the same


def path() -> Path:
    """Where the kept figures lie: baseline.json beside the labelled data, which is committed with the change."""
    return Path(str(files("assistant.evaluation") / "data" / "baseline.json"))


def kept() -> Figures:
    """The kept figures; empty where none were kept."""
    return dict(json.loads(path().read_text(encoding="utf-8"))) if path().is_file() else {}


def keep(figures: Figures) -> Path:
    """Write the figures over those that were kept."""
    rounded = {part: {name: _rounded(value) for name, value in rows.items()} for part, rows in figures.items()}
    path().write_text(json.dumps(rounded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path()


def change(value: Any, before: Any) -> str:
    """How a figure moved, as a signed number; empty where it did not, or where the two cannot be compared."""
    if isinstance(value, bool) or not all(isinstance(one, int | float) for one in (value, before)):
        return ""
    moved = value - before
    return "" if abs(moved) < (SHIFT if isinstance(value, float) and abs(value) <= 2 else 0.5) else f"{moved:+.3g}"


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
