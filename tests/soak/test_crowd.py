"""Two hundred people tell a dream at the same moment: each is told the place in the line, and each gets the reply."""

from __future__ import annotations

import random
import re
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.evaluation.samples import labelled
from assistant.page.limits import REPLIES_AT_ONCE
from tests.program import Program, Tab, running
from tests.soak.figures import Tell
from tests.soak.test_crashes import conversations, messages

pytestmark = pytest.mark.soak

VISITORS = 200
MOST_SECONDS = 120  # until the last has the whole reply
MOST_MEGABYTES = 2500
PLACE = re.compile(r"(\d+) people are before you|(One) person is before you")


class Teller:
    """One visitor with one dream."""

    def __init__(self, number: int, message: str) -> None:
        self._tab = Tab(f"tab{number:05}")
        self.message = message
        self.places: list[int] = []  # as they were told, in order
        self.received = self.first_unit = self.whole = 0.0  # seconds after sending
        self.end = ""

    def open(self, address: str) -> None:
        self._tab.open(address)

    def tell(self, together: threading.Barrier) -> None:
        together.wait()
        began = time.monotonic()
        for shown in self._tab.say(self.message):
            self.received = self.received or time.monotonic() - began
            if found := PLACE.search(self._tab.changed):
                self.places.append(1 if found.group(2) else int(found.group(1)))
            if not self.first_unit and re.search(r'class="reply">\s*<p', self._tab.changed):
                self.first_unit = time.monotonic() - began
            self.end = shown or self.end
        self.whole = time.monotonic() - began

    @property
    def conversation(self) -> int:
        return int(self._tab.conversation)


def quantiles(figures: Sequence[float]) -> str:
    return " ".join(f"{np.quantile(figures, q):.1f}" for q in (0.5, 0.95, 1))


def tell_all(program: Program, tellers: Sequence[Teller]) -> None:
    """Open every page, then send every message at the same moment."""
    address = program.address()
    early = Teller(len(tellers), "I fell from a tower.")
    early.open(address)
    early.tell(threading.Barrier(1))  # for which the models are loaded
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda teller: teller.open(address), tellers))
    together = threading.Barrier(len(tellers))
    with ThreadPoolExecutor(len(tellers)) as pool:
        list(pool.map(lambda teller: teller.tell(together), tellers))


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of another program is read as on Linux")
def test_two_hundred_at_once_are_told_their_place_and_all_get_their_reply(
    library_dir: Path, tmp_path: Path, tell: Tell
) -> None:
    shutil.copytree(library_dir, tmp_path / "data")
    pool = [row.message for row in labelled("retrieval")]
    chance = random.Random(6)
    tellers = [Teller(number, f"{chance.choice(pool)} {chance.choice(pool)}") for number in range(VISITORS)]
    with running(tmp_path, "serve", "--port", 0) as program:
        tell_all(program, tellers)
        memory = program.most_memory()
        assert program.interrupt() == 0
    kept = conversations(program.data)
    waited = [teller for teller in tellers if teller.places]
    tell("told their place, of whom the last was told to be at", (len(waited), max(max(one.places) for one in waited)))
    tell("time until the message is shown, s p50, p95 and longest", quantiles([one.received for one in tellers]))
    tell("time to the first unit, s p50, p95 and longest", quantiles([one.first_unit for one in tellers]))
    tell("time to the whole reply, s p50, p95 and longest", quantiles([one.whole for one in tellers]))
    tell("memory of the server, MB at most", memory)
    assert program.errors == ""
    assert [one.message for one in tellers if 'data-state="done"' not in one.end.partition(">")[0]] == []
    assert [one.message for one in tellers if not one.first_unit] == []
    assert all(messages(kept[one.conversation]) == [one.message] for one in tellers)
    assert all(one.answer is not None for conversation in kept.values() for one in conversation.turns)
    assert len(waited) >= VISITORS / 2 and VISITORS - REPLIES_AT_ONCE >= max(max(one.places) for one in waited) > 50
    assert [one.places for one in waited if one.places != sorted(one.places, reverse=True)] == []
    assert max(one.whole for one in tellers) < MOST_SECONDS
    assert memory < MOST_MEGABYTES
