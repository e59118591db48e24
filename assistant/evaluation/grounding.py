"""How well support is told from near misses, on the labelled pairs whose passages nothing was learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.evaluation.retrieval import auroc
from assistant.grounding import support
from assistant.support.pairs import Pair, is_held_out, pairs, readings

PRECISION = 0.95  # at which recall is told, whatever the threshold


def measure_grounding() -> dict[str, Any]:
    """Precision, recall and AUROC on the held-out pairs, false acceptances by kind, and the articles' own readings.

    The last figure but two is a baseline that never sees a passage: what the wording alone gives away.
    """
    held_out = [pair for pair in pairs() if is_held_out(pair.passage_id)]
    judged = [support(pair.sentence, pair.passage) for pair in held_out]
    right = np.array([pair.supported for pair in held_out])
    accepted = np.array([judgement.supported for judgement in judged])
    scores = np.array([judgement.score for judgement in judged])
    kinds = Counter(pair.kind for pair in held_out if not pair.supported)
    false = Counter(
        pair.kind for pair, was_accepted in zip(held_out, accepted, strict=True) if was_accepted and not pair.supported
    )
    own = [pair for pair in readings() if is_held_out(pair.passage_id)]
    return {
        "pairs held out, passages": f"{len(held_out)}, {len({pair.passage_id for pair in held_out})}",
        "precision": float(right[accepted].mean()) if accepted.any() else 0.0,
        "recall": float(accepted[right].mean()),
        "AUROC": auroc(list(scores[right]), list(scores[~right])),
        f"recall at precision {PRECISION}": recall_at(PRECISION, list(scores), list(right)),
        **{f"near misses accepted, {kind}": f"{false[kind]} of {count}" for kind, count in sorted(kinds.items())},
        "AUROC of the wording alone": _wording_alone(held_out),
        "own readings held out": len(own),
        "own readings held out, supported": float(
            np.mean([support(pair.sentence, pair.passage).supported for pair in own])
        ),
    }


def recall_at(precision: float, scores: Sequence[float], supported: Sequence[bool]) -> float:
    """The largest recall (0 to 1) that some threshold has at this precision or a better one; 0 where none has."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    found = np.cumsum(np.asarray(supported)[order])
    enough = np.flatnonzero(found / np.arange(1, len(order) + 1) >= precision)
    return float(found[enough[-1]] / found[-1]) if len(enough) else 0.0


def _wording_alone(held_out: Sequence[Pair]) -> float:
    """AUROC of a regression over the sentence's words, learned where the trees were."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    learned = [pair for pair in pairs() if not is_held_out(pair.passage_id)]
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=5))
    model.fit([pair.sentence for pair in learned], [pair.supported for pair in learned])
    scores = model.decision_function([pair.sentence for pair in held_out])
    right = np.array([pair.supported for pair in held_out])
    return auroc(list(scores[right]), list(scores[~right]))
