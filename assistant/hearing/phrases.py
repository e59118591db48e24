"""The turns of phrase that the ear knows (phrases.yaml), as patterns."""

from __future__ import annotations

import re

from assistant.kept_yaml import read_yaml

_PHRASES: dict[str, str] = read_yaml("assistant.hearing", "phrases.yaml")


def any_of(name: str) -> str:
    """The phrases under this heading as one regular expression."""
    lines = "|".join(line for line in _PHRASES[name].splitlines() if line)
    return f"(?:{lines})".replace("<subject>", _SUBJECT).replace("<night>", _NIGHT)


def phrase(name: str) -> re.Pattern[str]:
    """A pattern that finds any of these phrases as whole words, whatever the capitals."""
    return re.compile(rf"\b{any_of(name)}\b", re.IGNORECASE)


def at_start(name: str, after: str = "") -> re.Pattern[str]:
    """A pattern that matches one of these phrases at the beginning, or after words of the given pattern."""
    return re.compile(rf"^{after}{any_of(name)}", re.IGNORECASE)


_NIGHT, _SUBJECT = "", ""
_NIGHT = any_of("night")
_SUBJECT = any_of("subject")
