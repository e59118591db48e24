"""Loads what a person reads on the page and at its door (texts.yaml)."""

from __future__ import annotations

from functools import cache
from typing import Any

from assistant.kept_yaml import read_yaml


@cache
def _all() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml("assistant.page", "texts.yaml")
    return loaded


def raw(*path: str) -> str:
    """The text at that place of the file, as it stands there."""
    found: Any = _all()
    for name in path:
        found = found[name]
    return str(found).strip()


def words(*path: str, **values: object) -> str:
    """The text at that place of the file, with its ``{names}`` filled in."""
    return raw(*path).format(**values)


def examples() -> tuple[str, ...]:
    """The dreams that one may begin from."""
    return tuple(_all()["examples"])
