"""Whether a sentence tells what the companion was told by its prompts: runs of their words, whole or in pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from assistant.readable import seen

RUN = 7  # words in a row that stand in a prompt by no chance: "what the dream means is for you" shares six
PIECE = 4  # words of a sentence that is nothing but a piece of a prompt
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_OF_THE_TEMPLATE = re.compile(r"{[{%].*?[%}]}")

Run = tuple[str, ...]


def leaks(sentence: str, notes: Sequence[str], said: Sequence[str]) -> bool:
    """Whether a sentence holds a run of the prompts, or is a piece of one.

    ``notes`` are other texts that only the model is to read; ``said`` is what the dreamer, the library or we said: to repeat
    that is no leak.
    """
    runs = _runs_of_text(sentence) & (_of_prompts() | _runs_of_all(notes))
    if runs and runs - _runs_of_all(said):
        return True
    words = _words(sentence)
    piece = len(words) >= PIECE and _stands_whole(words, notes)
    return piece and not any(f" {' '.join(words)} " in f" {' '.join(_words(one))} " for one in said)


def _stands_whole(words: Sequence[str], notes: Sequence[str]) -> bool:
    """Whether all the words stand in a row in a prompt."""
    sought = f" {' '.join(words)} "
    return any(sought in line for line in _prompt_lines()) or any(sought in f" {' '.join(_words(n))} " for n in notes)


@cache
def _prompt_lines() -> tuple[str, ...]:
    """The words of each line of the prompts; what a template puts in parts a line in two."""
    texts = [path.read_text(encoding="utf-8") for path in files("prompts").iterdir() if path.name.endswith(".md")]
    lines = [part for text in texts for line in text.splitlines() for part in _OF_THE_TEMPLATE.split(line)]
    return tuple(f" {' '.join(_words(line))} " for line in lines if _words(line))


@cache
def _of_prompts() -> frozenset[Run]:
    return frozenset().union(*(_runs(line.split()) for line in _prompt_lines()))


def _runs_of_all(texts: Sequence[str]) -> frozenset[Run]:
    return frozenset().union(*map(_runs_of_text, texts))


def _runs_of_text(text: str) -> frozenset[Run]:
    return _runs(_words(text))


def _runs(words: Sequence[str]) -> frozenset[Run]:
    return frozenset(tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _words(text: str) -> list[str]:
    return _WORD.findall(seen(text).lower().replace("’", "'"))
