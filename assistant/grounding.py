"""Does a passage support a sentence? Precision comes before recall.

Similarity cannot tell support from a near miss, so over a hundred signals of words, order, numbers, certainty, negation and
cause are weighed by trees learned from labelled pairs; no sentence passes with a figure that the passage does not have, or with
what no reply may say. A free wording that strays far from the passage fails although it may be right.
"""

from __future__ import annotations

from assistant.support.judge import Support, support
from assistant.support.rules import figures, numbers, sentences_of

__all__ = ["Support", "figures", "numbers", "sentences_of", "support"]
