"""Which clauses of an answer, or of a telling, hold what the person wants to be heard in: learned from what readers marked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.hearing import Ear
from assistant.hearing.clauses import clause_places
from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier
from assistant.types import Clause, Heard, Matter, Mention
from assistant.words import content_stems, count_words
from knowledge.embedding import Embedder

CARRIES, REST = "carries", "rest"
MOST = 5.0  # weight of a clause that surely carries it
LEAST = -2.0  # and of one of an answer that surely does not: it is left out of what is given back
LEAST_OF_A_TELLING = -0.5  # of a telling more may be given back
COLUMNS = 10
WITHOUT_CLAUSES = 1.5  # how telling a sentence is taken to be in which the grammar found no clause
BEFORE = 16  # characters in which a "but" is looked for
FEWEST_CLAUSES_OF_A_TELLING = 3  # below, all of it may be given back
MOST_CLAUSES_OF_A_TELLING = 12  # that are weighed, the most telling ones by grammar: each costs a vector
GIST_STRENGTH = 0.3  # by cross-validation over tellings
SAME_WORDS = 0.65  # share of a clause's words that stand in what a reader marked, for the clause to be marked

_DENIES = re.compile(r"\b(?:not|n't|nt|never|no|nobody|nothing|couldn|cant|can't)\b")
_OF_ME = re.compile(r"\b(?:i|me|my)\b")
_STRESSES = re.compile(r"\b(?:just|like|only|even|still)\b")
_SETS_THE_SCENE = re.compile(r"^(?:i|we) (?:was|were|am|are|'m) (?:in|at|on|with|back)\b|there (?:was|were|is)")
_OF_SLEEP = re.compile(r"\b(?:woke|wake|dream\w*)\b")
_WORDS = re.compile(r"[a-z0-9']+")

Columns = NDArray[np.float32]


class ClauseWeights:
    """Weighs the clauses of a message by their words, place and grammar; one judge serves many threads."""

    def __init__(self, embedder: Embedder, folder: Path, ear: Ear) -> None:
        self._ear = ear
        self._embedder = embedder
        self._answers = SentenceClassifier(
            "carrying", _examples(), embedder, folder, meaning=1.0, columns=self._of_examples, beside=_messages
        )
        self._tellings = SentenceClassifier(
            "gist",
            self._marked_clauses,
            embedder,
            folder,
            labels=(CARRIES, REST),
            meaning=1.0,
            strength=GIST_STRENGTH,
            columns=self._of_marked_clauses,
            beside=_tellings_hash,
        )

    @property
    def classifiers(self) -> tuple[SentenceClassifier, ...]:
        """Both that it weighs with."""
        return self._answers, self._tellings

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        for classifier in self.classifiers:
            classifier.warm_up()

    def of_answer(self, heard: Heard) -> Heard:
        """What was heard, each clause weighed by how likely it carries the answer, and so what it is about.

        ``carried`` is a sentence in which the grammar found no clause, where it carries more than any clause does.
        """
        units = _units(heard)
        if len(units) < 2:
            return heard
        likely = self._answers.probabilities([unit.said for unit in units], _columns(heard.message, units))
        carries = [float(one) for one in likely[:, self._answers.labels.index(CARRIES)]]
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

    def of_telling(self, heard: Heard) -> Heard:
        """What was heard of a dream that is told, each clause weighed by how likely it is the heart of it."""
        if len(heard.clauses) < FEWEST_CLAUSES_OF_A_TELLING:
            return heard
        most = sorted(heard.clauses, key=lambda clause: -clause.weight)[:MOST_CLAUSES_OF_A_TELLING]
        weighed = [clause for clause in heard.clauses if clause in most]
        likely = self._tellings.probabilities(
            [clause.said for clause in weighed], self._columns_of_telling(heard.message, weighed)
        )[:, self._tellings.labels.index(CARRIES)]
        weights = {
            clause.said: LEAST_OF_A_TELLING + (MOST - LEAST_OF_A_TELLING) * float(one)
            for clause, one in zip(weighed, likely, strict=True)
        }
        clauses = tuple(
            replace(clause, weight=weights.get(clause.said, LEAST_OF_A_TELLING)) for clause in heard.clauses
        )

        def told_in(mention: Mention) -> float:
            return max((one.weight for one in clauses if mention.said in one.said), default=LEAST_OF_A_TELLING)

        mentions = sorted(heard.mentions, key=lambda mention: -told_in(mention))
        return replace(heard, clauses=clauses, mentions=tuple(mentions))

    def _of_examples(self, clauses: Sequence[str]) -> Columns:
        found: dict[str, Columns] = {}
        for row in _rows():
            heard = self._ear.hear(row["message"]).clauses
            for clause, column in zip(heard, _columns(row["message"], heard), strict=True):
                found.setdefault(clause.said, column)
        nothing = np.zeros(COLUMNS, dtype=np.float32)
        return np.array([found.get(clause, nothing) for clause in clauses])

    @cached_property
    def _marked(self) -> dict[str, list[tuple[str, Columns]]]:
        """The clauses of the tellings with their columns, by whether they stand in what a reader marked; needed only to learn."""
        found: dict[str, list[tuple[str, Columns]]] = {CARRIES: [], REST: []}
        for row in tellings():
            clauses = self._ear.hear(row["message"]).clauses
            columns = self._columns_of_telling(row["message"], clauses) if clauses else ()
            for clause, column in zip(clauses, columns, strict=True):
                found[CARRIES if is_marked(clause.said, row["gist"]) else REST].append((clause.said, column))
        return found

    def _marked_clauses(self) -> dict[str, list[str]]:
        return {label: [said for said, _ in rows] for label, rows in self._marked.items()}

    def _of_marked_clauses(self, clauses: Sequence[str]) -> Columns:
        """The columns of ``_marked_clauses``, in its order, which is that of the labels."""
        return np.array([column for label in self._tellings.labels for _, column in self._marked[label]])

    def _columns_of_telling(self, message: str, clauses: Sequence[Clause]) -> Columns:
        """A row a clause: how telling it is by itself, where it stands, how it differs from the rest; and its vector."""
        vectors = self._embedder.encode([clause.said for clause in clauses])
        middle = vectors.mean(axis=0)
        middle /= max(float(np.linalg.norm(middle)), 1e-9)
        likeness = vectors @ vectors.T
        rows, last = [], max(1, len(clauses) - 1)
        told: set[str] = set()
        for number, (clause, (start, end)) in enumerate(zip(clauses, clause_places(message, clauses), strict=True)):
            before = message[max(0, start - BEFORE) : start].lower()
            said, stems, words = clause.said.lower(), content_stems(clause.said), count_words(clause.said)
            new, told = len(stems - told), told | stems
            rows.append(
                [
                    clause.weight / 3,
                    number / last,
                    number == last,
                    number == len(clauses) - 2,
                    number == 0,
                    number == 1,
                    "but" in before.split(),
                    "then" in before.split() or "suddenly" in before,
                    clause.waking,
                    clause.sure,
                    bool(clause.continued),
                    bool(clause.feeling),
                    min(words, 20) / 8,
                    words < 4,
                    float(vectors[number] @ middle),
                    float(likeness[number, number - 1]) if number else 0.0,
                    float(likeness[number, number + 1]) if number < len(clauses) - 1 else 0.0,
                    min(new, 8) / 4,
                    '"' in said or "said" in said,
                    "!" in message[end : end + 3],
                    bool(_DENIES.search(said)),
                    bool(_OF_ME.search(said)),
                    bool(_STRESSES.search(said)),
                    len(clauses) / 20,
                    bool(_SETS_THE_SCENE.search(said)),
                    bool(_OF_SLEEP.search(said)),
                ]
            )
        return np.hstack([np.array(rows, dtype=np.float32), vectors])


def is_marked(clause: str, marked: Sequence[str]) -> bool:
    """Whether a clause is, by its words, one of the stretches that a reader marked."""
    words = _WORDS.findall(clause.lower().replace("’", "'"))
    return len(words) > 2 and any(_is_mostly_in(words, clause, stretch) for stretch in marked)


def _is_mostly_in(words: Sequence[str], clause: str, stretch: str) -> bool:
    others = _WORDS.findall(stretch.lower().replace("’", "'"))
    shared = sum(word in others for word in words)
    begins_alike = clause.strip()[:10] in stretch or stretch[:10] in clause
    covers = sum(word in words for word in others) >= len(others) / 2
    return shared >= SAME_WORDS * len(words) and (begins_alike or covers)


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


def _columns(message: str, units: Sequence[Clause]) -> Columns:
    """A row a clause of an answer: how telling it is by itself, where it stands, what goes before it."""
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


@cache
def tellings() -> list[dict[str, Any]]:
    """Dreams as they are told, each with the stretches that a reader would give back."""
    return [json.loads(line) for line in _tellings_text().splitlines() if line.strip()]


def _tellings_text() -> str:
    return (files("assistant.hearing") / "gist.jsonl").read_text(encoding="utf-8")


def _tellings_hash() -> str:
    return hashlib.sha256(_tellings_text().encode()).hexdigest()


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
