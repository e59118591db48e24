"""Loads the sentences that the companion says of its own accord (texts.yaml)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from assistant.kept_yaml import read_yaml


@cache
def _all() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml("assistant", "texts.yaml")
    return loaded


def text(*path: str) -> str:
    """The sentence at that place of the file."""
    found: Any = _all()
    for name in path:
        found = found[name]
    return str(found).strip()


def choices(name: str) -> tuple[str, ...]:
    """All wordings kept under a name."""
    return tuple(_all()[name])


def of_grade(name: str, grade: str) -> tuple[str, ...]:
    """The wordings kept under a name for an evidence grade; none where there are none for it."""
    return tuple(_all()[name].get(grade, ()))


def in_turn(name: str, said: Collection[str], number: int = 0) -> str:
    """A wording under a name that was not said yet, beginning the search at ``number``; that one where all were said."""
    wordings = turned(choices(name), number)
    return next((wording for wording in wordings if wording not in said), wordings[0])


def turned(wordings: Sequence[str], number: int) -> list[str]:
    """The wordings in their order, beginning at ``number`` and going round."""
    return [wordings[(number + offset) % len(wordings)] for offset in range(len(wordings))]
