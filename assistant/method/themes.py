"""What is known of the library's articles beyond their text: what a long telling must name to be read by one, and which sections help."""

from __future__ import annotations

import re
from functools import cache

from assistant.kept_yaml import read_yaml
from assistant.words import count_words

SURE_WITHOUT_A_NAME = 0.3  # coverage: real dreams outside the library lie below it but for one in fifty
LONG = 25  # words; in a shorter message the theme may be meant without being named


def speaks_of(message: str, article: str, coverage: float) -> bool:
    """Whether the message, which the library covers so well, may be read by that article: a long one names its theme, or is
    surely covered. An article without words of its own refuses none."""
    pattern = _words().get(article)
    named = pattern is None or bool(pattern.search(message))
    return named or count_words(message) < LONG or coverage >= SURE_WITHOUT_A_NAME


def is_to_try(section: str) -> bool:
    """Whether the section names something to do; an article of the reader's own is not known well enough to say."""
    return section in _to_try()


def may_read(message: str, section: str) -> bool:
    """Whether the section may read a dream that is told so: one that answers a question needs one, or a word that points to it."""
    pattern = _words_of_sections().get(section)
    return pattern is None or "?" in message or bool(pattern.search(message))


@cache
def _to_try() -> frozenset[str]:
    return frozenset(read_yaml("assistant.method", "to_try.yaml"))


@cache
def _words() -> dict[str, re.Pattern[str]]:
    return _beginnings("theme_words.yaml")


@cache
def _words_of_sections() -> dict[str, re.Pattern[str]]:
    return _beginnings("section_words.yaml")


def _beginnings(file: str) -> dict[str, re.Pattern[str]]:
    """For each key of the file a pattern that finds one of its beginnings of words."""
    rows = read_yaml("assistant.method", file)
    return {
        name: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE) for name, words in rows.items()
    }
