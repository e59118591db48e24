"""A journal of 5,000 dreams: list, search, plots, one dream, and deleting all, as a browser asks for them through the door."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from httpx import Response
from starlette.testclient import TestClient

from assistant.journal import Journal, KeptConversation, KeptTurn
from assistant.journal.dreams import MarkKind
from assistant.journal.records import OwnWords
from assistant.page.addresses import Addresses
from assistant.page.beside.journal import DAYS
from assistant.page.beside.recurring import sign_of
from assistant.page.serve import House
from assistant.page.sharing import Sharing
from tests.soak.figures import Tell
from tests.warm_companion import warm_companion

pytestmark = pytest.mark.soak

OWN = "http://127.0.0.1:7860"
DREAMS, WORDS_EACH, MARKS_EACH = 5_000, 180, 11
TIMES = 40
MOST_MILLISECONDS = 300  # p95, of each page
SYLLABLES = [first + second for first in "bdfgklmnprst" for second in ("a", "e", "i", "o", "u", "ar", "il", "on")]
PAGES = (
    "/journal",
    "/journal?month=2024-03",
    "/journal?weekday=2",
    "/recurring",
    f"/recurring/image/{sign_of('image', 'water')}",
    "/dream/100",
    "/yours",
)

SEARCHES = ("water", "a house full of strangers", "größe")


def filled(journal: Journal, visitor: str, made_of: str) -> None:
    """Thirteen years of dreams, each with what it holds; some words are common, as in every language most are rare."""
    chance = random.Random(4)
    names = ["water", *("".join(chance.choices(SYLLABLES, k=2)) for _ in range(3_000))]
    shares = [1 / place for place in range(1, len(names) + 1)]
    day = datetime(2026, 6, 1, 7, tzinfo=UTC)
    rows = []
    for number in range(DREAMS):
        when = day - timedelta(days=number * 0.95)
        told = " ".join(chance.choices(names, shares, k=WORDS_EACH))
        own = OwnWords(day_before=chance.choice(("", *DAYS)))
        rows.append(KeptConversation(0, when, (KeptTurn(0, when, told, None),), when.date(), own))
    assert journal.restore(visitor, rows) == DREAMS
    vectors = np.random.default_rng(4).normal(size=(DREAMS, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kinds = [MarkKind.IMAGE] * 8 + [MarkKind.PERSON, MarkKind.FEELING, MarkKind.THEME]
    for id, vector in zip(journal.dreams.unread(visitor, made_of), vectors, strict=False):
        held = chance.choices(names, shares, k=MARKS_EACH)
        journal.dreams.keep_reading(
            visitor, journal.conversation(visitor, id), made_of, zip(kinds, held, strict=True), vector
        )


def test_each_page_of_a_large_journal_is_there_at_once(library_dir: Path, tmp_path: Path, tell: Tell) -> None:
    companion = warm_companion(library_dir).with_journal_in(tmp_path)
    house = House(companion, Addresses("127.0.0.1", 7860, lambda: ""), Sharing(tmp_path))
    browser = TestClient(house.door, base_url=OWN, headers={"origin": OWN})
    browser.get("/journal")
    browser.post("/journal", data={"dream": "a whale in the garden"})
    visitor = companion.journal.visitors()[0]
    filled(companion.journal, visitor, companion.recurring.made_of)
    slow = []
    asked: dict[str, Callable[[], Response]] = {address: partial(browser.get, address) for address in PAGES}
    for words in SEARCHES:
        asked[f"searching for {words!r}"] = partial(browser.post, "/journal/search", data={"q": words})
    for address, ask in asked.items():
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            assert ask().status_code == 200
            took.append((time.perf_counter() - began) * 1000)
        p50, p95 = np.quantile(took, [0.5, 0.95])
        tell(address, f"p50 {p50:.0f} ms, p95 {p95:.0f} ms")
        slow += [address] if p95 > MOST_MILLISECONDS else []
    began = time.perf_counter()
    assert browser.post("/yours/delete").status_code == 200
    tell("deleting all, seconds", time.perf_counter() - began)
    assert companion.journal.dreams.count(visitor) == 0
    assert slow == []
