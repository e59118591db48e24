"""A disk that is full or read-only, a clock that jumps, two programs in one folder: nothing said is lost, and all is told."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.companion import Companion
from assistant.errors import ConversationError
from assistant.journal import JOURNAL, Journal
from assistant.journal import store as journal_module
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.handlers import NEW, Handlers, Shown
from assistant.page.keys import Keys
from assistant.page.passwords import Guesses
from assistant.types import Done, Sentence
from knowledge.errors import StorageError
from tests.warm_companion import warm_companion

DREAM = "I was running from a man and my legs would not move at all."
REMEDY = "Free some space, or choose another folder with --data-dir."
ANNA: Any = SimpleNamespace(request=SimpleNamespace(scope={SCOPE_KEY: Guest("anna", owner=True)}), session_hash="tab1")


class SmallDisk:
    """A disk of two megabytes that can be filled, freed, and made read-only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while file.write(bytes(size)) == size:
                        continue
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink()

    def mount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only a user who may mount can have a small disk")
    try:
        yield SmallDisk(folder)
    finally:
        gc.collect()
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


def last_of(handlers: Handlers, message: str, conversation: str = NEW) -> Shown:
    return list(handlers.send(message, conversation, ANNA))[-1]


def messages(folder: Path) -> list[str]:
    """All that is kept of Anna's, read by a program of its own; the file must be sound."""
    journal = Journal(folder)
    kept = [turn.message for one in journal.conversations("anna") for turn in one.turns]
    journal.close()
    with closing(sqlite3.connect(folder / JOURNAL)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return kept


# ---- the disk ----


def test_a_disk_that_fills_up_before_a_message_gives_the_words_back(companion: Companion, disk: SmallDisk) -> None:
    handlers = Handlers(companion.with_journal_in(disk.folder))
    first = last_of(handlers, DREAM)
    disk.fill()
    refused = last_of(handlers, "It was my father.", first.conversation_id)
    for _ in range(50):  # what room the log had left is used up
        if "data-restore" in refused.hint and REMEDY in refused.hint:
            break
        refused = last_of(handlers, "It was my father. " * 200, first.conversation_id)
    assert "database or disk is full" in refused.hint and REMEDY in refused.hint
    assert 'data-restore="It was my father.' in refused.hint
    assert DREAM in refused.conversation
    disk.free()
    assert 'data-state="done"' in last_of(handlers, "It was my mother.", first.conversation_id).conversation
    kept = messages(disk.folder)
    assert (kept[0], kept[-1]) == (DREAM, "It was my mother.")
    handlers.journal.close()


def test_a_disk_that_fills_up_during_a_reply_keeps_the_message(companion: Companion, disk: SmallDisk) -> None:
    small = companion.with_journal_in(disk.folder)
    conversation = small.journal.start_conversation("anna")
    events = small.respond("anna", conversation, DREAM)
    assert any(isinstance(event, Sentence) for event in iter(lambda: next(events), None))
    disk.fill()
    with closing(sqlite3.connect(disk.folder / JOURNAL)) as database, pytest.raises(sqlite3.OperationalError):
        database.execute("CREATE TABLE filling (words TEXT)")
        while True:
            database.execute("INSERT INTO filling VALUES (?)", ("x" * 4000,))
            database.commit()
    with pytest.raises(StorageError, match="database or disk is full") as told:
        list(events)
    assert REMEDY in str(told.value)
    disk.free()
    [turn] = small.journal.conversation("anna", conversation).turns
    assert (turn.message, turn.answer) == (DREAM, None)
    taken = small.take_back("anna", conversation, turn.id)
    assert isinstance(list(small.respond("anna", conversation, taken.message))[-1], Done)
    small.journal.close()
    assert messages(disk.folder) == [DREAM]


def test_a_folder_that_becomes_read_only_is_told_and_what_it_holds_is_there_again(
    companion: Companion, disk: SmallDisk
) -> None:
    handlers = Handlers(companion.with_journal_in(disk.folder))
    first = last_of(handlers, DREAM)
    handlers.journal.close()
    disk.mount("ro")
    with pytest.raises(StorageError, match="Read-only file system") as told:
        Journal(disk.folder)
    assert "--data-dir" in str(told.value)
    disk.mount("rw")
    handlers = Handlers(companion.with_journal_in(disk.folder))
    assert DREAM in list(handlers.load(first.conversation_id, ANNA))[-1].conversation
    handlers.journal.close()


def test_a_key_is_not_made_on_a_full_disk(disk: SmallDisk) -> None:
    disk.fill()
    with pytest.raises(StorageError, match=r"door\.key cannot be used: No space left on device.*--data-dir"):
        Keys(disk.folder)
    disk.free()
    assert Keys(disk.folder).mark == Keys(disk.folder).mark


# ---- the clock ----


def test_a_clock_that_jumps_changes_no_order_and_no_visitor(
    companion: Companion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    handlers = Handlers(companion.with_journal_in(tmp_path))
    shown, told = None, []
    for days in (0, -1, 365, 0):
        monkeypatch.setattr(journal_module, "_now", lambda days=days: now + timedelta(days=days))
        monkeypatch.setattr(time, "time", lambda days=days: now.timestamp() + 86400 * days)
        told.append(f"Then {days} things fell from the tower.")
        shown = last_of(handlers, told[-1], shown.conversation_id if shown else NEW)
        assert 'data-state="done"' in shown.conversation
    assert messages(tmp_path) == told
    other = last_of(handlers, DREAM)
    newest_first = handlers.earlier("", ANNA)
    assert newest_first.index(f'"{other.conversation_id}"') < newest_first.index(f'"{shown and shown.conversation_id}"')


def test_a_clock_that_jumps_frees_nobody_who_guesses_and_ends_no_cookie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, guesses = Keys(tmp_path), Guesses()
    cookie = keys.sign("visitor", "anna")
    for _ in range(Guesses.FREE):
        guesses.was_wrong("10.0.0.1")
    now = time.time()
    for days in (-1, 365):
        monkeypatch.setattr(time, "time", lambda days=days: now + 86400 * days)
        assert 25 < guesses.seconds_to_wait("10.0.0.1") <= 30
        assert Keys(tmp_path).checked("visitor", cookie) == "anna"


# ---- two programs in one folder ----


def test_what_another_program_deletes_during_a_reply_stays_deleted_and_the_next_is_kept(
    companion: Companion, tmp_path: Path
) -> None:
    served, terminal = companion.with_journal_in(tmp_path), Journal(tmp_path)
    conversation = served.journal.start_conversation("anna")
    events = served.respond("anna", conversation, DREAM)
    next(events)
    terminal.delete_conversation("anna", conversation)
    assert isinstance(list(events)[-1], Done)
    assert messages(tmp_path) == []
    with pytest.raises(ConversationError, match=r"It may have been deleted\. Start a new one\."):
        served.respond("anna", conversation, "And then?")
    shown = last_of(Handlers(served), "And then?", str(conversation))
    assert 'data-state="done"' in shown.conversation and messages(tmp_path) == ["And then?"]
