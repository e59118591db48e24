"""Which clauses of an answer carry what the person wants to be heard in, learned from answers in which a reader marked them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.hearing import Ear
from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier
from assistant.types import Clause, Heard, Matter
from assistant.words import count_words
from knowledge.embedding import Embedder

CARRIES, REST = "carries", "rest"
MOST = 5.0  # weight of a clause that surely carries it
LEAST = -2.0  # and of one that surely does not: it is left out of what is given back
COLUMNS = 10
WITHOUT_CLAUSES = 1.5  # how telling a sentence is taken to be in which the grammar found no clause
BEFORE = 14  # characters in which a "but" is looked for


class CarryingClauses:
    """Weighs the clauses of an answer by their words, place and grammar; one judge serves many threads."""

    def __init__(self, embedder: Embedder, folder: Path, ear: Ear) -> None:
        self._ear = ear
        self.classifier = SentenceClassifier(
            "carrying", _examples(), embedder, folder, meaning=1.0, columns=self._of_examples, beside=_messages
        )

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        self.classifier.warm_up()

    def weighed(self, heard: Heard) -> Heard:
        """What was heard, each clause weighed by how likely it carries the answer, and so what it is about.

        ``carried`` is a sentence in which the grammar found no clause, where it carries more than any clause does.
        """
        units = _units(heard)
        if len(units) < 2:
            return heard
        likely = self.classifier.probabilities([unit.said for unit in units], _columns(heard.message, units))
        carries = [float(one) for one in likely[:, self.classifier.labels.index(CARRIES)]]
        weights = {unit.said: LEAST + (MOST - LEAST) * one for unit, one in zip(units, carries, strict=True)}
        matters = tuple(
            replace(
                matter, carries=max(one for unit, one in zip(units, carries, strict=True) if _is_in(unit.said, matter))
            )
            for matter in heard.directed.matters
        )
        best = max(units, key=lambda unit: weights[unit.said])
        return replace(
            heard,
            clauses=tuple(replace(clause, weight=weights[clause.said]) for clause in heard.clauses),
            directed=replace(heard.directed, matters=matters),
            carried="" if best in heard.clauses else best.said,
        )

    def _of_examples(self, clauses: Sequence[str]) -> NDArray[np.float32]:
        found: dict[str, NDArray[np.float32]] = {}
        for row in _rows():
            heard = self._ear.hear(row["message"]).clauses
            for clause, column in zip(heard, _columns(row["message"], heard), strict=True):
                found.setdefault(clause.said, column)
        nothing = np.zeros(COLUMNS, dtype=np.float32)
        return np.array([found.get(clause, nothing) for clause in clauses])


def _is_in(said: str, matter: Matter) -> bool:
    return said in matter.sentence or matter.sentence in said


def _units(heard: Heard) -> list[Clause]:
    """The clauses, and the sentences that tell something and hold none, in their order."""
    without = [
        Clause(matter.sentence, matter.sentence, WITHOUT_CLAUSES, sure=False)
        for matter in heard.directed.matters
        if not any(_is_in(clause.said, matter) for clause in heard.clauses)
    ]
    return sorted((*heard.clauses, *without), key=lambda unit: heard.message.find(unit.said))


def _columns(message: str, units: Sequence[Clause]) -> NDArray[np.float32]:
    """A row a clause: how telling it is by itself, where it stands, what goes before it."""
    rows, end, last = [], 0, max(1, len(units) - 1)
    for number, clause in enumerate(units):
        start = max(message.find(clause.said, end), end)
        before = message[max(0, start - BEFORE) : start].lower().split()
        words = count_words(clause.said)
        rows.append(
            [
                clause.weight / 3,
                number / last,
                number == last,
                number == 0,
                "but" in before,
                clause.waking,
                clause.sure,
                bool(clause.feeling),
                min(words, 20) / 8,
                words < 4,
            ]
        )
        end = start
    return np.array(rows, dtype=np.float32).reshape(-1, COLUMNS)


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_yaml("assistant", "hearing", "carrying.yaml")
    return rows


def _messages() -> str:
    """Names the messages in which the examples stand."""
    return hashlib.sha256(repr([row["message"] for row in _rows()]).encode()).hexdigest()


def _examples() -> dict[str, list[str]]:
    """The clauses by what they are; a clause that stands in several answers counts once, as it is marked first."""
    seen: dict[str, str] = {}
    for row in _rows():
        for label in (CARRIES, REST):
            for clause in row.get(label, ()):
                seen.setdefault(clause, label)
    return {label: [clause for clause, of in seen.items() if of == label] for label in (CARRIES, REST)}
