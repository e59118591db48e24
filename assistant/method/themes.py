"""Whether a long telling names what an article is about: the second condition, beside likeness, for a reading of it."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

from assistant.words import count_words

LONG = 25  # words; in a shorter message the theme may be meant without being named


def speaks_of(message: str, article: str) -> bool:
    """Whether the message may be read by that article; an article without words of its own refuses none."""
    pattern = _words().get(article)
    return pattern is None or count_words(message) < LONG or bool(pattern.search(message))


@cache
def _words() -> dict[str, re.Pattern[str]]:
    rows = yaml.safe_load((files(__package__) / "theme_words.yaml").read_text(encoding="utf-8"))
    return {
        article: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE)
        for article, words in rows.items()
    }
