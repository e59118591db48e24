"""A listener's short remark on what was told: a few that fit whatever is told of a kind, and closer ones where a word of it was said."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.texts import turned


@dataclass(frozen=True, slots=True)
class Remarks:
    """``always`` are true of everything of the kind, ``where_said`` of what holds one of their words."""

    always: tuple[str, ...]
    where_said: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = ()

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Remarks:
        """From ``says`` and ``says_with`` of a row; the words of a condition are divided by spaces."""
        conditions = row.get("says_with") or {}
        return cls(
            tuple(row.get("says") or ()),
            tuple((frozenset(words.split()), tuple(says)) for words, says in conditions.items()),
        )

    @property
    def all(self) -> tuple[str, ...]:
        """Every wording."""
        return (*self.always, *(one for _, says in self.where_said for one in says))

    def on(self, told: str, said: Collection[str], number: int = 0) -> str:
        """One that was not said yet, the closer ones first, chosen by ``number``; empty where all were said."""
        words = set(re.findall(r"[a-z']+", told.lower()))
        close = [one for condition, says in self.where_said if condition & words for one in says]
        candidates = [*turned(close, number), *turned(self.always, number)]
        return next((one for one in candidates if one not in said), "")
