"""Small articles and an embedder whose vectors can be computed by eye, for tests of the index and programs they start."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.types import Article, Section

REPOSITORY = Path(__file__).parents[2]
BACKGROUND = ("quiet zebras zigzag", "jolly quizzes jam")
ROOT_ANYWAY = (1, 2)  # capabilities by which root writes and reads whatever the permissions say
PR_CAPBSET_DROP = 24


class Letters:
    """Counts the letters of ``alphabet``: one dimension a letter, unit length. ``seen`` are all texts that were embedded."""

    def __init__(self, alphabet: str = "abcdefghijklmnopqrstuvwxyz", fingerprint: str = "") -> None:
        self.fingerprint = fingerprint or f"letters {alphabet}"
        self.alphabet = alphabet
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        counts = [[text.lower().count(letter) for letter in self.alphabet] for text in texts]
        vectors = np.array(counts, dtype=np.float32).reshape(len(texts), len(self.alphabet))
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2


class Counting:
    """Another embedder, and every text that was asked of it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.seen: list[str] = []

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return self._embedder.encode(texts)

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)


def article(article_id: str, *words: str) -> Article:
    """An article with a section a word: its text, its reading and what dreamers say are all about that word."""
    sections = (
        Section(
            f"{article_id}/{word}",
            word.title(),
            f"Dreams of {word} {word} {word} come to many people.",
            dreamers_say=(f"{word} {word} again", f"always {word} {word}"),
        )
        for word in words
    )
    return Article(article_id, article_id.title(), tuple(sections))


def some_articles() -> dict[str, Article]:
    """Two articles, three sections."""
    return {"falls": article("falls", "cliff", "lift"), "bees": article("bees", "hum")}


def program(code: str, *arguments: object) -> list[str]:
    """The command line of a program in this project's Python; its arguments are ``sys.argv[1:]``."""
    return [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A program under way, to be talked to."""
    return subprocess.Popen(
        program(code, *arguments),
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(code: str, *arguments: object, as_root: bool = True) -> str:
    """What a program printed; it must end well. Without ``as_root`` permissions hold for it, whoever runs the tests."""
    ended = subprocess.run(
        program(code, *arguments),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        preexec_fn=None if as_root else _drop_privileges,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _drop_privileges() -> None:
    libc = ctypes.CDLL(None)
    for capability in ROOT_ANYWAY:
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
