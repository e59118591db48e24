"""Loads the sentences that the companion says of its own accord (texts.yaml)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _all() -> dict[str, Any]:
    return yaml.safe_load((files("assistant") / "texts.yaml").read_text(encoding="utf-8"))


def text(*path: str) -> str:
    """The sentence at that place of the file."""
    found: Any = _all()
    for name in path:
        found = found[name]
    return str(found).strip()


def choices(name: str) -> tuple[str, ...]:
    """All wordings kept under a name."""
    return tuple(_all()[name])
