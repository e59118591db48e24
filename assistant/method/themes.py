"""What is known of the library's articles beyond their text: what a long telling must name to be read by one, and which sections help."""

from __future__ import annotations

import re
from functools import cache

from assistant.kept_yaml import read_yaml
from assistant.words import count_words

LONG = 25  # words; in a shorter message the theme may be meant without being named


def speaks_of(message: str, article: str) -> bool:
    """Whether the message may be read by that article; an article without words of its own refuses none."""
    pattern = _words().get(article)
    return pattern is None or count_words(message) < LONG or bool(pattern.search(message))


def is_to_try(section: str) -> bool:
    """Whether the section names something to do; an article of the reader's own is not known well enough to say."""
    return section in _to_try()


@cache
def _to_try() -> frozenset[str]:
    return frozenset(read_yaml("assistant.method", "to_try.yaml"))


@cache
def _words() -> dict[str, re.Pattern[str]]:
    rows = read_yaml("assistant.method", "theme_words.yaml")
    return {
        article: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE)
        for article, words in rows.items()
    }
