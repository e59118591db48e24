"""Thousands of turns through one companion: memory and time stay as they are, and a long conversation does not repeat itself."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.companion import Companion
from assistant.evaluation.samples import labelled, outside_messages
from assistant.evaluation.speed import memory_gigabytes
from assistant.types import Done, Role, Turn
from assistant.words import MARK
from tests.soak.figures import Tell
from tests.warm_companion import warm_companion

pytestmark = pytest.mark.soak

TURNS = 2000
TURNS_OF_A_CONVERSATION = 10
COMPARED = 30  # conversations at the beginning, and again at the end
VISITORS = 8
MOST_MORE_MEGABYTES = 60
MOST_SLOWER = 1.5
LONG_CONVERSATION = 200
MOST_SECONDS = 1.0
SMALL_TALK = (
    "idk",
    "no, that doesn't fit",
    "yes exactly",
    "why does this happen?",
    "It was dark.",
    "what? nothing",
    "hm",
)


@pytest.fixture
def companion(library_dir: Path, tmp_path: Path) -> Companion:
    """The built-in voice answers, from a journal of the test's own."""
    return warm_companion(library_dir).with_journal_in(tmp_path)


def conversation_of(chance: random.Random, length: int) -> list[str]:
    """Messages of all our files, mixed; every third is two of them in one, so that few come twice."""
    pool = [row.message for name in ("retrieval", "followups", "source_article") for row in labelled(name)]
    pool += outside_messages()
    found = []
    for number in range(length):
        message = chance.choice(SMALL_TALK if number % 5 == 4 else pool)
        found.append(f"{message} {chance.choice(pool)}" if number % 3 == 2 else message)
    return found


class Talk:
    """Conversations through one companion, and what each turn cost."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self.turns: list[Turn] = []
        self.seconds: list[float] = []  # by the clock
        self.work: list[float] = []  # of the processor, whatever else runs on the computer

    def hold(self, visitor: str, messages: Sequence[str]) -> None:
        """One conversation."""
        conversation = self._companion.journal.start_conversation(visitor)
        for message in messages:
            seconds, work = time.perf_counter(), time.process_time()
            last = list(self._companion.respond(visitor, conversation, message))[-1]
            self.seconds.append(time.perf_counter() - seconds)
            self.work.append(time.process_time() - work)
            assert isinstance(last, Done)
            self.turns.append(last.turn)
        kept = self._companion.journal.conversation(visitor, conversation).turns
        assert [turn.message for turn in kept] == list(messages)


def test_memory_and_time_stay_flat_over_two_thousand_turns(companion: Companion, tell: Tell) -> None:
    compared = [conversation_of(random.Random(number), TURNS_OF_A_CONVERSATION) for number in range(COMPARED)]
    chance = random.Random(1000)
    others = TURNS // TURNS_OF_A_CONVERSATION - 2 * COMPARED
    between = [conversation_of(chance, TURNS_OF_A_CONVERSATION) for _ in range(others)]
    talk = Talk(companion)
    memory = []
    for number, messages in enumerate([*compared, *between, *compared]):
        talk.hold(f"visitor {number % VISITORS}", messages)
        memory.append(memory_gigabytes() * 1000)
    assert len(talk.turns) == TURNS
    begin, end = talk.work[: COMPARED * TURNS_OF_A_CONVERSATION], talk.work[-COMPARED * TURNS_OF_A_CONVERSATION :]
    slower = float(np.sum(end) / np.sum(begin))
    more = memory[-1] - memory[COMPARED - 1]
    tell("turns, conversations, visitors", (len(talk.turns), len(memory), VISITORS))
    tell("memory, MB, after each 30 conversations", [round(one) for one in memory[COMPARED - 1 :: COMPARED]])
    tell("memory, MB more since the first 300 turns", more)
    tell(
        "a turn by the clock, s p50 and p95", tuple(round(float(np.quantile(talk.seconds, q)), 3) for q in (0.5, 0.95))
    )
    tell("a turn's work at the end, times that at the beginning", slower)
    assert more < MOST_MORE_MEGABYTES
    assert slower <= MOST_SLOWER


@pytest.fixture(scope="module")
def long_talk(library_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """One conversation of two hundred turns."""
    talk = Talk(warm_companion(library_dir).with_journal_in(tmp_path_factory.mktemp("journal")))
    talk.hold("somebody", conversation_of(random.Random(2), LONG_CONVERSATION))
    return talk


def test_a_long_conversation_says_no_reading_twice(long_talk: Talk, tell: Tell) -> None:
    said = [
        MARK.sub("", sentence.text).strip()
        for turn in long_talk.turns
        for sentence in turn.sentences
        if sentence.role is Role.READING
    ]
    tell("readings", len(said))
    assert len(said) == len(set(said)) > 50


def test_a_long_conversation_asks_no_question_twice_in_a_row(long_talk: Talk, tell: Tell) -> None:
    asked = [turn.question for turn in long_talk.turns if turn.question]
    tell("questions, different ones", (len(asked), len(set(asked))))
    assert len(asked) > LONG_CONVERSATION / 2
    assert [one for one, before in zip(asked[1:], asked, strict=False) if one == before] == []


def test_a_long_conversation_stays_quick(long_talk: Talk, tell: Tell) -> None:
    for start in (0, 50, 100, 150):
        p50, p95 = np.quantile(long_talk.seconds[start : start + 50], [0.5, 0.95])
        tell(f"turns {start + 1} to {start + 50}, s p50 and p95", f"{p50:.2f} {p95:.2f}")
    assert np.quantile(long_talk.seconds[-50:], 0.95) < MOST_SECONDS
