"""Judges a sentence against a passage: nearly to the letter it holds; else hard rules first, then the learned trees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.support.features import Features, features
from assistant.support.near_verbatim import is_near_verbatim
from assistant.support.rules import sentences_of
from assistant.support.trees import learned_trees
from assistant.words import MARK, is_english

VETOES = (
    "rule: never said",
    "rule: nothing shared",
    "rule: numbers",
    "rule: a number moved",
    "rule: compares otherwise",
    "rule: surer",
    "rule: negates otherwise",
    "rule: denied next",
    "figures not in the passage",
    "numbers not in the passage",
    "overclaim new",
)
BELOW = 0.001  # the threshold: the most that a sentence may score which a veto falls on
LONGEST_SENTENCE = 600  # characters; what is longer is no sentence that could be checked
LONGEST_PASSAGE = 20_000  # characters; what stands further down is not looked at

_HAS_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a passage carries a sentence, how surely (0 to 1), and the passage's sentence that does."""

    supported: bool
    score: float
    rests_on: str


def support(sentence: str, passage: str) -> Support:
    """Judge one sentence against one passage. Raises EmbeddingError when the embedding model's package is missing."""
    sentences = _judged_sentences(passage)
    said = MARK.sub("", sentence)
    if not _HAS_WORD.search(said) or len(sentence) > LONGEST_SENTENCE or not is_english(said) or not sentences:
        return Support(False, 0.0, "")
    found = judged_features(sentence, passage)
    trees = learned_trees()
    score = trees.probability(found.values)
    supported = score >= trees.threshold and not vetoed(found.values)
    to_the_letter = is_near_verbatim(said, passage[:LONGEST_PASSAGE])
    if to_the_letter and not (found.values["rule: never said"] or found.values["rule: denied next"]):
        supported, score = True, 1 - BELOW * (1 - score)
    if not supported:
        score = min(score, trees.threshold - BELOW)
    return Support(supported, round(score, 3), sentences[found.best] if supported else "")


def judged_features(sentence: str, passage: str) -> Features:
    """What the trees see of a sentence that has a word and a passage that has one."""
    return features(MARK.sub("", sentence).strip(), _judged_sentences(passage))


def vetoed(values: Mapping[str, float]) -> bool:
    """Whether one of the rules that no score outweighs speaks against the sentence."""
    return any(values[name] > 0 for name in VETOES)


def _judged_sentences(passage: str) -> tuple[str, ...]:
    return tuple(sentence for sentence in sentences_of(passage[:LONGEST_PASSAGE]) if _HAS_WORD.search(sentence))
