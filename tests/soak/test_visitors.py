"""Sixteen people at once, with a model that streams and often fails: nobody sees another's words, and nobody's are lost."""

from __future__ import annotations

import json
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.companion import Companion
from assistant.journal import Journal
from assistant.settings import Settings
from assistant.types import Done, Event, Notice, Passages, Question, Sentence
from knowledge.errors import StorageError
from tests.endpoint import Endpoint, Exchange, Request, answer
from tests.endpoint_faults import FAULTS
from tests.soak.figures import Tell

pytestmark = pytest.mark.soak

SECONDS = 120
TURNS_OF_A_CONVERSATION = 6
MOST_SECONDS = 40  # of a turn, where a model's reply may take 8
FAILING = 0.3  # of the requests
TAKEN_BACK = 30  # messages of each visitor
# Each visitor has a thing that nobody else speaks of, and neither does the library.
THINGS = """accordion bagpipe cactus didgeridoo flamingo gondola harpsichord igloo jellyfish kangaroo lighthouse marzipan
ostrich penguin trombone walrus""".split()
# What they tell of it, and a reply of a model that gives it back.
TOLD = {
    "I was running from a {} and my legs would not move.": "HEARD: You were running from a {}, and your legs would not move.\n"
    "QUESTION: What was it about the {} that made you run?\n",
    "The {} stood in my kitchen and I could not scream.": "HEARD: The {} stood in your kitchen, and you could not scream.\n"
    "QUESTION: What did the {} look like?\n",
    "Then the {} was my teacher and I had no clothes on.": "HEARD: Then the {} was your teacher, and you had no clothes on.\n"
    "QUESTION: What does a {} bring to your mind?\n",
    "I fell from a tower with the {} in my arms.": "HEARD: You fell from a tower with the {} in your arms.\n"
    "QUESTION: How did it feel to hold the {}?\n",
    "My teeth fell out when the {} laughed at me.": "HEARD: Your teeth fell out when the {} laughed at you.\n"
    "QUESTION: Where were you when the {} laughed?\n",
}
NAMES_OF_FAULTS = (
    "status 500", "status 429", "hang before headers", "hang before first token", "stall", "drip of words", "cut in a chunk",
    "reset in the middle", "error in the stream", "empty reply", "not UTF-8", "words without end",
)  # fmt: skip


class Model:
    """What the endpoint does: it gives back what the last message tells, or goes wrong. ``mixed`` are requests of two visitors."""

    def __init__(self) -> None:
        self._chance = random.Random(5)
        self._faults = [fault.behaviour for fault in FAULTS if fault.name in NAMES_OF_FAULTS]
        self.mixed: list[str] = []

    def __call__(self, exchange: Exchange) -> None:
        if self._chance.random() < FAILING:
            self._chance.choice(self._faults)(exchange)
        else:
            answer(self._reply)(exchange)

    def _reply(self, request: Request) -> str:
        sent = " ".join(message["content"] for message in request.body["messages"])
        things = things_in(sent)
        if len(things) != 1:
            self.mixed.append(sent)
        last = request.body["messages"][-1]["content"]
        return next(
            (
                reply.format(thing, thing)
                for thing in things
                for told, reply in TOLD.items()
                if told.format(thing) in last
            ),
            "HEARD: It went on.\n",
        )


def things_in(text: str) -> set[str]:
    """Whose words a text holds."""
    return {thing for thing in THINGS if thing in text.lower()}


class Visitor:
    """Somebody who tells dream after dream of their own thing, stops some replies and leaves some."""

    def __init__(self, companion: Companion, thing: str) -> None:
        self._companion = companion
        self._chance = random.Random(thing)
        self.thing = thing
        self.told: dict[int, list[str]] = {}
        self.ends: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.saw_of_others: list[str] = []

    def talk_until(self, deadline: float) -> None:
        """Conversation after conversation."""
        while time.monotonic() < deadline:
            conversation = self._companion.journal.start_conversation(self.thing)
            for _ in range(TURNS_OF_A_CONVERSATION):
                self._turn(conversation)

    def _turn(self, conversation: int) -> None:
        message = self._chance.choice(list(TOLD)).format(self.thing)
        self.told.setdefault(conversation, []).append(message)
        began = time.monotonic()
        end = self._hear(conversation, message, self._chance.choices(["stop", "leave", "stay"], [1, 1, 10])[0])
        self.seconds.append(time.monotonic() - began)
        self.ends[end] += 1
        if end.startswith("notice") and self._chance.random() < 0.5:
            self._let_built_in_answer(conversation, message)

    def _let_built_in_answer(self, conversation: int, message: str) -> None:
        """As the page's button does."""
        last = self._companion.journal.conversation(self.thing, conversation).turns[-1]
        assert self._companion.take_back(self.thing, conversation, last.id).message == message
        self.ends[f"after a notice {self._hear(conversation, message, 'stay', built_in=True)}"] += 1

    def _hear(self, conversation: int, message: str, habit: str, *, built_in: bool = False) -> str:
        """Follow a reply to its end, or as far as one's habit goes; how it ended."""
        stop = threading.Event()
        events = self._companion.respond(self.thing, conversation, message, stop=stop, built_in=built_in)
        last: Event | None = None
        for last in events:
            self._look_at(last)
            if isinstance(last, Sentence) and habit == "stop":
                stop.set()
            if isinstance(last, Sentence) and habit == "leave":
                events.close()  # type: ignore[attr-defined]
                return "left"
        if isinstance(last, Done):
            return "stopped" if last.turn.stopped else f"reply of the {last.turn.voice} voice"
        assert isinstance(last, Notice) and last.text.endswith("What you wrote is kept."), last
        return f"notice {last.kind}"

    def _look_at(self, event: Event) -> None:
        match event:
            case Sentence(text=text) | Question(text=text) | Notice(text=text):
                seen = text
            case Passages(hits=hits):
                seen = " ".join(hit.passage.text for hit in hits)
            case Done(turn=turn):
                seen = turn.reply
        if things_in(seen) - {self.thing}:
            self.saw_of_others.append(seen)

    def check_journal(self) -> Iterator[str]:
        """What is wrong with what the journal keeps of this visitor."""
        kept = {one.id: one for one in self._companion.journal.conversations(self.thing)}
        if {number: [turn.message for turn in one.turns] for number, one in kept.items()} != self.told:
            yield f"{self.thing}: not the messages that were told"
        for one in kept.values():
            for turn in one.turns:
                if things_in(json.dumps(turn.answer)) - {self.thing}:
                    yield f"{self.thing}: another's words in {turn.answer}"


def test_sixteen_visitors_with_a_model_that_often_fails(library_dir: Path, tmp_path: Path, tell: Tell) -> None:
    shutil.copytree(library_dir, tmp_path, dirs_exist_ok=True)
    model = Model()
    with Endpoint(model) as endpoint:
        settings = Settings(
            data_dir=tmp_path, model="some-model", base_url=endpoint.base_url, api_key="", connect_timeout=2,
            first_token_timeout=4, stall_timeout=2, reply_timeout=8,
        )  # fmt: skip
        companion = Companion.open(settings)
        companion.warm_up()
        library = " ".join(section.text for one in companion.library.articles().values() for section in one.sections)
        assert things_in(library) == set()
        threads = threading.active_count()
        visitors = [Visitor(companion, thing) for thing in THINGS]
        deadline = time.monotonic() + SECONDS
        with ThreadPoolExecutor(len(visitors)) as pool:
            for talk in [pool.submit(visitor.talk_until, deadline) for visitor in visitors]:
                talk.result()
        tell("seconds longer than meant", time.monotonic() - deadline)
        wrong = [fault for visitor in visitors for fault in visitor.check_journal()]
        companion.close()
    ends = sum((visitor.ends for visitor in visitors), Counter())
    seconds = [one for visitor in visitors for one in visitor.seconds]
    tell("turns, requests to the model", (len(seconds), len(endpoint.requests)))
    tell("how they ended", dict(ends.most_common()))
    tell("a turn, s p50, p95 and longest", tuple(round(float(np.quantile(seconds, q)), 2) for q in (0.5, 0.95, 1)))
    tell("threads before and after", (threads, threading.active_count()))
    assert model.mixed == []
    assert [seen for visitor in visitors for seen in visitor.saw_of_others] == []
    assert wrong == []
    assert max(seconds) < MOST_SECONDS
    assert ends["reply of the free voice"] > 100 and sum(ends[one] for one in ends if one.startswith("notice")) > 20


def test_sixteen_visitors_may_take_back_at_once(tmp_path: Path, tell: Tell) -> None:
    journal = Journal(tmp_path)

    def refused(visitor: str) -> int:
        conversation = journal.start_conversation(visitor)
        count = 0
        for _ in range(TAKEN_BACK):
            turn = journal.record_message(visitor, conversation, "I was running and my legs would not move.")
            try:
                journal.drop_turns_from(visitor, conversation, turn)
            except StorageError:
                count += 1
        return count

    with ThreadPoolExecutor(len(THINGS)) as pool:
        found = sum(pool.map(refused, THINGS))
    journal.close()
    tell("refused", f"{found} of {TAKEN_BACK * len(THINGS)}")
    assert found == 0
