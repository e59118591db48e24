"""Learns the trees from the labelled pairs that are not held out: ``python -m assistant.support.train`` writes the weights."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.support.judge import judged_features, vetoed
from assistant.support.pairs import Pair, fold_of, is_held_out, pairs, readings
from assistant.support.trees import LEAF, WEIGHTS, Trees

Matrix = NDArray[np.float64]

FOLDS = 5
SEEDS = (0, 1, 2)  # as many boosted sets of trees, whose log odds are averaged
READING_WEIGHT = 0.7  # of a reading of an article, which is supported, beside a labelled pair
PRECISION = 0.96  # in cross-validation, that the threshold must reach
FEWEST = 30  # accepted pairs before a precision is believed


def train() -> dict[str, Any]:
    """The weights; the same pairs give the same ones. Takes about a minute."""
    learned = [pair for pair in pairs() if not is_held_out(pair.passage_id)]
    extra = [pair for pair in readings() if not is_held_out(pair.passage_id)]
    names, rows = _matrix([*learned, *extra])
    scores = _out_of_fold(learned, extra, rows, names)
    weights = _fitted(rows, [*learned, *extra], names)
    return {"threshold": _threshold(scores, [pair.supported for pair in learned]), **weights}


def _matrix(chosen: Sequence[Pair]) -> tuple[list[str], Matrix]:
    values = [judged_features(pair.sentence, pair.passage).values for pair in chosen]
    names = list(values[0])
    return names, np.array([[row[name] for name in names] for row in values])


def _out_of_fold(learned: Sequence[Pair], extra: Sequence[Pair], rows: Matrix, names: list[str]) -> list[float]:
    """The probability of each labelled pair, from trees that never saw its passage; 0 where a veto falls."""
    everything = [*learned, *extra]
    folds = np.array([fold_of(pair.passage_id, FOLDS) for pair in everything])
    scores = np.zeros(len(learned))
    for fold in range(FOLDS):
        inside = np.flatnonzero(folds != fold)
        trees = Trees({"threshold": 0.5, **_fitted(rows[inside], [everything[number] for number in inside], names)})
        for number in np.flatnonzero(folds[: len(learned)] == fold):
            values = dict(zip(names, rows[number], strict=True))
            scores[number] = 0.0 if vetoed(values) else trees.probability(values)
    return [float(score) for score in scores]


def _threshold(scores: Sequence[float], supported: Sequence[bool]) -> float:
    """The lowest score from which on the precision is reached, rounded up."""
    order = np.argsort(-np.array(scores), kind="stable")
    right = np.cumsum(np.array(supported)[order])
    precision = right / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((precision >= PRECISION) & (np.arange(1, len(order) + 1) >= FEWEST))
    return float(np.ceil(1000 * scores[order[enough[-1]]]) / 1000) if len(enough) else 1.0


def _fitted(rows: Matrix, chosen: Sequence[Pair], names: list[str]) -> dict[str, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    weights = np.array([READING_WEIGHT if pair.kind == "reading" else 1.0 for pair in chosen])
    wanted = np.array([pair.supported for pair in chosen])
    kept: dict[str, list[Any]] = {name: [] for name in ("roots", "feature", "limit", "left", "right", "value")}
    baseline = 0.0
    for seed in SEEDS:
        model = HistGradientBoostingClassifier(
            max_iter=400,
            learning_rate=0.04,
            max_leaf_nodes=16,
            min_samples_leaf=8,
            l2_regularization=3,
            max_features=0.1,
            early_stopping=False,
            random_state=seed,
        ).fit(rows, wanted, sample_weight=weights)
        baseline += float(model._baseline_prediction.ravel()[0]) / len(SEEDS)
        for [tree] in model._predictors:
            _keep(tree.nodes, kept)
    return {"names": names, "baseline": round(baseline, 6), **kept}


def _keep(nodes: Any, kept: dict[str, list[Any]]) -> None:
    first = len(kept["feature"])
    kept["roots"].append(first)
    for number, node in enumerate(nodes):
        leaf = bool(node["is_leaf"])
        kept["feature"].append(LEAF if leaf else int(node["feature_idx"]))
        kept["limit"].append(0.0 if leaf else float(f"{node['num_threshold']:.9g}"))
        kept["left"].append(first + (number if leaf else int(node["left"])))
        kept["right"].append(first + (number if leaf else int(node["right"])))
        kept["value"].append(round(float(node["value"]) / len(SEEDS), 6) if leaf else 0.0)


if __name__ == "__main__":
    learned_weights = train()
    path = Path(__file__).with_name(WEIGHTS)
    path.write_text(json.dumps(learned_weights, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path}: threshold {learned_weights['threshold']}, {len(learned_weights['roots'])} trees\n")
