"""The program is killed at many moments while it takes articles in or answers: nothing that was said or stored is lost.

The suite has a sample of it: one kill of each way to answer (tests/knowledge/test_index.py has those of a rebuild).
"""

from __future__ import annotations

import html
import json
import random
import shutil
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from assistant.evaluation.samples import labelled
from assistant.journal import JOURNAL, Journal, KeptConversation
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.handlers import NEW, Handlers
from knowledge.embedding import SentenceTransformerEmbedder
from knowledge.generation import MANIFEST
from knowledge.index import KEPT_GENERATIONS
from knowledge.library import Library
from knowledge.reading import read_article
from tests.endpoint import Endpoint, say
from tests.program import SECONDS_TO_START, Tab, running
from tests.soak.figures import Tell
from tests.soak.generated import sentence, write_article
from tests.warm_companion import warm_companion

DREAM = "my feet were glued to the road"
SEARCHES = {DREAM: "cant-run/feet-stuck", "all my teeth crumbled like chalk": "teeth", "i fell off a cliff": "falling"}
COPIES = "dream-index-*"  # of the index, one for each program that reads it, in the folder for temporary files


@pytest.fixture
def house(tmp_path: Path, library_dir: Path) -> Path:
    """A folder for a program; its data folder holds the index of the packaged library."""
    shutil.copytree(library_dir, tmp_path / "house" / "data")
    return tmp_path / "house"


def megabytes(folder: Path) -> float:
    """What the files in a folder hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


# ---- while articles are taken in ----

INGESTS_KILLED = 20
ARTICLES_AT_ONCE = 3


def generations(data: Path) -> tuple[int, int]:
    """How many generations of the index are whole, and how many are half-written."""
    folders = [path for path in (data / "index").iterdir() if path.is_dir()]
    whole = sum((folder / MANIFEST).exists() for folder in folders)
    return whole, len(folders) - whole


def check_library(
    data: Path, embedder: SentenceTransformerEmbedder, files: dict[str, Path], sentences: dict[str, str]
) -> None:
    """The library opens and finds the right sections; each own article on the shelf is whole and found by its sentence."""
    library = Library(data, embedder)
    articles = library.articles()
    for message, wanted in SEARCHES.items():
        assert library.search(message, count=1).hits[0].section.id.startswith(wanted), message
    for name in library.own_articles():
        assert articles[name] == read_article(files[name])
        assert sentences[name] in library.search(sentences[name], article=name, count=1).hits[0].section.text


@pytest.mark.soak
def test_an_ingest_may_be_killed_at_any_moment(
    house: Path, tmp_path: Path, embedder: SentenceTransformerEmbedder, tell: Tell
) -> None:
    chance = random.Random(1)
    data = house / "data"
    files: dict[str, Path] = {}
    sentences: dict[str, str] = {}

    def more_files() -> Path:
        folder = tmp_path / "articles" / str(len(files))
        for _ in range(ARTICLES_AT_ONCE):
            path = folder / f"own-{len(files):03}.md"
            files[path.stem] = path
            sentences[path.stem] = write_article(path, chance, sections=2, sentences=8)
        return folder

    began = time.monotonic()
    with running(house, "ingest", more_files()) as program:
        assert program.ends_within(300) and program.process.returncode == 0, program.errors
    whole_time = time.monotonic() - began

    killed, most_half = 0, 0
    for _ in range(INGESTS_KILLED):
        with running(house, "ingest", more_files()) as program:
            program.ends_within(whole_time * chance.uniform(0.2, 1))
            killed += program.kill()
        whole, half = generations(data)
        assert whole <= KEPT_GENERATIONS + 1
        most_half = max(most_half, half)
        # The next start is tried on a copy, so that the next kill meets what this one left.
        copy = tmp_path / "copy"
        shutil.copytree(data, copy)
        check_library(copy, embedder, files, sentences)
        shutil.rmtree(copy)
    tell("killed", f"{killed} of {INGESTS_KILLED} within {whole_time:.1f} s")
    tell("half-written generations at most", most_half)
    tell("left in the folder for temporary files, MB", megabytes(house / "temporary"))
    assert killed >= INGESTS_KILLED / 2

    before = megabytes(data)
    with running(house, "ingest", *sorted((tmp_path / "articles").iterdir())) as program:
        assert program.ends_within(300) and program.process.returncode == 0, program.errors
    whole, half = generations(data)
    tell(
        "data folder, MB, after the kills and after an ingest that was let finish",
        f"{before:.0f}, {megabytes(data):.0f}",
    )
    assert 1 <= whole <= KEPT_GENERATIONS and half == 0
    assert sorted(path.name for path in (data / "articles").iterdir()) == sorted(f"{name}.json" for name in files)
    check_library(data, embedder, files, sentences)


# ---- while a turn is written ----

ASKS_KILLED = 10
SERVERS_KILLED = 12
TABS = 3
SHOWN = 40
TURNS_OF_A_CONVERSATION = 5
REPLY = ("HEARD: Your feet were glued ", "to the road.\n", "QUESTION: What was the road like?\n")


def conversations(data: Path) -> dict[int, KeptConversation]:
    """All that the journal keeps, once it has been opened again; it must be sound."""
    journal = Journal(data)
    kept = {one.id: one for visitor in journal.visitors() for one in journal.conversations(visitor)}
    journal.close()
    with closing(sqlite3.connect(data / JOURNAL)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return kept


def messages(kept: KeptConversation) -> list[str]:
    return [turn.message for turn in kept.turns]


@pytest.mark.parametrize("kills", [1, pytest.param(ASKS_KILLED, marks=pytest.mark.soak)])
def test_asking_may_be_killed_at_any_moment(house: Path, tmp_path: Path, tell: Tell, kills: int) -> None:
    chance = random.Random(2)
    pool = [row.message for row in labelled("retrieval")]
    before: dict[int, KeptConversation] = {}
    killed, unanswered = 0, 0
    for _ in range(kills):
        rows = [chance.sample(pool, 3) for _ in range(300)]
        batch = tmp_path / "rows.jsonl"
        batch.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows), encoding="utf-8")
        with running(house, "ask", "--batch", batch) as program:
            program.first_line()
            time.sleep(chance.uniform(0, 3))
            killed += program.kill()
        printed = [
            json.loads(line)["turns"] for line in program.printed.splitlines(keepends=True) if line.endswith("\n")
        ]
        after = conversations(house / "data")
        assert {number: after[number] for number in before} == before
        new = [after[number] for number in sorted(after.keys() - before.keys())]
        assert len(printed) <= len(new) <= len(printed) + 1
        for kept, row in zip(new, rows, strict=False):
            assert messages(kept) == row[: len(kept.turns)]
            assert all(turn.answer is not None for turn in kept.turns[:-1])
        for kept, turns in zip(new, printed, strict=False):
            assert [turn.answer and turn.answer["reply"] for turn in kept.turns] == [turn["reply"] for turn in turns]
        unanswered += any(turn.answer is None for turn in new[-1].turns)
        before = after
    tell("killed", f"{killed} of {kills}")
    tell("conversations", len(before))
    tell("kills between a message and its reply", unanswered)
    tell("journal, MB", sum(path.stat().st_size for path in (house / "data").glob(f"{JOURNAL}*")) / 1e6)
    assert killed == kills


class Talker:
    """Somebody with the page open, who says one thing after another until the program is gone."""

    def __init__(self, name: str, chance: random.Random) -> None:
        self._tab = Tab(name)
        self._chance = chance
        self.said: dict[int, list[str]] = {}  # in each conversation, as far as the page has shown it
        self.last = ("", False)  # what was said last and shown, and whether the reply to it had begun
        self.replies = 0
        self.has_been_shown = threading.Event()

    def talk(self, address: str) -> None:
        """Until the connection breaks."""
        try:
            self._tab.open(address)
            while True:
                self._say_something()
        except httpx.HTTPError:
            return

    def _say_something(self) -> None:
        if self._tab.conversation != NEW and len(self.said[int(self._tab.conversation)]) >= TURNS_OF_A_CONVERSATION:
            self._tab.conversation = NEW
        message = f"{DREAM}. {sentence(self._chance)}"
        for number, shown in enumerate(self._tab.say(message)):
            if number == 0:
                self.said.setdefault(int(self._tab.conversation), []).append(message)
                self.has_been_shown.set()
            self.last = (message, number > 0)
            missing = [one for one in self.said[int(self._tab.conversation)] if shown and html.escape(one) not in shown]
            assert missing == []
        self.replies += 1


def wait_for_replies(talker: Talker, count: int) -> None:
    """Until so many more replies have come."""
    deadline = time.monotonic() + SECONDS_TO_START
    enough = talker.replies + count
    while talker.replies < enough:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_for(talker: Talker, moment: int, chance: random.Random) -> None:
    """Until one of three moments: a first message is shown; one is shown when all is warm; any."""
    if moment == 2:
        time.sleep(chance.uniform(1, 10))
        return
    if moment == 1:
        wait_for_replies(talker, 2)
        talker.has_been_shown.clear()
    assert talker.has_been_shown.wait(SECONDS_TO_START)


@pytest.mark.soak
@pytest.mark.parametrize("kills", [range(SERVERS_KILLED)], ids=len)
def test_a_served_page_may_be_killed_at_any_moment(house: Path, tell: Tell, kills: range) -> None:
    chance = random.Random(3)
    talkers = [Talker(f"tab{number:05}", random.Random(number)) for number in range(TABS)]
    killed = 0
    with Endpoint(say(*REPLY, delay=0.1)) as endpoint:
        model = {"DREAM_MODEL": "some-model", "OPENAI_BASE_URL": endpoint.base_url}
        for number in kills:
            with (
                ThreadPoolExecutor(TABS) as pool,
                running(house, "serve", "--port", 0, **(model if number % 2 else {})) as program,
            ):
                for talker in talkers:
                    talker.has_been_shown.clear()
                talks = [pool.submit(talker.talk, program.address()) for talker in talkers]
                wait_for(talkers[0], number % 3, chance)
                killed += program.kill()
            for talk in talks:
                talk.result()
            kept = conversations(house / "data")
            for talker in talkers:
                for conversation, said in talker.said.items():
                    there = messages(kept[conversation]) if conversation in kept else []
                    # One more may be there that was sent and not yet shown: the page keeps that one in the box.
                    assert there[: len(said)] == said and len(there) <= len(said) + 1
                    said[:] = there
    turns = [turn for conversation in kept.values() for turn in conversation.turns]
    answers = [turn.answer for turn in turns if turn.answer is not None]
    tell("killed", f"{killed} of {len(kills)}")
    tell("messages, answered, by a model", (len(turns), len(answers), sum(one["voice"] == "free" for one in answers)))
    tell("left in the folder for temporary files, MB", megabytes(house / "temporary"))
    assert killed == len(kills)
    assert {answer["hits"][0]["section"] for answer in answers} == {SEARCHES[DREAM]}


def asking(visitor: str) -> Any:
    """A request as the door hands it to Gradio."""
    return SimpleNamespace(request=SimpleNamespace(scope={SCOPE_KEY: Guest(visitor)}), session_hash="tab1")


@pytest.mark.soak
def test_a_message_is_kept_before_the_page_shows_it(library_dir: Path, tell: Tell) -> None:
    handlers = Handlers(warm_companion(library_dir))
    missing = 0
    for number in range(SHOWN):
        visitor = f"somebody who talks for the {number}th time"
        replying = handlers.send(DREAM, NEW, asking(visitor))
        next(replying)
        missing += handlers.journal.conversations(visitor) == []
        list(replying)
    tell(f"shown and not yet kept, of {SHOWN}", missing)
    assert missing == 0


@pytest.mark.soak
def test_a_page_that_is_ended_leaves_no_copy_of_the_index(house: Path) -> None:
    talker = Talker("tab12345", random.Random(4))
    with ThreadPoolExecutor(1) as pool, running(house, "serve", "--port", 0) as program:
        talk = pool.submit(talker.talk, program.address())
        wait_for_replies(talker, 2)
        assert program.interrupt() == 0
        talk.result()
    assert list(program.temporary.glob(COPIES)) == []
