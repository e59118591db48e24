"""Boosted trees kept as a readable file of numbers, and the probability that they give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEIGHTS = "weights.json"
LEAF = -1  # in place of a feature's number


class Trees:
    """Sums of trees: each node asks whether a feature is at most a threshold, each leaf adds to the log odds.

    ``threshold`` is the probability from which on a sentence counts as supported.
    """

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self.names: list[str] = list(weights["names"])
        self.threshold = float(weights["threshold"])
        self._baseline = float(weights["baseline"])
        self._roots = np.array(weights["roots"], dtype=np.int64)
        self._feature = np.array(weights["feature"], dtype=np.int64)
        self._limit = np.array(weights["limit"], dtype=np.float64)
        self._left = np.array(weights["left"], dtype=np.int64)
        self._right = np.array(weights["right"], dtype=np.int64)
        self._value = np.array(weights["value"], dtype=np.float64)

    @cached_property
    def _inner(self) -> NDArray[np.bool_]:
        return self._feature != LEAF

    def probability(self, values: Mapping[str, float]) -> float:
        """From 0 to 1, of figures by name."""
        row = np.array([values[name] for name in self.names], dtype=np.float64)
        nodes = self._roots
        while self._inner[nodes].any():
            below = row[self._feature[nodes]] <= self._limit[nodes]
            nodes = np.where(self._inner[nodes], np.where(below, self._left[nodes], self._right[nodes]), nodes)
        return float(1 / (1 + np.exp(-self._baseline - self._value[nodes].sum())))


@cache
def learned_trees() -> Trees:
    """The trees that come with the project."""
    return Trees(json.loads((files("assistant.support") / WEIGHTS).read_text(encoding="utf-8")))
